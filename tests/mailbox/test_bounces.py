"""Mails that come back, as servers of all kinds write them."""

import time
from datetime import timedelta
from email import message_from_bytes

import pytest

from coordapp.directory.models import Person
from coordapp.extensions import db
from coordapp.mailbox import service
from coordapp.mailbox.bounces import Verdict, judge, read_bounce
from coordapp.mailbox.models import MailboxMessage, MessageKind
from coordapp.mailbox.reading import is_auto_reply, list_ids
from coordapp.outbox import service as outbox
from coordapp.outbox.models import MailStatus
from coordapp.outbox.rules import Fault
from coordapp.privacy import service as privacy
from coordapp.shared import clock
from tests.mailbox.conftest import BULK, OURS, last_message, raw

HARD = [
    "postfix_unknown",
    "exchange_2016_german",
    "exchange_online_german_text",
    "gmx_mailbox_unavailable",
    "gmail_unknown",
    "qmail_unknown",
    "exim_text",
]
SOFT = ["mailbox_full", "t_online_quota"]


@pytest.mark.parametrize("name", [*HARD, *SOFT, "gmx_policy", "postfix_delayed"])
def test_every_kind_of_report_names_our_mail(name):
    assert OURS in list_ids(message_from_bytes(raw(name)))


@pytest.mark.parametrize(
    ("name", "verdict"),
    [*((name, Verdict.HARD) for name in HARD), *((name, Verdict.SOFT) for name in SOFT),
     ("gmx_policy", Verdict.POLICY), ("postfix_delayed", Verdict.DELAYED)],
)  # fmt: skip
def test_every_kind_of_report_is_judged_rightly(name, verdict):
    assert read_bounce(message_from_bytes(raw(name))).verdict is verdict


@pytest.mark.parametrize("name", ["human", "out_of_office", "reply_google_accepted", "reply_outlook_declined"])
def test_what_did_not_come_back_is_no_bounce(name):
    assert read_bounce(message_from_bytes(raw(name))) is None


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("550 5.1.1 User unknown", Verdict.HARD),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", Verdict.HARD),
        ("550 5.2.1 mailbox disabled", Verdict.HARD),
        ("550 5.4.1 Recipient address rejected: Access denied", Verdict.HARD),
        ("550 5.4.310 DNS domain does not exist", Verdict.HARD),
        ("550 5.5.0 Requested action not taken: mailbox unavailable", Verdict.HARD),
        ("550 User unknown", Verdict.HARD),
        ("556 domain does not accept mail", Verdict.HARD),
        ("552 5.2.2 Over STORAGE quota", Verdict.SOFT),
        ("550 Benutzer hat das Speichervolumen ueberschritten.", Verdict.SOFT),
        ("550 User has exhausted allowed storage space.", Verdict.SOFT),
        ("550 5.1.1 mailbox is full", Verdict.SOFT),
        ("452 4.2.2 over quota", Verdict.SOFT),
        ("450 4.7.1 greylisted", Verdict.POLICY),
        ("451 try later", Verdict.SOFT),
        ("554 5.4.7 message expired", Verdict.SOFT),
        ("550 5.7.1 message refused", Verdict.POLICY),
        ("550 5.7.509 Access denied, sending domain does not pass DMARC verification", Verdict.POLICY),
        ("550 5.1.8 sender address rejected", Verdict.POLICY),
        ("550 5.1.7 invalid sender address", Verdict.POLICY),
        ("550 Reject due to SPF policy.", Verdict.POLICY),
        ("554 IP=192.0.2.10 - A problem occurred. (Ask your postmaster for help)", Verdict.POLICY),
        ("552 5.3.4 message too large", Verdict.POLICY),
        ("550 5.6.1 content not accepted", Verdict.POLICY),
        ("something odd", Verdict.SOFT),
        ("", Verdict.SOFT),
    ],
)  # fmt: skip
def test_the_words_of_a_server_are_judged_by_what_they_say_of_the_address(words, verdict):
    assert judge(words) is verdict


def test_an_ip_address_is_no_status():
    assert judge("connect to mx.example.org[5.1.1.20]: timed out") is Verdict.SOFT


@pytest.mark.parametrize("name", HARD)
def test_a_mail_that_came_back_for_good_blocks_the_address_at_once(vera, take_in, name):
    assert take_in(raw(name)) is MessageKind.HARD
    assert vera.mail_address is None
    assert vera.email_bounced_at is not None
    assert vera.email_trouble.endswith(".")
    assert "vera@example.org" not in vera.email_trouble + last_message().note
    assert last_message().mail.key == "ours"


