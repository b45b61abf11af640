"""People who may be there twice: who is suggested, and who is not the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import select

from coordapp.accounts.models import User
from coordapp.directory.matching import Candidate, Certainty, Index, match
from coordapp.directory.mergers import UNDO_WITHIN
from coordapp.directory.models import Person
from coordapp.directory.models_doubles import Merger, NotSame
from coordapp.directory.models_profile import Volunteer
from coordapp.extensions import db, insert_into
from coordapp.shared import clock

MERGERS_SHOWN = 20


@dataclass(frozen=True)
class Known(Candidate):
    """What is compared of somebody who is known."""

    id: int = 0


@dataclass(frozen=True)
class Suggestion:
    """Two people who may be one."""

    one: Known
    other: Known
    certainty: Certainty
    why: str
    rank: int


class Comparison:
    """What was found the last time; only who was added or changed since is compared again."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._index: Index[Known] = Index()
        self._rows: dict[int, tuple] = {}  # of each person, as compared
        self._numbers: dict[int, int] = {}  # of each person, in the index
        self._pairs: dict[frozenset[int], Suggestion] = {}

    def bring_up_to_date(self, rows: dict[int, tuple]) -> list[Suggestion]:
        """Return the pairs among some people, whose values are given by id; the surest first."""
        with self._lock:
            if rows != self._rows:
                self._forget({number for number, row in self._rows.items() if rows.get(number) != row})
                for number in sorted(rows.keys() - self._rows.keys()):
                    self._add(Known(*rows[number]))
                    self._rows[number] = rows[number]
            return sorted(self._pairs.values(), key=lambda pair: (-pair.rank, pair.one.name, pair.one.id))

    def _forget(self, gone: set[int]) -> None:
        for number in gone:
            self._index.remove(self._numbers.pop(number))
            del self._rows[number]
        self._pairs = {ids: pair for ids, pair in self._pairs.items() if gone.isdisjoint(ids)}

    def _add(self, new: Known) -> None:
        for found in self._index.match(new):
            one, other = sorted((found.person, new), key=lambda person: person.id)
            pair = Suggestion(one, other, found.certainty, found.why, found.rank)
            self._pairs[frozenset((one.id, other.id))] = pair
        self._numbers[new.id] = self._index.add(new)


_comparison = Comparison()


# deeds


def say_not_same(one: Person, other: Person, *, by: User | None) -> None:
    """Remember that two people are two; saying it twice changes nothing."""
    first, second = sorted((one.id, other.id))
    row = {"person_id": first, "other_id": second, "said_by_id": by.id if by else None, "said_at": clock.now()}
    db.session.execute(insert_into(NotSame).values(row).on_conflict_do_nothing())


# questions


def list_suggestions() -> list[Suggestion]:
    """List the pairs who may be one person, the surest first, without those whom the office has told apart.

    Compares only when somebody was added or changed since.
    """
    two = _not_same()
    return [pair for pair in _pairs() if frozenset((pair.one.id, pair.other.id)) not in two]


def find_reason(one: Person, other: Person) -> str:
    """Return why two people may be one; empty where nothing speaks for it."""
    found = match(one, [other])
    return found[0].why if found else ""


def list_volunteer_ids(ids: Iterable[int]) -> set[int]:
    """Return which of some people are in the directory."""
    return set(db.session.scalars(select(Volunteer.person_id).where(Volunteer.person_id.in_(list(ids)))))


def list_mergers() -> list[Merger]:
    """List the mergers that can still be undone, the latest first."""
    query = select(Merger).where(Merger.undone_at.is_(None), Merger.merged_at > clock.now() - UNDO_WITHIN)
    people = (db.joinedload(Merger.kept), db.joinedload(Merger.merged), db.joinedload(Merger.merged_by))
    latest = query.order_by(Merger.merged_at.desc(), Merger.id.desc()).limit(MERGERS_SHOWN)
    return list(db.session.scalars(latest.options(*people)))


def _not_same() -> set[frozenset[int]]:
    """Return the pairs that are two people; who was merged since stands for the one who stayed."""
    merged = select(Person.id, Person.merged_into_id).where(Person.merged_into_id.is_not(None))
    stays = {number: stays_id for number, stays_id in db.session.execute(merged)}
    said = db.session.execute(select(NotSame.person_id, NotSame.other_id))
    return {frozenset(stays.get(number) or number for number in pair) for pair in said}


def _pairs() -> list[Suggestion]:
    columns = (Person.name, Person.email, Person.phone, Person.postal_code, Person.municipality, Person.id)
    query = select(*columns).where(Person.merged_into_id.is_(None), Person.name_key != "").order_by(Person.id)
    return _comparison.bring_up_to_date({row.id: tuple(row) for row in db.session.execute(query)})
