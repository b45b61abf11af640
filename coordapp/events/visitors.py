"""Registering through the website: from a filled form and a browser to a registration."""

from datetime import timedelta
from typing import TypeVar

from flask import current_app, request, session
from flask_babel import gettext as _
from flask_login import current_user

from coordapp.accounts import limits
from coordapp.accounts.guards import signed_in_user
from coordapp.directory import service as directory
from coordapp.events import mails, registration
from coordapp.events.forms import RegistrationForm, SignedInRegistrationForm
from coordapp.events.models import Event, Registration, RegistrationStatus, new_token
from coordapp.events.occupancy import lock
from coordapp.events.rules import RegistrationRefused, refusal
from coordapp.extensions import db
from coordapp.shared import clock, languages

RECEIVED = "received_registration"  # in the session: what this browser has just registered
MAILS_PER_ADDRESS = 10  # registrations an hour for one address, so that nobody is flooded
HOUR = timedelta(hours=1)
DOUBLE_CLICK = timedelta(seconds=30)

Visitor = TypeVar("Visitor", bound=RegistrationForm)
Member = TypeVar("Member", bound=SignedInRegistrationForm)


class TooMany(Exception):
    """Raised when one network address or mailbox gets more registrations than people make."""


def registration_form(form: type[Visitor], signed_in: type[Member]) -> Visitor | Member:
    """Return the form for this reader: who is signed in is not asked who they are."""
    return signed_in() if current_user.is_authenticated else form()


def register(event: Event, form: RegistrationForm | SignedInRegistrationForm) -> Registration:
    """Register whoever filled the form. Raises RegistrationRefused or TooMany."""
    language = languages.current()
    if isinstance(form, SignedInRegistrationForm):
        person = directory.person_of(signed_in_user())
        return registration.register(event, person, form.wishes(), proven=True, language=language)
    network, per_network = request.remote_addr or "", current_app.config["REGISTRATIONS_PER_HOUR"]
    tries = [("registration", network, per_network), ("registration-mail", form.email.data, MAILS_PER_ADDRESS)]
    if not limits.hit_all(tries, window=HOUR):
        raise TooMany  # for every address alike: the limit must not tell which ones are known
    person, proven = directory.meet_visitor(name=form.name.data, email=form.email.data, language=language)
    return registration.register(event, person, form.wishes(), proven=proven, language=language)


def remember(made: Registration) -> None:
    """Note in this browser what was registered, for the page that comes next."""
    session[RECEIVED] = made.id


def received() -> Registration | None:
    """Return what this browser has just registered."""
    return db.session.get(Registration, session.get(RECEIVED, 0))


def correct_address(made: Registration, *, email: str) -> Registration:
    """Send the first mail again, or to another address after a slip of the pen; return what this browser now sees.

    A registration that is confirmed stays, because it may be somebody else's; the other address is then registered
    anew. Either way the next page looks alike, so that it does not tell whose address is known. Raises TooMany or
    RegistrationRefused.
    """
    if not limits.hit("registration-mail", email, limit=MAILS_PER_ADDRESS, window=HOUR):
        raise TooMany
    reason = refusal(made.event, at=clock.now())
    if reason is not None:
        raise RegistrationRefused(reason)
    if email == made.person.email:
        return _send_again(made)
    person, proven = directory.meet_visitor(name=made.person.name, email=email, language=made.language)
    lock(made.event)
    db.session.refresh(made)
    if not made.waits_for_proof or registration.find_registration_of(made.event, person) is not None:
        return registration.register(made.event, person, registration.Wishes(), proven=proven, language=made.language)
    mails.take_back_unsent(made)
    made.person, made.token = person, new_token()  # the link in the mail to the wrong address must open nothing
    _write_first_mail(made)
    return made


def _send_again(made: Registration) -> Registration:
    lock(made.event)
    db.session.refresh(made)
    if made.waits_for_proof and limits.hit("registration-again", str(made.id), limit=1, window=DOUBLE_CLICK):
        _write_first_mail(made)
    return made


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


def is_proven_here(made: Registration) -> bool:
    """Tell whether the reader is signed in and so may be told more than "look into your mails"."""
    return bool(current_user.is_authenticated) and made.status is not RegistrationStatus.UNCONFIRMED
