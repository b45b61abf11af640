"""On which days the round tables of the demo county are, worked out from today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coordapp.events.models import Place
from coordapp.round_tables import rules
from coordapp.round_tables.planning import holidays_of

SOON, LATE = timedelta(days=10), timedelta(days=75)  # within these somebody who tries the site wants to see one
LATEST = timedelta(days=100)  # over the summer it may be as late as that


@dataclass(frozen=True)
class Day:
    """A day and the place where the round table is."""

    on: date
    place: Place


def round_table_days(today: date, *, places: Sequence[Place]) -> list[Day]:
    """Return the round tables of last, this and next year by date: three a year in three municipalities.

    They are planned as the office would plan them in the autumn before, but for one: when none is coming soon, the
    last one of this year that would have been over by now is still to come.
    """
    days: list[Day] = []
    for year in (today.year - 1, today.year, today.year + 1):
        last = {day.place: day.on for day in days}
        planned = rules.propose_dates(
            year, places=[rules.Venue(place=place, last_on=last.get(place)) for place in places],
            holidays=holidays_of(year), taken_dates=(), today=date(year - 1, 11, 1),
        )  # fmt: skip
        days += [Day(on=proposal.on, place=proposal.place or places[0]) for proposal in planned]
    return _with_one_soon(days, today=today)


def _with_one_soon(days: list[Day], *, today: date) -> list[Day]:
    if any(today + SOON <= day.on <= today + LATE for day in days):
        return days
    over = [day for day in days if day.on.year == today.year and day.on < today + SOON]
    free = _first_good_day(today + SOON, today + LATEST)
    if not over or free is None or free.year != today.year:
        return days
    moved = [day for day in days if day is not over[-1]]
    return sorted([*moved, Day(on=free, place=over[-1].place)], key=lambda day: day.on)


def _first_good_day(first: date, last: date) -> date | None:
    holidays = holidays_of(first.year)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day.weekday() in (rules.TUESDAY, rules.WEDNESDAY) and not rules.warnings(
            day, holidays=holidays, taken_dates=()
        ):
            return day
    return None
