import logging
import re
import time
from datetime import timedelta

import pytest
from sqlalchemy import event

from coordapp.extensions import db
from coordapp.outbox import queue
from coordapp.outbox.rules import Failure, Stage
from coordapp.outbox.sender import Sender
from coordapp.shared import clock
from tests.outbox.conftest import START, send_due
from tests.outbox.odd_server import CUT, GREETING, ids

LEASE = timedelta(seconds=120)


def test_a_mail_arrives_and_is_noted_as_sent(smtp, write, send):
    mail = write()
    assert send() == 1
    (envelope,) = smtp.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("integration@ilm-kreis.example", ["vera@example.org"])
    assert smtp.messages[0]["Message-ID"] == mail.message_id
    assert (mail.status, mail.sent_at, mail.attempts, mail.held_until) == ("sent", START, 1, None)
    assert send(minutes=1) == 0


def test_every_mail_has_one_recipient_and_names_no_other(smtp, write, send):
    readers = [f"reader{n}@example.org" for n in range(40)]
    for n, reader in enumerate(readers):
        write(str(n), to=reader, name=f"Nummer {n}")
    send()
    assert [envelope.rcpt_tos for envelope in smtp.envelopes] == [[reader] for reader in readers]
    for envelope, message, own in zip(smtp.envelopes, smtp.messages, readers, strict=True):
        text = envelope.content.decode() + "".join(part.get_content() for part in message.iter_parts())
        assert {address for address in re.findall(r"reader\d+@example.org", text)} == {own}


def test_lines_that_begin_with_a_dot_arrive_whole(smtp, write, send):
    write(text="vorher\n.\n..zwei\n.drei")
    send()
    text = smtp.messages[0].get_body(("plain",)).get_content()
    assert "vorher\r\n.\r\n..zwei\r\n.drei\r\n" in text


def test_many_mails_go_through_one_connection_oldest_first(odd_server, write, send):
    mails = [write(str(n)) for n in range(12)]
    assert send() == 12
    assert (odd_server.seen[GREETING], odd_server.seen["RSET"]) == (1, 11)
    assert ids(odd_server) == [mail.message_id for mail in mails]


def test_a_connection_that_was_cut_between_two_mails_is_made_anew(odd_server, write, send):
    write("a")
    send()
    odd_server.answers["RSET"] = [CUT]
    mail = write("b")
    send()
    assert (mail.status, mail.attempts, odd_server.seen[GREETING]) == ("sent", 1, 2)


def test_an_idle_connection_is_closed(odd_server, write, send, sender, monkeypatch):
    write()
    send()
    assert odd_server.seen["QUIT"] == 0
    monkeypatch.setattr(sender, "_used_at", time.monotonic() - 6)
    assert send(seconds=10) == 0
    assert odd_server.seen["QUIT"] == 1


def test_without_a_mail_server_nothing_is_touched(app, write, send):
    mail = write()
    assert send() == 0
    assert (mail.status, mail.attempts) == ("queued", 0)


def test_what_comes_too_late_is_never_sent(smtp, write, send):
    late, secret, good = (
        write("a", expires_at=START + timedelta(minutes=5)),
        write("b", expires_at=START + timedelta(minutes=5), is_secret=True),
        write("c", expires_at=START + timedelta(minutes=6)),
    )
    assert send(minutes=5) == 1
    assert [mail.status for mail in (late, secret, good)] == ["expired", "expired", "sent"]
    assert (late.text != "", secret.text, secret.html) == (True, "", "")
    assert len(smtp.envelopes) == 1


def test_the_text_of_a_mail_with_a_secret_goes_when_it_is_sent(smtp, write, send):
    secret, other = write("a", is_secret=True, text="geheim"), write("b", text="offen")
    send()
    assert (secret.status, secret.text, secret.html) == ("sent", "", "")
    assert "geheim" in smtp.messages[0].get_body(("plain",)).get_content()
    assert "offen" in other.text