def test_everybody_with_the_address_is_blocked_and_nobody_else(make, vera, take_in):
    partner = make.person(name="Taras Hilft", email="vera@example.org")
    other = make.person(email="andere@example.org")
    merged = make.person(name="V. Hilft", email="vera@example.org", merged_into_id=vera.id)
    take_in(raw("postfix_unknown"))
    everybody = (vera, partner, other, merged)
    assert [person.mail_address is None for person in everybody] == [True, True, False, False]


def test_who_has_another_address_by_now_is_not_blocked(vera, take_in):
    vera.email = "neu@example.org"
    take_in(raw("postfix_unknown"))
    assert vera.mail_address == "neu@example.org"


def test_bulk_mails_waiting_for_a_dead_address_are_dropped_and_service_mails_tried_on(make, vera, take_in):
    for key, url in (("bulk", BULK), ("service", None)):
        make.mail(to="vera@example.org", key=key, status=MailStatus.QUEUED, unsubscribe_url=url)
    make.mail(to="andere@example.org", key="other", status=MailStatus.QUEUED, unsubscribe_url=BULK)
    take_in(raw("postfix_unknown"))
    db.session.expire_all()
    states = {key: outbox.find_mail(key).status for key in ("bulk", "service", "other")}
    assert states == {"bulk": MailStatus.EXPIRED, "service": MailStatus.QUEUED, "other": MailStatus.QUEUED}


def test_a_forged_report_about_a_mail_nobody_sent_does_nothing(vera, take_in):
    assert take_in(raw("forged_bounce")) is MessageKind.STRAY
    assert vera.mail_address == "vera@example.org"


def test_a_refused_mail_is_shown_and_blocks_nobody(vera, take_in):
    assert take_in(raw("gmx_policy")) is MessageKind.POLICY
    assert (vera.mail_address, vera.email_bounces) == ("vera@example.org", 0)
    assert [message.mail.key for message in service.list_open()] == ["ours"]


def test_a_late_mail_is_counted_and_nothing_else(vera, take_in):
    assert take_in(raw("postfix_delayed")) is MessageKind.DELAYED
    assert (vera.mail_address, vera.email_bounces) == ("vera@example.org", 0)


def full(make, number: int) -> bytes:
    """Send the next mail to Vera; return its report that her mailbox is full."""
    ours = f"<{number:032d}@ehrenamt.ilm-kreis.example>"
    make.mail(to="vera@example.org", message_id=ours)
    return raw("mailbox_full").replace(OURS.encode(), ours.encode()).replace(b"093004.full", b"%d.full" % number)


def test_a_full_mailbox_blocks_only_after_three_mails_in_a_row(make, vera, take_in):
    for number in (1, 2):
        assert take_in(full(make, number)) is MessageKind.SOFT
        assert vera.mail_address == "vera@example.org"
    take_in(full(make, 3))
    assert vera.mail_address is None
    assert vera.email_trouble == "3 Mal nacheinander: Das Postfach ist voll."


def test_a_mail_that_arrived_in_between_begins_the_count_anew(make, vera, take_in):
    take_in(full(make, 1))
    take_in(full(make, 2))
    full(make, 3)  # arrives
    take_in(full(make, 4))
    assert (vera.email_bounces, vera.mail_address) == (1, "vera@example.org")


def test_two_reports_about_one_mail_count_once(vera, take_in):
    take_in(raw("mailbox_full"))
    take_in(raw("t_online_quota"))
    assert vera.email_bounces == 1


def test_the_same_report_counts_once_however_often_it_is_read(vera, take_in):
    assert take_in(raw("mailbox_full")) is MessageKind.SOFT
    assert take_in(raw("mailbox_full")) is None
    assert (vera.email_bounces, db.session.query(MailboxMessage).count()) == (1, 1)


def test_out_of_office_is_counted_and_ignored(vera, take_in):
    assert take_in(raw("out_of_office")) is MessageKind.AUTO_REPLY
    assert vera.mail_address == "vera@example.org"


