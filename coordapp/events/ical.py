"""Calendar entries of events as text (RFC 5545, 5546 and 7986).

Written by hand: an entry belongs to every registration, and the library takes about a millisecond for one.
tests/events/test_ical.py reads the result with two parsers and compares it with what the library writes.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from coordapp.directory.models import Person
from coordapp.events.models import Event, EventDate, Place, Registration, RegistrationStatus
from coordapp.shared import clock, languages
from coordapp.shared.links import external
from coordapp.shared.text import one_line

PRODID = "-//coordapp//Veranstaltungen//DE"
REFRESH = "PT6H"  # how often a calendar should look for changes
IN_ADDRESSES = "@!$&'*+-=_.~/"  # letters of an address that a mailto: takes as they are (RFC 6068)
LINE_OCTETS = 75  # RFC 5545 3.1, without the line break

# The rule as the law has it since 1996. Lists of single dates instead of rules are misread by two of three parsers.
TIMEZONE = "\r\n".join((
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Berlin",
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "DTSTART:19810329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
))  # fmt: skip
PARTICIPATION = {  # PARTSTAT of those who hold a place
    RegistrationStatus.CONFIRMED: "ACCEPTED",
    RegistrationStatus.ATTENDED: "ACCEPTED",
    RegistrationStatus.ABSENT: "ACCEPTED",
    RegistrationStatus.OFFERED: "NEEDS-ACTION",
    RegistrationStatus.UNCONFIRMED: "NEEDS-ACTION",
}
_BREAK = "\\n"
_ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,"} | dict.fromkeys(
    ("\r\n", "\r", "\n", "\v", "\f", "\x85", "\u2028", "\u2029"), _BREAK
)
_SPECIAL = re.compile("\r\n|[\\\\;,\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def request(registration: Registration) -> str:
    """Write the entry that goes with a mail to a registered person, in their language (METHOD:REQUEST).

    Who waits or has cancelled gets none: KeyError.
    """
    event = registration.event
    status = PARTICIPATION[registration.status]
    with force_locale(registration.language):
        entries = [
            _entry(
                date,
                stamped_at=clock.now(),  # RFC 5546 2.1.5: of two with one SEQUENCE the later DTSTAMP counts
                sequence=event.sequence + registration.sequence,
                is_off=event.is_cancelled,
                shows_place=registration.is_coming or not event.hides_address,
                more=("TRANSP:OPAQUE", *_people(registration.person, status)),
            )
            for date in event.dates
        ]
    return _calendar("METHOD:REQUEST", entries=entries)


def ask(event: Event, person: Person, *, language: str) -> str:
    """Write the entry that goes with an invitation and waits for an answer (METHOD:REQUEST)."""
    with force_locale(language):
        entries = [
            _entry(
                date,
                stamped_at=clock.now(),
                sequence=event.sequence,
                is_off=event.is_cancelled,
                shows_place=not event.hides_address,
                more=("TRANSP:TRANSPARENT", *_people(person, "NEEDS-ACTION")),
            )
            for date in event.dates
        ]
    return _calendar("METHOD:REQUEST", entries=entries)


def call_off(event: Event, person: Person, *, language: str) -> str:
    """Write the notice that takes the entry of an invitation out of a person's calendar (METHOD:CANCEL)."""
    with force_locale(language):
        entries = [
            _entry(
                date,
                stamped_at=clock.now(),
                sequence=event.sequence,
                is_off=True,
                shows_place=not event.hides_address,
                more=("TRANSP:TRANSPARENT", *_people(person, "NEEDS-ACTION")),
            )
            for date in event.dates
        ]
    return _calendar("METHOD:CANCEL", entries=entries)


def cancel(registration: Registration) -> str:
    """Write the notice that takes the entry out of a person's calendar, whoever called it off (METHOD:CANCEL)."""
    event = registration.event
    with force_locale(registration.language):
        entries = [
            _entry(
                date,
                stamped_at=clock.now(),
                sequence=event.sequence + registration.sequence,
                is_off=True,
                shows_place=not event.hides_address,
                more=("TRANSP:TRANSPARENT", *_people(registration.person, "DECLINED")),
            )
            for date in event.dates
        ]
    return _calendar("METHOD:CANCEL", entries=entries)


def feed(dates: Iterable[EventDate], *, name: str, language: str = "de") -> bytes:
    """Write a calendar to subscribe to; the same bytes as long as nothing in it changed.

    It carries no METHOD: it is a picture of what is on (RFC 5545 3.7.2). METHOD:PUBLISH would demand an ORGANIZER in
    each entry (RFC 5546 3.2.1), and programs then treat the reader as somebody who was invited.
    """
    head = (
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        "X-WR-TIMEZONE:Europe/Berlin",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    )
    with force_locale(language):
        return _calendar(*head, entries=[_public_entry(date) for date in dates]).encode()


