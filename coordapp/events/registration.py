"""Registrations: taken, confirmed, changed, cancelled. Nothing here commits; the route does, with the mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from coordapp.accounts.models import User
from coordapp.directory import service as directory
from coordapp.directory.models import Organisation, Person
from coordapp.events import mails, waiting_list
from coordapp.events.models import CONFIRMATION_HOURS, CancelledBy, Event, Need, Registration, RegistrationStatus
from coordapp.events.occupancy import Occupancy, lock, occupancy_of
from coordapp.events.rules import Refusal, RegistrationRefused, can_grow, decide, office_refusal, refusal
from coordapp.extensions import db
from coordapp.shared import clock

AGAIN_AFTER = timedelta(minutes=10)  # the same form within this time is a double click, later a question


@dataclass(frozen=True)
class Wishes:
    """What somebody says about their coming, besides who they are."""

    party_size: int = 1
    needs: Iterable[Need] = ()
    interpreter_language: str = ""
    note: str = ""
    organisation: Organisation | None = None

    @classmethod
    def of(cls, registration: Registration) -> "Wishes":
        """Return what a registration holds."""
        return cls(
            registration.party_size, [Need(need) for need in registration.needs], registration.interpreter_language,
            registration.note, registration.organisation,
        )  # fmt: skip

    def write_to(self, registration: Registration) -> bool:
        """Put the wishes into a registration; return whether anything is new."""
        new = {
            "party_size": self.party_size, "needs": [need.value for need in Need if need in self.needs],
            "interpreter_language": self.interpreter_language, "note": self.note, "organisation": self.organisation,
        }  # fmt: skip
        changed = any(getattr(registration, name) != value for name, value in new.items())
        for name, value in new.items():
            setattr(registration, name, value)
        return changed


# deeds


def register(
    event: Event, person: Person, wishes: Wishes, *, proven: bool, language: str = "de", entered_by: User | None = None
) -> Registration:
    """Register a person, put them on the waiting list, or raise RegistrationRefused.

    `proven` says that the address is known to be theirs; otherwise a place is held for 48 hours. The same person
    twice is one registration.
    """
    lock(event)
    registration = find_registration_of(event, person)
    if registration is not None and registration.is_active:
        return _registered_again(registration, wishes, entered_by=entered_by)
    reason = (refusal if entered_by is None else office_refusal)(event, at=clock.now())
    if reason is not None:
        raise RegistrationRefused(reason)
    if registration is None:
        registration = Registration(event=event, person=person)
    else:
        registration.sequence += 1  # taken up again: calendars must see something newer than the cancellation
    registration.language, registration.entered_by = language, entered_by
    _place(registration, wishes, occupancy=occupancy_of(event), proven=proven)
    return registration


def _place(registration: Registration, wishes: Wishes, *, occupancy: Occupancy, proven: bool) -> None:
    """Decide about a new registration, store it and write the mail."""
    now = clock.now()
    status = decide(
        registration.event, taken=occupancy.taken, waiting=occupancy.waiting, party_size=wishes.party_size
    )  # fmt: skip
    wishes.write_to(registration)
    registration.queued_at = now if status is RegistrationStatus.WAITING else None
    registration.cancelled_at = registration.cancelled_by = None
    if proven:
        registration.proven_at, registration.expires_at = now, None
    else:
        registration.proven_at, registration.expires_at = None, now + timedelta(hours=CONFIRMATION_HOURS)
        status = RegistrationStatus.WAITING if status is RegistrationStatus.WAITING else RegistrationStatus.UNCONFIRMED
    registration.status = status
    registration.confirmed_at = now if status is RegistrationStatus.CONFIRMED else None
    is_first = registration.id is None
    db.session.add(registration)
    db.session.flush()
    mails.registration_received(registration, is_first=is_first)


def _registered_again(registration: Registration, wishes: Wishes, *, entered_by: User | None) -> Registration:
    """Answer a registration that is there already: new wishes count only as long as nobody has confirmed the old."""
    now = clock.now()
    if registration.status is RegistrationStatus.UNCONFIRMED and entered_by is None:
        more = wishes.party_size - registration.party_size
        occupancy = occupancy_of(registration.event)
        if not can_grow(registration.event, taken=occupancy.taken, waiting=occupancy.waiting, more=more):
            raise RegistrationRefused(Refusal.FULL)
        if wishes.write_to(registration):
            registration.sequence += 1
            db.session.flush()
            mails.registration_received(registration)
    elif entered_by is None and now - registration.created_at > AGAIN_AFTER:
        mails.registered_already(registration)
    return registration


def confirm(registration: Registration) -> None:
    """Take the link in the first mail as proof of the address: confirm, or get in line, or take up a lapsed one.

    Raises RegistrationRefused when a lapsed registration cannot be taken up any more.
    """
    event = registration.event
    lock(event)
    db.session.refresh(registration)
    now = clock.now()
    lapsed = registration.cancelled_by is CancelledBy.NOT_CONFIRMED
    if registration.proven_at is not None or (not registration.is_active and not lapsed):
        return
    directory.prove_email(registration.person)
    if registration.status is RegistrationStatus.UNCONFIRMED:
        registration.proven_at, registration.expires_at, registration.confirmed_at = now, None, now
        registration.status = RegistrationStatus.CONFIRMED
        db.session.flush()
        mails.registration_received(registration)
        return
    reason = refusal(event, at=now)
    if lapsed and reason is not None:
        raise RegistrationRefused(reason)
    registration.sequence += lapsed
    queued_at = None if lapsed else registration.queued_at
    _place(registration, Wishes.of(registration), occupancy=occupancy_of(event), proven=True)
    if registration.status is RegistrationStatus.WAITING and queued_at is not None:
        registration.queued_at = queued_at  # in line since they asked, not since they confirmed


def change(registration: Registration, wishes: Wishes) -> bool:
    """Change party and needs; return whether anything changed. Raises RegistrationRefused when there is no room."""
    event = registration.event
    lock(event)
    db.session.refresh(registration)
    more = wishes.party_size - registration.party_size
    if event.capacity is not None and wishes.party_size > event.capacity:
        raise RegistrationRefused(Refusal.PARTY_TOO_LARGE)
    if registration.status is not RegistrationStatus.WAITING:
        occupancy = occupancy_of(event)
        if not can_grow(event, taken=occupancy.taken, waiting=occupancy.waiting, more=more):
            raise RegistrationRefused(Refusal.FULL)
    if not wishes.write_to(registration):
        return False
    registration.sequence += 1
    db.session.flush()
    mails.registration_changed(registration)
    waiting_list.offer_places(event)
    return True


def cancel(registration: Registration, *, by: CancelledBy) -> bool:
    """Cancel a registration and offer its place to the next in line; return False when it was cancelled already."""
    lock(registration.event)
    db.session.refresh(registration)
    if not registration.is_active:
        return False
    had_entry = registration.is_coming
    registration.status, registration.cancelled_at = RegistrationStatus.CANCELLED, clock.now()
    registration.cancelled_by, registration.expires_at, registration.confirmed_at = by, None, None
    registration.sequence += 1
    db.session.flush()
    mails.registration_cancelled(registration, had_entry=had_entry)
    waiting_list.offer_places(registration.event)
    return True


def move(registration: Registration, event: Event, *, moved_by: User) -> Registration:
    """Register a person for another event as they were for this, and cancel this. Raises RegistrationRefused."""
    made = register(
        event, registration.person, Wishes.of(registration), proven=True, language=registration.language,
        entered_by=moved_by,
    )  # fmt: skip
    cancel(registration, by=CancelledBy.OFFICE)
    return made


def accept_offer(registration: Registration) -> bool:
    """Take the offered place for good; return False when the offer has run out or gone."""
    lock(registration.event)
    db.session.refresh(registration)
    now = clock.now()
    if registration.status is not RegistrationStatus.OFFERED or (registration.expires_at or now) <= now:
        return False
    registration.status, registration.confirmed_at = RegistrationStatus.CONFIRMED, now
    registration.expires_at = None
    registration.sequence += 1
    db.session.flush()
    mails.registration_received(registration)
    return True


# questions


def find_registration(token: str) -> Registration | None:
    """Return the registration that a link belongs to."""
    return db.session.scalars(select(Registration).where(Registration.token == token)).first()


def find_registration_of(event: Event, person: Person) -> Registration | None:
    """Return a person's registration for an event, cancelled or not."""
    return db.session.scalars(
        select(Registration).where(Registration.event_id == event.id, Registration.person_id == person.id)
    ).first()


def list_registrations(event: Event) -> list[Registration]:
    """List everybody who registered for an event, the cancelled too, by name."""
    return list(
        db.session.scalars(
            select(Registration)
            .join(Registration.person)
            .where(Registration.event_id == event.id)
            .options(joinedload(Registration.organisation))
            .order_by(Person.name_key, Registration.id)
        )
    )


def list_registrations_of(person: Person) -> list[Registration]:
    """List what a person registered for, the latest first."""
    return list(
        db.session.scalars(
            select(Registration).where(Registration.person_id == person.id).order_by(Registration.id.desc())
        )
    )
