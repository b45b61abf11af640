"""The link that ends the invitations of one topic: signed, for whoever the mail was written to, without an account."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select

from coordapp.directory import consents, profile
from coordapp.directory.models import Person
from coordapp.directory.models_consent import INVITATIONS, GivenBy, Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.directory.pauses import in_months
from coordapp.directory.service import follow_mergers
from coordapp.extensions import db
from coordapp.outbox import service as outbox
from coordapp.shared import clock
from coordapp.shared.links import external

NOTE = "über den Link in einer Einladung"  # for the office, beside a consent


@dataclass(frozen=True)
class Readers:
    """Whom a link belongs to, most often one person, and which topic it ends."""

    people: Sequence[Person]
    purpose: Purpose


# the link


def unsubscribe_url(people: Person | Iterable[Person], purpose: Purpose) -> str:
    """Return the address that ends the invitations of one topic to a person, or to all whom one mail is written to.

    It holds ids, and when each person was added, because SQLite gives the id of somebody deleted to the next one.
    It is good as long as they are known, so for more than the year that mails lie in mailboxes.
    """
    people = [people] if isinstance(people, Person) else sorted(people, key=lambda person: person.id)
    payload = [purpose.value, *((person.id, _added(person)) for person in people)]
    return external("unsubscribe.ask", token=_serializer().dumps(payload))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="unsubscribe")


def _added(person: Person) -> int:
    return int(person.created_at.timestamp())


def find_readers(token: str) -> Readers | None:
    """Return whom a link belongs to; None for one that is not ours, was changed, or whose people are gone."""
    try:
        purpose, *signed = _serializer().loads(token)
    except BadData:
        return None
    added = dict(signed)
    people = db.session.scalars(select(Person).where(Person.id.in_(added)).order_by(Person.id))
    known = [follow_mergers(person) for person in people if added[person.id] == _added(person)]
    return Readers(list(dict.fromkeys(known)), Purpose(purpose)) if known else None


# deeds


def end(readers: Readers) -> None:
    """End the invitations of the topic now, those that wait to be sent too; twice changes nothing."""
    for person in readers.people:
        _withdraw(person, [readers.purpose])


def undo(readers: Readers, *, language: str) -> None:
    """Let those agree again who withdrew the topic on the web."""
    for person in readers.people:
        if _has_withdrawn(person, readers.purpose):
            consents.give(person, readers.purpose, given_by=GivenBy.WEB, language=language, note=NOTE)


def choose(person: Person, wanted: Collection[Purpose], *, language: str) -> None:
    """Let somebody agree to these topics of invitations and to no others."""
    for purpose in wanted:
        consents.give(person, purpose, given_by=GivenBy.WEB, language=language, note=NOTE)
    _withdraw(person, [purpose for purpose in INVITATIONS if purpose not in wanted])


def pause(readers: Readers, *, months: int, language: str) -> None:
    """Invite the readers again only in some months; what they ended for that is taken back. No months end a pause."""
    undo(readers, language=language)
    for volunteer in profiles_of(readers):
        volunteer.paused_until = in_months(clock.today(), months) if months else None
        profile.save(volunteer)


def _withdraw(person: Person, purposes: Iterable[Purpose]) -> None:
    consents.withdraw(person, purposes, withdrawn_by=GivenBy.WEB)
    drop_unwanted(person)


def drop_unwanted(person: Person) -> int:
    """Drop the bulk mails waiting for a person's address that none of their readers agrees to; return how many."""
    unwanted = [
        mail_id for mail_id, url in outbox.list_queued_bulk(person.email)
        if _is_unwanted(find_readers(url.rstrip("/").rpartition("/")[2]))
    ]  # fmt: skip
    outbox.drop(unwanted)
    return len(unwanted)


def _is_unwanted(readers: Readers | None) -> bool:
    return readers is not None and not any(consents.has_agreed(one, readers.purpose) for one in readers.people)


# questions


def agreed_by(readers: Readers) -> dict[Person, set[Purpose]]:
    """Return what each reader agrees to now."""
    return {person: consents.purposes_of(person) for person in readers.people}


def can_undo(readers: Readers) -> bool:
    """Tell whether a reader withdrew the topic on the web and nothing was said since."""
    return any(_has_withdrawn(person, readers.purpose) for person in readers.people)


def _has_withdrawn(person: Person, purpose: Purpose) -> bool:
    last = next((consent for consent in consents.list_consents(person) if consent.purpose is purpose), None)
    return last is not None and last.withdrawn_by is GivenBy.WEB


def profiles_of(readers: Readers) -> list[Volunteer]:
    """Return the profiles of those readers who are in the directory."""
    return [found for found in map(profile.find_volunteer, readers.people) if found is not None]


def paused_until(readers: Readers) -> date | None:
    """Return the first day on which a reader may be asked again, if somebody has a pause."""
    today = clock.today()
    days = [found.paused_until for found in profiles_of(readers) if found.paused_until is not None]
    return max((day for day in days if today < day), default=None)
