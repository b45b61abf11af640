import logging
import re
import socket
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest

from coordapp.extensions import db
from coordapp.outbox import queue, service
from coordapp.outbox.models import MailStatus
from coordapp.outbox.rules import Fault
from coordapp.outbox.sender import Sender, send_due
from coordapp.shared import clock
from tests.outbox.odd_server import CONTENT, CUT, GREETING, HANG

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
LEASE = timedelta(seconds=120)


class Written:
    """A mail, looked up anew for each question: the sender takes its own copy out of the session."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __getattr__(self, name: str):
        return getattr(service.find_mail(self._key), name)


@pytest.fixture
def write(write_mail):
    def write(key="a", **given) -> Written:
        with clock.stopped(START):
            write_mail(key, **given)
        return Written(key)

    return write


@pytest.fixture
def send(sender):
    """Return a function that sends what is due some time after the start and says how many mails were tried."""

    def send(*, minutes: float = 0, seconds: float = 0, limit: int = 1000) -> int:
        with clock.stopped(START + timedelta(minutes=minutes, seconds=seconds)):
            return send_due(sender, limit=limit)

    return send


def ids(server) -> list[str]:
    return [message_from_bytes(content)["Message-ID"] for content in server.taken]


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


@pytest.mark.parametrize(
    ("verb", "words", "reason_code"),
    [
        ("RCPT", "550 5.1.1 No such user", "550 5.1.1 No such user"),
        ("RCPT", "556 No such domain", "556 No such domain"),
        (CONTENT, "552 5.2.2 Mailbox full", "552 5.2.2 Mailbox full"),
        ("DATA", "554 5.7.1 No", "554 5.7.1 No"),
        ("MAIL", "552 5.3.4 Too large", "552 5.3.4 Too large"),
        ("RCPT", "550-5.1.1 No such\r\n550 5.1.1 user", "550 5.1.1 No such 5.1.1 user"),
    ],
)
def test_what_is_refused_for_good_is_over_and_the_others_go_on(odd_server, write, send, verb, words, reason_code):
    odd_server.answers[verb] = ["250 OK" if verb in ("MAIL", "RCPT", CONTENT) else "354 go", words]
    mails = [write(str(n)) for n in range(4)]
    assert send() == 4
    assert [mail.status for mail in mails] == ["sent", "failed", "sent", "sent"]
    assert mails[1].last_error == reason_code
    assert service.count_failed() == 1
    assert send(minutes=600) == 0


@pytest.mark.parametrize(
    ("verb", "words"), [("RCPT", "450 4.2.0 Greylisted"), (CONTENT, "452 4.3.1 Full"), ("RCPT", "432 x")]
)
def test_what_is_put_off_is_tried_again_with_longer_and_longer_waits(odd_server, write, send, verb, words):
    odd_server.answers[verb] = words
    mail = write()
    tried = [at for at in range(0, 300) if send(minutes=at, seconds=2 * at)]
    waits = [later - earlier for earlier, later in zip(tried, tried[1:], strict=False)]
    assert waits == [1, 2, 5, 10, 20, 39, 59, 59, 59]  # we look two seconds later each minute
    assert (mail.status, mail.last_error) == ("queued", words)
    del odd_server.answers[verb]
    assert send(minutes=400) == 1
    assert (mail.status, len(odd_server.taken)) == ("sent", 1)


def test_greylisting_delays_but_loses_and_doubles_nothing(odd_server, write, send):
    mails = [write(str(n)) for n in range(30)]
    odd_server.answers["RCPT"] = "450 4.2.0 Greylisted"
    assert send() == 30
    assert send(minutes=1.1) == 30
    del odd_server.answers["RCPT"]
    assert [send(minutes=minutes) for minutes in (2, 3, 4, 5)] == [0, 0, 30, 0]
    assert ids(odd_server) == [mail.message_id for mail in mails]


def test_a_mail_is_given_up_after_two_days(odd_server, write, send):
    odd_server.answers["RCPT"] = "450 later"
    mail = write()
    hours = [hour for hour in range(60) if send(minutes=61 * hour)]
    assert mail.status == "failed"
    assert 47 <= hours[-1] <= 48
    assert mail.last_error == "450 later"


STAGES = [GREETING, "EHLO", "MAIL", "RCPT", "DATA", CONTENT]


@pytest.mark.parametrize("fault", [HANG, CUT, "421 busy"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_server_in_trouble_loses_nothing_and_all_is_out_soon_after(odd_server, write, send, stage, fault):
    odd_server.answers[stage] = fault
    mails = [write(str(n)) for n in range(3)]
    before = time.monotonic()
    assert send() == 1  # then all wait
    assert time.monotonic() - before < 3
    assert send(seconds=29) == 0
    assert send(seconds=31) == 1
    assert service.find_trouble().troubles == 2
    assert [mail.status for mail in mails] == ["queued"] * 3
    early = len(odd_server.taken)  # what was taken before it fell silent
    odd_server.answers.clear()

    sent = sum(send(minutes=minutes) for minutes in (1, 2, 3, 4, 6))
    assert sent == 3
    assert [mail.status for mail in mails] == ["sent"] * 3
    assert sorted(set(ids(odd_server))) == sorted(mail.message_id for mail in mails)
    assert len(odd_server.taken) == 3 + early
    assert service.find_trouble() is None


def test_a_cut_after_the_content_repeats_the_mail_a_minute_later_with_the_same_id(odd_server, write, send):
    mail = write()
    odd_server.answers[CONTENT] = [CUT]
    send()
    assert (mail.status, mail.last_error) == ("queued", Fault.LINE_CUT)
    assert [send(seconds=at) for at in (31, 59, 60, 61)] == [0, 0, 0, 1]
    assert ids(odd_server) == [mail.message_id] * 2


def test_a_server_that_is_not_there_costs_no_mail_an_attempt(app, write, send):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    app.config.update(SMTP_HOST="127.0.0.1", SMTP_PORT=port, SMTP_SECURITY="none")
    mails = [write(str(n)) for n in range(3)]
    tried = [second for second in range(0, 900, 5) if send(seconds=second)]
    assert tried == [0, 30, 90, 210, 390, 570, 750]
    assert [(mail.status, mail.attempts, mail.first_tried_at) for mail in mails] == [("queued", 0, None)] * 3
    assert service.find_trouble().last_error == Fault.NO_CONNECTION


def test_nothing_is_lost_when_the_server_is_away_for_three_days(odd_server, write, send):
    mail = write()
    odd_server.answers[GREETING] = "554 closed"
    for hour in range(72):
        assert send(minutes=60 * hour) == 1
    odd_server.answers.clear()
    assert send(minutes=60 * 72) == 1
    assert mail.status == "sent"


@pytest.mark.parametrize(
    ("answers", "given", "error"),
    [
        ({"EHLO": "250-odd\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 Wrong"}, {"SMTP_USER": "u"}, "535 5.7.8 Wrong"),
        ({"EHLO": "250 odd"}, {"SMTP_USER": "u"}, Fault.NO_LOGIN),
        ({"EHLO": "250 odd"}, {"SMTP_SECURITY": "starttls"}, Fault.NOT_SECURE),
        ({"EHLO": "250-odd\r\n250 STARTTLS", "STARTTLS": "454 no"}, {"SMTP_SECURITY": "starttls"}, "454 no"),
        ({"EHLO": "250-odd\r\n250 STARTTLS", "STARTTLS": "220 go"}, {"SMTP_SECURITY": "starttls"}, Fault.NOT_SECURE),
        ({}, {"SMTP_SECURITY": "tls"}, Fault.NOT_SECURE),
        ({"MAIL": "530 5.7.0 Log in"}, {}, "530 5.7.0 Log in"),
        ({"MAIL": "550 5.7.1 Not your address"}, {}, "550 5.7.1 Not your address"),
    ],
)
def test_a_server_that_is_not_safe_or_wants_a_login_gets_nothing(app, odd_server, write, send, answers, given, error):
    app.config.update(given, SMTP_PASSWORD="p")
    odd_server.answers |= answers
    mails = [write("a"), write("b")]
    assert send() == 1
    assert service.find_trouble().last_error == error
    assert [(mail.status, mail.attempts) for mail in mails] == [("queued", 0)] * 2
    assert odd_server.taken == []


def test_an_address_with_umlauts_before_the_at_needs_a_server_that_can(odd_server, smtp, app, write, send):
    app.config["SMTP_PORT"] = odd_server.port
    poor = write("a", to="jürgen@example.org")
    send()
    assert (poor.status, poor.last_error) == ("failed", Fault.NO_SMTPUTF8)
    assert service.find_trouble() is None


def test_an_address_with_umlauts_before_the_at_arrives_where_the_server_can(smtp, write, send):
    mail = write("a", to="jürgen@größe.example")
    send()
    assert (mail.status, smtp.envelopes[0].rcpt_tos) == ("sent", ["jürgen@xn--gre-6ka8i.example"])


def test_an_address_that_is_none_fails_without_asking_the_server(odd_server, write, send):
    mail, other = write("a", to="x@example.org\r\nRCPT TO:<alle@example.org>"), write("b")
    send()
    assert (mail.status, mail.last_error, other.status) == ("failed", Fault.NOT_SENDABLE, "sent")
    assert odd_server.seen["RCPT"] == 1


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
    from coordapp.outbox.rules import Failure, Stage

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
        from sqlalchemy import event

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


def test_a_failed_mail_is_not_counted_as_trouble_of_the_server(odd_server, write, send):
    odd_server.answers["MAIL"] = [CUT]
    odd_server.answers["RCPT"] = ["550 no"]
    mails = [write("a"), write("b")]
    assert [send(), send(seconds=31)] == [1, 1]
    assert [mail.status for mail in mails] == [MailStatus.QUEUED, MailStatus.FAILED]
    assert service.find_trouble() is None  # it answers again
