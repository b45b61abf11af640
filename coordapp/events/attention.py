"""What the office must do about coming events: drafts, registrations to be confirmed, waiting lists, offers."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import func, select

from coordapp.events.models import Event, EventDate, Registration, RegistrationStatus
from coordapp.events.occupancy import occupancies
from coordapp.extensions import db
from coordapp.shared import languages
from coordapp.shared.attention import Line, Urgency, counted

UNCONFIRMED, WAITING, OFFERED = RegistrationStatus.UNCONFIRMED, RegistrationStatus.WAITING, RegistrationStatus.OFFERED


@dataclass(frozen=True)
class Open:
    """Registrations of one event and status that are not settled: how many, for how many people, until when."""

    status: RegistrationStatus
    is_proven: bool
    registrations: int
    people: int
    until: datetime | None


def list_lines(now: datetime) -> list[Line]:
    """List what the coming events need, the next event first."""
    events, unsettled = _coming(now), _unsettled()
    taken = {event_id: numbers.taken for event_id, numbers in occupancies(events).items()}
    lines: list[Line] = []
    for event in events:
        if not event.is_published:
            lines.append(_draft(event))
        elif event.starts_at > now:
            lines += _lines(event, unsettled[event.id])
            lines += _full(event, taken.get(event.id, 0), unsettled[event.id])
    return lines


def in_short(event: Event) -> str:
    """Name an event with its day: "Runder Tisch in Ilmenau, 16.03.2027"."""
    return f"{event.title}, {languages.short_day(event.starts_at)}"


def _coming(now: datetime) -> list[Event]:
    query = select(Event).where(Event.cancelled_at.is_(None), Event.dates.any(EventDate.ends_at > now))
    return sorted(db.session.scalars(query), key=lambda event: event.starts_at)


def _unsettled() -> dict[int, list[Open]]:
    """Return what is not settled, by event."""
    is_proven = Registration.proven_at.is_not(None)
    rows = db.session.execute(
        select(
            Registration.event_id, Registration.status, is_proven, func.count(), func.sum(Registration.party_size),
            func.min(Registration.expires_at),
        )
        .where(Registration.status.in_((UNCONFIRMED, WAITING, OFFERED)))
        .group_by(Registration.event_id, Registration.status, is_proven)
    )  # fmt: skip
    found: dict[int, list[Open]] = defaultdict(list)
    for event_id, status, proven, number, people, until in rows:
        found[event_id].append(Open(status, bool(proven), number, people, until))
    return found


def _draft(event: Event) -> Line:
    url = url_for(event.rules.office_endpoint, event_id=event.id)
    return Line("Entwurf prüfen und veröffentlichen", url, Urgency.TO_DO, about=in_short(event), until=event.starts_at)


def _full(event: Event, taken: int, unsettled: list[Open]) -> Iterator[Line]:
    """Say that an event is full when no line about its waiting list says so."""
    is_waited_for = any(some.is_proven and some.status is WAITING for some in unsettled)
    if event.capacity is not None and taken >= event.capacity and not is_waited_for:
        url = url_for("registrations_office.index", event_id=event.id)
        yield Line("Ausgebucht: Anmeldungen ansehen", url, Urgency.TO_DO, about=in_short(event), until=event.starts_at)


def _lines(event: Event, unsettled: list[Open]) -> Iterator[Line]:
    unproven = [some for some in unsettled if not some.is_proven]
    offered = [some for some in unsettled if some.is_proven and some.status is OFFERED]
    waiting = [some for some in unsettled if some.is_proven and some.status is WAITING]
    if unproven:
        number = sum(some.registrations for some in unproven)
        words = counted(number, "unbestätigte Anmeldung", "unbestätigte Anmeldungen")
        yield _line(event, unproven, f"{words} ansehen")
    if offered:
        number = sum(some.people for some in offered)
        words = counted(number, "angebotenen Platz", "angebotene Plätze")
        yield _line(event, offered, f"{words} ansehen")
    if waiting:
        words = counted(sum(some.people for some in waiting), "Person wartet", "Personen warten")
        yield _line(event, waiting, f"Ausgebucht, {words}: Warteliste ansehen")


def _line(event: Event, unsettled: list[Open], deed: str) -> Line:
    status = min(some.status for some in unsettled)  # of "unconfirmed" and "waiting" the one that holds a place
    url = url_for("registrations_office.index", event_id=event.id, status=status)
    until = min((some.until for some in unsettled if some.until is not None), default=None)
    return Line(deed, url, Urgency.WAITED_FOR, about=in_short(event), until=until)
