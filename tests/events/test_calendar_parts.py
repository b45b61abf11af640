"""A mail about several dates as a mail server takes it: a part for each, read by two parsers, and a file of all."""

from datetime import timedelta
from email.message import EmailMessage

import icalendar
import pytest
import vobject

from coordapp.events import ical, service
from coordapp.events import registration as registrations
from coordapp.events.models import CancelledBy
from coordapp.extensions import db
from coordapp.outbox.sender import Sender
from coordapp.shared import clock

from .conftest import NOW


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def evenings(make):
    """Return a training on four evenings."""
    return make.training(make.training_format(title="Zuhören; Fragen, Schweigen \\ Größe")).event


@pytest.fixture
def deliver(smtp):
    """Return a function that sends what lies in the outbox and gives the messages that arrived, oldest first."""

    def deliver() -> list[EmailMessage]:
        db.session.commit()
        smtp.envelopes.clear()
        sender = Sender()
        while sender.send_next():
            pass
        sender.close()
        return smtp.messages

    return deliver


def parts(message: EmailMessage) -> list[EmailMessage]:
    return [part for part in message.walk() if part.get_content_type() == "text/calendar"]


def facts(part: EmailMessage) -> tuple[str, str, str]:
    """Return method, UID and status, on which part and both parsers agree."""
    text = part.get_payload(decode=True).decode(part.get_content_charset())
    calendar, other = icalendar.Calendar.from_ical(text), vobject.readOne(text)
    (event,), (entry,) = calendar.walk("VEVENT"), other.vevent_list
    method = part["Content-Type"].params["method"]
    assert method == str(calendar["METHOD"]) == other.method.value
    assert str(event["UID"]) == entry.uid.value
    assert str(event["STATUS"]) == entry.status.value
    assert event.decoded("DTSTART") == entry.dtstart.value
    assert str(event["SUMMARY"]) == entry.summary.value
    return method, str(event["UID"]), str(event["STATUS"])


def register(event, make):
    return registrations.register(event, make.person(), registrations.Wishes(), proven=True)


def uids(event) -> list[str]:
    return [date.uid for date in event.dates]


def test_four_evenings_arrive_as_four_entries_and_one_file(evenings, make, deliver):
    register(evenings, make)
    (message,) = deliver()
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
        "text/calendar", "text/calendar", "text/calendar", "application/ics",
    ]  # fmt: skip
    assert [facts(part) for part in parts(message)] == [("REQUEST", uid, "CONFIRMED") for uid in uids(evenings)]
    first, *others = parts(message)
    assert first["Content-Disposition"] is None  # the alternative, which programs answer to
    names = [(part.get_content_disposition(), part.get_filename()) for part in others]
    assert names == [("attachment", f"termin-{number}.ics") for number in (2, 3, 4)]


def test_the_file_holds_all_dates_and_asks_nothing(evenings, make, deliver):
    register(evenings, make)
    (message,) = deliver()
    *_others, file = message.walk()
    text = file.get_payload(decode=True).decode()
    calendar, other = icalendar.Calendar.from_ical(text), vobject.readOne(text)
    assert file.get_filename() == "termine.ics"
    assert "METHOD" not in calendar
    assert [str(event["UID"]) for event in calendar.walk("VEVENT")] == uids(evenings)
    assert [entry.uid.value for entry in other.vevent_list] == uids(evenings)
    assert [entry.dtstart.value for entry in other.vevent_list] == [
        clock.local(date.starts_at) for date in evenings.dates
    ]
    assert len(calendar.walk("VTIMEZONE")) == 1
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_an_evening_that_is_gone_arrives_as_a_cancellation_beside_the_others(evenings, make, deliver):
    made = register(evenings, make)
    deliver()
    kept = uids(evenings)
    dates = [(date.starts_at, date.ends_at) for date in evenings.dates]
    moved = (dates[3][0] + timedelta(days=1), dates[3][1] + timedelta(days=1))
    service.change_event(evenings, version=evenings.version, dates=[dates[0], dates[2], moved], place=evenings.place)
    (message,) = deliver()
    assert [facts(part) for part in parts(message)] == [
        ("REQUEST", kept[3], "CONFIRMED"), ("CANCEL", kept[1], "CANCELLED"), ("REQUEST", kept[0], "CONFIRMED"),
        ("REQUEST", kept[2], "CONFIRMED"),
    ]  # fmt: skip
    *_others, file = message.walk()
    entries = icalendar.Calendar.from_ical(file.get_content().decode()).walk("VEVENT")
    assert {str(entry["UID"]): str(entry["STATUS"]) for entry in entries} == dict.fromkeys(kept, "CONFIRMED") | {
        kept[1]: "CANCELLED"
    }
    sequence = evenings.sequence + made.sequence
    assert [int(entry["SEQUENCE"]) for entry in entries] == [sequence] * 4
    assert sequence > 0


def test_leaving_takes_all_evenings_out(evenings, make, deliver):
    made = register(evenings, make)
    registrations.cancel(made, by=CancelledBy.PARTICIPANT)
    _registered, message = deliver()
    assert [facts(part) for part in parts(message)] == [("CANCEL", uid, "CANCELLED") for uid in uids(evenings)]


def test_one_date_arrives_as_it_always_did(make, deliver):
    made = register(make.event(), make)
    (message,) = deliver()
    (entry,) = parts(message)
    *_others, file = message.walk()
    assert facts(entry) == ("REQUEST", made.event.dates[0].uid, "CONFIRMED")
    assert (file.get_filename(), file.get_content().decode()) == ("termin.ics", ical.request(made))


def test_what_people_typed_cannot_begin_another_entry(evenings, make, deliver):
    payload = "x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:x"
    evenings.title = evenings.summary = evenings.description = payload
    registrations.register(evenings, make.person(name=payload[:100]), registrations.Wishes(), proven=True)
    (message,) = deliver()
    assert [facts(part) for part in parts(message)] == [("REQUEST", uid, "CONFIRMED") for uid in uids(evenings)]
    *_others, file = message.walk()
    assert len(icalendar.Calendar.from_ical(file.get_content().decode()).walk("VEVENT")) == 4
