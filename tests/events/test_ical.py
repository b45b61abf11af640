"""Entries are read with two parsers that know nothing of each other, and compared with what a library would write."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import vobject
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coordapp.events import ical
from coordapp.events.ical_lines import fold
from coordapp.events.models import COMING, EventDate, RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.text import clean, one_line

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OFTEN = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WRITING = "Ünï مرحبا بكم في الطاولة المستديرة 🎉👩‍👩‍👧 Зустріч; Tee, Kaffee \\ Kuchen "
MOMENTS = {  # begin and end in UTC
    "winter": (datetime(2027, 1, 20, 14, tzinfo=UTC), datetime(2027, 1, 20, 17, tzinfo=UTC)),
    "summer": (datetime(2027, 7, 20, 13, tzinfo=UTC), datetime(2027, 7, 20, 16, tzinfo=UTC)),
    "night before summer time": (datetime(2027, 3, 27, 22, tzinfo=UTC), datetime(2027, 3, 28, 0, 30, tzinfo=UTC)),
    "across the missing hour": (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    "first day of summer time": (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 3, 28, 13, tzinfo=UTC)),
    "across the double hour": (datetime(2027, 10, 30, 23, tzinfo=UTC), datetime(2027, 10, 31, 2, tzinfo=UTC)),
    "first day of winter time": (datetime(2027, 10, 31, 2, tzinfo=UTC), datetime(2027, 10, 31, 14, tzinfo=UTC)),
    "over midnight": (datetime(2028, 2, 29, 20, tzinfo=UTC), datetime(2028, 3, 1, 1, tzinfo=UTC)),
    "after 2037": (datetime(2040, 8, 8, 8, tzinfo=UTC), datetime(2040, 8, 8, 9, tzinfo=UTC)),
}
INJECTIONS = (
    "x\r\nATTENDEE:mailto:boese@example.org",
    "x\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:zwei",
    "x\rX-BOESE:1",
    "x\u2028X-BOESE:1\u2029X-BOESE:2\x85X-BOESE:3\x0bX-BOESE:4\x0cX-BOESE:5\x1cX-BOESE:6",
    "x\\nX-BOESE:1",
    "a;b,c\\d:e\"f^ng'h",
    "\x01\x07\x1b[31mrot",
    "x\r\n X-BOESE:1",
    "BEGIN:VALARM",
)
NAMES = {
    "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "STATUS", "SUMMARY", "LOCATION",
    "DESCRIPTION", "URL", "CATEGORIES", "CLASS", "TRANSP",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def read(text: bytes | str) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(text)


def entry(text: bytes | str) -> icalendar.Event:
    entries = read(text).walk("VEVENT")
    assert len(entries) == 1
    return entries[0]


def facts_by_icalendar(text: bytes) -> list[tuple]:
    return [
        (
            str(e["UID"]), e.decoded("DTSTART").astimezone(UTC), e.decoded("DTEND").astimezone(UTC),
            str(e["SUMMARY"]), str(e["STATUS"]), str(e["LOCATION"]), str(e["DESCRIPTION"]),
        )
        for e in read(text).walk("VEVENT")
    ]  # fmt: skip


def facts_by_vobject(text: bytes) -> list[tuple]:
    return [
        (
            e.uid.value, e.dtstart.value.astimezone(UTC), e.dtend.value.astimezone(UTC),
            e.summary.value, e.status.value, e.location.value, e.description.value,
        )
        for e in vobject.readOne(text.decode()).vevent_list
    ]  # fmt: skip


@pytest.mark.parametrize("name", MOMENTS)
def test_two_parsers_read_what_is_stored(make, name):
    starts_at, ends_at = MOMENTS[name]
    event = make.event(starts_at=starts_at, ends_at=ends_at, title=WRITING, description=(WRITING * 5 + "\n") * 3)
    written = ical.single(event)
    uid = event.dates[0].uid
    expected = (uid, starts_at, ends_at, WRITING.strip(), "CONFIRMED")
    assert [facts[:5] for facts in facts_by_icalendar(written)] == [expected]
    assert facts_by_vobject(written) == facts_by_icalendar(written)


def test_a_cancelled_event_says_so_in_every_place(make):
    event = make.event(title="Runder Tisch", cancelled=True, cancellation_reason="Das Haus ist gesperrt.")
    read_entry = entry(ical.single(event))
    assert str(read_entry["STATUS"]) == "CANCELLED"
    assert str(read_entry["SUMMARY"]) == "ABGESAGT: Runder Tisch"
    assert "Das Haus ist gesperrt." in str(read_entry["DESCRIPTION"])


def test_an_entry_is_what_the_library_would_write(make):
    event = make.event(
        title="Runder Tisch; Thema, Ort \\ Zeit", summary="Kurz gesagt", description="Länger\ngesagt, mit Komma",
        place=make.place(name="Landratsamt", municipality="Arnstadt", is_step_free=True, stop="Ried, 2 Minuten"),
    )  # fmt: skip
    date = event.dates[0]
    like = icalendar.Event()
    like.add("uid", date.uid)
    like.add("dtstamp", event.changed_at)
    like.add("created", event.created_at)
    like.add("last-modified", event.changed_at)
    like.add("sequence", 0)
    like.add("dtstart", clock.local(date.starts_at))
    like.add("dtend", clock.local(date.ends_at))
    like.add("status", "CONFIRMED")
    like.add("summary", event.title)
    like.add("location", "Arnstadt, Landratsamt, Ritterstraße 14, 99310 Arnstadt")
    like.add(
        "description",
        "Kurz gesagt\n\nLänger\ngesagt, mit Komma\n\nDer Weg ist ohne Stufen.\nHaltestelle: Ried, 2 Minuten\n\n"
        f"Mehr dazu und Anmeldung: http://localhost/runde-tische/{event.id}/",
    )
    like.add("url", f"http://localhost/runde-tische/{event.id}/")
    like.add("categories", ["Runder Tisch"])
    like.add("class", "PUBLIC")
    like.add("transp", "TRANSPARENT")
    written = entry(ical.single(event))
    assert sorted(written.to_ical().splitlines()) == sorted(like.to_ical().splitlines())


def test_every_line_fits_and_holds_whole_letters(make):
    event = make.event(title=WRITING * 2, description=WRITING * 40, place=make.place(name=WRITING))
    written = ical.feed(event.dates, name=WRITING * 4)
    assert written.endswith(b"\r\n")
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert b"\r" not in written.replace(b"\r\n", b"")
    lines = written.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()


@OFTEN
@given(st.text(max_size=400))
@example("é" * 200)
@example("x" * 74 + "é")
@example("x" * 72 + "🎉" + "x" * 73 + "ж")
@example(" " * 300)
def test_folding_never_cuts_a_letter_and_can_be_undone(text):
    line = "SUMMARY:" + text.replace("\r", "").replace("\n", "")
    folded = fold(line)
    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == line


@OFTEN
@given(title=st.text(min_size=1, max_size=200), description=st.text(max_size=300))
@example(title=WRITING, description="\\n \\N ;; ,, \\\\")
def test_any_title_is_read_as_it_was_written(make, title, description):
    with db.session.no_autoflush:
        event = make.event()
        event.title, event.description = title, clean(description)
        written = ical.single(event)
        db.session.rollback()
    for parse in (facts_by_icalendar, facts_by_vobject):
        (facts,) = parse(written)
        assert facts[3] == one_line(title)
    assert set(entry(written)) == NAMES


@pytest.mark.parametrize("payload", INJECTIONS)
def test_nothing_typed_becomes_a_line_of_its_own(app, make, payload):
    place = make.place(name=payload, street=payload, postal_code="99310", stop=payload, last_bus=payload,
                       directions=payload, is_step_free=True)  # fmt: skip
    event = make.event(
        title=payload, summary=payload, description=payload, place=place, cancelled=True, cancellation_reason=payload
    )
    registration = make.registration(event, make.person(name=payload))
    app.config["OFFICE_NAME"] = payload
    for text in (ical.request(registration), ical.cancel(registration)):
        assert set(entry(text)) == NAMES | {"ORGANIZER", "ATTENDEE"}
        assert not isinstance(entry(text)["ATTENDEE"], list)
        assert str(entry(text)["ATTENDEE"]) == f"mailto:{registration.person.email}"
    for text in (ical.single(event), ical.feed(event.dates, name=payload)):
        assert set(entry(text)) == NAMES
        (facts,) = facts_by_vobject(text)
        assert facts[3] == "ABGESAGT: " + one_line(payload)
        names = {line.partition(b":")[0] for line in text.replace(b"\r\n ", b"").split(b"\r\n")}
        assert not any(b"BOESE" in name or name == b"ATTENDEE" for name in names)


@pytest.mark.parametrize(
    ("status", "participation"),
    [
        (RegistrationStatus.CONFIRMED, "ACCEPTED"),
        (RegistrationStatus.OFFERED, "NEEDS-ACTION"),
        (RegistrationStatus.UNCONFIRMED, "NEEDS-ACTION"),
    ],
)
def test_a_request_is_for_its_reader_alone(app, make, status, participation):
    event = make.event(sequence=3)
    others = [make.registration(event) for _number in range(3)]
    registration = make.registration(event, status=status, sequence=2)
    text = ical.request(registration)
    assert str(read(text)["METHOD"]) == "REQUEST"
    read_entry = entry(text)
    assert str(read_entry["ATTENDEE"]) == f"mailto:{registration.person.email}"
    assert read_entry["ATTENDEE"].params["PARTSTAT"] == participation
    assert read_entry["ATTENDEE"].params["RSVP"] == "FALSE"
    assert read_entry["ATTENDEE"].params["CN"] == registration.person.name
    assert str(read_entry["ORGANIZER"]) == f"mailto:{app.config['MAIL_FROM']}"
    assert read_entry["ORGANIZER"].params["CN"] == app.config["OFFICE_NAME"]
    assert int(read_entry["SEQUENCE"]) == 5
    assert not any(other.person.email in text or other.person.name in text for other in others)


@pytest.mark.parametrize("status", [RegistrationStatus.WAITING, RegistrationStatus.CANCELLED])
def test_who_waits_or_has_cancelled_gets_no_entry(make, status):
    with pytest.raises(KeyError):
        ical.request(make.registration(status=status))


def test_the_mail_and_the_feed_speak_of_the_same_entry(make):
    registration = make.registration()
    public = entry(ical.feed(registration.event.dates, name="Termine"))
    for text in (ical.request(registration), ical.cancel(registration)):
        assert entry(text)["UID"] == public["UID"]
        assert entry(text).decoded("DTSTART") == public.decoded("DTSTART")


def test_a_cancelled_registration_is_taken_out_of_the_calendar(make):
    registration = make.registration(make.event(title="Treffen"), status=RegistrationStatus.CANCELLED, sequence=1)
    text = ical.cancel(registration)
    assert str(read(text)["METHOD"]) == "CANCEL"
    assert str(entry(text)["STATUS"]) == "CANCELLED"
    assert str(entry(text)["SUMMARY"]) == "Treffen"  # the event itself takes place
    assert int(entry(text)["SEQUENCE"]) == 1
    assert str(entry(text)["ATTENDEE"]) == f"mailto:{registration.person.email}"


def test_of_two_requests_the_later_counts(make):
    registration = make.registration(status=RegistrationStatus.UNCONFIRMED)
    first = entry(ical.request(registration))
    with clock.stopped(NOW + timedelta(minutes=5)):
        registration.status = RegistrationStatus.CONFIRMED
        second = entry(ical.request(registration))
    assert (first["SEQUENCE"], first.decoded("DTSTAMP")) < (second["SEQUENCE"], second.decoded("DTSTAMP"))


@pytest.mark.parametrize("status", ical.PARTICIPATION)
def test_a_hidden_address_is_told_only_to_those_who_are_coming(make, status):
    place = make.place(name="Frauenhaus", street="Geheimweg 7", municipality="Ilmenau", stop="Geheimhalt",
                       last_bus="Geheimbus", directions="Geheimtür", is_step_free=True)  # fmt: skip
    event = make.event(place=place, hides_address=True)
    registration = make.registration(event, status=status)
    for text in (ical.single(event).decode(), ical.cancel(registration)):
        assert "Geheim" not in text.replace("\r\n ", "")
        assert "Frauenhaus" not in text
        assert str(entry(text)["LOCATION"]) == "Ilmenau"
        assert "Der Weg ist ohne Stufen." in str(entry(text)["DESCRIPTION"])
    assert ("Geheimweg 7" in ical.request(registration).replace("\r\n ", "")) == (status in COMING)


def test_an_event_of_several_dates_has_one_entry_for_each(make):
    event = make.event()
    last = event.dates[0]
    event.dates.append(
        EventDate(starts_at=last.starts_at + timedelta(days=7), ends_at=last.ends_at + timedelta(days=7))
    )
    db.session.flush()
    uids = [date.uid for date in event.dates]
    assert len(set(uids)) == 2
    registration = make.registration(event)
    for text in (ical.single(event), ical.publication(registration)):
        assert [str(e["UID"]) for e in read(text).walk("VEVENT")] == uids


def test_an_entry_speaks_the_language_of_its_reader(make):
    event = make.event(cancelled=True, title="Runder Tisch")
    registration = make.registration(event, language="en")
    assert f"/runde-tische/{event.id}/?sprache=en" in ical.request(registration)
    assert str(entry(ical.single(event))["SUMMARY"]) == "ABGESAGT: Runder Tisch"
    assert f"/runde-tische/{event.id}/\r\n" in ical.single(event).decode()


def test_unchanged_data_are_written_with_the_same_bytes(make):
    event = make.event()
    first = ical.feed(event.dates, name="Termine"), ical.single(event)
    db.session.commit()
    db.session.expire_all()
    with clock.stopped(NOW + timedelta(days=3)):
        assert (ical.feed(event.dates, name="Termine"), ical.single(event)) == first
    assert entry(first[1]).decoded("DTSTAMP") == entry(first[1]).decoded("LAST-MODIFIED") == event.changed_at


def test_a_feed_says_its_name_and_when_to_look_again(make):
    text = ical.feed(make.event().dates, name="Termine: Ilm-Kreis – Arnstadt")
    calendar = read(text)
    assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"]) == "Termine: Ilm-Kreis – Arnstadt"
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in text
    assert b"\r\nX-PUBLISHED-TTL:PT6H\r\n" in text
    assert "METHOD" not in calendar
    assert not calendar.walk("VALARM")
    assert len(calendar.walk("VTIMEZONE")) == 1
    assert b"RDATE" not in text


def test_an_address_with_odd_letters_stays_one_address(make):
    registration = make.registration(of_person=make.person(email="o'neil+50%@example.org"))
    assert str(entry(ical.request(registration))["ATTENDEE"]) == "mailto:o'neil+50%25@example.org"
