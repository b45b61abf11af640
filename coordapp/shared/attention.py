"""What needs somebody in the office now: each room says its part, the office's start page shows all of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from coordapp.shared import clock


class Urgency(IntEnum):
    """How a line is ordered among the others."""

    BROKEN = 1  # something does not work, or is late
    WAITED_FOR = 2  # somebody waits for the office, or a deadline runs
    TO_DO = 3  # to be done, nobody waits


@dataclass(frozen=True)
class Line:
    """One deed for the office. Rooms list them in `attention.list_lines(now)`; `app.py` names the rooms."""

    deed: str  # the text of the link: "3 nicht zugestellte Mails ansehen"
    url: str
    urgency: Urgency
    about: str = ""  # what it concerns: an event, a reason
    until: date | datetime | None = None  # a deadline, or when it will be too late

    def is_late(self, now: datetime) -> bool:
        """Tell whether the deadline has passed."""
        if isinstance(self.until, datetime):
            return self.until < now
        return self.until is not None and self.until < clock.local(now).date()


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Sort lines: the most urgent first, then by what comes to its end first."""
    return sorted(lines, key=lambda line: (line.urgency, line.until is None, _day(line.until)))


def _day(until: date | datetime | None) -> str:
    if isinstance(until, datetime):
        return clock.local(until).isoformat()
    return until.isoformat() if until else ""


def counted(number: int, one: str, many: str) -> str:
    """Write a number with its noun: "1 Mail", "3 Mails"."""
    return f"{number} {one if number == 1 else many}"