def test_a_mail_held_by_a_dead_sender_is_sent_when_its_time_is_over(smtp, write, send):
    mail = write()
    with clock.stopped(START):
        assert queue.claim(lease=LEASE, per_minute=100).id == mail.id
        db.session.commit()
    assert send(seconds=119) == 0
    assert send(seconds=120) == 1
    assert (mail.status, mail.attempts, smtp.messages[0]["Message-ID"]) == ("sent", 2, mail.message_id)


def test_a_sender_that_comes_back_late_does_not_disturb_the_other(write):
    mail = write()
    with clock.stopped(START):
        slow = queue.claim(lease=LEASE, per_minute=100)
        db.session.commit()
    with clock.stopped(START + LEASE):
        quick = queue.claim(lease=LEASE, per_minute=100)
        db.session.commit()
        assert not queue.renew(slow, lease=LEASE)
        queue.record_failure(slow, _failure("550 no"))
        queue.record_sent(slow)
        db.session.commit()
        assert (mail.status, mail.last_error) == ("sending", "")
        queue.record_sent(quick)
        db.session.commit()
    assert mail.status == "sent"


def _failure(words):
    return Failure(Stage.RECIPIENT, int(words[:3]), words)


def test_no_more_go_out_in_a_minute_than_allowed_whoever_sends(app, smtp, write, send, sender):
    app.config["MAIL_PER_MINUTE"] = 10
    for n in range(25):
        write(str(n))
    assert send(limit=6) == 6
    other = Sender()
    with clock.stopped(START + timedelta(seconds=20)):
        assert send_due(other, limit=100) == 4
    other.close()
    sent_at = {second: sent for second in range(21, 200) if (sent := send(seconds=second))}
    assert sent_at == {60: 6, 80: 4, 120: 5}


def test_refused_mails_count_for_the_rate_too(app, odd_server, write, send):
    app.config["MAIL_PER_MINUTE"] = 3
    odd_server.answers["RCPT"] = "550 no"
    for n in range(5):
        write(str(n))
    assert [send(), send(seconds=59), send(seconds=60)] == [3, 0, 2]


def test_an_outcome_that_could_not_be_written_is_written_later(smtp, write, sender, count_queries):
    """The database is away for a moment after the server took a mail: it is not sent again."""
    mail = write()
    engine = db.engine
    with clock.stopped(START):

        def fail(_connection, _cursor, statement, *_rest):
            if smtp.envelopes and statement.startswith("UPDATE"):
                raise RuntimeError("database away")

        event.listen(engine, "before_cursor_execute", fail)
        with pytest.raises(RuntimeError):
            sender.send_next()
        db.session.rollback()
        event.remove(engine, "before_cursor_execute", fail)
        assert not sender.send_next()
    assert (mail.status, len(smtp.envelopes)) == ("sent", 1)


def test_no_transaction_is_open_while_the_server_is_talked_to(odd_server, write, sender, monkeypatch):
    write()
    open_then = []
    hand_over = sender.connection.hand_over

    def look(mail):
        open_then.append(db.session().in_transaction())
        hand_over(mail)

    monkeypatch.setattr(sender.connection, "hand_over", look)
    with clock.stopped(START):
        sender.send_next()
    assert open_then == [False]


def test_logs_name_numbers_and_codes_only(odd_server, write, send, caplog):
    odd_server.answers["RCPT"] = ["550 5.1.1 <vera@example.org> unknown"]
    first, second = write("a", subject="Geheimer Betreff"), write("b")
    with caplog.at_level(logging.INFO):
        send()
    assert [record.getMessage() for record in caplog.records if record.name == "coordapp.outbox"] == [
        f"mail {first.id}: refused at recipient, code 550",
        f"mail {second.id} sent",
    ]
    assert "vera" not in caplog.text
    assert "Geheim" not in caplog.text
