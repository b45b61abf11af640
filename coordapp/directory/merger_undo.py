"""Undo a merger: rows go back, and what was changed since then stays as it is and is named."""

from datetime import datetime

from sqlalchemy import delete, select

from coordapp.accounts.models import User
from coordapp.directory import consents, profile
from coordapp.directory.mergers import UNDO_WITHIN, hold
from coordapp.directory.models import Person
from coordapp.directory.models_consent import Consent, GivenBy
from coordapp.directory.models_doubles import Merger
from coordapp.directory.models_profile import Engagement, Volunteer
from coordapp.directory.references import add_row, change_row, is_row, list_references, read_row
from coordapp.directory.service import refresh_search_text
from coordapp.extensions import db
from coordapp.shared import clock

DERIVED = ("search_text", "facets")  # computed again from the others
WORDS = {  # table: what was changed
    "person": "Name und Kontakt",
    "volunteer": "Profil",
    "consent": "Einwilligungen",
    "engagement": "Engagements",
    "account": "Konto",
}
PEOPLE, PROFILES = Person.__table__, Volunteer.__table__


class CannotUndo(Exception):
    """Raised with the reason, in German, why a merger stays."""


def is_open(merger: Merger, *, at: datetime) -> bool:
    """Tell whether a merger can still be undone at a moment."""
    return merger.undone_at is None and at < merger.merged_at + UNDO_WITHIN and bool(merger.before)


def undo(merger: Merger, *, by: User | None) -> list[str]:
    """Make two people of one again; return what stays with the kept one because it was changed since.

    What came in since the merger stays with the kept person. Raises CannotUndo, and IntegrityError when somebody else
    has the old name and address by now.
    """
    kept, merged = merger.kept, merger.merged
    hold(kept, merged)
    db.session.refresh(merger)
    if not is_open(merger, at=clock.now()):
        raise CannotUndo("Das lässt sich nicht mehr zurücknehmen.")
    if merged.merged_into_id != kept.id:
        raise CannotUndo("Bitte nehmen Sie zuerst die spätere Zusammenführung zurück.")
    withdrawn = _withdrawn_since(merger)
    plan, changed = _plan(merger)
    _put_back_deleted(merger)
    _move_back(merger, changed)
    _restore(plan)
    _remove_made_profile(merger, changed)
    db.session.expire_all()
    for consent in withdrawn:
        consents.withdraw(merged, [consent.purpose], withdrawn_by=consent.withdrawn_by or GivenBy.PAPER, recorded_by=by)
    merger.undone_at = clock.now()
    if changed:
        _derive(kept, merged)
    db.session.flush()
    return sorted(changed)


def _entries(merger: Merger) -> list[tuple]:
    """Return (table, key, values before, values after) of each row that the merger changed."""
    pairs = zip(merger.before["rows"], merger.after["rows"], strict=True)
    return [(db.metadata.tables[name], tuple(key), before, after) for (name, key, before), (*_key, after) in pairs]


def _plan(merger: Merger) -> tuple[list[tuple], set[str]]:
    """Say which values each row gets back, and what was changed since and therefore stays."""
    plan, changed = [], set()
    for table, key, before, after in _entries(merger):
        now = read_row(table, key)
        if before is None or after is None or now is None:
            continue
        differing = [name for name in before if before[name] != after[name]]
        plan.append((table, key, {name: before[name] for name in differing if now[name] == after[name]}))
        stays = [name for name in differing if now[name] not in (before[name], after[name]) and name not in DERIVED]
        changed |= {WORDS[table.name]} if stays else set()
    return plan, changed


def _put_back_deleted(merger: Merger) -> None:
    """Add the rows again that the merger deleted: the other profile first, then engagements."""
    for table, key, before, after in _entries(merger):
        if before is not None and after is None and read_row(table, key) is None:
            add_row(table, before)


def _move_back(merger: Merger, changed: set[str]) -> None:
    """Give the merged person their rows again, as far as they are still there."""
    for reference in list_references():
        keys = [tuple(key) for key in merger.moved.get(reference.name, ())]
        wanted = [reference.key_after_move(key, to_id=merger.kept_id) for key in keys]
        went = reference.move(to_id=merger.merged_id, from_id=merger.kept_id, only=wanted)
        there = set(reference.keys_of(merger.kept_id)) & set(wanted)
        if len(went) < len(wanted) and there:
            changed.add("einzelne Einträge")


def _restore(plan: list[tuple]) -> None:
    """Give the rows their old values; the signpost lets go of name and account first, the kept person may need them."""
    signposts = [(table, key, values) for table, key, values in plan if table is PEOPLE and "merged_into_id" in values]
    for table, key, values in signposts:
        change_row(table, key, {name: None for name in ("email", "user_id") if name in values})
    for table, key, values in (*(entry for entry in plan if entry not in signposts), *signposts):
        change_row(table, key, values)


def _remove_made_profile(merger: Merger, changed: set[str]) -> None:
    """Delete the profile that the kept person only had through the merger, unless somebody worked on it."""
    for table, key, before, after in _entries(merger):
        if table is not PROFILES or before is not None or after is None:
            continue
        has_engagements = db.session.scalar(
            select(Engagement.id).where(Engagement.person_id == merger.kept_id).limit(1)
        )
        if has_engagements is None and read_row(table, key) == after:
            db.session.execute(delete(table).where(*is_row(table, key)))
        else:
            changed.add(WORDS["volunteer"])


def _withdrawn_since(merger: Merger) -> list[Consent]:
    """List what the kept person withdrew since the merger: it was said for both."""
    by_merger = [
        key[0] for table, key, _before, after in _entries(merger)
        if table is Consent.__table__ and after is not None and after["withdrawn_at"] is not None
    ]  # fmt: skip
    query = select(Consent).where(
        Consent.person_id == merger.kept_id, Consent.withdrawn_at >= merger.merged_at, Consent.id.not_in(by_merger)
    )
    return list(db.session.scalars(query))


def _derive(*people: Person) -> None:
    for person in people:
        refresh_search_text(person)
        volunteer = profile.find_volunteer(person)
        if volunteer is not None:
            profile.save(volunteer)
