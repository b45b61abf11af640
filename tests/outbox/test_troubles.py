"""Mail servers that refuse, put off, fall silent, hang up or are not there."""

import socket
import time

import pytest

from coordapp.outbox import service
from coordapp.outbox.models import MailStatus
from coordapp.outbox.rules import Fault
from tests.outbox.odd_server import CONTENT, CUT, GREETING, HANG, ids


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


def test_a_failed_mail_is_not_counted_as_trouble_of_the_server(odd_server, write, send):
    odd_server.answers["MAIL"] = [CUT]
    odd_server.answers["RCPT"] = ["550 no"]
    mails = [write("a"), write("b")]
    assert [send(), send(seconds=31)] == [1, 1]
    assert [mail.status for mail in mails] == [MailStatus.QUEUED, MailStatus.FAILED]
    assert service.find_trouble() is None  # it answers again
