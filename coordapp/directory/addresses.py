"""E-mail addresses that mails come back from: noted, asked for anew, or found to work after all."""

from sqlalchemy import func, select

from coordapp.directory.models import Person
from coordapp.extensions import db
from coordapp.shared import clock

SOFT_BOUNCES = 3  # in a row: then an address counts as dead, until somebody says otherwise

_DEAD = (Person.email_bounced_at.is_not(None), Person.email.is_not(None), Person.merged_into_id.is_(None))


# deeds


def came_back(email: str, *, reason: str, is_for_good: bool, is_first: bool = False) -> list[Person]:
    """Note for everybody with an address that a mail came back; return those to whom nothing more is sent now.

    `is_first` says that other mails have arrived since the last one that came back.
    """
    given_up = []
    for person in db.session.scalars(select(Person).where(Person.email == email, Person.merged_into_id.is_(None))):
        person.email_bounces = 1 if is_first else person.email_bounces + 1
        if is_for_good or person.email_bounces >= SOFT_BOUNCES:
            person.email_bounced_at = person.email_bounced_at or clock.now()
            person.email_trouble = reason if is_for_good else f"{person.email_bounces} Mal nacheinander: {reason}"
            given_up.append(person)
    db.session.flush()
    return given_up


def trust_again(person: Person) -> None:
    """Send mails to a person's address again, although some came back."""
    person.email_bounced_at, person.email_trouble, person.email_bounces = None, "", 0
    db.session.flush()


# questions


def count_dead() -> int:
    """Return how many people cannot be reached by the address we have."""
    return db.session.scalar(select(func.count()).select_from(Person).where(*_DEAD)) or 0


def list_dead() -> list[Person]:
    """List the people who cannot be reached by the address we have, the latest first."""
    query = select(Person).where(*_DEAD).order_by(Person.email_bounced_at.desc(), Person.name_key, Person.id)
    return list(db.session.scalars(query))
