"""The decisions of the core as tables: no database, no clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coordapp.events.kinds import KINDS, EventKind
from coordapp.events.models import Event, EventDate, RegistrationStatus
from coordapp.events.rules import (
    LAST_CALL,
    LATECOMER_PAUSE,
    OFFER_LEAD,
    Refusal,
    RegistrationRefused,
    can_grow,
    decide,
    due_reminder,
    may_remind,
    next_offers,
    offer_expires_at,
    office_refusal,
    refusal,
)
from coordapp.shared import clock

CONFIRMED, WAITING = RegistrationStatus.CONFIRMED, RegistrationStatus.WAITING
STARTS_AT = datetime(2027, 3, 16, 14, tzinfo=UTC)
OPENS_AT = STARTS_AT - timedelta(days=8)
LONG_AGO = datetime(2026, 6, 1, tzinfo=UTC)


def an_event(*, starts_at: datetime = STARTS_AT, capacity: int | None = 10, **columns) -> Event:
    """Return an event that is in no database, published and open until a day before it begins."""
    values = {
        "published_at": LONG_AGO, "registration_opens_at": None, "cancelled_at": None,
        "registration_closes_at": starts_at - timedelta(days=1),
    }  # fmt: skip
    return Event(
        kind=EventKind.ROUND_TABLE,
        capacity=capacity,
        dates=[EventDate(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))],
        **values | columns,
    )


def moment(text: str) -> datetime:
    """Return the UTC moment of a German wall-clock time."""
    there = datetime.fromisoformat(text)
    return clock.from_local(there.date(), there.time())


# whether one can register


@pytest.mark.parametrize(
    ("columns", "at", "everybody", "office"),
    [
        ({}, STARTS_AT - timedelta(days=9), None, None),
        ({}, STARTS_AT - timedelta(days=1, seconds=1), None, None),
        ({}, STARTS_AT - timedelta(days=1), Refusal.CLOSED, None),  # on the second it closes
        ({}, STARTS_AT + timedelta(hours=1), Refusal.CLOSED, None),  # it has begun, somebody stands at the door
        ({}, STARTS_AT + timedelta(hours=3), Refusal.OVER, Refusal.OVER),
        ({"published_at": None}, STARTS_AT - timedelta(days=9), Refusal.NOT_PUBLISHED, Refusal.NOT_PUBLISHED),
        ({"cancelled_at": LONG_AGO}, STARTS_AT - timedelta(days=9), Refusal.CANCELLED, Refusal.CANCELLED),
        ({"cancelled_at": LONG_AGO}, STARTS_AT + timedelta(days=9), Refusal.CANCELLED, Refusal.CANCELLED),
        ({"registration_opens_at": OPENS_AT}, OPENS_AT - timedelta(seconds=1), Refusal.NOT_YET, None),
        ({"registration_opens_at": OPENS_AT}, OPENS_AT, None, None),
        ({"published_at": None}, STARTS_AT + timedelta(days=9), Refusal.OVER, Refusal.OVER),
        ({"registration_closes_at": STARTS_AT + timedelta(hours=2)}, STARTS_AT + timedelta(hours=1), None, None),
    ],
)
def test_who_cannot_register_is_told_why(columns, at, everybody, office):
    event = an_event(**columns)
    assert refusal(event, at=at) is everybody
    assert office_refusal(event, at=at) is office


@pytest.mark.parametrize(
    ("capacity", "taken", "waiting", "party_size", "expected"),
    [
        (10, 0, 0, 1, CONFIRMED),
        (10, 9, 0, 1, CONFIRMED),
        (10, 10, 0, 1, WAITING),
        (10, 12, 0, 1, WAITING),  # more came than fit: walk-ins
        (10, 8, 0, 2, CONFIRMED),
        (10, 9, 0, 2, WAITING),  # a party is not torn apart
        (10, 9, 3, 1, WAITING),  # somebody was there first, even though only this one fits
        (10, 0, 1, 1, WAITING),
        (10, 0, 0, 10, CONFIRMED),
        (10, 0, 0, 11, Refusal.PARTY_TOO_LARGE),
        (10, 10, 5, 11, Refusal.PARTY_TOO_LARGE),
        (None, 500, 0, 10, CONFIRMED),
        (None, 500, 3, 1, CONFIRMED),
    ],
)
def test_decide_confirms_or_puts_on_the_waiting_list(capacity, taken, waiting, party_size, expected):
    event = an_event(capacity=capacity)
    if isinstance(expected, Refusal):
        with pytest.raises(RegistrationRefused) as refused:
            decide(event, taken=taken, waiting=waiting, party_size=party_size)
        assert refused.value.reason is expected
    else:
        assert decide(event, taken=taken, waiting=waiting, party_size=party_size) is expected


def test_without_a_waiting_list_a_full_event_refuses(monkeypatch):
    kind = EventKind.ROUND_TABLE
    monkeypatch.setitem(KINDS, kind, replace(KINDS[kind], has_waiting_list=False))
    with pytest.raises(RegistrationRefused) as refused:
        decide(an_event(capacity=10), taken=10, waiting=0, party_size=1)
    assert refused.value.reason is Refusal.FULL


@pytest.mark.parametrize(
    ("capacity", "taken", "waiting", "more", "expected"),
    [
        (10, 8, 0, 2, True),
        (10, 8, 0, 3, False),
        (10, 8, 1, 1, False),  # who waits comes first
        (10, 10, 4, 0, True),
        (10, 12, 4, -1, True),  # becoming fewer is always possible
        (None, 99, 9, 9, True),
    ],
)
def test_a_party_grows_only_into_free_places(capacity, taken, waiting, more, expected):
    assert can_grow(an_event(capacity=capacity), taken=taken, waiting=waiting, more=more) is expected


# who is offered a freed place


@pytest.mark.parametrize(
    ("capacity", "taken", "queue", "expected"),
    [
        (10, 10, [1, 1], 0),
        (10, 9, [1, 1], 1),
        (10, 8, [1, 1], 2),
        (10, 9, [2, 1], 0),  # strict order: the small party behind is not asked
        (10, 7, [2, 2, 1], 1),
        (10, 3, [2, 2, 1], 3),
        (10, 12, [1], 0),
        (10, 0, [], 0),
        (None, 99, [5, 5], 2),
    ],
)
def test_free_places_go_to_the_head_of_the_line(capacity, taken, queue, expected):
    assert next_offers(capacity, taken=taken, queue=queue) == expected


@given(
    capacity=st.integers(1, 60), taken=st.integers(0, 70), queue=st.lists(st.integers(1, 10), max_size=30)
)  # fmt: skip
@example(capacity=10, taken=9, queue=[2, 1])
def test_offers_never_exceed_the_places_and_never_stop_early(capacity, taken, queue):
    fitting = next_offers(capacity, taken=taken, queue=queue)
    given_away = taken + sum(queue[:fitting])
    assert fitting == 0 or given_away <= capacity
    assert fitting == len(queue) or given_away + queue[fitting] > capacity  # the next one truly does not fit


@pytest.mark.parametrize(
    ("before_start", "kept_for"),
    [
        (timedelta(days=9), timedelta(hours=48)),
        (timedelta(hours=51), timedelta(hours=48)),
        (timedelta(hours=50), timedelta(hours=47)),  # cut so that it ends in time before the start
        (timedelta(hours=3, minutes=1), timedelta(minutes=1)),
        (timedelta(hours=3), None),
        (timedelta(hours=-1), None),
    ],
)
def test_an_offer_is_kept_48_hours_or_until_shortly_before_the_start(before_start, kept_for):
    at = STARTS_AT - before_start
    assert offer_expires_at(an_event(), at=at) == (None if kept_for is None else at + kept_for)


@given(minutes=st.integers(-3000, 30000))
def test_an_offer_always_ends_after_now_and_before_the_start(minutes):
    at = STARTS_AT - timedelta(minutes=minutes)
    until = offer_expires_at(an_event(), at=at)
    assert until is None or at < until <= STARTS_AT - OFFER_LEAD


# reminders


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2027-03-02 14:59", None),
        ("2027-03-02 15:00", 14),
        ("2027-03-09 14:59", 14),  # the sender was off for a week: still of use
        ("2027-03-09 15:00", None),  # stale: half of the fourteen days are over
        ("2027-03-14 14:59", None),
        ("2027-03-14 15:00", 2),
        ("2027-03-15 14:59", 2),
        ("2027-03-15 15:00", None),
        ("2027-03-16 14:00", None),
        ("2027-03-16 15:00", None),
        ("2027-03-17 15:00", None),
    ],
)
def test_a_round_table_is_reminded_of_14_and_2_days_before_unless_it_is_stale(at, expected):
    starts_at = moment("2027-03-16 15:00")
    assert due_reminder(starts_at=starts_at, days_before=(14, 2), registered_at=LONG_AGO, at=moment(at)) == expected


@pytest.mark.parametrize(
    ("registered", "at", "expected"),
    [
        ("2027-03-02 14:59", "2027-03-02 15:00", None),  # a minute before: was told just now
        ("2027-03-02 14:59", "2027-03-03 02:59", 14),  # and is reminded half a day later
        ("2027-03-02 03:00", "2027-03-02 15:00", 14),  # half a day before: an ordinary one
        ("2027-03-14 14:59", "2027-03-14 15:00", None),
        ("2027-03-14 14:59", "2027-03-15 02:59", 2),
        ("2027-03-02 15:00", "2027-03-02 15:00", None),  # on the second: was told just now
        ("2027-03-03 09:00", "2027-03-04 09:00", None),  # missed the first: spared it
        ("2027-03-03 09:00", "2027-03-14 15:00", 2),  # but gets the last
        ("2027-03-14 16:00", "2027-03-15 03:59", None),
        ("2027-03-14 16:00", "2027-03-15 04:00", 2),  # a latecomer: half a day after registering
        ("2027-03-15 20:00", "2027-03-16 08:00", 2),
        ("2027-03-15 20:00", "2027-03-16 13:00", None),  # the last two hours
        ("2027-03-16 01:30", "2027-03-16 13:30", None),  # too late for any
        ("2027-03-16 14:00", "2027-03-16 14:30", None),
    ],
)
def test_a_latecomer_is_reminded_once_and_not_at_once(registered, at, expected):
    assert due_reminder(
        starts_at=moment("2027-03-16 15:00"), days_before=(14, 2), registered_at=moment(registered), at=moment(at)
    ) == expected  # fmt: skip


@pytest.mark.parametrize("days_before", [(), []])
def test_an_event_without_reminders_has_none(days_before):
    for hours in range(0, 24 * 40):
        at = STARTS_AT - timedelta(hours=hours)
        assert due_reminder(starts_at=STARTS_AT, days_before=days_before, registered_at=LONG_AGO, at=at) is None


@pytest.mark.parametrize(
    ("registered", "at", "expected"),
    [
        ("2027-01-01 12:00", "2027-03-09 15:00", 7),
        ("2027-01-01 12:00", "2027-03-12 15:00", 7),
        ("2027-01-01 12:00", "2027-03-13 03:00", None),  # three and a half days late
        ("2027-03-10 15:00", "2027-03-11 03:00", 7),  # the only one: latecomers get it too
        ("2027-03-14 15:00", "2027-03-15 03:00", 7),
    ],
)
def test_a_single_reminder_reaches_latecomers_too(registered, at, expected):
    assert due_reminder(
        starts_at=moment("2027-03-16 15:00"), days_before=(7,), registered_at=moment(registered), at=moment(at)
    ) == expected  # fmt: skip


def test_reminders_may_be_named_in_any_order():
    starts_at, at = moment("2027-03-16 15:00"), moment("2027-03-14 16:00")
    assert due_reminder(starts_at=starts_at, days_before=(2, 14), registered_at=LONG_AGO, at=at) == 2


@pytest.mark.parametrize(
    ("starts", "days", "due"),
    [
        ("2027-03-29 15:00", 2, "2027-03-27 15:00"),  # the clocks go forward on 28 March: 47 hours before
        ("2027-04-05 09:30", 14, "2027-03-22 09:30"),
        ("2027-11-01 15:00", 2, "2027-10-30 15:00"),  # the clocks go back on 31 October: 49 hours before
        ("2027-11-10 09:30", 14, "2027-10-27 09:30"),
        ("2027-03-30 02:30", 2, "2027-03-28 03:30"),  # half past two is missing on that night: an hour later
        ("2027-11-02 02:30", 2, "2027-10-31 02:30"),  # it comes twice: the first
    ],
)
def test_a_reminder_comes_at_the_hour_on_the_wall_across_a_change_of_the_clocks(starts, days, due):
    starts_at, due_at = moment(starts), moment(due)
    early, late = due_at - timedelta(seconds=1), due_at + timedelta(seconds=59)
    asked = {"starts_at": starts_at, "days_before": (days,), "registered_at": LONG_AGO}
    assert due_reminder(**asked, at=early) is None
    assert due_reminder(**asked, at=due_at) == days
    assert due_reminder(**asked, at=late) == days


@pytest.mark.parametrize("night", ["2027-03-28", "2027-10-31"])
def test_asked_again_and_again_across_the_change_of_the_clocks_each_reminder_comes_once_and_in_time(night):
    change = moment(f"{night} 00:00")
    for hour in range(24):  # events that begin at any hour two days later
        starts_at = clock.certain(datetime.fromisoformat(night) + timedelta(days=2, hours=hour))
        minutes = [change + timedelta(minutes=n) for n in range(-60, 27 * 60, 5)]
        answers = [
            due_reminder(starts_at=starts_at, days_before=(2,), registered_at=LONG_AGO, at=minute) for minute in minutes
        ]
        first = next(minute for minute, answer in zip(minutes, answers, strict=True) if answer)
        due_at = clock.certain(datetime.fromisoformat(night) + timedelta(hours=hour))
        assert first == due_at
        began = answers.index(2)
        assert set(answers[:began]) <= {None}
        assert None not in answers[began : began + 23 * 12][: len(answers) - began]


@given(
    days=st.lists(st.integers(1, 60), min_size=1, max_size=4, unique=True),
    registered=st.integers(0, 80 * 24), asked=st.integers(0, 80 * 24),
)  # fmt: skip
def test_no_reminder_is_early_after_the_last_call_or_right_after_registering(days, registered, asked):
    """Times are hours before the start."""
    registered_at, at = (STARTS_AT - timedelta(hours=hours) for hours in (registered, asked))
    due = due_reminder(starts_at=STARTS_AT, days_before=days, registered_at=registered_at, at=at)
    if due is None:
        return
    assert due in days
    assert at >= clock.certain(clock.local(STARTS_AT).replace(tzinfo=None) - timedelta(days=due))
    assert at < STARTS_AT - LAST_CALL
    assert at >= registered_at + LATECOMER_PAUSE
    assert may_remind(starts_at=STARTS_AT, days_before=days, at=at)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2027-03-02 14:59", False),
        ("2027-03-02 15:00", True),
        ("2027-03-10 02:59", True),  # somebody who registered just before the first one
        ("2027-03-10 03:00", False),  # nobody is reminded of 14 days now, and not yet of 2
        ("2027-03-14 14:59", False),
        ("2027-03-14 15:00", True),
        ("2027-03-16 12:59", True),
        ("2027-03-16 13:00", False),
    ],
)
def test_most_of_the_time_nobody_can_be_due_for_an_event(at, expected):
    assert may_remind(starts_at=moment("2027-03-16 15:00"), days_before=(14, 2), at=moment(at)) is expected
    assert not may_remind(starts_at=moment("2027-03-16 15:00"), days_before=(), at=moment(at))


@settings(max_examples=30, deadline=None)
@given(days=st.lists(st.integers(1, 60), min_size=1, max_size=4, unique=True), registered=st.integers(15, 80 * 24))
def test_who_registers_in_time_is_reminded_at_least_once(days, registered):
    registered_at = STARTS_AT - timedelta(hours=registered)
    hours = [STARTS_AT - timedelta(hours=n) for n in range(80 * 24)]
    answers = {
        due_reminder(starts_at=STARTS_AT, days_before=days, registered_at=registered_at, at=at)
        for at in hours if at >= registered_at
    }  # fmt: skip
    assert min(days) in answers
