"""The dates of an event before and after a change: which stays, which is moved, which is gone. No database is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from coordapp.events.models import Event, EventDate, Place

Span = tuple[datetime, datetime]  # begin and end (UTC) of one date
Dates = list[Span]


class DateIsOver(Exception):
    """Raised when a date that has begun would be taken out: who was there would be forgotten; carries its begin."""

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(starts_at)
        self.starts_at = starts_at


class AttendanceClosed(Exception):
    """Raised when who came to an event is settled, so that neither its dates nor its hours change any more."""


@dataclass(frozen=True)
class GoneDate:
    """A date that an event had: what takes it out of the calendars of those who have it."""

    event: Event
    uid: str
    starts_at: datetime
    ends_at: datetime


class Matched(NamedTuple):
    """What became of dates that are not the same before and after."""

    moved: list[tuple[Span, Span]]  # as it was, and as it is now
    dropped: Dates
    added: Dates


@dataclass(frozen=True)
class Change:
    """What is new about an event for the people who registered: dates and place, before and after."""

    old_dates: Dates
    new_dates: Dates
    old_place: Place | None
    new_place: Place | None

    @property
    def moves_time(self) -> bool:
        """Tell whether a date begins or ends at another time, is gone or new."""
        return self.old_dates != self.new_dates

    @property
    def moves_place(self) -> bool:
        """Tell whether it is somewhere else."""
        return self.old_place != self.new_place

    @property
    def is_notified(self) -> bool:
        """Tell whether people must be told."""
        return self.moves_time or self.moves_place

    @property
    def has_several(self) -> bool:
        """Tell whether it has or had more than one date."""
        return len(self.old_dates) > 1 or len(self.new_dates) > 1

    @cached_property
    def matched(self) -> Matched:
        """Return which date was moved, dropped or added."""
        return match(self.old_dates, self.new_dates)


def match(old: Dates, new: Dates) -> Matched:
    """Match dates: the same ones stay, the others are moved in their order, each as little as can be."""
    left, right = [one for one in old if one not in new], [one for one in new if one not in old]
    fewer, more = sorted((left, right), key=len)
    chosen = list(min(combinations(more, len(fewer)), key=lambda some: _distance(fewer, some)))
    rest = [one for one in more if one not in chosen]
    if fewer is left:
        return Matched(moved=list(zip(left, chosen, strict=True)), dropped=[], added=rest)
    return Matched(moved=list(zip(chosen, right, strict=True)), dropped=rest, added=[])


def _distance(dates: Dates, others: tuple[Span, ...]) -> timedelta:
    return sum((abs(one[0] - other[0]) for one, other in zip(dates, others, strict=True)), timedelta())


def set_dates(event: Event, change: Change) -> list[GoneDate]:
    """Move, drop and add dates; return those that are gone. A date that stays or is moved keeps its UID.

    What is gone leaves the public feeds: programs take out of a subscribed calendar what they no longer find in it.
    The people who registered get a notice for its UID.
    """
    by_time = {(date.starts_at, date.ends_at): date for date in event.dates}
    gone = []
    for dropped in change.matched.dropped:
        date = by_time[dropped]
        gone.append(GoneDate(event=event, uid=date.uid, starts_at=date.starts_at, ends_at=date.ends_at))
        event.dates.remove(date)
    for old, (begin, end) in change.matched.moved:
        by_time[old].starts_at, by_time[old].ends_at = begin, end
    event.dates.extend(EventDate(starts_at=begin, ends_at=end) for begin, end in change.matched.added)
    event.dates.sort(key=lambda date: date.starts_at)
    return gone