def test_what_people_write_is_left_to_the_office_whatever_it_quotes(vera, take_in):
    assert take_in(raw("human")) is MessageKind.OTHER
    assert vera.mail_address == "vera@example.org"
    assert not is_auto_reply(message_from_bytes(raw("human")))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: =?utf-8?q?=FF=?=\nFrom: \xff\xff\n\n\xff",
        b"Content-Type: multipart/report; boundary=x; report-type=delivery-status\n\n--x\n"
        b"Content-Type: message/delivery-status\n\n\xff\n--x--",
        b"Content-Type: text/plain; charset=no-such-thing\nFrom: mailer-daemon@x\nSubject: Undelivered\n\n\xe4",
        b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nATTENDEE\nEND:VEVENT",
        b"Content-Type: message/rfc822\n\n" * 300,
        b"Message-ID: <\xff\x00@x>\n\n",
        b"From: mailer-daemon@x\nSubject: Undelivered\n\nMessage-ID: <a\x00b@x>",
        b"From: mailer-daemon@x\nSubject: Undelivered\nContent-Type: text/plain; charset=utf-7\n\n"
        b"Message-ID: <+2AA-@x>",
        b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:a\x00b\n"
        b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:a\x00@x\nDTSTAMP:99991231T235959Z\nEND:VEVENT\nEND:VCALENDAR",
    ],
)  # fmt: skip
def test_odd_messages_are_noted_and_stop_nothing(vera, take_in, content):
    assert take_in(content) in (MessageKind.OTHER, MessageKind.STRAY, MessageKind.AUTO_REPLY, MessageKind.UNREADABLE)
    assert vera.mail_address == "vera@example.org"


def test_a_mail_refused_while_it_was_handed_over_blocks_the_address_too(make, vera):
    refused = {"hard": "550 5.1.1 unknown", "policy": "554 5.7.1 spam", "line": "line cut", "bad": Fault.NOT_SENDABLE}
    for key, words in refused.items():
        make.person(name=key, email=f"{key}@example.org")
        make.mail(to=f"{key}@example.org", key=key, status=MailStatus.FAILED, last_error=words, tried_at=clock.now())
    assert service.consider_refusals() == 3
    assert service.consider_refusals() == 0
    blocked = db.select(Person.name).where(Person.email_bounced_at.is_not(None)).order_by(Person.name)
    assert db.session.scalars(blocked).all() == ["bad", "hard"]


def test_a_mail_sent_again_and_refused_again_counts_again(make, vera):
    mail = make.mail(
        to="vera@example.org", status=MailStatus.FAILED, last_error="550 5.1.1 unknown", tried_at=clock.now()
    )  # fmt: skip
    assert service.consider_refusals() == 1
    vera.email_bounced_at = None
    with clock.stopped(clock.now() + timedelta(hours=1)):
        mail.tried_at = clock.now()
        assert service.consider_refusals() == 1
    assert vera.mail_address is None


@pytest.mark.parametrize(
    "text",
    ["<", "\n", "-", "5.1.", "<a@", "message-id: ", "550 "],
    ids=["tags", "lines", "dashes", "status", "ids", "names", "codes"],
)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_hostile_texts_are_read_quickly(vera, take_in, text, kind):
    head = f"From: mailer-daemon@x\nSubject: Undelivered\nContent-Type: text/{kind}\n\n"
    began = time.perf_counter()
    take_in(f"{head}{text * (100_000 // len(text))}".encode())
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: " + b"=?utf-8?q?a?= " * 60_000,
        b"Message-ID: " + b"=?utf-8?q?a?= " * 60_000,
        b"Content-Type: text/plain" + b';"' * 300_000,
        b"Content-Type: text/plain" + b'\n ;"' * 200_000,
        b"X: y\rContent-Type: text/plain" + b"; a*0*=x" * 60_000,
        b"Content-Type: multipart/mixed; boundary=q\n\n" + (b"--q\nContent-Type: a/b" + b';"' * 9000 + b"\n\n") * 50,
    ],
    ids=["words", "id", "parameters", "folded", "bare CR", "parts"],
)
def test_hostile_headers_are_read_quickly(take_in, head):
    began = time.perf_counter()
    take_in(b"From: MAILER-DAEMON@example.net\n" + head + b"\n\nx\n")
    assert time.perf_counter() - began < 2


def test_what_was_read_is_forgotten_after_a_year(vera, take_in):
    take_in(raw("postfix_unknown"))
    with clock.stopped(clock.now() + timedelta(days=364)):
        privacy.delete_due()
    assert db.session.query(MailboxMessage).count() == 1
    with clock.stopped(clock.now() + timedelta(days=366)):
        privacy.delete_due()
    assert db.session.query(MailboxMessage).count() == 0
