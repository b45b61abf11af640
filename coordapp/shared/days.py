"""Days in Thuringia: which are holidays, and what speaks against one."""

from collections.abc import Container, Iterable
from datetime import date
from enum import StrEnum

import holidays

SATURDAY = 5
CHRISTMAS_ENDS, CHRISTMAS_BEGINS = (1, 6), (12, 18)  # month and day; schools of Thuringia are closed in between
SUMMER_BREAK = (7, 8)  # months


class DayWarning(StrEnum):
    """Why a day is a bad one for an event."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SUMMER_BREAK = "summer_break"
    CHRISTMAS = "christmas"
    TAKEN = "taken"


def holidays_of(year: int) -> dict[date, str]:
    """Return the public holidays of Thuringia around a year with their German names."""
    return dict(holidays.country_holidays("DE", subdiv="TH", years=[year - 1, year, year + 1], language="de"))


def warnings(day: date, *, holidays: Container[date], taken_dates: Container[date]) -> list[DayWarning]:
    """Say what speaks against a day; the office may still want it."""
    reasons = (
        (day.weekday() >= SATURDAY, DayWarning.WEEKEND),
        (day in holidays, DayWarning.HOLIDAY),
        (day.month in SUMMER_BREAK, DayWarning.SUMMER_BREAK),
        ((day.month, day.day) <= CHRISTMAS_ENDS or (day.month, day.day) >= CHRISTMAS_BEGINS, DayWarning.CHRISTMAS),
        (day in taken_dates, DayWarning.TAKEN),
    )
    return [reason for applies, reason in reasons if applies]


def warnings_in_words(
    days: Iterable[date], *, taken_dates: Container[date] = (), taken: str = ""
) -> dict[date, list[str]]:
    """Say in German what speaks against some days; days that are fine are left out. `taken` says by what."""
    found = {}
    for day in days:
        free = holidays_of(day.year)
        reasons = warnings(day, holidays=free, taken_dates=taken_dates)
        if reasons:
            found[day] = [_in_words(reason, holiday=free.get(day, ""), taken=taken) for reason in reasons]
    return found


def _in_words(reason: DayWarning, *, holiday: str, taken: str) -> str:
    return {
        DayWarning.WEEKEND: "Das ist ein Wochenende.",
        DayWarning.HOLIDAY: f"Das ist ein Feiertag: {holiday}.",
        DayWarning.SUMMER_BREAK: "Im Juli und August sind viele im Urlaub.",
        DayWarning.CHRISTMAS: "Um Weihnachten und Neujahr sind viele nicht da.",
        DayWarning.TAKEN: taken,
    }[reason]