def single(event: Event, *, language: str = "de") -> bytes:
    """Write the dates of one event as a file to keep; without METHOD for the same reason as the feed."""
    with force_locale(language):
        return _calendar(entries=[_public_entry(date) for date in event.dates]).encode()


def _calendar(*head: str, entries: Iterable[Iterable[str]]) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", *map(fold, head), TIMEZONE]
    for entry in entries:
        lines += map(fold, entry)
    lines.append("END:VCALENDAR\r\n")
    return "\r\n".join(lines)


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
    date: EventDate, *, stamped_at: datetime, sequence: int, is_off: bool, shows_place: bool, more: Iterable[str]
) -> list[str]:
    """Return the lines of one VEVENT. An hour that comes twice in October means the first, as in the forms."""
    event = date.event
    url = _page_of(event)
    title = one_line(event.title)
    summary = _("ABGESAGT: %(title)s", title=title) if event.is_cancelled else title  # Babel reads no f-strings
    return [
        "BEGIN:VEVENT",
        f"UID:{date.uid}",
        f"DTSTAMP:{_utc(stamped_at)}",
        f"CREATED:{_utc(event.created_at)}",
        f"LAST-MODIFIED:{_utc(event.changed_at)}",
        f"SEQUENCE:{sequence}",
        f"DTSTART;TZID=Europe/Berlin:{_local(date.starts_at)}",
        f"DTEND;TZID=Europe/Berlin:{_local(date.ends_at)}",
        f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}",
        f"SUMMARY:{_text(summary)}",
        *_where(event.place, shows_place=shows_place),
        f"DESCRIPTION:{_text(_description(event, url=url, shows_place=shows_place))}",
        f"URL:{url}",
        f"CATEGORIES:{_text(event.rules.category)}",
        "CLASS:PUBLIC",
        *more,
        "END:VEVENT",
    ]


def _page_of(event: Event) -> str:
    """Return the address of the public page, in the reader's language. A link to cancel would travel with the entry."""
    language = languages.current()
    return external(
        event.rules.endpoint, event_id=event.id, **({} if language == "de" else {languages.COOKIE: language})
    )  # fmt: skip


def _where(place: Place | None, *, shows_place: bool) -> list[str]:
    """Return the LOCATION: the municipality first, then what a map can find; a hidden address is its municipality."""
    if place is None:
        return []
    exact = (place.name, place.address if place.street else "") if shows_place else ()
    return [f"LOCATION:{_text(', '.join(filter(None, (place.municipality, *exact))))}"]


def _description(event: Event, *, url: str, shows_place: bool) -> str:
    parts = [_off_text(event), event.summary, event.description, _place_text(event.place, shows_place=shows_place)]
    parts.append(_("Mehr dazu und Anmeldung: %(url)s", url=url))
    return "\n\n".join(part.strip() for part in parts if part)


def _off_text(event: Event) -> str:
    if not event.is_cancelled:
        return ""
    reason = _("Der Grund: %(reason)s", reason=event.cancellation_reason) if event.cancellation_reason else ""
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
    office = _person(current_app.config["OFFICE_NAME"], current_app.config["MAIL_FROM"])
    reader = _person(person.name, person.email or "")
    rsvp = "TRUE" if current_app.config["IMAP_HOST"] else "FALSE"
    return f"ORGANIZER;{office}", f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={status};RSVP={rsvp};{reader}"


def _person(name: str, email: str) -> str:
    """Return a name and an address; in a name no quotes and carets, which parsers read differently (RFC 6868)."""
    shown = one_line(name).replace('"', "'").replace("^", "")
    return f'CN="{shown}":mailto:{quote(email, safe=IN_ADDRESSES)}'


def _utc(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def _local(at: datetime) -> str:
    return f"{clock.local(at):%Y%m%dT%H%M%S}"


def _text(value: str) -> str:
    """Escape a TEXT value (RFC 5545 3.3.11); control characters are left out."""
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], ""), value)


def fold(line: str) -> str:
    """Cut a content line into pieces of at most 75 octets (RFC 5545 3.1), never inside a letter."""
    if len(line) <= LINE_OCTETS and line.isascii():
        return line
    raw = line.encode()
    pieces, start, room = [], 0, LINE_OCTETS
    while len(raw) - start > room:
        end = start + room
        while raw[end] & 0xC0 == 0x80:  # a continuation octet of UTF-8
            end -= 1
        pieces.append(raw[start:end])
        start, room = end, LINE_OCTETS - 1  # the space before the next piece counts
    pieces.append(raw[start:])
    return b"\r\n ".join(pieces).decode()
