"""Answers from calendar programs."""

import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordapp.events import ical
from coordapp.events import registration as registrations
from coordapp.events.models import CancelledBy, EventDate, RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations.models import Answer, Invitation
from coordapp.mailbox import service
from coordapp.mailbox.models import MessageKind
from coordapp.mailbox.replies import Participation, parse, read_reply
from coordapp.outbox.models import Mail
from coordapp.shared import clock
from tests.mailbox.conftest import UID, last_message, raw

NOW = datetime(2027, 3, 2, 11, tzinfo=UTC)
OUTLOOK, GOOGLE, APPLE = "reply_outlook_declined", "reply_google_accepted", "reply_apple_tentative"


@pytest.fixture(autouse=True)
def _at_that_time():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def event(make):
    starts_at = datetime(2027, 3, 16, 14, tzinfo=UTC)
    event = make.event(starts_at=starts_at, title="Runder Tisch Arnstadt")
    event.dates[0].uid = UID
    return event


@pytest.fixture
def vera(make):
    return make.person(name="Vera Hilft", email="vera@example.org")


@pytest.fixture
def registered(make, event, vera):
    return make.registration(event, vera, created_at=NOW - timedelta(days=3))


@pytest.fixture
def invited(event, vera):
    invitation = Invitation(event=event, person=vera, mailed_at=NOW - timedelta(days=3))
    db.session.add(invitation)
    db.session.flush()
    return invitation


def mails() -> list[str]:
    return list(db.session.scalars(db.select(Mail.template).order_by(Mail.id)))


@pytest.mark.parametrize(
    ("name", "participation"),
    [(OUTLOOK, Participation.DECLINED), (GOOGLE, Participation.ACCEPTED), (APPLE, Participation.TENTATIVE)],
)
def test_answers_of_three_programs_are_understood(name, participation):
    reply = read_reply(message_from_bytes(raw(name)))
    assert (reply.uid, reply.address, reply.participation, reply.sequence) == (
        UID, "vera@example.org", participation, 0,
    )  # fmt: skip
    assert reply.stamped_at.date() == datetime(2027, 3, 2, tzinfo=UTC).date()


def test_a_no_of_somebody_registered_cancels_and_tells_them(registered, take_in):
    assert take_in(raw(OUTLOOK)) is MessageKind.ANSWER
    db.session.refresh(registered)
    assert (registered.status, registered.cancelled_by) == (RegistrationStatus.CANCELLED, CancelledBy.PARTICIPANT)
    assert mails() == ["events/mail/registration_cancelled.txt"]
    assert (last_message().person.name, last_message().note) == ("Vera Hilft", "Hat abgesagt.")


@pytest.mark.parametrize("name", [GOOGLE, APPLE])
def test_a_yes_or_a_maybe_of_somebody_registered_changes_nothing(registered, take_in, name):
    assert take_in(raw(name)) is MessageKind.ANSWER
    db.session.refresh(registered)
    assert registered.is_coming
    assert mails() == []


@pytest.mark.parametrize(("name", "answer"), [(OUTLOOK, Answer.NO), (GOOGLE, Answer.YES), (APPLE, Answer.MAYBE)])
def test_the_answer_of_somebody_invited_counts(event, vera, invited, take_in, name, answer):
    assert take_in(raw(name)) is MessageKind.ANSWER
    db.session.refresh(invited)
    registration = registrations.find_registration_of(event, vera)
    assert invited.answer is answer
    assert (registration is not None and registration.is_coming) is (answer is Answer.YES)


def test_the_same_answer_twice_counts_once(registered, take_in):
    take_in(raw(OUTLOOK))
    assert take_in(raw(OUTLOOK)) is None
    again = raw(OUTLOOK).replace(b"outlook-reply-1", b"outlook-reply-2")
    assert take_in(again) is MessageKind.OUTDATED
    assert mails() == ["events/mail/registration_cancelled.txt"]


def test_of_two_answers_the_later_stamp_counts_in_whichever_order_they_come(event, vera, invited, take_in):
    assert take_in(raw(GOOGLE)) is MessageKind.ANSWER  # stamped 10:20
    assert take_in(raw(OUTLOOK)) is MessageKind.OUTDATED  # stamped 10:15
    assert registrations.find_registration_of(event, vera).is_coming


def test_an_answer_to_an_older_entry_does_not_count(event, registered, take_in):
    event.sequence = 1
    assert take_in(raw(OUTLOOK)) is MessageKind.OUTDATED
    assert registrations.find_registration_of(event, registered.person).is_coming


def test_who_registered_after_saying_no_stays_registered(event, registered, take_in):
    registered.created_at = NOW
    assert take_in(raw(OUTLOOK)) is MessageKind.OUTDATED
    assert registrations.find_registration_of(event, registered.person).is_coming


