"""Checks a list row by row against the directory and itself: new, changes, same, double, error, left out, skipped."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flask import current_app
from sqlalchemy import select

from coordapp.directory import erased, import_compare, import_rows, matching
from coordapp.directory.import_rows import Columns
from coordapp.directory.import_service import list_all_rows, list_headings
from coordapp.directory.matching import Certainty
from coordapp.directory.models import Person
from coordapp.directory.models_import import Decision, ImportList, ImportMemory, ImportRow, Verdict
from coordapp.directory.models_profile import Volunteer
from coordapp.directory.service import follow_mergers, name_key
from coordapp.extensions import db
from coordapp.shared import clock, text

LIKELY_ENOUGH = 10  # rank of a match that is worth asking about; below, the name is all there is in common
MOST_CANDIDATES = 5
LONGEST_REASON = 300
KNOWN = (Verdict.NEW, Verdict.CHANGED, Verdict.SAME)


@dataclass(frozen=True)
class Somebody:
    """A row as the matching sees it."""

    number: int
    name: str
    email: str | None
    phone: str | None
    postal_code: str
    municipality: str

    @classmethod
    def of(cls, row: ImportRow) -> "Somebody":
        """Return who stands in a row."""
        values = row.values
        return cls(
            row.number, values.get("name", ""), values.get("email"), values.get("phone"),
            values.get("postal_code", ""), values.get("municipality", ""),
        )  # fmt: skip


class Check:
    """All that is needed to judge the rows of a list; made once, used for one row or for all."""

    def __init__(self, draft: ImportList) -> None:
        self.draft = draft
        self.rows = {row.number: row for row in list_all_rows(draft)}
        columns = Columns(list_headings(draft), draft.mapping, draft.default_field)
        written = [mended_cells(row) for row in self.rows.values() if row.number > draft.header_row]
        self.columns = replace(columns, lore=import_rows.learn_names(columns, written))
        people = list(db.session.scalars(select(Person).where(Person.merged_into_id.is_(None))))
        self.people: matching.Index[Person] = matching.Index(people)
        self.taken_names = {(person.email, person.name_key): person for person in people if person.email}
        self.erased = erased.known()
        self.memory = _recall(self.rows.values(), draft)
        self.volunteers: dict[int, Volunteer] = {}
        self.others: matching.Index[Somebody] = matching.Index([])
        self.first_rows: dict[int, int] = {}  # person_id: the first row of the list that is theirs
        self.new_names: dict[tuple, int] = {}  # of somebody new: address and folded name, and the row

    def run(self, only: Sequence[ImportRow] = ()) -> None:
        """Judge some rows, or all."""
        rows = sorted(only or self.rows.values(), key=lambda row: row.number)
        self.volunteers = {volunteer.person_id: volunteer for volunteer in db.session.scalars(select(Volunteer))}
        to_place = [row for row in rows if self._read(row)]
        self.others = matching.Index([Somebody.of(row) for row in self.rows.values() if row.values.get("name")])
        judged_now = {row.number for row in rows}
        for row in self.rows.values():
            if row.number not in judged_now:
                self._note(row)
        for row in to_place:
            self._place(row)
            self._note(row)

    def _note(self, row: ImportRow) -> None:
        """Keep in mind whom a judged row is about."""
        if row.verdict is Verdict.NEW:
            self.new_names.setdefault(_name_of(row), row.number)
        elif row.verdict in KNOWN and row.person_id:
            self.first_rows.setdefault(row.person_id, row.number)

    def _read(self, row: ImportRow) -> bool:
        """Read the cells of a row; return whether somebody is in it who has to be looked up."""
        cells = mended_cells(row)
        row.values, row.guesses, row.problems, row.changes, row.candidates = {}, [], [], [], []
        why = self._why_skipped(row, cells)
        if why:
            return _settle(row, Verdict.SKIPPED, why)
        if row.decision is Decision.LEAVE_OUT:
            return _settle(row, Verdict.LEFT_OUT, "vom Büro weggelassen")
        read = import_rows.read_row(cells, self.columns)
        row.values, row.guesses, row.problems = read.values, read.guesses, read.problems
        if read.problems:
            headings = self.columns.headings
            named = (f"{headings[problem['column']]}: {problem['reason']}" for problem in read.problems)
            return _settle(row, Verdict.ERROR, " ".join(named))
        if self._was_erased(row):
            return _settle(row, Verdict.LEFT_OUT, "wollte gelöscht werden, bitte auch aus der Liste streichen")
        return True

    def _why_skipped(self, row: ImportRow, cells: list[str]) -> str:
        if row.number == self.draft.header_row:
            return "Überschrift der Spalten"
        if row.number < self.draft.header_row:
            return "über der Überschrift" if any(cells) else "leere Zeile"
        return "" if row.decision is Decision.IS_A_PERSON else import_rows.why_skipped(cells, self.columns)

    def _was_erased(self, row: ImportRow) -> bool:
        if not self.erased:
            return False
        told = {key: row.values.get(key) for key in ("email", "phone")}
        code = row.values.get("postal_code", "")
        return erased.was_erased(name=row.values["name"], postal_code=code, among=self.erased, **told)

    def _place(self, row: ImportRow) -> None:
        """Find out who stands in a row."""
        person_id, twin_number = row.person_id, row.twin_number
        row.person_id = row.twin_number = None
        if row.decision is Decision.SAME_PERSON and (person_id or twin_number):
            self._as_decided(row, person_id, twin_number)
        elif row.decision is Decision.SOMEBODY_ELSE:
            self._as_new(row)
        elif self.memory and row_hash(row, self.draft) in self.memory:
            self._as_remembered(row)
        else:
            self._as_found(row)

    def _as_decided(self, row: ImportRow, person_id: int | None, twin_number: int | None) -> None:
        twin = self.rows.get(twin_number or 0)
        if twin is not None and twin.verdict in KNOWN:
            self._as_twin(row, twin)
        elif twin is not None and twin.verdict is Verdict.DOUBLE:
            _settle(row, Verdict.DOUBLE, f"wie Zeile {twin.number}, die zuerst entschieden werden muss")
            row.twin_number = twin.number
        else:
            self._as_person(row, _find_present(person_id))

    def _as_remembered(self, row: ImportRow) -> None:
        person_id = self.memory[row_hash(row, self.draft)]
        if person_id is None:
            _settle(row, Verdict.LEFT_OUT, "beim letzten Mal weggelassen")
        else:
            self._as_person(row, _find_present(person_id))

    def _as_found(self, row: ImportRow) -> None:
        somebody = Somebody.of(row)
        known = self.people.match(somebody)
        sure = [match.person for match in known if match.certainty is Certainty.SURE]
        if len(sure) == 1:
            self._as_person(row, sure[0])
            return
        others = [match for match in self.others.match(somebody) if self._is_earlier(match.person, row)]
        others = [match for match in others if match.certainty is Certainty.SURE] or others
        theirs = {self.rows[match.person.number].person_id for match in others}
        row.candidates = [
            {"person_id": match.person.id, "row": None, "why": match.why}
            for match in known if match.rank >= LIKELY_ENOUGH and match.person.id not in theirs
        ][:MOST_CANDIDATES] + [
            {"person_id": None, "row": match.person.number, "why": match.why}
            for match in others if match.rank >= LIKELY_ENOUGH
        ][:MOST_CANDIDATES]  # fmt: skip
        if row.candidates:
            _settle(row, Verdict.DOUBLE, "vielleicht schon bekannt")
            return
        row.guesses = [*row.guesses, *_namesakes(known, others)]
        self._as_new(row)

    def _is_earlier(self, somebody: Somebody, row: ImportRow) -> bool:
        return somebody.number < row.number and self.rows[somebody.number].verdict in (*KNOWN, Verdict.DOUBLE)

    def _as_person(self, row: ImportRow, person: Person | None) -> None:
        """Judge a row of somebody known; of two rows of one person in a list, the second only adds."""
        if person is None:
            self._as_new(row)
            return
        first = self.first_rows.get(person.id)
        row.person_id = person.id
        row.twin_number = first if first is not None and first < row.number else None
        state = import_compare.state_of(person, self.volunteers.get(person.id))
        self._judge_changes(row, import_compare.compare(
            row.values, state, is_own=is_own(person), fills_only=row.twin_number is not None))  # fmt: skip

    def _as_twin(self, row: ImportRow, twin: ImportRow) -> None:
        """Judge a row of somebody who stands further up in the same list."""
        row.twin_number, row.person_id = twin.number, twin.person_id
        person = _find_present(twin.person_id)
        if person is not None:
            state = import_compare.state_of(person, self.volunteers.get(person.id))
        else:
            state = import_compare.first_state(twin.values)
        self._judge_changes(row, import_compare.compare(row.values, state, fills_only=True))

    def _judge_changes(self, row: ImportRow, changes: list[dict]) -> None:
        row.changes = changes
        reason = f"dieselbe Person wie in Zeile {row.twin_number}" if row.twin_number else ""
        _settle(row, Verdict.CHANGED if changes else Verdict.SAME, reason)

    def _as_new(self, row: ImportRow) -> None:
        email, key = _name_of(row)
        is_known, is_twice = (email, key) in self.taken_names, self.new_names.get((email, key), row.number) < row.number
        if email and (is_known or is_twice):
            row.decision = None
            where = "im Verzeichnis" if is_known else "in dieser Liste"
            _settle(row, Verdict.ERROR, f"Diesen Namen mit dieser E-Mail-Adresse gibt es schon {where}.")
            return
        _settle(row, Verdict.NEW, "")


def check(draft: ImportList) -> None:
    """Judge all rows of a list."""
    Check(draft).run()
    draft.checked_at = clock.now()
    db.session.flush()


def check_again(row: ImportRow) -> None:
    """Judge a row anew, and those further down that are or might be the same person."""
    checking = Check(row.import_list)
    number = row.number
    also = [
        other for other in checking.rows.values()
        if other.number > number and (other.twin_number == number or number in {c["row"] for c in other.candidates})
    ]  # fmt: skip
    checking.run(only=[row, *also])
    db.session.flush()


def mended_cells(row: ImportRow) -> list[str]:
    """Return the cells of a row with what the office put in their place."""
    return [row.repairs.get(str(number), cell) for number, cell in enumerate(row.cells)]


def is_own(person: Person) -> bool:
    """Tell whether somebody told the office about themselves."""
    return person.email_proven_at is not None or person.user_id is not None


def row_hash(row: ImportRow, draft: ImportList) -> str:
    """Return what a row is known again by: the cells that are taken over."""
    secret = current_app.config["SECRET_KEY"].encode()
    cells = json.dumps([text.fold(cell) for cell, target in zip(row.cells, draft.mapping, strict=True) if target])
    return hmac.new(secret, f"import row {cells}".encode(), hashlib.sha256).hexdigest()


def _settle(row: ImportRow, verdict: Verdict, reason: str) -> bool:
    """Write down the verdict of a row; return False, as nothing is left to find out."""
    row.verdict, row.reason = verdict, reason[:LONGEST_REASON]
    if verdict not in KNOWN:
        row.person_id = row.twin_number = None
    return False


def _namesakes(known: list, others: list) -> list[str]:
    """Say who only has the same name."""
    if others:
        return [f"gleicher Name wie in Zeile {others[0].person.number}, sonst nichts gemeinsam"]
    return ["jemand im Verzeichnis heißt genauso, hat aber sonst nichts gemeinsam"] if known else []


def _find_present(person_id: int | None) -> Person | None:
    """Return a person, or who they have become by mergers."""
    found = db.session.get(Person, person_id) if person_id else None
    return found and follow_mergers(found)


def _recall(rows: Iterable[ImportRow], draft: ImportList) -> dict[str, int | None]:
    """Return what was decided about these rows before."""
    remembered = db.session.execute(select(ImportMemory.row_hash, ImportMemory.person_id)).all()
    if not remembered:
        return {}
    wanted = {row_hash(row, draft) for row in rows}
    return {key: person_id for key, person_id in remembered if key in wanted}


def _name_of(row: ImportRow) -> tuple[str | None, str]:
    return row.values.get("email"), name_key(row.values["name"])
