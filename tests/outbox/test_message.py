from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest

from coordapp.outbox import message as messages
from coordapp.shared import clock
from tests.outbox.test_render import PAYLOADS

AT = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
NAMES = [
    "Vera Hilft",
    "Ахмад Шевченко-Коваленко",
    "أحمد محمد العبد الله",
    "Müller, Jürgen (Verein „Hand in Hand“)",
    '"Vera" <alle@example.org>, x',
    "Дуже довге ім'я " * 7,
    "Landratsamt Ilm-Kreis, Amt für Migration und Integration, Sachgebiet für besonders lange Namen mit Komma",
    "Landratsamt Ilm-Kreis, Integration management for especially long names, without umlauts, but with commas",
    "=?utf-8?q?Vera?=",
]


@pytest.fixture
def build(app):
    sender = messages.mailbox(app.config["OFFICE_NAME"], app.config["MAIL_FROM"])

    def build(mail):
        with clock.stopped(AT):
            to = messages.mailbox(mail.recipient_name, mail.recipient)
            return messages.build(mail, to=to, sender=sender)

    return build


def read(content: bytes):
    return message_from_bytes(content, policy=policy.default)


def test_headers_are_those_of_an_automatic_mail_to_one_reader(build, write_mail):
    first = write_mail("a")
    mail = write_mail("b", language="uk", in_reply_to=first.message_id)
    headers = read(build(mail)).items()
    assert dict(headers) == {
        "Date": "Mon, 01 Mar 2027 09:30:00 +0000",
        "Message-ID": mail.message_id,
        "From": '"Landratsamt Ilm-Kreis, Integrationsmanagement" <integration@ilm-kreis.example>',
        "To": "Vera Hilft <vera@example.org>",
        "Subject": "Mail b",
        "In-Reply-To": first.message_id,
        "References": first.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Content-Language": "uk",
        "MIME-Version": "1.0",
        "Content-Type": dict(headers)["Content-Type"],
    }
    assert len(headers) == 12


@pytest.mark.parametrize("name", NAMES)
def test_names_and_subjects_of_all_writings_arrive_as_they_were(build, write_mail, name):
    mail = write_mail("a", name=name, subject=name)
    content = build(mail)
    head = content.split(b"\r\n\r\n")[0]
    assert head.isascii()
    assert [to.addr_spec for to in read(content)["To"].addresses] == ["vera@example.org"]
    assert read(content)["Subject"] == mail.subject
    old = message_from_bytes(content)  # a second reader; the first puts spaces between encoded words of names
    assert str(make_header(decode_header(old["Subject"]))) == mail.subject
    phrase, address = parseaddr(str(old["To"]).replace("\r\n", ""))
    assert (str(make_header(decode_header(phrase))), address) == (mail.recipient_name, "vera@example.org")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_value_adds_a_header_or_a_recipient(build, write_mail, payload):
    mail = write_mail("a", name=payload, subject=payload, text=payload)
    message = read(build(mail))
    assert [name for name, _value in message.items()] == [name for name, _value in read(build(write_mail("b"))).items()]
    (to,) = message["To"].addresses
    assert to.addr_spec == "vera@example.org"
    assert message["Bcc"] is None
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize(
    "address",
    [
        "vera@example.org\r\nBcc: alle@example.org",
        "vera@example.org\nRCPT TO:<alle@example.org>",
        "vera@example.org, alle@example.org",
        "vera@example.org alle@example.org",
        "vera",
        "@example.org",
        "vera@",
        "vera@exa mple.org",
        "vera@-.example",
        "vera@exam\u2028ple.org",
        "vera@" + "ä" * 70 + ".example",
    ],
)
def test_an_address_that_is_none_cannot_be_written(build, write_mail, address):
    mail = write_mail("a", to=address)
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, it is caught as one
        build(mail)


def test_foreign_domains_become_ascii_and_strange_names_are_quoted(build, write_mail):
    assert messages.mailbox("", "Vera@Größe.example").address == "Vera@xn--gre-6ka8i.example"
    assert messages.mailbox("", "jürgen@straße.example").address == "jürgen@xn--strae-oqa.example"
    content = build(write_mail("a", to="vera@größe.example", name="Hilft, Vera"))
    assert b'\r\nTo: "Hilft, Vera"\r\n <vera@xn--gre-6ka8i.example>\r\n' in content


def test_a_name_with_umlauts_before_the_at_is_written_in_utf8(build, write_mail):
    content = build(write_mail("a", to="jürgen@example.org", name="Jürgen"))
    assert "\r\nTo: =?utf-8?q?J=C3=BCrgen?=\r\n <jürgen@example.org>\r\n".encode() in content


def test_text_and_html_say_the_same_and_lines_are_short(build, write_mail):
    words = "سطر طويل " * 400
    content = build(write_mail("a", text=words + "\n.\n..", language="ar", name="x" * 120, subject="y" * 250))
    text, html = read(content).iter_parts()
    assert words.split() == text.get_content().split()[2 : 2 + 800]
    assert " ".join(words.split()) in html.get_content()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert content.isascii()


CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
    "SUMMARY:Größe\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_an_entry_for_the_calendar_is_an_alternative_and_a_file(build, write_mail, method):
    calendar = CALENDAR.replace("REQUEST", method)
    message = read(build(write_mail("a", calendar=calendar, calendar_method=method)))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    *_others, entry, file = message.walk()
    assert (entry["Content-Type"].params["method"], entry.get_content_charset()) == (method, "utf-8")
    assert entry["Content-Disposition"] is None
    assert entry.get_payload(decode=True).decode().replace("\r\n", "\n") == calendar.replace("\r\n", "\n")
    assert (file.get_filename(), file.get_content().decode()) == ("termin.ics", calendar)


def test_of_a_stream_of_entries_each_is_a_part_with_its_own_method(build, write_mail):
    second = CALENDAR.replace("REQUEST", "CANCEL").replace("Größe", "Grüße")
    message = read(build(write_mail("a", calendar=CALENDAR + second, calendar_method="REQUEST")))
    *_others, first, file, whole = message.walk()
    methods = [part["Content-Type"].params["method"] for part in (first, file)]
    assert methods == ["REQUEST", "CANCEL"]
    assert [part.get_content().replace("\r\n", "\n") for part in (first, file)] == [
        text.replace("\r\n", "\n") for text in (CALENDAR, second)
    ]
    assert [part.get_filename() for part in (first, file, whole)] == [None, "termin-2.ics", "termine.ics"]
    assert whole.get_content().decode() == (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Größe\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nSUMMARY:Grüße\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def test_a_mail_without_an_entry_has_none(build, write_mail):
    assert b"calendar" not in build(write_mail("a"))
