"""Which dates the public sees, and how full they are. Nothing here changes anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, selectinload

from coordapp.events import words
from coordapp.events.kinds import KINDS, EventKind
from coordapp.events.models import Event, EventDate, Place
from coordapp.events.occupancy import Occupancy, occupancies
from coordapp.extensions import db
from coordapp.shared import clock, languages
from coordapp.shared.columns import UtcDateTime
from coordapp.shared.municipalities import MUNICIPALITIES

PAST_DAYS = 365  # what is over stays in the readers' own calendars for a year
CANCELLED_DAYS = 30  # a cancelled date stays there so long after it was called off, and until its day is over


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


def find_choice(*, municipality: str, kind: str) -> Choice | None:
    """Return the choice that two words of an address mean, or None where one of them means nothing."""
    if municipality and municipality not in MUNICIPALITIES or kind and kind not in KINDS:
        return None
    return Choice(municipality, EventKind(kind) if kind else None)


class Shown(StrEnum):
    """Which part of the calendar."""

    COMING = "coming"  # not over; cancelled ones too, so that nobody comes in vain
    SOONEST = "soonest"  # as coming, but of each event only the next date
    HAPPENING = "happening"  # neither over nor cancelled
    PAST = "past"  # over, and happened
    IN_FEED = "in_feed"


def _moment(name: str):
    return bindparam(name, type_=UtcDateTime())


_earlier = aliased(EventDate)
CONDITIONS = {
    Shown.COMING: EventDate.ends_at > _moment("now"),
    Shown.SOONEST: and_(
        EventDate.ends_at > _moment("now"),
        ~exists().where(
            _earlier.event_id == EventDate.event_id,
            _earlier.ends_at > _moment("now"),
            _earlier.starts_at < EventDate.starts_at,
        ),
    ),
    Shown.HAPPENING: and_(EventDate.ends_at > _moment("now"), Event.cancelled_at.is_(None)),
    Shown.PAST: and_(EventDate.ends_at <= _moment("now"), Event.cancelled_at.is_(None)),
    Shown.IN_FEED: or_(
        and_(Event.cancelled_at.is_(None), EventDate.ends_at > _moment("long_ago")),
        Event.cancelled_at > _moment("lately"),
        and_(Event.cancelled_at.is_not(None), EventDate.ends_at > _moment("midnight")),
    ),
}


def moments(at: datetime) -> dict[str, datetime]:
    """Return the moments that the conditions speak of; those of the feeds move at midnight in Germany only."""
    midnight = clock.from_local(clock.local(at).date(), time(0))
    return {
        "now": at,
        "midnight": midnight,
        "long_ago": midnight - timedelta(days=PAST_DAYS),
        "lately": midnight - timedelta(days=CANCELLED_DAYS),
    }


@cache  # a few hundred at most; putting such a question together takes longer than the answer
def dates_of(choice: Choice, shown: Shown) -> Select[EventDate]:
    """Ask for dates that everybody may see, in their order: no drafts, nothing for closed groups."""
    query = (
        select(EventDate)
        .join(EventDate.event)
        .outerjoin(Event.place)
        .where(Event.published_at.is_not(None), Event.group_only.is_(False), CONDITIONS[shown])
        .order_by(EventDate.starts_at.desc() if shown is Shown.PAST else EventDate.starts_at, EventDate.id)
    )
    if choice.municipality:
        query = query.where(Place.municipality == choice.municipality)
    if choice.kind is not None:
        query = query.where(Event.kind == choice.kind)
    return query


class FeedState(NamedTuple):
    """What tells one content of the feeds from another without reading it."""

    number: int
    changed_at: datetime | None  # None when there is nothing public
    uid: str | None  # the highest of all; never used twice


_EVENTS = Event.__table__.c  # columns, not attributes: without the ORM the question takes half the time
_PUBLIC = (_EVENTS.published_at.is_not(None), _EVENTS.group_only.is_(False))
_FEED = (
    func.count(_EVENTS.id), func.max(_EVENTS.changed_at), select(func.max(EventDate.__table__.c.uid)).scalar_subquery()
)  # fmt: skip
_SUMS = (func.coalesce(func.sum(column), 0) for column in (_EVENTS.id, _EVENTS.version, _EVENTS.revision))
FEED_STATE, STATE = select(*_FEED).where(*_PUBLIC), select(*_FEED, *_SUMS).where(*_PUBLIC)


def feed_state() -> FeedState:
    """Return the state of what feeds show: the same as long as nothing in them changed but the time of day."""
    with db.engine.connect() as connection:  # no session, which is a tenth of the time of an unchanged feed
        return FeedState(*connection.execute(FEED_STATE).one())


def state() -> tuple:
    """Return the state of all that is public, free places included, which registrations change."""
    return tuple(db.session.execute(STATE).one())


@cache
def _count_of(choice: Choice, shown: Shown) -> Select[int]:
    return dates_of(choice, shown).order_by(None).with_only_columns(func.count(EventDate.id))


def count_dates(choice: Choice, shown: Shown, *, at: datetime) -> int:
    """Count the dates of a part of the calendar."""
    return db.session.execute(_count_of(choice, shown), moments(at)).scalar_one()


@dataclass(frozen=True)
class Entry:
    """One line of the calendar: a date and in words whether one can still come."""

    date: EventDate
    places: str

    @property
    def event(self) -> Event:
        """Return the event of the date."""
        return self.date.event


def list_entries(choice: Choice, shown: Shown, *, at: datetime, limit: int, offset: int = 0) -> list[Entry]:
    """List a part of the calendar."""
    loaded = contains_eager(EventDate.event).options(contains_eager(Event.place), selectinload(Event.dates))
    query = dates_of(choice, shown).options(loaded).limit(limit).offset(offset)
    dates = list(db.session.scalars(query, moments(at)))
    full = occupancies({date.event_id: date.event for date in dates}.values())
    return [Entry(date, _places(date.event, full.get(date.event_id, Occupancy()), at=at)) for date in dates]


def find_next(kind: EventKind, *, at: datetime) -> Entry | None:
    """Return the next date of a kind that is neither over nor cancelled."""
    return next(iter(list_entries(Choice(kind=kind), Shown.HAPPENING, at=at, limit=1)), None)


def _places(event: Event, occupancy: Occupancy, *, at: datetime) -> str:
    return words.free_places(event, taken=occupancy.taken, waiting=occupancy.waiting, at=at)


def by_month(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Group lines by month, in their order: {"März 2027": […]}."""
    months: dict[str, list[Entry]] = {}
    for entry in entries:
        months.setdefault(languages.month(entry.date.starts_at), []).append(entry)
    return months
