from collections import Counter
from datetime import date, timedelta

import pytest

from coordapp.demo.days import LATE, SOON, round_table_days
from coordapp.events.models import Place
from coordapp.round_tables.planning import holidays_of

PLACES = [Place(name=name, municipality=name) for name in ("Arnstadt", "Ilmenau", "Stadtilm")]
MANY_DAYS = [date(2026, 1, 1) + timedelta(days=9 * number) for number in range(3 * 41)]


@pytest.mark.parametrize("today", MANY_DAYS, ids=str)
def test_three_a_year_in_three_places_on_good_days_whatever_day_it_is(today):
    days = round_table_days(today, places=PLACES)
    assert [day.on for day in days] == sorted({day.on for day in days})
    assert Counter(day.on.year for day in days) == {today.year - 1: 3, today.year: 3, today.year + 1: 3}
    for year in (today.year - 1, today.year, today.year + 1):
        assert len({day.place.municipality for day in days if day.on.year == year}) == 3
    for day in days:
        assert day.on.weekday() < 5
        assert day.on not in holidays_of(day.on.year)
        assert day.on.month not in (7, 8)


@pytest.mark.parametrize("today", MANY_DAYS, ids=str)
def test_one_is_always_coming_within_four_months(today):
    coming = [day.on for day in round_table_days(today, places=PLACES) if day.on > today]
    assert len(coming) >= 3
    assert coming[0] - today <= timedelta(days=120)


def test_late_in_november_one_is_moved_to_december():
    soon = [day for day in round_table_days(date(2026, 11, 22), places=PLACES) if day.on > date(2026, 11, 22)]
    assert SOON <= soon[0].on - date(2026, 11, 22) <= LATE
