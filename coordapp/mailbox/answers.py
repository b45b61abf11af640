"""Take the answers of calendar programs. A mail can be forged: each change is confirmed by mail and can be undone."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, or_, select

from coordapp.directory.models import Person
from coordapp.events import registration as registrations
from coordapp.events import words
from coordapp.events.models import CancelledBy, Event, EventDate, Registration
from coordapp.events.occupancy import lock
from coordapp.events.rules import RegistrationRefused
from coordapp.extensions import db
from coordapp.invitations import service as invitations
from coordapp.invitations.models import Invitation
from coordapp.mailbox.models import MailboxMessage, MessageKind
from coordapp.mailbox.replies import Participation, Reply
from coordapp.shared import clock, languages

CLOCKS_DIFFER = timedelta(minutes=5)
SAID = {
    Participation.ACCEPTED: "hat zugesagt",
    Participation.DECLINED: "hat abgesagt",
    Participation.TENTATIVE: "kommt vielleicht",
}


@dataclass(frozen=True)
class Outcome:
    """What became of an answer."""

    kind: MessageKind
    note: str
    event: Event | None = None
    person: Person | None = None


@dataclass(frozen=True)
class _Case:
    """An answer with whom and what it is about."""

    reply: Reply
    date: EventDate
    person: Person
    registration: Registration | None
    invitation: Invitation | None

    @property
    def event(self) -> Event:
        """Return the event of the date that was answered to."""
        return self.date.event

    def outcome(self, kind: MessageKind, note: str) -> Outcome:
        return Outcome(kind, note, self.event, self.person)


def take(reply: Reply, *, sender: str, is_doubtful: bool = False) -> Outcome:
    """Do what an answer says, or say why not; `is_doubtful` when the mail server found that the sender is forged."""
    date = db.session.scalars(select(EventDate).where(EventDate.uid == reply.uid)).first()
    if date is None:
        return Outcome(MessageKind.STRAY, "Der Termin ist nicht von hier.")
    event = date.event
    if event.is_cancelled or date.starts_at <= clock.now():
        return Outcome(MessageKind.OUTDATED, "Der Termin ist vorbei oder abgesagt.", event)
    lock(event)
    people = _people_of(event, reply.address)
    if not people:
        return Outcome(MessageKind.UNCLEAR, "Die Adresse gehört zu niemandem, der eingeladen ist.", event)
    if len(people) > 1:
        return Outcome(MessageKind.UNCLEAR, f"{len(people)} Personen haben diese Adresse. Wer ist gemeint?", event)
    case = _Case(
        reply, date, people[0], registrations.find_registration_of(event, people[0]), _invitation(event, people[0])
    )
    return _objection(case, sender=sender, is_doubtful=is_doubtful) or _decide(case)


def _people_of(event: Event, address: str) -> list[Person]:
    """List who has an address and was invited to an event or registered for it."""
    registered = exists().where(Registration.event_id == event.id, Registration.person_id == Person.id)
    invited = exists().where(Invitation.event_id == event.id, Invitation.person_id == Person.id)
    query = select(Person).where(Person.email == address, Person.merged_into_id.is_(None), or_(registered, invited))
    return list(db.session.scalars(query.order_by(Person.id)))


def _invitation(event: Event, person: Person) -> Invitation | None:
    query = select(Invitation).where(Invitation.event_id == event.id, Invitation.person_id == person.id)
    return db.session.scalars(query).first()


def _objection(case: _Case, *, sender: str, is_doubtful: bool) -> Outcome | None:
    """Say why an answer does not count by itself; None when it does."""
    reply = case.reply
    if _is_outdated(case):
        return case.outcome(MessageKind.OUTDATED, "Danach hat sich etwas geändert.")
    if sender != reply.address or is_doubtful:  # SENT-BY is written by the sender, so it proves nothing
        return case.outcome(MessageKind.UNCLEAR, "Die Antwort kam von einer anderen Adresse. Ist sie echt?")
    if reply.participation is Participation.DELEGATED:
        return case.outcome(MessageKind.UNCLEAR, "Möchte jemand anderen schicken.")
    return _objection_to_part(case) if len(case.event.dates) > 1 else None


def _objection_to_part(case: _Case) -> Outcome | None:
    """Say why an answer to one of several dates does not count for all; None when it says nothing new."""
    registration, is_off = case.registration, case.reply.participation is Participation.DECLINED
    if is_off and registration is not None and not registration.is_active:
        return case.outcome(MessageKind.OUTDATED, "War schon abgemeldet.")
    if not is_off and registration is not None and registration.is_coming:
        return None
    when, which = languages.span(case.date.starts_at, case.date.ends_at), words.which_date(case.date)
    said = f"Kann am {when} nicht" if is_off else f"{SAID[case.reply.participation].capitalize()}: {when}"
    return case.outcome(MessageKind.UNCLEAR, f"{said} ({which}).")


def _is_outdated(case: _Case) -> bool:
    """Tell whether an answer is to an older entry (RFC 5546 2.1.5), or older than what the person did since."""
    reply, registration = case.reply, case.registration
    current = case.event.sequence + (registration.sequence if registration is not None else 0)
    if reply.sequence is not None and reply.sequence < current:
        return True
    if reply.stamped_at is None:
        return False
    later = exists().where(
        MailboxMessage.event_id == case.event.id, MailboxMessage.person_id == case.person.id,
        MailboxMessage.kind == MessageKind.ANSWER, MailboxMessage.stamped_at >= reply.stamped_at,
    )  # fmt: skip
    done_at = [registration.created_at] if registration is not None else []
    done_at += [case.invitation.answered_at] if case.invitation is not None and case.invitation.answered_at else []
    if any(at - CLOCKS_DIFFER > reply.stamped_at for at in done_at):
        return True
    return len(case.event.dates) == 1 and bool(db.session.scalar(select(later)))  # of several it may be about another


def _decide(case: _Case) -> Outcome:
    if case.registration is not None and case.registration.is_active:
        return _of_registered(case, case.registration)
    if case.invitation is not None:
        return _of_invited(case, case.invitation)
    if case.reply.participation is Participation.DECLINED:
        return case.outcome(MessageKind.OUTDATED, "War schon abgemeldet.")
    return case.outcome(MessageKind.UNCLEAR, "War abgemeldet und möchte doch kommen.")


def _of_registered(case: _Case, registration: Registration) -> Outcome:
    said = SAID[case.reply.participation]
    if case.reply.participation is Participation.DECLINED:
        registrations.cancel(registration, by=CancelledBy.PARTICIPANT)
        return case.outcome(MessageKind.ANSWER, f"{said.capitalize()}.")
    if registration.is_coming:
        return case.outcome(MessageKind.ANSWER, f"{said.capitalize()}. Bleibt angemeldet.")
    return case.outcome(MessageKind.UNCLEAR, f"{said.capitalize()}, hat aber noch keinen festen Platz.")


def _of_invited(case: _Case, invitation: Invitation) -> Outcome:
    said = SAID[case.reply.participation]
    try:
        invitations.answer_from_calendar(invitation, case.reply.participation)
    except RegistrationRefused:
        return case.outcome(MessageKind.UNCLEAR, f"{said.capitalize()}, aber die Anmeldung ist nicht mehr offen.")
    return case.outcome(MessageKind.ANSWER, f"{said.capitalize()}.")
