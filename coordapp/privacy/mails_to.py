"""The mails that went to somebody. An address may be a couple's: then the name in the mail tells whose it is."""

import re

from sqlalchemy import exists, or_, select

from coordapp.directory.models import Person
from coordapp.directory.service import name_key
from coordapp.events.models import Registration
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.outbox.models import Mail


def list_mails(person: Person) -> list[Mail]:
    """List the mails to a person, the latest first: to their address, and about them to an address they once had."""
    found = {mail.id: mail for mail in db.session.scalars(select(Mail).where(or_(*_about(person))))}
    if person.email:
        is_shared = shares_address(person)
        for mail in db.session.scalars(select(Mail).where(Mail.recipient == person.email)):
            if not is_shared or _is_named(person, mail.recipient_name):
                found[mail.id] = mail
    return [found[number] for number in sorted(found, reverse=True)]


def _is_named(person: Person, names: str) -> bool:
    """Tell whether a person is among the names of a mail; "Anna Kern" is not part of "Hanna Kern"."""
    return re.search(rf"(?<![\w-]){re.escape(person.name_key)}(?![\w-])", name_key(names)) is not None


def shares_address(person: Person) -> bool:
    """Tell whether somebody else is reached under the same address."""
    others = exists().where(
        Person.email == person.email, Person.name_key != person.name_key, Person.merged_into_id.is_(None)
    )
    return person.email is not None and bool(db.session.scalar(select(others)))


def _about(person: Person) -> list:
    """Return the conditions for mails whose key names the person, their registrations or their invitations."""
    registrations = db.session.scalars(select(Registration.id).where(Registration.person_id == person.id))
    beginnings = [f"registration:{number}:" for number in registrations] + [f"still-right:{person.id}:"]
    mine = (Invitation.person_id == person.id, Invitation.mail_key.is_not(None))
    invited = list(db.session.scalars(select(Invitation.mail_key).where(*mine)))
    keys = [*invited, *(f"{key}:reminder" for key in invited), f"inform:{person.id}"]
    return [
        *(Mail.key.startswith(key, autoescape=True) for key in beginnings), Mail.key.in_(keys),
        Mail.key.like(f"minutes:%:{person.id}"),
    ]  # fmt: skip
