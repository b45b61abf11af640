"""Make one person of two, undo it for a month, and forget then how it was."""

from datetime import datetime, timedelta

from sqlalchemy import Table, delete, exists, select, update

from coordapp.accounts import service as accounts
from coordapp.accounts.models import User
from coordapp.directory import consents, profile
from coordapp.directory.models import Person
from coordapp.directory.models_consent import Consent, GivenBy, Purpose
from coordapp.directory.models_doubles import Merger
from coordapp.directory.models_profile import Engagement, Volunteer
from coordapp.directory.references import Key, add_row, is_row, list_references, read_row
from coordapp.directory.service import refresh_search_text
from coordapp.directory.unite import Stand, join_notes, strictest, unite_profiles
from coordapp.extensions import count_rows, db
from coordapp.shared import clock, text

UNDO_WITHIN = timedelta(days=30)
LINKS_WORK = timedelta(days=400)  # those in mails to the person who was merged
EMPTY = {
    "name": "", "name_key": "", "address_as": "", "email": None, "email_trouble": "", "phone": None, "street": "",
    "postal_code": "", "municipality": "", "search_text": "",
}  # fmt: skip
FIELDS = {  # what is chosen: its columns, the telling one first
    "name": ("name", "name_key"),
    "address_as": ("address_as",),
    "email": ("email", "email_proven_at", "email_bounced_at", "email_trouble", "email_bounces"),
    "phone": ("phone",),
    "address": ("street", "postal_code", "municipality"),
    "channel": ("channel",),
    "language": ("language",),
    "wants_plain_language": ("wants_plain_language",),
    "organisation": ("organisation_id",),
}
IDENTITY = ("name", "name_key", "email")  # by which a registration finds its person


class CannotMerge(Exception):
    """Raised when one of the two is no longer there to be merged."""


# deeds


def merge(
    kept: Person, merged: Person, *, taken: frozenset[str], by: User | None, closes_account: bool = False
) -> Merger:
    """Make one person of two; `taken` names the FIELDS that come from the merged one.

    Rows that the kept one has already (both registered for one event) stay with the merged one. Raises CannotMerge,
    and IntegrityError when a third person has the chosen name and address.
    """
    hold(kept, merged)
    if kept.id == merged.id or kept.merged_into_id or merged.merged_into_id:
        raise CannotMerge
    closes_account = closes_account and kept.user_id is not None and merged.user_id is not None
    watched = _watched(kept, merged, with_account=closes_account)
    before = read_rows(watched)
    strict = strictest_consents(kept, merged)
    ways = ", ".join(other_ways(kept, merged, taken))
    _unite_profiles(kept, merged)
    moved = {one.name: one.move(to_id=kept.id, from_id=merged.id) for one in list_references()}
    _drop_profile(merged)
    _choose(kept, merged, taken)
    _finish(kept, ways)
    _withdraw(kept, strict, by)
    if closes_account and merged.user is not None:
        accounts.deactivate(merged.user)
    made = Merger(kept_id=kept.id, merged_id=merged.id, merged_by_id=by.id if by else None)
    made.moved = {name: [list(key) for key in keys] for name, keys in moved.items() if keys}
    db.session.add(made)
    db.session.flush()
    after = read_rows(watched)
    changed = [number for number, row in enumerate(before) if row != after[number]]
    made.before, made.after = ({"rows": [rows[number] for number in changed]} for rows in (before, after))
    db.session.flush()
    db.session.expire_all()
    return made


def purge_mergers() -> int:
    """Forget after a month how mergers can be undone, and empty signposts that nothing hangs on; return how many rows.

    An emptied signpost only leads old links to the one who stayed; it goes when none of them works any more.
    """
    now = clock.now()
    touched = count_rows(delete(Consent).where(Consent.person_id.in_(_signposts(now - UNDO_WITHIN))), synchronize=False)
    others = [one for one in list_references() if one.table is not Person.__table__]
    is_free = [~exists().where(one.column == Person.id) for one in others]
    is_free += [~exists().where(Volunteer.person_id == Person.id)]
    full = (Person.id.in_(_signposts(now - UNDO_WITHIN)), Person.name != "", *is_free)
    touched += count_rows(update(Person).where(*full).values(EMPTY), synchronize=False)
    dead = (Person.id.in_(_signposts(now - LINKS_WORK)), Person.user_id.is_(None), *is_free)
    touched += count_rows(delete(Person).where(*dead), synchronize=False)
    is_kept = (Merger.merged_at < now - UNDO_WITHIN, db.cast(Merger.before, db.Text) != "{}")
    return touched + count_rows(update(Merger).where(*is_kept).values(moved={}, before={}, after={}), synchronize=False)


def _signposts(before: datetime):
    """Select who was merged before a moment and still is."""
    merged = select(Merger.merged_id).where(Merger.merged_at < before, Merger.undone_at.is_(None))
    return select(Person.id).where(Person.merged_into_id.is_not(None), Person.id.in_(merged))


def hold(*people: Person) -> None:
    """Lock people until the end of the transaction, and see them as they are now."""
    ids = [person.id for person in people]
    db.session.execute(select(Person.id).where(Person.id.in_(ids)).order_by(Person.id).with_for_update())
    for person in people:
        db.session.refresh(person)


