"""Which dates the public sees, and how full they are. Nothing here changes anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager

from coordapp.events import words
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event, EventDate, Place
from coordapp.events.occupancy import Occupancy, occupancies
from coordapp.extensions import db
from coordapp.shared import languages


@dataclass(frozen=True)
class Choice:
    """What a reader wants to see of the calendar; empty means all."""

    municipality: str = ""
    kind: EventKind | None = None

    @property
    def is_all(self) -> bool:
        """Tell whether nothing was chosen."""
        return not self.municipality and self.kind is None


EVERYTHING = Choice()


@dataclass(frozen=True)
class Entry:
    """One line of the calendar: a date and in words whether one can still come."""

    date: EventDate
    places: str

    @property
    def event(self) -> Event:
        """Return the event of the date."""
        return self.date.event


def list_coming(choice: Choice = EVERYTHING, *, at: datetime, limit: int, offset: int = 0) -> list[Entry]:
    """List the dates that are not over, the next first; cancelled ones stay, so that nobody comes in vain."""
    query = dates_of(choice, EventDate.ends_at > at).order_by(EventDate.starts_at, EventDate.id)
    return _entries(query.limit(limit).offset(offset), at=at)


def list_past(*, at: datetime, limit: int, offset: int = 0) -> list[Entry]:
    """List the dates that are over and happened, the last first."""
    query = dates_of(EVERYTHING, EventDate.ends_at <= at, Event.cancelled_at.is_(None))
    return _entries(query.order_by(EventDate.starts_at.desc(), EventDate.id).limit(limit).offset(offset), at=at)


def find_next(kind: EventKind, *, at: datetime) -> Entry | None:
    """Return the next date of a kind that is neither over nor cancelled."""
    query = dates_of(Choice(kind=kind), EventDate.ends_at > at, Event.cancelled_at.is_(None))
    return next(iter(_entries(query.order_by(EventDate.starts_at, EventDate.id).limit(1), at=at)), None)


def count_coming(choice: Choice = EVERYTHING, *, at: datetime) -> int:
    """Count the dates that are not over."""
    return _count(dates_of(choice, EventDate.ends_at > at))


def count_past(*, at: datetime) -> int:
    """Count the dates that are over and happened."""
    return _count(dates_of(EVERYTHING, EventDate.ends_at <= at, Event.cancelled_at.is_(None)))


def dates_of(choice: Choice, *conditions: ColumnElement[bool]) -> Select[tuple[EventDate]]:
    """Ask for the dates that everybody may see: no drafts, nothing for closed groups."""
    query = (
        select(EventDate)
        .join(EventDate.event)
        .outerjoin(Event.place)
        .options(contains_eager(EventDate.event).contains_eager(Event.place))
        .where(Event.published_at.is_not(None), Event.group_only.is_(False), *conditions)
    )
    if choice.municipality:
        query = query.where(Place.municipality == choice.municipality)
    if choice.kind is not None:
        query = query.where(Event.kind == choice.kind)
    return query


def _count(query: Select[tuple[EventDate]]) -> int:
    return db.session.scalar(query.with_only_columns(func.count(EventDate.id))) or 0


def _entries(query: Select[tuple[EventDate]], *, at: datetime) -> list[Entry]:
    dates = list(db.session.scalars(query))
    full = occupancies({date.event_id: date.event for date in dates}.values())
    return [Entry(date, _places(date.event, full, at=at)) for date in dates]


def _places(event: Event, full: dict[int, Occupancy], *, at: datetime) -> str:
    occupancy = full.get(event.id, Occupancy())
    return words.free_places(event, taken=occupancy.taken, waiting=occupancy.waiting, at=at)


def by_month(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Group lines by month, in their order: {"März 2027": […]}."""
    months: dict[str, list[Entry]] = {}
    for entry in entries:
        months.setdefault(languages.month(entry.date.starts_at), []).append(entry)
    return months
