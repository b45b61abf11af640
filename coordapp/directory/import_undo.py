"""Takes back what a list did to the directory, within a week; what was changed since is left and named."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from coordapp.directory import consents, import_compare, profile
from coordapp.directory import service as directory
from coordapp.directory.import_apply import NotNow
from coordapp.directory.import_compare import LABELS
from coordapp.directory.import_service import can_be_undone, list_all_rows
from coordapp.directory.models import Person
from coordapp.directory.models_consent import Consent, GivenBy, Purpose
from coordapp.directory.models_import import ImportList, ImportRow
from coordapp.directory.models_profile import Volunteer
from coordapp.extensions import count_rows, db
from coordapp.shared import clock

GO_ALONG = {"volunteer", "engagement", "consent", "disclosure", "import_row", "import_memory", "not_same"}
AT_ONCE = 1_000  # ids in one statement


@dataclass(frozen=True)
class Undone:
    """How many rows were taken back, and how many left as they are."""

    rows: int
    left: int


def undo(taken: ImportList) -> Undone:
    """Take back what a list did. Raises NotNow."""
    is_mine = can_be_undone(taken) and count_rows(
        update(ImportList)
        .where(ImportList.id == taken.id, ImportList.undone_at.is_(None))
        .values(undone_at=clock.now())
    )
    if not is_mine:
        raise NotNow("Das lässt sich nicht mehr rückgängig machen.")
    return Undoing(taken).run()


class Undoing:
    """One list being taken back."""

    def __init__(self, taken: ImportList) -> None:
        self.rows = list_all_rows(taken)
        self.volunteers = {volunteer.person_id: volunteer for volunteer in db.session.scalars(select(Volunteer))}
        self.made = {row.number: row for row in self.rows if row.done.get("made")}
        ids = [row.person_id for row in self.made.values() if row.person_id]
        self.needed = {person_id for some in _portions(ids) for person_id in _named_elsewhere(some)}
        self.agreed: dict[int, int] = {}
        for some in _portions(ids):
            counted = select(Consent.person_id, func.count()).where(Consent.person_id.in_(some))
            self.agreed |= {person_id: n for person_id, n in db.session.execute(counted.group_by(Consent.person_id))}

    def run(self) -> Undone:
        """Delete who was new, put back what was changed; of two changes to one field, the last one first."""
        for row in self.made.values():
            row.outcome = self._why_stays(row)
        changed = [row for row in reversed(self.rows) if row.done.get("changed") and row.twin_number not in self.made]
        for row in changed:
            row.outcome = self._put_back(row)
        touched = [*self.made.values(), *changed]
        self._delete([row for row in self.made.values() if not row.outcome and row.person_id])
        left = sum(1 for row in touched if row.outcome)
        return Undone(len(touched) - left, left)

    def _why_stays(self, row: ImportRow) -> str:
        """Say why somebody new is not deleted, or return an empty text."""
        person = row.person
        if person is None:
            return ""
        if person.id != row.done["made"]:
            return "Die Person wurde seitdem mit jemandem zusammengeführt und bleibt."
        changed = self._changed_since(row, list(row.done["after"]))
        if changed:
            return f"Seitdem geändert: {', '.join(LABELS[name] for name in changed)}. Die Person bleibt."
        if person.user_id is not None or self.agreed.get(person.id, 0) != self._consents_of_list(person.id):
            return "Die Person hat sich seitdem selbst gemeldet und bleibt."
        if person.id in self.needed:
            return "Die Person ist seitdem eingeladen, angemeldet oder zusammengeführt und bleibt."
        return ""

    def _consents_of_list(self, person_id: int) -> int:
        if not self.agreed.get(person_id):
            return 0
        return sum(len(row.done.get("consents", ())) for row in self.rows if row.person_id == person_id)

    def _delete(self, rows: list[ImportRow]) -> None:
        """Delete people; the database deletes what goes along with them."""
        ids = [row.person_id for row in rows if row.person_id]
        db.session.flush()
        for some in _portions(ids):
            db.session.execute(update(ImportRow).where(ImportRow.person_id.in_(some)).values(person_id=None))
            db.session.execute(
                delete(Person).where(Person.id.in_(some)), execution_options={"synchronize_session": False}
            )
        db.session.expire_all()

    def _put_back(self, row: ImportRow) -> str:
        """Give somebody back what a row changed; return what stays because it was changed since."""
        person = row.person
        if person is None:
            return ""
        if person.id != row.done["changed"]:
            return "Die Person wurde seitdem mit jemandem zusammengeführt und bleibt, wie sie ist."
        before, volunteer = row.done["before"], self.volunteers.get(person.id)
        changed = self._changed_since(row, list(before))
        back = {name: value for name, value in before.items() if name not in changed and name != "profile"}
        if "email" in back:
            directory.move_email(person, back["email"])
        import_compare.write(person, volunteer, back)
        person.name_key = directory.name_key(person.name)
        directory.refresh_search_text(person)
        purposes = [Purpose(name) for name in row.done.get("consents", ())]
        if purposes:
            consents.withdraw(person, purposes, withdrawn_by=GivenBy.PAPER)
        self._put_back_profile(volunteer, is_new=before.get("profile") is False and not changed)
        return f"Seitdem geändert und geblieben: {', '.join(LABELS[name] for name in changed)}." if changed else ""

    def _put_back_profile(self, volunteer: Volunteer | None, *, is_new: bool) -> None:
        if volunteer is None:
            return
        if is_new:
            self.volunteers.pop(volunteer.person_id)
            db.session.delete(volunteer)
            db.session.flush()
        else:
            volunteer.facets = profile.facets_of(volunteer)

    def _changed_since(self, row: ImportRow, fields: list[str]) -> list[str]:
        """List which fields are no longer as taking over left them."""
        if row.person is None:
            return []
        now = import_compare.state_of(row.person, self.volunteers.get(row.person.id))
        return [name for name in fields if now[name] != row.done["after"][name]]


def _portions(ids: list) -> Iterator[list]:
    for begin in range(0, len(ids), AT_ONCE):
        yield ids[begin : begin + AT_ONCE]


def _named_elsewhere(ids: list[int]) -> set[int]:
    """Return whom rows of other rooms name: a registration, an invitation, a merger. Only the names are known here."""
    found: set[int] = set()
    for table in db.metadata.sorted_tables:
        for key in table.foreign_keys if table.name not in GO_ALONG else ():
            if key.column is Person.__table__.c.id:
                found |= set(db.session.scalars(select(key.parent).where(key.parent.in_(ids)).distinct()))
    return found
