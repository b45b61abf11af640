"""Decisions about round tables: dates, agenda, minutes. Time and counts come in, no database is asked."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from coordapp.events.attendance_rules import is_attendance_open
from coordapp.events.models import Event, Place
from coordapp.events.rules import State, state
from coordapp.shared import text
from coordapp.shared.days import warnings

TABLES_A_YEAR = 3
TUESDAY, WEDNESDAY = 1, 2
NOTICE = timedelta(days=28)  # so long before a round table people must be invited
APART = timedelta(days=42)  # between two proposals at least
OFFICE_WORDS = {text.fold(word) for word in ("Büro", "Buero", "Das Büro", "Landratsamt", "Integrationsmanagement")}


# the year's plan


@dataclass(frozen=True)
class Venue:
    """A place, and when the last round table was held there or is planned."""

    place: Place
    last_on: date | None = None


@dataclass(frozen=True)
class Proposal:
    """A day and a place for a round table."""

    on: date
    place: Place | None


def propose_dates(
    year: int, *, places: Iterable[Venue], holidays: Container[date], taken_dates: Sequence[date], today: date
) -> list[Proposal]:
    """Propose days for what is missing of the three round tables of a year, spread over what is left of it.

    They are Tuesdays or Wednesdays away from holidays and breaks, each in another municipality, the one that had none
    longest first. Late in a year there may be fewer days than missing round tables, or none.
    """
    missing = TABLES_A_YEAR - sum(taken.year == year for taken in taken_dates)
    days = _good_days(year, holidays=holidays, taken_dates=taken_dates, not_before=today + NOTICE)
    chosen = _spread(days, number=max(0, missing))
    stops = tour(places, number=len(chosen))
    return [Proposal(on=day, place=stops[i] if i < len(stops) else None) for i, day in enumerate(chosen)]


def _good_days(
    year: int, *, holidays: Container[date], taken_dates: Sequence[date], not_before: date
) -> list[date]:  # fmt: skip
    """List the days of a year on which volunteers, schools and offices are most likely there."""
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    return [
        day
        for day in days
        if day.year == year
        and day >= not_before
        and day.weekday() in (TUESDAY, WEDNESDAY)
        and not warnings(day, holidays=holidays, taken_dates=())
        and not any(day + timedelta(days=step) in holidays for step in (-1, 1))
        and all(abs(day - taken) >= APART for taken in taken_dates)
    ]


def _spread(days: Sequence[date], *, number: int) -> list[date]:
    """Choose days at even steps, so that each stands in the middle of its share of the year."""
    chosen: list[date] = []
    for i in range(number):
        late_enough = [day for day in days if not chosen or day - chosen[-1] >= APART]
        if not late_enough:
            break
        middle = days[len(days) * (2 * i + 1) // (2 * number)]
        chosen.append(min(late_enough, key=lambda day, middle=middle: abs(day - middle)))
    return chosen


def tour(venues: Iterable[Venue], *, number: int) -> list[Place]:
    """Choose places, each in another municipality, beginning where there was none longest; then go round again."""
    by_municipality: dict[str, list[Venue]] = {}
    for venue in venues:
        by_municipality.setdefault(venue.place.municipality, []).append(venue)
    stops = [max(group, key=_known_best) for group in by_municipality.values()]
    stops.sort(key=lambda venue: (venue.last_on or date.min, text.fold(venue.place.municipality)))
    return [stops[i % len(stops)].place for i in range(number)] if stops else []


def _known_best(venue: Venue) -> tuple[date, bool]:
    return venue.last_on or date.min, venue.place.is_step_free


# where a round table stands


class NextStep(StrEnum):
    """What the office does next for a round table."""

    PUBLISH = "publish"
    CHOOSE_TOPICS = "choose_topics"
    AWAIT = "await"
    PRINT_SHEET = "print_sheet"
    TICK = "tick"
    WRITE_MINUTES = "write_minutes"
    SEND_MINUTES = "send_minutes"
    NOTHING = "nothing"


def next_step(
    event: Event, *, proposed_topics: int, minutes_version: int, minutes_sent_version: int | None, at: datetime
) -> NextStep:
    """Say what the office does next, one thing at a time."""
    now = state(event, at=at)
    if now in (State.CANCELLED, State.DRAFT):
        return NextStep.NOTHING if now is State.CANCELLED else NextStep.PUBLISH
    if now is State.OVER:
        if not minutes_version:
            return NextStep.WRITE_MINUTES
        return NextStep.SEND_MINUTES if minutes_version != minutes_sent_version else NextStep.NOTHING
    return _step_before_the_end(event, proposed_topics=proposed_topics, at=at)


def _step_before_the_end(event: Event, *, proposed_topics: int, at: datetime) -> NextStep:
    if is_attendance_open(event, at=at):
        return NextStep.TICK
    if event.starts_at - at <= timedelta(days=3):
        return NextStep.PRINT_SHEET
    return NextStep.CHOOSE_TOPICS if proposed_topics else NextStep.AWAIT


# agenda


def agenda_times(starts_at: datetime, minutes: Iterable[int]) -> list[datetime]:
    """Return when each point begins (UTC), one after the other."""
    times = []
    for planned in minutes:
        times.append(starts_at)
        starts_at += timedelta(minutes=planned)
    return times


def minutes_left(event: Event, *, planned: int) -> int:
    """Return how many minutes of the first date are not planned yet; negative when the agenda is too long."""
    length = event.dates[0].ends_at - event.dates[0].starts_at
    return int(length.total_seconds()) // 60 - planned


def moved(ids: Sequence[int], moving: int, *, by: int) -> list[int]:
    """Return the order with one of them a step earlier (-1) or later (1); at the ends nothing changes."""
    order = list(ids)
    here = order.index(moving)
    there = min(max(here + by, 0), len(order) - 1)
    order.insert(there, order.pop(here))
    return order


# tasks and minutes


def is_overdue(due_on: date | None, *, is_done: bool, today: date) -> bool:
    """Tell whether a task should have been done by now."""
    return due_on is not None and not is_done and due_on < today


def is_office(name: str) -> bool:
    """Tell whether a name means the office itself, which the public may read."""
    return text.fold(name) in OFFICE_WORDS


def first_name(name: str) -> str:
    """Return the first word of a name: enough among people who sat at one table."""
    return name.partition(" ")[0]
