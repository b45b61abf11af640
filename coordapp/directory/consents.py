"""Consents: given, withdrawn, proved; and the log of who saw or received contact data."""

from collections.abc import Iterable

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from coordapp.accounts.models import User
from coordapp.directory.models import Person
from coordapp.directory.models_consent import Consent, Disclosure, DisclosureKind, GivenBy, Purpose
from coordapp.directory.wordings import current_version
from coordapp.extensions import count_rows, db, insert_into
from coordapp.shared import clock

# deeds


def give(
    person: Person, purpose: Purpose, *, given_by: GivenBy, language: str = "de", recorded_by: User | None = None,
    note: str = "",
) -> bool:  # fmt: skip
    """Record that a person agrees to a purpose in its present wording; return False when they did already."""
    row = {
        "person_id": person.id, "purpose": purpose, "wording": current_version(purpose), "language": language,
        "given_by": given_by, "given_at": clock.now(), "recorded_by_id": recorded_by.id if recorded_by else None,
        "note": note,
    }  # fmt: skip
    statement = insert_into(Consent).values(row).on_conflict_do_nothing().returning(Consent.id)
    return db.session.scalar(statement) is not None


def withdraw(
    person: Person, purposes: Iterable[Purpose], *, withdrawn_by: GivenBy, recorded_by: User | None = None
) -> int:
    """Withdraw consents, with effect from now on; return how many there were. Withdrawing twice changes nothing.

    Rooms above hear of it, so that mails that wait to be sent are dropped, see `rooms.WITHDRAWN`.
    """
    given = (Consent.person_id == person.id, Consent.purpose.in_(list(purposes)), Consent.withdrawn_at.is_(None))
    values = {
        "withdrawn_at": clock.now(), "withdrawn_by": withdrawn_by,
        "withdrawal_recorded_by_id": recorded_by.id if recorded_by else None,
    }  # fmt: skip
    number = count_rows(update(Consent).where(*given).values(values))
    for tell in current_app.extensions["withdrawn"] if number else ():
        tell(person)
    return number


def disclose(
    people: Iterable[Person], kind: DisclosureKind, *, by: User | None, recipient: str = "", reason: str = ""
) -> None:
    """Log that somebody sees or receives the contact data of these people."""
    rows = [
        Disclosure(person_id=person.id, kind=kind, by_id=by.id if by else None, recipient=recipient, reason=reason)
        for person in people
    ]
    db.session.add_all(rows)
    db.session.flush()


# questions


def has_agreed(person: Person, purpose: Purpose) -> bool:
    """Tell whether a person agrees to a purpose now."""
    return purpose in purposes_of(person)


def purposes_of(person: Person) -> set[Purpose]:
    """Return what a person agrees to now."""
    active = select(Consent.purpose).where(Consent.person_id == person.id, Consent.withdrawn_at.is_(None))
    return set(db.session.scalars(active))


def list_agreed(purpose: Purpose) -> set[int]:
    """Return the ids of all people who agree to a purpose now."""
    active = select(Consent.person_id).where(Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
    return set(db.session.scalars(active))


def list_consents(person: Person) -> list[Consent]:
    """List all that a person ever agreed to, the latest first."""
    query = select(Consent).where(Consent.person_id == person.id).order_by(Consent.given_at.desc(), Consent.id.desc())
    accounts = (joinedload(Consent.recorded_by), joinedload(Consent.withdrawal_recorded_by))
    return list(db.session.scalars(query.options(*accounts)))


def list_disclosures(person: Person) -> list[Disclosure]:
    """List who saw or received a person's contact data, the latest first."""
    query = select(Disclosure).where(Disclosure.person_id == person.id).options(joinedload(Disclosure.by))
    return list(db.session.scalars(query.order_by(Disclosure.at.desc(), Disclosure.id.desc())))
