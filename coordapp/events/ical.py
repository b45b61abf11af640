"""Calendar entries of events as text (RFC 5545, 5546 and 7986).

Written by hand: an entry belongs to every registration, and the library takes about a millisecond for one.
tests/events/test_ical.py reads the result with two parsers and compares it with what the library writes.
"""

from collections.abc import Iterable
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from coordapp.directory.models import Person
from coordapp.events import words
from coordapp.events.dates import GoneDate, Span
from coordapp.events.ical_lines import berlin, calendar_object, participant, text_value, utc
from coordapp.events.models import Event, EventDate, Place, Registration, RegistrationStatus
from coordapp.shared import clock, languages
from coordapp.shared.links import external_in
from coordapp.shared.text import one_line

REFRESH = "PT6H"  # how often a calendar should look for changes
PARTICIPATION = {  # PARTSTAT of those who hold a place
    RegistrationStatus.CONFIRMED: "ACCEPTED",
    RegistrationStatus.ATTENDED: "ACCEPTED",
    RegistrationStatus.ABSENT: "ACCEPTED",
    RegistrationStatus.OFFERED: "NEEDS-ACTION",
    RegistrationStatus.UNCONFIRMED: "NEEDS-ACTION",
}


def request(registration: Registration, dates: Iterable[EventDate] | None = None) -> str:
    """Write the entries that go with a mail to a registered person, in their language (METHOD:REQUEST).

    It is a stream of iCalendar objects (RFC 5545 3.4), one for each date, of all dates unless some are given: the
    entries of one REQUEST must share their UID (RFC 5546 3.2.2), and each date has its own. Who waits or has cancelled
    gets none: KeyError.
    """
    people = _people(registration.person, PARTICIPATION[registration.status])
    with force_locale(registration.language):
        return _stream("REQUEST", _entries_of(registration, dates, people=people))


def cancel(registration: Registration, dates: Iterable[EventDate | GoneDate] | None = None) -> str:
    """Write the notices that take the entries out of a person's calendar, whoever called them off (METHOD:CANCEL)."""
    people = _people(registration.person, "DECLINED")
    with force_locale(registration.language):
        return _stream("CANCEL", _entries_of(registration, dates, people=people, is_over=True))


def change(registration: Registration, *, known: Iterable[Span], gone: Iterable[GoneDate]) -> str:
    """Write what a change of the dates does to a person's calendar, the news first: many programs read one entry only.

    `known` are begin and end of the dates before, `gone` those that no longer take place. What is over stays as it is.
    """
    times, dates = set(known), registration.event.dates
    news = [date for date in dates if (date.starts_at, date.ends_at) not in times]
    rest = [date for date in dates if (date.starts_at, date.ends_at) in times and date.ends_at > clock.now()]
    return request(registration, news) + cancel(registration, gone) + request(registration, rest)


def publication(registration: Registration) -> str:
    """Write all dates of a registered person as one file to keep (METHOD:PUBLISH)."""
    people = _people(registration.person, PARTICIPATION[registration.status])
    with force_locale(registration.language):
        return calendar_object("METHOD:PUBLISH", entries=_entries_of(registration, None, people=people))


def ask(event: Event, person: Person, *, language: str) -> str:
    """Write the entry that goes with an invitation and waits for an answer (METHOD:REQUEST)."""
    return _invite(event, person, "REQUEST", language=language, is_off=event.is_cancelled)


def call_off(event: Event, person: Person, *, language: str) -> str:
    """Write the notice that takes the entry of an invitation out of a person's calendar (METHOD:CANCEL)."""
    return _invite(event, person, "CANCEL", language=language, is_off=True)


def method_of(calendar: str) -> str:
    """Return what the first object of a stream is: REQUEST or CANCEL."""
    return calendar.partition("\r\nMETHOD:")[2].partition("\r\n")[0]


def _invite(event: Event, person: Person, method: str, *, language: str, is_off: bool) -> str:
    with force_locale(language):
        return _stream(
            method,
            [
                _entry(
                    date,
                    stamped_at=clock.now(),
                    sequence=event.sequence,
                    is_off=is_off,
                    shows_place=not event.hides_address,
                    more=("TRANSP:TRANSPARENT", *_people(person, "NEEDS-ACTION")),
                )
                for date in event.dates
            ],
        )


def _entries_of(
    registration: Registration, dates: Iterable[EventDate | GoneDate] | None, *, people: Iterable[str],
    is_over: bool = False,
) -> list[list[str]]:  # fmt: skip
    """Return the entries of a registered person; `is_over` when they are to be taken out of the calendar."""
    event = registration.event
    return [
        _entry(
            date,
            stamped_at=clock.now(),  # RFC 5546 2.1.5: of two with one SEQUENCE the later DTSTAMP counts
            sequence=event.sequence + registration.sequence,
            is_off=is_over or event.is_cancelled,
            shows_place=not event.hides_address or (registration.is_coming and not is_over),
            more=("TRANSP:TRANSPARENT" if is_over else "TRANSP:OPAQUE", *people),
        )
        for date in (event.dates if dates is None else dates)
    ]


def _stream(method: str, entries: Iterable[Iterable[str]]) -> str:
    return "".join(calendar_object(f"METHOD:{method}", entries=[entry]) for entry in entries)


