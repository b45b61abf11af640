"""The people of the directory as the office deals with them: added by hand, looked at, informed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from coordapp.accounts.models import User
from coordapp.directory import consents
from coordapp.directory.models import Person
from coordapp.directory.models_consent import Disclosure, DisclosureKind
from coordapp.directory.models_profile import Volunteer
from coordapp.directory.service import name_key
from coordapp.extensions import db
from coordapp.shared import clock

ONE_LOOK = timedelta(minutes=10)  # looking again so soon is the same look
SOON = timedelta(days=10)  # before the month of Art. 14 DSGVO ends
NOT_INFORMED = (Volunteer.informed_at.is_(None), Volunteer.inform_until.is_not(None))


@dataclass(frozen=True)
class Double:
    """Somebody who may be the same person, and what speaks for it (German)."""

    person: Person
    why: str


@dataclass(frozen=True)
class ToInform:
    """How many people must be told soon that the office has their data, and when the first month ends."""

    number: int
    first_until: datetime


# deeds


def look_at(people: Iterable[Person], *, by: User, reason: str = "") -> None:
    """Log that the office looks at the contact data of people, once within ten minutes."""
    people = list(people)
    recent = select(Disclosure.person_id).where(
        Disclosure.person_id.in_([person.id for person in people]), Disclosure.kind == DisclosureKind.VIEWED,
        Disclosure.by_id == by.id, Disclosure.reason == reason, Disclosure.at > clock.now() - ONE_LOOK,
    )  # fmt: skip
    seen = set(db.session.scalars(recent))
    consents.disclose(
        (person for person in people if person.id not in seen), DisclosureKind.VIEWED, by=by, reason=reason
    )


def hold_profile(person_id: int) -> None:
    """Make others wait who want to change the same profile, so that none of them overwrites what they have not seen."""
    db.session.execute(select(Volunteer.person_id).where(Volunteer.person_id == person_id).with_for_update())


# questions


def find_namesake(*, name: str, email: str | None) -> Person | None:
    """Return who has exactly this name and address."""
    return db.session.scalars(select(Person).where(Person.name_key == name_key(name), Person.email == email)).first()


def find_doubles(*, name: str, email: str | None, phone: str | None) -> list[Double]:
    """List who shares the name, the address or the telephone number with somebody new; who was merged counts as one."""
    alike = [Person.name_key == name_key(name)]
    alike += [Person.email == email] if email else []
    alike += [Person.phone == phone] if phone else []
    query = select(Person).where(or_(*alike), Person.merged_into_id.is_(None)).order_by(Person.name_key, Person.id)
    return [Double(person, _why(person, name=name, email=email)) for person in db.session.scalars(query.limit(5))]


def _why(person: Person, *, name: str, email: str | None) -> str:
    if person.name_key == name_key(name):
        return "gleicher Name"
    return "gleiche E-Mail-Adresse" if email and person.email == email else "gleiche Telefonnummer"


def list_not_informed() -> Sequence[Volunteer]:
    """List who does not know yet that the office holds their data, the most urgent first."""
    query = select(Volunteer).join(Volunteer.person).where(*NOT_INFORMED, Person.merged_into_id.is_(None))
    return db.session.scalars(query.order_by(Volunteer.inform_until, Person.name_key, Person.id)).all()


def find_to_inform(now: datetime) -> ToInform | None:
    """Return how many people must be informed within ten days, those who should know already included."""
    soon = (*NOT_INFORMED, Person.merged_into_id.is_(None), Volunteer.inform_until < now + SOON)
    number, first = db.session.execute(
        select(func.count(), func.min(Volunteer.inform_until))
        .select_from(Volunteer)
        .join(Volunteer.person)
        .where(*soon)
    ).one()
    return ToInform(number, first) if first is not None else None
