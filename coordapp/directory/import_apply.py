"""Takes a checked list over into the directory, all or nothing. Taking it back stands in import_undo.py."""

from sqlalchemy import select, update

from coordapp.accounts.models import User
from coordapp.directory import consents, import_compare, profile
from coordapp.directory import service as directory
from coordapp.directory.import_check import KNOWN, row_hash
from coordapp.directory.import_compare import PROFILE_FIELDS
from coordapp.directory.import_service import count_by_verdict, list_all_rows
from coordapp.directory.models import Person
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.directory.models_import import Decision, ImportList, ImportMemory, ImportRow, Verdict
from coordapp.directory.models_profile import Volunteer
from coordapp.extensions import count_rows, db, insert_into
from coordapp.shared import clock

LONGEST_CONSENT_NOTE = 200


class NotNow(Exception):
    """Raised when a list was taken over or undone already; with a German reason."""


def apply(draft: ImportList, *, by: User) -> None:
    """Write all rows that can be written, in the order of the file. Raises NotNow, and IntegrityError."""
    _claim(draft)
    TakingOver(draft).run(by=by)
    draft.numbers = draft.numbers | {str(name): number for name, number in count_by_verdict(draft).items()}
    db.session.flush()


def _claim(draft: ImportList) -> None:
    """Make sure that a list is taken over once, however often the button was pressed."""
    is_mine = count_rows(
        update(ImportList)
        .where(ImportList.id == draft.id, ImportList.applied_at.is_(None), ImportList.checked_at.is_not(None))
        .values(applied_at=clock.now())
    )
    if not is_mine:
        raise NotNow("Diese Liste ist schon übernommen.")


class TakingOver:
    """One list being written. Profiles are kept at hand and written together: 5,000 rows take seconds, not minutes."""

    def __init__(self, draft: ImportList) -> None:
        self.draft = draft
        self.rows = list_all_rows(draft)
        self.by_number = {row.number: row for row in self.rows}
        self.volunteers = {volunteer.person_id: volunteer for volunteer in db.session.scalars(select(Volunteer))}

    def run(self, *, by: User) -> None:
        """Write people, then their profiles, then what changes, then consents."""
        self._add_people([row for row in self.rows if row.verdict is Verdict.NEW])
        for row in self.rows:
            if row.verdict in (Verdict.CHANGED, Verdict.SAME):
                self._change(row)
        db.session.flush()
        written = [row for row in self.rows if row.verdict in KNOWN and row.person is not None]
        given = sum(self._record_consents(row, by=by) for row in written)
        for row in written:
            self._finish(row)
        self.draft.numbers = {"consents": given}
        self._remember_decisions()

    def _add_people(self, rows: list[ImportRow]) -> None:
        """Add everybody new; they do not know of it yet, so the month of Art. 14 DSGVO begins."""
        for row in rows:
            state = import_compare.first_state(row.values)
            person = Person(name=state["name"], name_key=directory.name_key(state["name"]))
            import_compare.write(person, None, state)
            row.person = person
        db.session.add_all([row.person for row in rows])
        db.session.flush()
        for row in rows:
            if row.person is not None:
                self._add_profile(row.person, import_compare.first_state(row.values))
                row.done = {"made": row.person.id}
        db.session.flush()

    def _add_profile(self, person: Person, state: dict) -> None:
        volunteer = Volunteer(
            person=person, source=self.draft.name, inform_until=clock.now() + profile.INFORM_WITHIN, engagements=[],
        )  # fmt: skip
        import_compare.write(person, volunteer, {name: state[name] for name in PROFILE_FIELDS if name in state})
        db.session.add(volunteer)
        self.volunteers[person.id] = volunteer

    def _change(self, row: ImportRow) -> None:
        """Change what was ticked, unless somebody changed it since the list was checked."""
        if row.person is None and row.twin_number in self.by_number:
            row.person = self.by_number[row.twin_number].person
        person = row.person
        if person is None or person.merged_into_id is not None:
            row.verdict, row.reason = Verdict.LEFT_OUT, "die Person ist nicht mehr da oder wurde zusammengeführt"
            return
        before = self._state(person)
        new = self._wanted(row, before)
        old = {name: before[name] for name in new}
        if new.pop("profile", False):
            self._add_profile(person, new)
            db.session.flush()
        if "email" in new:
            directory.move_email(person, new["email"])
        import_compare.write(person, self.volunteers.get(person.id), new)
        person.name_key = directory.name_key(person.name)
        row.done = {"changed": person.id, "before": old, "after": self._state(person)}

    def _wanted(self, row: ImportRow, before: dict) -> dict:
        """Return the fields that a row gives somebody; a second row of theirs adds to what the first one left."""
        taken = {change["field"] for change in row.changes if change["is_taken"]}
        changes = row.changes
        if row.twin_number:
            changes = import_compare.compare(row.values, before, fills_only=True)
        wanted = {c["field"]: c["new"] for c in changes if c["field"] in taken and before[c["field"]] == c["old"]}
        has_profile = before["profile"] or "profile" in wanted
        return {name: value for name, value in wanted.items() if has_profile or name not in PROFILE_FIELDS}

    def _record_consents(self, row: ImportRow, *, by: User) -> int:
        """Record the consent on paper for the purposes that the office ticked; return whether there was one."""
        if not row.values.get("consent") or row.person is None or row.person.id not in self.volunteers:
            return 0
        note = f"Liste „{self.draft.name}“, Zeile {row.number}: {row.values['consent']}"[:LONGEST_CONSENT_NOTE]
        given = [
            purpose for purpose in self.draft.consents
            if consents.give(row.person, Purpose(purpose), given_by=GivenBy.PAPER, recorded_by=by, note=note)
        ]  # fmt: skip
        row.done = row.done | {"consents": given}
        return 1 if given else 0

    def _finish(self, row: ImportRow) -> None:
        """Bring what the search looks through up to date, and keep how a new person was left."""
        if row.person is None:
            return
        directory.refresh_search_text(row.person)
        volunteer = self.volunteers.get(row.person.id)
        if volunteer is not None:
            volunteer.facets = profile.facets_of(volunteer)
        if row.done.get("made"):
            row.done = row.done | {"after": self._state(row.person)}  # with what later rows added

    def _state(self, person: Person) -> dict:
        return import_compare.state_of(person, self.volunteers.get(person.id))

    def _remember_decisions(self) -> None:
        decided = {}
        for row in self.rows:
            is_left_out = row.decision is Decision.LEAVE_OUT and row.verdict is Verdict.LEFT_OUT
            is_decided = row.decision in (Decision.SAME_PERSON, Decision.SOMEBODY_ELSE) and row.person is not None
            if is_left_out or is_decided:
                decided[row_hash(row, self.draft)] = row.person.id if row.person is not None else None
        for key, person_id in decided.items():
            values = {"person_id": person_id, "decided_at": clock.now()}
            statement = insert_into(ImportMemory).values(row_hash=key, **values)
            db.session.execute(statement.on_conflict_do_update(index_elements=["row_hash"], set_=values))
