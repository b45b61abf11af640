"""What speaks against a day."""

from datetime import date

import pytest

from coordapp.shared import days
from coordapp.shared.days import DayWarning

THURINGIA = days.holidays_of(2027)


@pytest.mark.parametrize(("day", "expected"), [
    (date(2027, 3, 16), []),
    (date(2027, 3, 20), [DayWarning.WEEKEND]),
    (date(2027, 9, 20), [DayWarning.HOLIDAY]),  # Weltkindertag, in Thuringia alone
    (date(2027, 5, 1), [DayWarning.WEEKEND, DayWarning.HOLIDAY]),
    (date(2027, 7, 1), [DayWarning.SUMMER_BREAK]),
    (date(2027, 8, 31), [DayWarning.SUMMER_BREAK]),
    (date(2027, 9, 1), []),
    (date(2027, 12, 17), []),
    (date(2027, 12, 20), [DayWarning.CHRISTMAS]),
    (date(2027, 1, 6), [DayWarning.CHRISTMAS]),
    (date(2027, 1, 7), []),
    (date(2027, 6, 1), [DayWarning.TAKEN]),
])  # fmt: skip
def test_warnings_of_a_day(day, expected):
    assert days.warnings(day, holidays=THURINGIA, taken_dates=[date(2027, 6, 1)]) == expected


def test_warnings_are_said_in_words_and_good_days_left_out():
    may, good = date(2027, 5, 1), date(2027, 3, 16)
    found = days.warnings_in_words([may, good])
    assert found == {may: ["Das ist ein Wochenende.", "Das ist ein Feiertag: Erster Mai."]}
    assert days.warnings_in_words([good], taken_dates=[good], taken="Schon belegt.") == {good: ["Schon belegt."]}
