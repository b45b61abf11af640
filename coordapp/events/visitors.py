"""Registering through the website: from a filled form and a browser to a registration."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from flask import abort, current_app, session
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from coordapp.accounts import limits
from coordapp.accounts.guards import signed_in_user
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.events import mails, registration
from coordapp.events.forms import RegistrationForm, SignedInRegistrationForm
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event, Registration, new_token
from coordapp.events.occupancy import lock
from coordapp.events.registration import Wishes
from coordapp.events.rules import may_say_more
from coordapp.extensions import db
from coordapp.shared import clock, languages

RECEIVED = "received_registration"  # in the session: what this browser has just sent
CORRECTIONS = 5  # of the address, an hour, in one browser
MAILS_PER_ADDRESS = 10  # registrations an hour for one address, so that nobody is flooded
HOUR = timedelta(hours=1)
DOUBLE_CLICK = timedelta(seconds=30)

Visitor = TypeVar("Visitor", bound=RegistrationForm)
Member = TypeVar("Member", bound=SignedInRegistrationForm)


@dataclass(frozen=True, slots=True)
class Received:
    """What a browser has just sent: only what was typed there, so that the cookie tells nothing else.

    The key goes with the registration if this browser made it, and with none if it was there before.
    """

    event_id: int
    name: str
    email: str
    key: str

    @property
    def event(self) -> Event:
        """Return the event; answers 404 where it is gone."""
        return db.get_or_404(Event, self.event_id)

    @property
    def key_hash(self) -> str:
        """Return what is stored of the key."""
        return hashlib.sha256(self.key.encode()).hexdigest()

    def to_session(self) -> list:
        """Return what the cookie holds."""
        return [self.event_id, self.name, self.email, self.key]


class TooMany(Exception):
    """Raised when one network address or mailbox gets more registrations than people make."""


def registration_form(form: type[Visitor], signed_in: type[Member]) -> Visitor | Member:
    """Return the form for this reader: who is signed in is not asked who they are."""
    return signed_in() if current_user.is_authenticated else form()


def register(event: Event, form: RegistrationForm | SignedInRegistrationForm) -> Registration:
    """Register whoever filled the form, and note in this browser what was typed, for the page that comes next.

    Raises RegistrationRefused or TooMany; answers 404 for what is confidential, to which only the office invites.
    """
    if event.is_confidential:
        abort(404)
    if isinstance(form, SignedInRegistrationForm):
        user = signed_in_user()
        person = directory.person_of(user)
        session[RECEIVED] = Received(event.id, user.name, user.email, key="").to_session()
        return registration.register(event, person, form.wishes(), proven=True, language=languages.current())
    typed = Received(event.id, form.name.data or "", form.email.data or "", key=new_token())
    made = _register(typed, form.wishes())
    session[RECEIVED] = typed.to_session()
    return made


def received() -> Received | None:
    """Return what this browser has just sent."""
    kept = session.get(RECEIVED)
    return Received(*kept) if isinstance(kept, list) and len(kept) == len(Received.__slots__) else None


def find_own(sent: Received) -> Registration | None:
    """Return the registration of who is signed in for the event that was just sent; strangers are told nothing."""
    if not current_user.is_authenticated:
        return None
    person = directory.find_person_of(signed_in_user())
    return registration.find_registration_of(sent.event, person) if person is not None else None


def correct_address(sent: Received, *, email: str) -> None:
    """Send the first mail again, or to another address after a slip of the pen.

    What this browser made itself and nobody has confirmed moves to the new address, and the link in the mail to the
    wrong one opens nothing any more. Anything else stays as it is, because it may be somebody else's, and the new
    address is registered, unless the group is closed. Nothing tells the reader which of these happened. Raises TooMany
    or RegistrationRefused.
    """
    corrected = Received(sent.event_id, sent.name, email, key=sent.key)
    if not limits.hit("registration-corrected", sent.key, limit=CORRECTIONS, window=HOUR):
        raise TooMany
    made = _find_made(sent)
    if made is None or not _is_movable(made, corrected):
        if sent.event.group_only:  # its link may be another by now
            return
        _register(corrected, Wishes.of(made) if made is not None else Wishes())
    elif email == made.person.email:
        _count(corrected)
        _send_again(made)
    else:
        _count(corrected)
        mails.take_back_unsent(made)
        made.person, made.token = _person_of(corrected), new_token()
        _write_first_mail(made)
    session[RECEIVED] = corrected.to_session()


def _register(typed: Received, wishes: Wishes) -> Registration:
    _count(typed)
    person = _person_of(typed)
    return registration.register(
        typed.event, person, wishes, proven=_is_known(typed.event, person), language=languages.current(),
        made_with=typed.key_hash,
    )  # fmt: skip


def _is_known(event: Event, person: Person) -> bool:
    """Tell whether a registration counts at once; who lacks what an event asks for learns it only by their own mail."""
    return person.email_proven_at is not None and registration.is_admitted(event, person)


def _count(typed: Received) -> None:
    """Count one mail to an address for one network; raise TooMany. Every address is counted alike, known or not."""
    per_network = current_app.config["REGISTRATIONS_PER_HOUR"]
    tries = [("registration", limits.network(), per_network), ("registration-mail", typed.email, MAILS_PER_ADDRESS)]
    if not limits.hit_all(tries, window=HOUR):
        raise TooMany


def _person_of(typed: Received) -> Person:
    return directory.remember_person(name=typed.name, email=typed.email, language=languages.current())


def get_to_say_more(token: str, *, kind: EventKind) -> Registration:
    """Return the registration of a link, to say what only this kind asks; answers 404 when nothing can be said."""
    made = registration.find_registration(token)
    if made is None or made.event.kind is not kind or not may_say_more(made, at=clock.now()):
        abort(404)
    return made


def _find_made(sent: Received) -> Registration | None:
    """Return the registration that this very browser made, under the lock."""
    found = db.session.scalars(select(Registration).where(Registration.made_with == sent.key_hash)).first()
    if found is not None:
        lock(found.event)
        db.session.refresh(found)
    return found


def _is_movable(made: Registration, corrected: Received) -> bool:
    person = _person_of(corrected)
    other = registration.find_registration_of(made.event, person)
    return made.waits_for_proof and (other is None or other.id == made.id)


def _send_again(made: Registration) -> None:
    if limits.hit("registration-again", str(made.id), limit=1, window=DOUBLE_CLICK):
        _write_first_mail(made)


def _write_first_mail(made: Registration) -> None:
    made.sequence += 1
    db.session.flush()
    mails.registration_received(made)


def too_many_text() -> str:
    """Say what to do when too many registrations came from one place."""
    phone = current_app.config["OFFICE_PHONE"]
    return _(
        "Gerade kamen sehr viele Anmeldungen von Ihrem Internet-Anschluss. Bitte rufen Sie uns an: %(phone)s",
        phone=phone,
    )