def feed(dates: Iterable[EventDate], *, name: str, language: str = "de") -> bytes:
    """Write a calendar to subscribe to; the same bytes as long as nothing in it changed.

    It carries no METHOD: it is a picture of what is on (RFC 5545 3.7.2). METHOD:PUBLISH would demand an ORGANIZER in
    each entry (RFC 5546 3.2.1), and programs then treat the reader as somebody who was invited.
    """
    head = (
        f"NAME:{text_value(name)}",
        f"X-WR-CALNAME:{text_value(name)}",
        "X-WR-TIMEZONE:Europe/Berlin",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    )
    with force_locale(language):
        return calendar_object(*head, entries=[_public_entry(date) for date in dates]).encode()


def single(event: Event, *, language: str = "de") -> bytes:
    """Write the dates of one event as a file to keep; without METHOD for the same reason as the feed."""
    with force_locale(language):
        return calendar_object(entries=[_public_entry(date) for date in event.dates]).encode()


def _public_entry(date: EventDate) -> list[str]:
    event = date.event
    return _entry(
        date,
        stamped_at=event.changed_at,
        sequence=event.sequence,
        is_off=event.is_cancelled,
        shows_place=not event.hides_address,
        more=("TRANSP:TRANSPARENT",),  # looking at the county's calendar makes nobody busy
    )


def _entry(
    date: EventDate | GoneDate,
    *,
    stamped_at: datetime,
    sequence: int,
    is_off: bool,
    shows_place: bool,
    more: Iterable[str],
) -> list[str]:
    """Return the lines of one VEVENT. An hour that comes twice in October means the first, as in the forms."""
    event = date.event
    url = _page_of(event)
    title = one_line(words.outside_title(event))
    summary = _("ABGESAGT: %(title)s", title=title) if event.is_cancelled else title  # Babel reads no f-strings
    return [
        "BEGIN:VEVENT",
        f"UID:{date.uid}",
        f"DTSTAMP:{utc(stamped_at)}",
        f"CREATED:{utc(event.created_at)}",
        f"LAST-MODIFIED:{utc(event.changed_at)}",
        f"SEQUENCE:{sequence}",
        f"DTSTART;TZID=Europe/Berlin:{berlin(date.starts_at)}",
        f"DTEND;TZID=Europe/Berlin:{berlin(date.ends_at)}",
        f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}",
        f"SUMMARY:{text_value(summary)}",
        *_where(event.place, shows_place=shows_place),
        f"DESCRIPTION:{text_value(_description(event, url=url, shows_place=shows_place))}",
        *([f"URL:{url}"] if url else []),
        *_sort_of(event),
        *more,
        "END:VEVENT",
    ]


def _sort_of(event: Event) -> list[str]:
    """Return CATEGORIES and CLASS; what is confidential has no sort, and asks shared calendars to hide it."""
    if event.is_confidential:
        return ["CLASS:PRIVATE"]
    return [f"CATEGORIES:{text_value(event.rules.category)}", "CLASS:PUBLIC"]


def _page_of(event: Event) -> str:
    """Return the address of the public page, in the reader's language; "" for a closed group, which has none.

    A link to cancel would travel with the entry.
    """
    if event.group_only:
        return ""
    return external_in(languages.current(), event.rules.endpoint, event_id=event.id)


def _where(place: Place | None, *, shows_place: bool) -> list[str]:
    """Return the LOCATION: the municipality first, then what a map can find; a hidden address is its municipality."""
    if place is None:
        return []
    exact = (place.name, place.address if place.street else "") if shows_place else ()
    return [f"LOCATION:{text_value(', '.join(filter(None, (place.municipality, *exact))))}"]


def _description(event: Event, *, url: str, shows_place: bool) -> str:
    about = () if event.is_confidential else (event.summary, event.description)
    parts = [_off_text(event), *about, _place_text(event.place, shows_place=shows_place)]
    if url:
        parts.append(_("Mehr dazu und Anmeldung: %(url)s", url=url))
    return "\n\n".join(part.strip() for part in parts if part)


def _off_text(event: Event) -> str:
    if not event.is_cancelled:
        return ""
    said = "" if event.is_confidential else event.cancellation_reason
    reason = _("Der Grund: %(reason)s", reason=said) if said else ""
    return (_("Diese Veranstaltung findet nicht statt.") + f" {reason}").strip()


def _place_text(place: Place | None, *, shows_place: bool) -> str:
    """Say how to get in and home again; of a hidden place only what does not give it away."""
    if place is None:
        return ""
    facts = [
        _("Der Weg ist ohne Stufen.") if place.is_step_free else "",
        _("Es gibt ein WC für Rollstühle.") if place.has_accessible_wc else "",
        _("Es gibt eine Höranlage.") if place.has_hearing_loop else "",
    ]
    if shows_place:
        facts += [
            f"{_('Haltestelle')}: {place.stop}" if place.stop else "",
            f"{_('Letzte Fahrt zurück')}: {place.last_bus}" if place.last_bus else "",
            f"{_('Weg im Haus')}: {place.directions}" if place.directions else "",
        ]
    return "\n".join(filter(None, facts))


def _people(person: Person, status: str) -> tuple[str, str]:
    """Return ORGANIZER and the one ATTENDEE.

    Calendar programs send their answers to the ORGANIZER, and only where RSVP asks for one: if that mailbox is read.
    """
    office = participant(current_app.config["OFFICE_NAME"], current_app.config["MAIL_FROM"])
    reader = participant(person.name, person.email or "")
    rsvp = "TRUE" if current_app.config["IMAP_HOST"] else "FALSE"
    return f"ORGANIZER;{office}", f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={status};RSVP={rsvp};{reader}"
