import threading
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from coordapp.extensions import db
from coordapp.outbox import service
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock
from tests.outbox.conftest import BODY

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


def test_a_mail_is_written_once_for_a_key(write_mail, template):
    first = write_mail("a")
    assert not service.enqueue(template(BODY), to="x@example.org", language="de", key="a", subject="s", body="b")
    assert db.session.scalars(select(Mail)).all() == [first]
    assert (first.subject, first.status, first.recipient_name) == ("Mail a", MailStatus.QUEUED, "Vera Hilft")


@pytest.mark.parametrize("to", [None, ""])
def test_nobody_without_an_address_gets_a_mail(template, to):
    assert not service.enqueue(template(BODY), to=to, language="de", key="a", subject="s", body="b")
    assert service.find_mail("a") is None


def test_a_mail_exists_only_together_with_what_caused_it(template):
    service.enqueue(template(BODY), to="x@example.org", language="de", key="a", subject="s", body="b")
    db.session.rollback()
    assert service.find_mail("a") is None


def test_writing_takes_one_statement(template, count_queries):
    name = template(BODY)
    with count_queries() as queries:
        service.enqueue(name, to="x@example.org", language="ar", key="a", subject="s", body="b")
    assert len(queries) == 1


def test_two_who_write_the_same_mail_at_once_write_one(fresh_app):
    results, barrier = [], threading.Barrier(4)

    def write():
        with fresh_app.app_context():
            barrier.wait()
            results.append(
                service.enqueue(
                    "events/mail/offer_expired.txt",
                    to="x@example.org", language="de", key="same",
                    event=SimpleNamespace(title="Runder Tisch", is_confidential=False),
                    event_link="http://localhost/",
                )
            )  # fmt: skip
            db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, False, True]


def test_message_ids_are_ours_and_never_come_twice(write_mail):
    ids = {write_mail(f"key:{n}: ä").message_id for n in range(20)}
    assert len(ids) == 20
    local, domain = ids.pop().strip("<>").split("@")
    assert local.isalnum()
    assert local == local.lower()
    assert domain == "ilm-kreis.example"


@pytest.mark.parametrize(
    ("base_url", "mail_from", "domain"),
    [
        ("https://ehrenamt.ilm-kreis.de", "x@mail.example", "ehrenamt.ilm-kreis.de"),
        ("http://localhost:8000", "x@mail.example", "mail.example"),
        ("http://127.0.0.1:8000", "x@mail.example", "mail.example"),
        ("http://[::1]:8000", "x@mail.example", "mail.example"),
        ("https://ehrenamt.größe.example", "x@mail.example", "ehrenamt.xn--gre-6ka8i.example"),
    ],
)
def test_the_domain_is_that_of_the_site_or_of_the_sender(base_url, mail_from, domain):
    assert service.mail_domain(base_url, mail_from) == domain


def test_later_mails_find_the_first_one(write_mail):
    first = write_mail("a")
    assert service.message_id_of("a") == first.message_id
    assert service.message_id_of("b") is None
    assert service.message_id_of(None) is None
    assert write_mail("c", in_reply_to=first.message_id).in_reply_to == first.message_id


def test_pointless_mails_are_dropped_by_the_beginning_of_their_key(write_mail):
    gone, other, sent = write_mail("offer:1:a", is_secret=True), write_mail("offer:12:a"), write_mail("offer:1:b")
    sent.status = MailStatus.SENT
    db.session.commit()
    assert service.drop_queued("offer:1:") == 1
    db.session.commit()
    assert [mail.status for mail in (gone, other, sent)] == ["expired", "queued", "sent"]
    assert (gone.text, gone.html) == ("", "")
    assert service.drop_queued("offer%") == 0


def test_the_names_of_readers_hold_no_lines(write_mail):
    assert write_mail("a", name="Vera\r\nBcc: x@example.org").recipient_name == "Vera Bcc: x@example.org"


def test_failed_mails_are_counted_until_they_are_dealt_with(write_mail):
    mails = [write_mail(str(n)) for n in range(3)]
    for mail in mails[:2]:
        mail.status = MailStatus.FAILED
    mails[0].seen_at = clock.now()
    db.session.commit()
    assert service.count_failed() == 1


def test_unknown_languages_become_german_and_long_keys_are_refused(write_mail, template):
    assert write_mail("a", language="tlh").language == "de"
    with pytest.raises(ValueError, match="too long"):
        service.enqueue(template(BODY), to="x@example.org", language="de", key="k" * 121, subject="s", body="b")


def test_sending_is_configured_by_the_name_of_a_server(app):
    assert not service.is_sending_configured()
    app.config["SMTP_HOST"] = "localhost"
    assert service.is_sending_configured()


def test_times_of_a_mail_are_those_of_the_clock(write_mail):
    with clock.stopped(NOW):
        mail = write_mail("a", expires_at=NOW + timedelta(hours=1))
    assert (mail.created_at, mail.next_attempt_at, mail.expires_at) == (NOW, NOW, NOW + timedelta(hours=1))


def test_writing_a_mail_is_quick(template):
    name = template(
        "{% block subject %}{{ _('Runder Tisch') }}{% endblock %}{% block body %}"
        + "{{ _('Guten Tag') }} {{ at|moment }}\n\n- {{ value }}\n\n" * 6
        + "=> https://gut.example/ Hier\n{% endblock %}"
    )
    facts = {"at": NOW, "value": "Landratsamt, Ritterstraße 14, 99310 Arnstadt. " * 3}
    service.enqueue(name, to="x@example.org", language="ar", key="warm", **facts)
    took = []
    for key in range(60):
        before = time.thread_time()
        service.enqueue(name, to="x@example.org", language="ar", key=str(key), **facts)
        took.append(time.thread_time() - before)
    assert sorted(took)[30] < 0.005  # seconds of CPU in the middle; about 0.001 on a machine of 2026