@pytest.mark.parametrize(
    "change",
    [
        lambda text: raw("reply_forged"),
        lambda text: text.replace(b"Vera@Example.org>", b"feind@example.net>"),
        lambda text: b"Authentication-Results: mx; dmarc=fail header.from=example.org\n" + text,
        lambda text: text.replace(b"Vera@example.org\n", b"niemand@example.org\n"),
        lambda text: text.replace(b"PARTSTAT=DECLINED", b"PARTSTAT=DELEGATED"),
        lambda text: text.replace(b"Vera@Example.org>", b"feind@example.net>").replace(
            b"PARTSTAT=DECLINED", b'SENT-BY="mailto:feind@example.net";PARTSTAT=DECLINED'
        ),
    ],
    ids=["forged", "other sender", "dmarc", "unknown", "delegated", "in their place"],
)
def test_what_may_be_forged_or_is_unclear_is_shown_to_the_office_and_changes_nothing(
    event, registered, take_in, change
):
    assert take_in(change(raw(OUTLOOK))) is MessageKind.UNCLEAR
    assert registrations.find_registration_of(event, registered.person).is_coming
    assert [message.event_id for message in service.list_open()] == [event.id]
    assert mails() == []


@pytest.mark.parametrize("stamp", [b"99991231T235959Z", b"00010101T000000Z", b"20270302T101529", b"nonsense"])
def test_an_odd_stamp_stops_nothing(registered, take_in, stamp):
    assert take_in(raw(OUTLOOK).replace(b"20270302T101529Z", stamp)) in (MessageKind.ANSWER, MessageKind.OUTDATED)


def test_two_people_with_one_address_are_not_guessed(make, event, registered, take_in):
    partner = make.registration(event, make.person(name="Taras Hilft", email="vera@example.org"))
    assert take_in(raw(OUTLOOK)) is MessageKind.UNCLEAR
    assert last_message().note == "2 Personen haben diese Adresse. Wer ist gemeint?"
    for one in (registered, partner):
        db.session.refresh(one)
        assert one.is_coming


def test_a_partner_who_is_not_asked_to_this_event_does_not_matter(make, event, registered, take_in):
    make.person(name="Taras Hilft", email="vera@example.org")
    assert take_in(raw(OUTLOOK)) is MessageKind.ANSWER


@pytest.fixture
def second(event):
    """Return the second of what are now two dates."""
    begin = NOW + timedelta(days=21)
    event.dates.append(EventDate(starts_at=begin, ends_at=begin + timedelta(hours=2), uid=UID.replace("1", "2")))
    db.session.flush()
    return event.dates[1]


def test_a_no_to_one_of_several_dates_cancels_nothing_and_tells_the_office_which(registered, second, take_in):
    assert take_in(raw(OUTLOOK).replace(UID.encode(), second.uid.encode())) is MessageKind.UNCLEAR
    assert last_message().note == "Kann am Dienstag, 23. März 2027, 12:00 bis 14:00 Uhr nicht (2. von 2 Terminen)."
    assert [(one.person.name, one.event_id) for one in service.list_open()] == [("Vera Hilft", registered.event_id)]
    db.session.refresh(registered)
    assert registered.is_coming
    assert mails() == []


def test_a_no_to_a_later_date_is_heard_when_the_first_is_over(registered, second, take_in):
    registered.event.dates[0].starts_at = NOW - timedelta(days=7)
    registered.event.dates[0].ends_at = NOW - timedelta(days=7, hours=-2)
    assert take_in(raw(OUTLOOK)) is MessageKind.OUTDATED  # about the date that is over
    later = raw(OUTLOOK).replace(UID.encode(), second.uid.encode()).replace(b"outlook-reply-1", b"outlook-reply-2")
    assert take_in(later) is MessageKind.UNCLEAR


@pytest.mark.parametrize("name", [GOOGLE, APPLE])
def test_a_yes_to_one_of_several_dates_of_somebody_who_comes_is_fine(registered, second, take_in, name):
    assert take_in(raw(name).replace(UID.encode(), second.uid.encode())) is MessageKind.ANSWER
    assert registrations.find_registration_of(registered.event, registered.person).is_coming
    assert service.list_open() == []


def test_a_yes_to_one_date_does_not_hide_an_earlier_no_to_another(registered, second, take_in):
    assert take_in(raw(GOOGLE)) is MessageKind.ANSWER  # stamped 10:20
    refused = raw(OUTLOOK).replace(UID.encode(), second.uid.encode())  # stamped 10:15
    assert take_in(refused) is MessageKind.UNCLEAR


def test_a_no_to_a_date_that_was_moved_since_is_outdated(registered, second, take_in):
    registered.event.sequence = 1
    assert take_in(raw(OUTLOOK).replace(UID.encode(), second.uid.encode())) is MessageKind.OUTDATED


def test_who_has_left_and_says_no_to_each_date_says_nothing_new(make, event, vera, second, take_in):
    make.registration(event, vera, status=RegistrationStatus.CANCELLED, created_at=NOW - timedelta(days=3))
    assert take_in(raw(OUTLOOK).replace(UID.encode(), second.uid.encode())) is MessageKind.OUTDATED
    assert last_message().note == "War schon abgemeldet."