# what a merger touches beside the rows that move


def _watched(kept: Person, merged: Person, *, with_account: bool) -> list[tuple[Table, Key]]:
    ids = (kept.id, merged.id)
    rows: list[tuple[Table, Key]] = [(Person.__table__, (number,)) for number in ids]
    rows += [(Volunteer.__table__, (number,)) for number in ids]
    for model in (Engagement, Consent):
        found = db.session.scalars(select(model.id).where(model.person_id.in_(ids)).order_by(model.id))
        rows += [(model.__table__, (number,)) for number in found]
    return rows + ([(User.__table__, (merged.user_id,))] if with_account and merged.user_id else [])


def read_rows(watched: list[tuple[Table, Key]]) -> list[list]:
    """Return rows as [table, key, values or None]."""
    db.session.flush()
    return [[table.name, list(key), read_row(table, key)] for table, key in watched]


def _unite_profiles(kept: Person, merged: Person) -> None:
    """Give the kept person a profile that holds what both say; engagements that both name are kept once."""
    theirs, ours = profile.find_volunteer(merged), profile.find_volunteer(kept)
    if theirs is None:
        return
    if ours is None:
        values = read_row(Volunteer.__table__, (merged.id,)) or {}
        add_row(Volunteer.__table__, values | {"person_id": kept.id})
        return
    for name, value in unite_profiles(ours, theirs).items():
        setattr(ours, name, value)
    known = {_engagement_key(one) for one in ours.engagements}
    twice = [one.id for one in theirs.engagements if _engagement_key(one) in known]
    db.session.execute(delete(Engagement).where(Engagement.id.in_(twice)))
    db.session.flush()


def _engagement_key(engagement: Engagement) -> tuple:
    return engagement.field, text.fold(engagement.activity), engagement.organisation_id


def _drop_profile(merged: Person) -> None:
    """Delete the profile that is now part of the other; nothing refers to it any more."""
    db.session.flush()
    db.session.expire_all()
    theirs = profile.find_volunteer(merged)
    if theirs is not None:
        db.session.expunge(theirs)
        db.session.execute(delete(Volunteer.__table__).where(*is_row(Volunteer.__table__, (merged.id,))))


def _choose(kept: Person, merged: Person, taken: frozenset[str]) -> None:
    """Give the kept person what was chosen; the signpost answers to the name and address that went."""
    chosen = {name: getattr(merged, name) for field in taken for name in FIELDS[field]}
    old_kept, old_merged = ({name: getattr(one, name) for name in IDENTITY} for one in (kept, merged))
    user_id, merged.email = merged.user_id, None
    if kept.user_id is None:
        merged.user_id = None
    db.session.flush()
    for name, value in chosen.items():
        setattr(kept, name, old_merged.get(name, value))  # its address is emptied just now
    kept.user_id = kept.user_id or user_id
    db.session.flush()
    is_swapped = (kept.email, kept.name_key) == (old_merged["email"], old_merged["name_key"])
    for name, value in (old_kept if is_swapped else old_merged).items():
        setattr(merged, name, value)
    merged.merged_into_id = kept.id
    db.session.flush()


def other_ways(kept: Person, merged: Person, taken: frozenset[str]) -> list[str]:
    """List the addresses and numbers that are not chosen, so that none is lost."""
    pairs = [(getattr(kept, field), getattr(merged, field), field in taken) for field in ("email", "phone")]
    return [(ours if is_taken else theirs) for ours, theirs, is_taken in pairs if ours and theirs and ours != theirs]


def _finish(kept: Person, ways: str) -> None:
    """Bring notes and what the search reads up to date."""
    refresh_search_text(kept)
    volunteer = profile.find_volunteer(kept)
    if volunteer is not None:
        volunteer.note = join_notes(volunteer.note, f"auch: {ways}" if ways else "")
        profile.save(volunteer)


# consents: the strictest wins


def strictest_consents(kept: Person, merged: Person) -> dict[Purpose, GivenBy]:
    """Return the purposes that one of the two withdrew while the other agrees, and on which way it was withdrawn."""
    ours, theirs = _stands(kept), _stands(merged)
    lost = {}
    for purpose in Purpose:
        one, other = (stands.get(purpose, (Stand.NEVER_ASKED, None)) for stands in (ours, theirs))
        if strictest(one[0], other[0]) is Stand.WITHDRAWN and Stand.AGREED in (one[0], other[0]):
            lost[purpose] = one[1] or other[1] or GivenBy.PAPER
    return lost


def _stands(person: Person) -> dict[Purpose, tuple[Stand, GivenBy | None]]:
    stands: dict[Purpose, tuple[Stand, GivenBy | None]] = {}
    for consent in reversed(consents.list_consents(person)):  # the latest last
        if consent.withdrawn_at is None:
            stands[consent.purpose] = (Stand.AGREED, None)
        elif stands.get(consent.purpose, (None,))[0] is not Stand.AGREED:
            stands[consent.purpose] = (Stand.WITHDRAWN, consent.withdrawn_by)
    return stands


def _withdraw(kept: Person, lost: dict[Purpose, GivenBy], by: User | None) -> None:
    for purpose, withdrawn_by in lost.items():
        consents.withdraw(kept, [purpose], withdrawn_by=withdrawn_by, recorded_by=by)
