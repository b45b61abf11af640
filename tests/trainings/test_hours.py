"""Tables for the hours of a training: how they spread over its dates, when they are enough, and how they read."""

from datetime import UTC, datetime, timedelta

import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from coordapp.events.models import Event, EventDate, RegistrationStatus
from coordapp.trainings import attendance_rules, hours

MARCH = [datetime(2027, 3, day, 17, tzinfo=UTC) for day in (2, 9, 12, 16)]


@pytest.mark.parametrize(("minutes", "lengths", "expected"), [
    (360, [90, 90, 90, 90], [90, 90, 90, 90]),
    (360, [120, 120, 120, 120], [90, 90, 90, 90]),  # breaks are not counted
    (361, [90, 90, 90, 90], [90, 90, 90, 91]),
    (300, [60, 240], [60, 240]),
    (420, [480], [420]),
    (100, [60, 60, 60], [33, 33, 34]),
    (1, [60, 60], [0, 1]),
])  # fmt: skip
def test_planned_minutes_are_spread_over_the_dates_by_their_length(minutes, lengths, expected):
    assert attendance_rules.share_out(minutes, lengths=lengths) == expected


@given(minutes=st.integers(1, 10_000), lengths=st.lists(st.integers(1, 1_440), min_size=1, max_size=12))
def test_no_minute_is_lost_or_won(minutes, lengths):
    shares = attendance_rules.share_out(minutes, lengths=lengths)
    assert sum(shares) == minutes
    assert all(share >= 0 for share in shares)


@pytest.mark.parametrize(("attended", "planned", "above", "expected"), [
    (0, 360, 50, False),
    (179, 360, 50, False),
    (180, 360, 50, False),  # exactly half is not more than half
    (181, 360, 50, True),
    (270, 360, 50, True),
    (360, 360, 50, True),
    (288, 360, 80, False),
    (289, 360, 80, True),
    (1, 360, 0, True),
    (0, 360, 0, False),
    (360, 360, 100, False),
])  # fmt: skip
def test_who_was_there_longer_than_the_share_gets_a_certificate(attended, planned, above, expected):
    assert attendance_rules.is_enough(attended, planned=planned, above_percent=above) is expected


@pytest.mark.parametrize(("attended", "expected"), [
    (0, RegistrationStatus.ABSENT), (1, RegistrationStatus.ATTENDED), (360, RegistrationStatus.ATTENDED),
])  # fmt: skip
def test_status_when_closed(attended, expected):
    assert attendance_rules.status_when_closed(attended) is expected


@pytest.mark.parametrize(("hours_later", "number", "cancelled", "expected"), [
    (-19, 0, False, False),  # 23:00 in Germany the day before
    (-18, 0, False, True),
    (0, 1, False, False),  # the second date is a week later
    (7 * 24, 1, False, True),
    (0, 0, True, False),
])  # fmt: skip
def test_a_date_can_be_ticked_from_the_morning_of_its_day(hours_later, number, cancelled, expected):
    dates = [EventDate(starts_at=at, ends_at=at + timedelta(minutes=90)) for at in MARCH[:2]]
    event = Event(dates=dates, cancelled_at=MARCH[0] if cancelled else None)
    at = MARCH[0] + timedelta(hours=hours_later)
    assert attendance_rules.is_date_open(event, dates[number], at=at) is expected


@pytest.mark.parametrize(("minutes", "expected"), [
    (60, "1 Stunde"), (90, "1,5 Stunden"), (360, "6 Stunden"), (75, "1,25 Stunden"), (100, "100 Minuten"),
    (1, "1 Minute"), (0, "0 Minuten"), (600, "10 Stunden"),
])  # fmt: skip
def test_length(app, minutes, expected):
    with force_locale("de"):
        assert hours.length(minutes) == expected


def dates(*attended: int) -> list[tuple[datetime, int, int]]:
    return [(at, minutes, 90) for at, minutes in zip(MARCH, attended, strict=True)]


@pytest.mark.parametrize(("attended", "expected"), [
    ((90, 90, 90, 90), ""),
    ((90, 90, 0, 90), "am 12. März nicht da"),
    ((90, 0, 0, 90), "am 9. März und am 12. März nicht da"),
    ((0, 0, 0, 90), "am 2. März, am 9. März und am 12. März nicht da"),
    ((90, 60, 90, 90), "am 9. März 30 Minuten weniger"),
    ((0, 60, 45, 90), "am 2. März nicht da, am 9. März 30 Minuten weniger und am 12. März 45 Minuten weniger"),
])  # fmt: skip
def test_why_hours_are_missing(app, attended, expected):
    with force_locale("de"):
        assert hours.reasons(dates(*attended)) == expected


def test_the_whole_sentence(app):
    with force_locale("de"):
        assert hours.in_words(270, 360, "am 12. März nicht da") == "4,5 von 6 Stunden, weil am 12. März nicht da"
        assert hours.in_words(360, 360, "") == "6 von 6 Stunden"
        assert hours.in_words(100, 360, "") == "100 von 360 Minuten"
    with force_locale("en"):
        assert "4.5" in hours.attended_of(270, 360)