@pytest.mark.parametrize(
    ("name", "note"),
    [(OUTLOOK, "Kann am Dienstag, 23. März"), (GOOGLE, "Hat zugesagt: Dienstag, 23. März")],
)
def test_who_is_only_invited_answers_for_all_dates_by_the_link(event, vera, invited, second, take_in, name, note):
    assert take_in(raw(name).replace(UID.encode(), second.uid.encode())) is MessageKind.UNCLEAR
    assert last_message().note.startswith(note)
    assert invited.answer is None
    assert registrations.find_registration_of(event, vera) is None


def test_a_yes_to_a_closed_event_goes_to_the_office(event, invited, take_in):
    event.registration_closes_at = NOW - timedelta(hours=2)
    assert take_in(raw(GOOGLE)) is MessageKind.UNCLEAR
    assert invited.answer is None


def test_who_cancelled_and_says_yes_again_goes_to_the_office(make, event, vera, take_in):
    make.registration(event, vera, status=RegistrationStatus.CANCELLED, created_at=NOW - timedelta(days=3))
    assert take_in(raw(GOOGLE)) is MessageKind.UNCLEAR


def test_answers_about_what_is_over_or_not_from_here_do_nothing(event, registered, take_in):
    assert take_in(raw(GOOGLE).replace(UID.encode(), b"a-b-c")) is MessageKind.STRAY
    event.dates[0].starts_at = NOW - timedelta(hours=1)
    assert take_in(raw(OUTLOOK)) is MessageKind.OUTDATED


def test_an_invitation_of_somebody_else_is_no_answer(take_in):
    assert take_in(raw(OUTLOOK).replace(b"METHOD:REPLY", b"METHOD:REQUEST")) is MessageKind.OTHER


@pytest.mark.parametrize(("host", "asks"), [("imap.example", "TRUE"), ("", "FALSE")])
def test_entries_ask_for_an_answer_only_where_somebody_reads_it(app, registered, host, asks):
    app.config["IMAP_HOST"] = host
    entry = ical.request(registered).replace("\r\n ", "")
    assert f"PARTSTAT=ACCEPTED;RSVP={asks};" in entry
    assert f'ORGANIZER;CN="{app.config["OFFICE_NAME"]}":mailto:{app.config["MAIL_FROM"]}' in entry


def calendar(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VCALENDAR", "METHOD:REPLY", *lines, "END:VCALENDAR"))


ATTENDEE = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@example.org"


@pytest.mark.parametrize(
    "lines",
    [
        ["BEGIN:VEVENT", "UID:x", ATTENDEE, ATTENDEE, "END:VEVENT"],
        ["BEGIN:VEVENT", "UID:x", ATTENDEE, "END:VEVENT", "BEGIN:VEVENT", "UID:y", ATTENDEE, "END:VEVENT"],
        ["BEGIN:VEVENT", "UID:x", "END:VEVENT"],
        ["BEGIN:VEVENT", ATTENDEE, "END:VEVENT"],
        ["BEGIN:VEVENT", "UID:x", "RECURRENCE-ID:20270316T140000Z", ATTENDEE, "END:VEVENT"],
        ["BEGIN:VEVENT", "UID:x", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:a@example.org", "END:VEVENT"],
        ["BEGIN:VTODO", "UID:x", ATTENDEE, "END:VTODO"],
        [],
    ],
)
def test_what_is_not_one_answer_of_one_person_is_not_taken(lines):
    assert parse(calendar(*lines)) is None


def test_odd_names_and_escaped_addresses_are_read():
    attendee = (
        'ATTENDEE;CN="Hilft, Vera: x; y";SENT-BY="mailto:B@example.org";PARTSTAT=accepted:MAILTO:a%2Bx@example.org'
    )
    reply = parse(calendar("BEGIN:VEVENT", "UID:x", attendee, "DTSTAMP:nonsense", "SEQUENCE:-", "END:VEVENT"))
    assert (reply.address, reply.participation) == ("a+x@example.org", "ACCEPTED")
    assert (reply.stamped_at, reply.sequence) == (None, None)


@given(st.text())
def test_no_text_breaks_the_reader(text):
    parse(calendar("BEGIN:VEVENT", "UID:x", text, ATTENDEE, "END:VEVENT"))
    parse(text)


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE" + ';A="b"' * 3000 + ";C=" + "," * 20000,
        "ATTENDEE" + ';A="' * 20000,
        "ATTENDEE" + ';A=b,"' * 20000 + ":",
        "A" * 100_000,
    ],
    ids=["commas", "quotes", "mixed", "letters"],
)
def test_a_long_hostile_line_is_read_quickly(line):
    began = time.perf_counter()
    parse(calendar("BEGIN:VEVENT", "UID:x", line, "END:VEVENT"))
    assert time.perf_counter() - began < 0.5
