"""Who might be the same person: a decision without a database. How names are compared stands in name_forms.py.

An e-mail address is no identity, couples share a box. SURE may be acted on, LIKELY is only ever suggested.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain, count
from typing import Generic, NamedTuple, Protocol, TypeVar

from coordapp.directory.name_forms import Likeness, Name, compare, read_name
from coordapp.shared import text

FUNCTION_BOXES = frozenset(  # of an office or a club: who shares one need not share a home
    ("buero", "info", "kontakt", "leitung", "mail", "office", "post", "sekretariat", "team", "verein", "vorstand")
)


class Certainty(StrEnum):
    """How far a match can be relied on."""

    SURE = "sure"
    LIKELY = "likely"


class Described(Protocol):
    """Somebody with what can be compared; a Person is one, and so is a Candidate."""

    @property
    def name(self) -> str: ...  # noqa: D102 - the name says it
    @property
    def email(self) -> str | None: ...  # noqa: D102 - the name says it
    @property
    def phone(self) -> str | None: ...  # noqa: D102 - the name says it
    @property
    def postal_code(self) -> str: ...  # noqa: D102 - the name says it
    @property
    def municipality(self) -> str: ...  # noqa: D102 - the name says it


@dataclass(frozen=True)
class Candidate:
    """Somebody from a list; any part may be empty. Address in lower case, telephone as E.164."""

    name: str = ""
    email: str | None = None
    phone: str | None = None
    postal_code: str = ""
    municipality: str = ""


Known = TypeVar("Known", bound=Described)


@dataclass(frozen=True)
class Match(Generic[Known]):
    """Somebody who might be meant, and why."""

    person: Known
    certainty: Certainty
    why: str  # German
    rank: int  # the higher, the better


class Verdict(NamedTuple):
    """What the comparison of two descriptions gives."""

    certainty: Certainty
    why: str
    rank: int


class Hints(NamedTuple):
    """What two descriptions have in common beside the name."""

    email: bool
    phone: bool
    postal_code: bool
    municipality: bool

    @property
    def words(self) -> str:
        """Name them in German, empty where there is none."""
        named = ("gleiche E-Mail-Adresse", "gleiches Telefon", "gleiche Postleitzahl", "gleicher Ort")
        return ", ".join(word for word, is_there in zip(named, self, strict=True) if is_there)

    @property
    def weight(self) -> int:
        """Say how much they tell."""
        return 8 * self.email + 6 * self.phone + 3 * self.postal_code + 2 * self.municipality


class Entry(Generic[Known]):
    """A description with its name read once."""

    def __init__(self, described: Known) -> None:
        self.person = described
        self.name: Name = read_name(described.name)
        self.email, self.phone = described.email or "", described.phone or ""
        self.postal_code = described.postal_code
        self.municipality = text.fold(described.municipality)

    @cached_property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """Return the keys of which two that might be one person share at least one."""
        spots = [spot for spot in (self.postal_code, self.municipality) if spot]
        found: set[tuple[str, ...]] = {("email", self.email)} if self.email else set()
        found |= {("phone", self.phone)} if self.phone else set()
        found |= {("name", form) for form in self.name.forms if len(self.name.words) > 1}
        found |= {("word", word, spot) for word in self.name.sounds for spot in spots}
        return tuple(found)


def judge(one: Entry, other: Entry) -> Verdict | None:
    """Say how likely two descriptions are one person, or None."""
    hints = Hints(
        email=bool(one.email) and one.email == other.email, phone=bool(one.phone) and one.phone == other.phone,
        postal_code=bool(one.postal_code) and one.postal_code == other.postal_code,
        municipality=bool(one.municipality) and one.municipality == other.municipality,
    )  # fmt: skip
    has_same_given = bool(one.name.given) and one.name.given == other.name.given
    likeness = compare(one.name, other.name)
    is_near = hints.email or hints.phone
    if has_same_given and is_near and not (likeness is None and _is_doubtful(one, other)):
        return Verdict(Certainty.SURE, f"{hints.words}, gleicher Vorname", 100 + hints.weight)
    if likeness is Likeness.SAME and hints.postal_code and len(one.name.words) > 1:
        return Verdict(Certainty.SURE, f"gleicher Name, {hints.words}", 100 + hints.weight)
    if likeness is None and has_same_given and is_near:
        return Verdict(Certainty.LIKELY, f"{hints.words}, ein gleicher Name", 10)
    return _judge_likeness(likeness, hints, has_full_name=len(one.name.words) > 1 and len(other.name.words) > 1)


def _judge_likeness(likeness: Likeness | None, hints: Hints, *, has_full_name: bool) -> Verdict | None:
    """Suggest by the name: a spelling alone is little, all weaker likeness needs something else in common."""
    if likeness is None:
        return None
    if not any(hints):
        is_spelled_alike = has_full_name and likeness in (Likeness.SAME, Likeness.SPELLING)
        why = f"{likeness.why}, sonst nichts gemeinsam"
        return Verdict(Certainty.LIKELY, why, 2 if likeness is Likeness.SAME else 1) if is_spelled_alike else None
    is_near = hints.email or hints.phone
    if not is_near and (likeness is Likeness.SHORTENED or not has_full_name):
        return None
    return Verdict(Certainty.LIKELY, f"{likeness.why}, {hints.words}", 20 + hints.weight + likeness.weight)


def _is_doubtful(one: Entry, other: Entry) -> bool:
    """Tell whether a shared box and a shared first word are too little: of an office, or "Weiß Fatima", "Weiß Ali"."""
    is_function_box = one.email == other.email and one.email.partition("@")[0] in FUNCTION_BOXES
    return is_function_box or (one.name.ends_with_given and other.name.ends_with_given)


class Index(Generic[Known]):
    """People by what they can be found by, so that not each has to be compared with each."""

    def __init__(self, people: Iterable[Known] = ()) -> None:
        self.entries: dict[int, Entry[Known]] = {}
        self._found: dict[tuple[str, ...], set[int]] = defaultdict(set)
        self._numbers = count()
        for person in people:
            self.add(person)

    def add(self, person: Known) -> int:
        """Take somebody in; return the number by which they can be taken out."""
        number, entry = next(self._numbers), Entry(person)
        self.entries[number] = entry
        for key in entry.keys:
            self._found[key].add(number)
        return number

    def remove(self, number: int) -> None:
        """Take somebody out."""
        for key in self.entries.pop(number).keys:
            self._found[key].discard(number)

    def match(self, candidate: Described) -> list[Match[Known]]:
        """List who might be meant, the best first."""
        wanted = Entry(candidate)
        compared = ((self.entries[number], judge(wanted, self.entries[number])) for number in self._near(wanted))
        found = [Match(entry.person, *verdict) for entry, verdict in compared if verdict is not None]
        return sorted(found, key=lambda match: -match.rank)

    def pairs(self) -> Iterator[tuple[Known, Known, Verdict]]:
        """Yield each two people of the index who might be one, in the order in which they were added."""
        for number, entry in self.entries.items():
            for other in (self.entries[near] for near in self._near(entry) if near > number):
                verdict = judge(entry, other)
                if verdict is not None:
                    yield entry.person, other.person, verdict

    def _near(self, wanted: Entry) -> list[int]:
        return sorted(set(chain.from_iterable(self._found.get(key, ()) for key in wanted.keys)))


def match(candidate: Described, people: Sequence[Known]) -> list[Match[Known]]:
    """List who of some people might be meant, the best first; for many candidates make an Index once."""
    return Index(people).match(candidate)
