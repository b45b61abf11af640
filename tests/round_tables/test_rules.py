"""Tables for the decisions about round tables."""

from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordapp.events.models import Event, EventDate, Place
from coordapp.round_tables import rules
from coordapp.round_tables.rules import NextStep, State, Venue

THURINGIA = holidays.country_holidays("DE", subdiv="TH", years=range(2025, 2062))
ARNSTADT, ILMENAU, STADTILM = (
    Venue(Place(name="Landratsamt", municipality="Arnstadt"), date(2026, 11, 4)),
    Venue(Place(name="Rathaus", municipality="Ilmenau"), date(2026, 5, 5)),
    Venue(Place(name="Rathaus", municipality="Stadtilm"), None),
)
THREE = (ARNSTADT, ILMENAU, STADTILM)
START = datetime(2027, 3, 16, 14, tzinfo=UTC)


def propose(year, *, places=THREE, taken_dates=(), today=date(2026, 11, 22)):
    return rules.propose_dates(year, places=places, holidays=THURINGIA, taken_dates=taken_dates, today=today)


@given(year=st.integers(2027, 2060))
def test_a_whole_year_gets_three_good_days_far_apart_in_three_municipalities(year):
    proposals = propose(year)
    days = [proposal.on for proposal in proposals]
    assert [day.year for day in days] == [year] * 3
    assert all(day.weekday() in (1, 2) for day in days)
    assert all(rules.warnings(day, holidays=THURINGIA, taken_dates=()) == [] for day in days)
    assert all(day + timedelta(days=step) not in THURINGIA for day in days for step in (-1, 0, 1))
    assert all(later - earlier >= timedelta(days=75) for earlier, later in zip(days, days[1:], strict=False))
    assert len({proposal.place.municipality for proposal in proposals}) == 3


@given(today=st.dates(date(2027, 1, 1), date(2027, 12, 31)))
def test_late_in_a_year_only_days_with_enough_notice_are_proposed(today):
    days = [proposal.on for proposal in propose(2027, today=today)]
    assert all(day >= today + rules.NOTICE for day in days)
    assert all(later - earlier >= rules.APART for earlier, later in zip(days, days[1:], strict=False))


def test_nothing_is_proposed_when_no_day_is_left():
    assert propose(2026, today=date(2026, 11, 22)) == []


@pytest.mark.parametrize(("taken", "missing"), [
    ([], 3),
    ([date(2026, 12, 1)], 3),  # another year's
    ([date(2027, 3, 16)], 2),
    ([date(2027, 3, 16), date(2027, 10, 5)], 1),
    ([date(2027, 3, 16), date(2027, 6, 1), date(2027, 10, 5)], 0),
    ([date(2027, 3, 16)] * 4, 0),
])  # fmt: skip
def test_only_what_is_missing_is_proposed_and_not_near_what_is_planned(taken, missing):
    proposals = propose(2027, taken_dates=taken)
    assert len(proposals) == missing
    assert all(abs(proposal.on - day) >= rules.APART for proposal in proposals for day in taken)


@pytest.mark.parametrize(("venues", "expected"), [
    (THREE, ["Stadtilm", "Ilmenau", "Arnstadt"]),  # who had none longest comes first
    (THREE[:2], ["Ilmenau", "Arnstadt", "Ilmenau"]),
    ((Venue(Place(name="Schloss", municipality="Arnstadt"), None), *THREE), ["Stadtilm", "Ilmenau", "Arnstadt"]),
    ((), []),
])  # fmt: skip
def test_the_tour_begins_where_there_was_none_longest(venues, expected):
    assert [place.municipality for place in rules.tour(venues, number=3)] == expected


def test_within_a_municipality_the_place_that_is_known_comes_before_the_new_one():
    new = Venue(Place(name="Schloss", municipality="Arnstadt", is_step_free=True), None)
    assert rules.tour([new, ARNSTADT], number=1) == [ARNSTADT.place]


def event(*, published=True, cancelled=False) -> Event:
    return Event(
        published_at=START if published else None, cancelled_at=START if cancelled else None,
        dates=[EventDate(starts_at=START, ends_at=START + timedelta(hours=3))],
    )  # fmt: skip


@pytest.mark.parametrize(("facts", "hours", "expected"), [
    ({"published": False}, -100, State.DRAFT),
    ({}, -100, State.PUBLISHED),
    ({}, 2, State.PUBLISHED),
    ({}, 3, State.OVER),
    ({"cancelled": True}, 3, State.CANCELLED),
])  # fmt: skip
def test_state(facts, hours, expected):
    assert rules.state(event(**facts), at=START + timedelta(hours=hours)) is expected


@pytest.mark.parametrize(("facts", "hours", "topics", "version", "sent", "expected"), [
    ({"published": False}, -1000, 2, 0, None, NextStep.PUBLISH),
    ({"cancelled": True}, 100, 0, 0, None, NextStep.NOTHING),
    ({}, -1000, 2, 0, None, NextStep.CHOOSE_TOPICS),
    ({}, -1000, 0, 0, None, NextStep.AWAIT),
    ({}, -71, 2, 0, None, NextStep.PRINT_SHEET),
    ({}, -6, 0, 0, None, NextStep.TICK),
    ({}, 4, 0, 0, None, NextStep.WRITE_MINUTES),
    ({}, 4, 0, 2, None, NextStep.SEND_MINUTES),
    ({}, 4, 0, 2, 2, NextStep.NOTHING),
    ({}, 4, 0, 3, 2, NextStep.SEND_MINUTES),  # changed since
])  # fmt: skip
def test_next_step(facts, hours, topics, version, sent, expected):
    assert rules.next_step(
        event(**facts), proposed_topics=topics, minutes_version=version, minutes_sent_version=sent,
        at=START + timedelta(hours=hours),
    ) is expected  # fmt: skip


def test_agenda_times_follow_each_other():
    times = rules.agenda_times(START, [10, 0, 45])
    assert [time - START for time in times] == [timedelta(), timedelta(minutes=10), timedelta(minutes=10)]


@pytest.mark.parametrize(("planned", "left"), [(0, 180), (180, 0), (200, -20)])
def test_minutes_left(planned, left):
    assert rules.minutes_left(event(), planned=planned) == left


@pytest.mark.parametrize(("moving", "by", "expected"), [
    (2, -1, [2, 1, 3]), (2, 1, [1, 3, 2]), (1, -1, [1, 2, 3]), (3, 1, [1, 2, 3]),
])  # fmt: skip
def test_moved(moving, by, expected):
    assert rules.moved([1, 2, 3], moving, by=by) == expected


@pytest.mark.parametrize(("due_on", "is_done", "expected"), [
    (None, False, False), (date(2027, 3, 15), False, True), (date(2027, 3, 16), False, False),
    (date(2027, 3, 15), True, False),
])  # fmt: skip
def test_is_overdue(due_on, is_done, expected):
    assert rules.is_overdue(due_on, is_done=is_done, today=date(2027, 3, 16)) is expected


@pytest.mark.parametrize(("name", "expected"), [
    ("Büro", True), ("das büro", True), ("Buero", True), ("Landratsamt", True),
    ("Frau Landratsamt", False), ("Büro Müller", False),
])  # fmt: skip
def test_is_office(name, expected):
    assert rules.is_office(name) is expected


@pytest.mark.parametrize(("name", "expected"), [("Olha Beispiel", "Olha"), ("Olha", "Olha"), ("", "")])
def test_first_name(name, expected):
    assert rules.first_name(name) == expected
