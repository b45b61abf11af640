from datetime import datetime, timedelta

import pytest

from coordapp.events.kinds import KINDS, EventKind
from coordapp.events.models import Event, EventDate
from coordapp.feedback import rules
from coordapp.shared import clock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(text: str) -> datetime:
    """Return the UTC moment of a German wall-clock time."""
    return clock.certain(datetime.fromisoformat(text))


def event(ended: str, **columns) -> Event:
    ends_at = at(ended)
    return Event(kind=EventKind.TRAINING, dates=[EventDate(starts_at=ends_at - HOUR, ends_at=ends_at)], **columns)


@pytest.mark.parametrize(
    ("ended", "now", "expected"),
    [
        ("2026-09-15 18:00", "2026-09-15 19:00", False),  # they are still on their way home
        ("2026-09-15 18:00", "2026-09-16 06:00", False),  # twelve hours, but too early to write
        ("2026-09-15 18:00", "2026-09-16 07:59", False),
        ("2026-09-15 18:00", "2026-09-16 08:00", True),
        ("2026-09-15 11:00", "2026-09-15 19:59", False),
        ("2026-09-15 07:30", "2026-09-15 19:29", False),
        ("2026-09-15 07:30", "2026-09-15 19:30", True),  # twelve hours to the minute
        ("2026-09-15 07:30", "2026-09-15 20:00", False),  # the evening belongs to them
        ("2026-09-15 18:00", "2026-10-15 18:00", True),  # thirty days to the minute
        ("2026-09-15 18:00", "2026-10-15 18:01", False),
        ("2026-10-24 18:00", "2026-10-25 08:00", True),  # the night of the clock change
        ("2026-10-24 18:00", "2026-10-25 07:59", False),
        ("2027-03-27 20:00", "2027-03-28 08:59", False),  # an hour less that night: not yet twelve
        ("2027-03-27 20:00", "2027-03-28 09:00", True),
        ("2026-09-15 18:00", "2026-09-14 10:00", False),
    ],
)
def test_people_are_thanked_from_half_a_day_to_a_month_after_the_end_while_they_are_awake(ended, now, expected):
    assert rules.may_thank(event(ended), at=at(now)) is expected


def test_nobody_is_thanked_for_what_was_called_off():
    called_off = event("2026-09-15 18:00", cancelled_at=at("2026-09-14 12:00"))
    assert not rules.may_thank(called_off, at=at("2026-09-16 10:00"))


def test_of_several_dates_the_last_one_counts():
    course = event("2026-09-15 18:00")
    course.dates.append(EventDate(starts_at=at("2026-09-22 16:00"), ends_at=at("2026-09-22 18:00")))
    assert not rules.may_thank(course, at=at("2026-09-16 10:00"))
    assert rules.may_thank(course, at=at("2026-09-23 10:00"))


def test_a_kind_may_ask_for_nothing(monkeypatch):
    from dataclasses import replace

    silent = replace(KINDS[EventKind.TRAINING], asks_feedback=False)
    monkeypatch.setitem(KINDS, EventKind.TRAINING, silent)
    assert not rules.may_thank(event("2026-09-15 18:00"), at=at("2026-09-16 10:00"))


def test_every_kind_asks_for_feedback():
    assert {kind for kind, of_kind in KINDS.items() if of_kind.asks_feedback} == set(EventKind)


def test_a_link_holds_through_the_day_that_the_mail_names():
    over = event("2026-09-15 18:00")
    last = rules.links_end_on(over)
    assert str(last) == "2026-11-13"
    assert rules.are_links_open(over, at=at(f"{last} 23:59"))
    assert not rules.are_links_open(over, at=over.ends_at + 60 * DAY)


@pytest.mark.parametrize(("answers", "expected"), [(0, False), (4, False), (5, True), (80, True)])
def test_five_answers_are_enough(answers, expected):
    assert rules.is_shown(answers) is expected
