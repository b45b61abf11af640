"""Invite people, take their answers, ask the silent once more. Nothing here commits; the route does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload

from coordapp.accounts.models import User
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.events import registration as registrations
from coordapp.events.models import CancelledBy, Event, Registration
from coordapp.events.occupancy import lock
from coordapp.events.registration import Wishes
from coordapp.events.rules import RegistrationRefused, office_refusal, refusal
from coordapp.extensions import db
from coordapp.invitations import mailings, mails, rules, writing
from coordapp.invitations.audiences import Audience
from coordapp.invitations.models import Answer, Invitation
from coordapp.invitations.rules import State
from coordapp.invitations.selection import Selection, check, registrations_of
from coordapp.outbox import service as outbox
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock

PARTSTAT = {"ACCEPTED": Answer.YES, "DECLINED": Answer.NO, "TENTATIVE": Answer.MAYBE}


@dataclass(frozen=True)
class Line:
    """An invitation with what became of it."""

    invitation: Invitation
    registration: Registration | None
    state: State
    is_undelivered: bool = False  # the mail came back or could not be sent

    @property
    def is_unreached(self) -> bool:
        """Tell whether somebody says nothing because the mail did not arrive."""
        return self.is_undelivered and self.state is State.SILENT


# deeds


def invite(event: Event, people: Iterable[Person], *, by: User) -> Selection:
    """Invite these people at once, each once per event; say whom it reached and whom not.

    For a few: many are written by the worker, see mailings.send. Raises RegistrationRefused when nobody could say yes.
    """
    mailing = mailings.prepare(event, Audience(people=tuple(person.id for person in people)), by=by)
    selection = mailings.send(mailing, by=by)
    if selection.reachable:
        writing.write_all(mailing)
    else:
        db.session.delete(mailing)
        db.session.flush()
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
    by_mail: dict[str | None, list[Invitation]] = {}
    for invitation in sorted(silent, key=lambda one: one.id):
        invitation.reminded_at = clock.now()
        by_mail.setdefault(invitation.mail_key, []).append(invitation)
    for together in by_mail.values():
        mails.reminder(together)
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
    _give_place_back(invitation, by=CancelledBy.PARTICIPANT if entered_by is None else CancelledBy.OFFICE)
    _note(invitation, Answer.NO, entered_by=entered_by)


def _give_place_back(invitation: Invitation, *, by: CancelledBy) -> None:
    lock(invitation.event)
    registration = registrations.find_registration_of(invitation.event, invitation.person)
    if registration is not None and registration.is_active:
        registrations.cancel(registration, by=by)


def consider(invitation: Invitation, *, entered_by: User | None = None) -> None:
    """Take a maybe: it is counted, and nothing else. Who is registered stays so: a place is given back by a no.

    Raises RegistrationRefused when nobody could say yes any more.
    """
    lock(invitation.event)
    reason = (refusal if entered_by is None else office_refusal)(invitation.event, at=clock.now())
    if reason is not None:
        raise RegistrationRefused(reason)
    _note(invitation, Answer.MAYBE, entered_by=entered_by)


def answer_from_calendar(invitation: Invitation, partstat: str) -> Answer | None:
    """Take the answer of a calendar program (PARTSTAT of RFC 5545); None for one that says nothing.

    Anybody can write such a mail, so it does not prove the address. Raises RegistrationRefused.
    """
    answer = PARTSTAT.get(partstat.upper())
    if answer is None:
        return None
    event, person = invitation.event, invitation.person
    lock(event)
    reason = office_refusal(event, at=clock.now())
    if reason is not None:
        raise RegistrationRefused(reason)
    known = registrations.find_registration_of(event, person)
    if answer is Answer.NO:
        _give_place_back(invitation, by=CancelledBy.PARTICIPANT)
    elif answer is Answer.YES and (known is None or not known.is_active or known.waits_for_proof):
        wishes = Wishes.of(known) if known is not None and known.is_active else Wishes()
        registrations.register(event, person, wishes, proven=True, language=person.language)
    _keep(invitation, answer, entered_by=None)
    return answer


def _note(invitation: Invitation, answer: Answer, *, entered_by: User | None) -> None:
    """Keep an answer; one given through the link shows that the mail has reached its reader."""
    if entered_by is None and invitation.mail_key is not None:
        mail = outbox.find_mail(invitation.mail_key)
        if mail is not None and mail.recipient == invitation.person.email:  # not changed since
            directory.prove_email(invitation.person)
    _keep(invitation, answer, entered_by=entered_by)


def _keep(invitation: Invitation, answer: Answer, *, entered_by: User | None) -> None:
    invitation.answer, invitation.answered_at, invitation.entered_by = answer, clock.now(), entered_by
    db.session.flush()


# questions


def find_invitation(token: str) -> Invitation | None:
    """Return the invitation that a link belongs to."""
    return db.session.scalars(select(Invitation).where(Invitation.token == token)).first()


def line_of(invitation: Invitation) -> Line:
    """Return where one invitation stands."""
    registration = registrations.find_registration_of(invitation.event, invitation.person)
    return Line(
        invitation, registration, rules.state(invitation.answer, registration, answered_at=invitation.answered_at)
    )  # fmt: skip


def list_invited(event: Event) -> list[Person]:
    """List who was invited to an event, by name."""
    query = select(Person).join(Invitation, Invitation.person_id == Person.id).where(Invitation.event_id == event.id)
    return list(db.session.scalars(query.order_by(Person.name_key, Person.id)))


def list_lines(event: Event) -> list[Line]:
    """List the invitations to an event by name, with where each stands."""
    query = select(Invitation).join(Invitation.person).where(Invitation.event_id == event.id)
    query = query.options(contains_eager(Invitation.person), joinedload(Invitation.mailing))
    registered, undelivered = registrations_of(event), _list_undelivered_ids(event)
    return [
        Line(
            invitation, registered.get(invitation.person_id),
            rules.state(
                invitation.answer, registered.get(invitation.person_id), answered_at=invitation.answered_at
            ),
            is_undelivered=invitation.id in undelivered,
        )
        for invitation in db.session.scalars(query.order_by(Person.name_key, Invitation.id))
    ]  # fmt: skip


def _list_undelivered_ids(event: Event) -> set[int]:
    """Return the ids of the invitations whose mail failed or came back."""
    not_sent = Mail.status.in_((MailStatus.FAILED, MailStatus.EXPIRED))
    came_back = Person.email_bounced_at > Invitation.mailed_at
    query = (
        select(Invitation.id)
        .join(Invitation.person)
        .outerjoin(Mail, Mail.key == Invitation.mail_key)
        .where(Invitation.event_id == event.id, Invitation.mailed_at.is_not(None), or_(not_sent, came_back))
    )
    return set(db.session.scalars(query))


def list_silent(event: Event, lines: Sequence[Line] | None = None) -> list[Invitation]:
    """List whom to ask once more: silent, not asked yet, written to by mail, still reachable and willing.

    `lines` are those of the event, where they are known already.
    """
    lines = list_lines(event) if lines is None else lines
    silent = [line.invitation for line in lines if line.state is State.SILENT]
    due = [
        one for one in silent if one.reminded_at is None and one.mail_key is not None and one.person.mail_address
    ]  # fmt: skip
    asked = {person.id for person in check(event, [one.person for one in due], counts_invited=False).reachable}
    return [one for one in due if one.person_id in asked]
