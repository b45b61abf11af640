"""What somebody typed into the search, taken apart. No database is asked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from coordapp.shared import text

# "16.3.", "16. 3. 2027", "16.03.27"; a date at the start or after a space
_DATE = re.compile(r"(?<!\S)(\d{1,2})\.\s?(\d{1,2})(?:\.\s?(\d{4}|\d{2})?)?(?!\S)")
CENTURY = 2000


@dataclass(frozen=True)
class Query:
    """Words that must all be there, folded, and a day where one was typed."""

    words: tuple[str, ...]
    day: int | None = None
    month: int | None = None
    year: int | None = None

    def matches(self, words: str, days: Iterable[date]) -> bool:
        """Tell whether a folded text has all the words and one of the days is the day."""
        return all(word in words for word in self.words) and (self.day is None or any(map(self._is_day, days)))

    def _is_day(self, on: date) -> bool:
        return (on.day, on.month) == (self.day, self.month) and self.year in (None, on.year)


def parse(typed: str) -> Query:
    """Take a search apart: "ilmenau 16.3." means a word and a day."""
    found = _DATE.search(typed)
    if found is None:
        return Query(words=tuple(text.fold(typed).split()))
    rest = typed[: found.start()] + " " + typed[found.end() :]
    year = int(found[3]) if found[3] else None
    if year is not None and year < CENTURY:
        year += CENTURY
    return Query(tuple(text.fold(rest).split()), day=int(found[1]), month=int(found[2]), year=year)
