"""Invite people, take their answers, ask the silent once more. Nothing here commits; the route does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from coordapp.accounts.models import User
from coordapp.directory import consents
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.events import registration as registrations
from coordapp.events.models import CancelledBy, Event, Registration
from coordapp.events.occupancy import lock
from coordapp.events.registration import Wishes
from coordapp.events.rules import RegistrationRefused, refusal
from coordapp.extensions import db
from coordapp.invitations import mails, rules
from coordapp.invitations.models import Answer, Invitation
from coordapp.invitations.rules import LeftOut, State
from coordapp.outbox import service as outbox
from coordapp.shared import clock


@dataclass(frozen=True)
class Selection:
    """Whom an invitation reaches, and for everybody else why it does not."""

    reachable: Sequence[Person]
    left_out: Sequence[tuple[Person, LeftOut]]


@dataclass(frozen=True)
class Line:
    """An invitation with what became of it."""

    invitation: Invitation
    registration: Registration | None
    state: State


# deeds


def invite(event: Event, people: Iterable[Person], *, by: User) -> Selection:
    """Write an invitation to each of these people, once per person and event; say whom it reached and whom not.

    Raises RegistrationRefused when nobody could say yes.
    """
    lock(event)
    reason = refusal(event, at=clock.now())
    if reason is not None:
        raise RegistrationRefused(reason)
    selection = check(event, people)
    made = [Invitation(event=event, person=person, invited_by=by) for person in selection.reachable]
    db.session.add_all(made)
    db.session.flush()
    for invitation in made:
        mails.invitation(invitation)
    return selection


def remind_silent(event: Event) -> int:
    """Ask everybody once more who has not answered, each only once; return how many.

    Raises RegistrationRefused when nobody could say yes any more.
    """
    lock(event)
    reason = refusal(event, at=clock.now())
    if reason is not None:
        raise RegistrationRefused(reason)
    silent = list_silent(event)
    for invitation in silent:
        invitation.reminded_at = clock.now()
        mails.reminder(invitation)
    db.session.flush()
    return len(silent)


def accept(invitation: Invitation, wishes: Wishes, *, language: str, entered_by: User | None = None) -> Registration:
    """Take a yes: register the person, or put them on the waiting list. Raises RegistrationRefused.

    Somebody who is registered already stays as they are.
    """
    made = registrations.register(
        invitation.event, invitation.person, wishes, proven=True, language=language, entered_by=entered_by
    )
    _note(invitation, Answer.YES, entered_by=entered_by)
    return made


def accept_by_phone(invitation: Invitation, *, by: User) -> Registration:
    """Take a yes given by phone; what somebody asked for before stays. Raises RegistrationRefused."""
    lock(invitation.event)
    known = registrations.find_registration_of(invitation.event, invitation.person)
    wishes = Wishes.of(known) if known is not None and known.is_active else Wishes()
    return accept(invitation, wishes, language=invitation.person.language, entered_by=by)


def decline(invitation: Invitation, *, entered_by: User | None = None) -> None:
    """Take a no: cancel the registration if there is one."""
    lock(invitation.event)
    registration = registrations.find_registration_of(invitation.event, invitation.person)
    if registration is not None and registration.is_active:
        registrations.cancel(registration, by=CancelledBy.PARTICIPANT if entered_by is None else CancelledBy.OFFICE)
    _note(invitation, Answer.NO, entered_by=entered_by)


def _note(invitation: Invitation, answer: Answer, *, entered_by: User | None) -> None:
    """Keep an answer; one given through the link shows that the mail has reached its reader."""
    invitation.answer, invitation.answered_at, invitation.entered_by = answer, clock.now(), entered_by
    if entered_by is None:
        mail = outbox.find_mail(mails.invitation_key(invitation))
        if mail is not None and mail.recipient == invitation.person.email:  # not changed since
            directory.prove_email(invitation.person)
    db.session.flush()


# questions


def check(event: Event, people: Iterable[Person]) -> Selection:
    """Say whom of these people an invitation would reach, and why not the others."""
    invited = set(db.session.scalars(select(Invitation.person_id).where(Invitation.event_id == event.id)))
    registered, agreed = _registrations(event), consents.list_agreed(event.rules.invitation_purpose)
    reachable, left_out = [], []
    for person in people:
        reason = rules.left_out(
            person, is_invited=person.id in invited, has_agreed=person.id in agreed,
            registration=registered.get(person.id),
        )  # fmt: skip
        if reason is None:
            reachable.append(person)
        else:
            left_out.append((person, reason))
    return Selection(reachable, left_out)


def _registrations(event: Event) -> dict[int, Registration]:
    """Return who registered for an event, the cancelled too, by person."""
    return {registration.person_id: registration for registration in registrations.list_registrations(event)}


def find_invitation(token: str) -> Invitation | None:
    """Return the invitation that a link belongs to."""
    return db.session.scalars(select(Invitation).where(Invitation.token == token)).first()


def line_of(invitation: Invitation) -> Line:
    """Return where one invitation stands."""
    registration = registrations.find_registration_of(invitation.event, invitation.person)
    return Line(invitation, registration, rules.state(invitation.answer, registration))


def list_invited(event: Event) -> list[Person]:
    """List who was invited to an event, by name."""
    query = select(Person).join(Invitation, Invitation.person_id == Person.id).where(Invitation.event_id == event.id)
    return list(db.session.scalars(query.order_by(Person.name_key, Person.id)))


def list_lines(event: Event) -> list[Line]:
    """List the invitations to an event by name, with where each stands."""
    query = select(Invitation).join(Invitation.person).where(Invitation.event_id == event.id)
    registered = _registrations(event)
    return [
        Line(
            invitation, registered.get(invitation.person_id),
            rules.state(invitation.answer, registered.get(invitation.person_id)),
        )
        for invitation in db.session.scalars(query.order_by(Person.name_key, Invitation.id))
    ]  # fmt: skip


def list_silent(event: Event) -> list[Invitation]:
    """List whom to ask once more: silent, not asked yet, still reachable and willing."""
    agreed = consents.list_agreed(event.rules.invitation_purpose)
    return [
        line.invitation
        for line in list_lines(event)
        if line.state is State.SILENT and line.invitation.reminded_at is None and line.invitation.person.email
        and line.invitation.person_id in agreed
    ]  # fmt: skip
