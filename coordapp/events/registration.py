"""Registrations: taken, confirmed, changed, cancelled. Nothing here commits; the route does, with the mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload, lazyload

from coordapp.accounts.models import User
from coordapp.directory import service as directory
from coordapp.directory import training_records
from coordapp.directory.models import Organisation, Person
from coordapp.events import mails, waiting_list
from coordapp.events.models import CONFIRMATION_HOURS, CancelledBy, Event, Need, Registration, RegistrationStatus
from coordapp.events.occupancy import Occupancy, lock, occupancy_of
from coordapp.events.rules import Refusal, RegistrationRefused, can_grow, decide, office_refusal, refusal
from coordapp.extensions import db, insert_new
from coordapp.shared import clock

OF_PERSON = (  # built once, event and person not read again: a quarter of the time
    select(Registration)
    .where(Registration.event_id == bindparam("event_id"), Registration.person_id == bindparam("person_id"))
    .options(lazyload(Registration.event), lazyload(Registration.person))
    .execution_options(populate_existing=True)  # under the lock nothing older counts
)
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
            "interpreter_language": self.interpreter_language, "note": self.note,
            "organisation_id": self.organisation.id if self.organisation is not None else None,
        }  # fmt: skip
        changed = {name: value for name, value in new.items() if getattr(registration, name) != value}
        for name, value in changed.items():
            setattr(registration, name, value)
        return bool(changed)


# deeds


def register(
    event: Event, person: Person, wishes: Wishes, *, proven: bool, language: str = "de",
    entered_by: User | None = None, made_with: str | None = None,
) -> Registration:  # fmt: skip
    """Register a person, put them on the waiting list, or raise RegistrationRefused.

    `proven` says that the address is known to be theirs; otherwise a place is held for 48 hours. The same person
    twice is one registration. Whether the event is open is asked first, so that a refusal does not tell who is
    registered.
    """
    lock(event)
    reason = (refusal if entered_by is None else office_refusal)(event, at=clock.now())
    if reason is not None:
        raise RegistrationRefused(reason)
    if proven and not is_admitted(event, person):
        raise RegistrationRefused(Refusal.PRECONDITION)
    registration = find_registration_of(event, person)
    if registration is not None and registration.is_active:
        return _registered_again(registration, wishes, proven=proven, entered_by=entered_by)
    if registration is None:
        registration = Registration(event=event, event_id=event.id, person=person, person_id=person.id)
    else:
        registration.sequence += 1  # taken up again: calendars must see something newer than the cancellation
        registration.created_at = clock.now()
    registration.language, registration.made_with = language, made_with
    registration.entered_by_id = entered_by.id if entered_by is not None else None
    occupancy = Occupancy() if event.capacity is None else occupancy_of(event)  # without a limit nobody need count
    _place(registration, wishes, occupancy=occupancy, proven=proven)
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
    if is_first:
        insert_new(registration)
    else:
        db.session.flush()
    mails.registration_received(registration, is_first=is_first)


def _registered_again(
    registration: Registration, wishes: Wishes, *, proven: bool, entered_by: User | None
) -> Registration:
    """Answer a registration that is there already: new wishes count only as long as nobody has confirmed the old."""
    event = registration.event
    if event.capacity is not None and wishes.party_size > event.capacity:
        raise RegistrationRefused(Refusal.PARTY_TOO_LARGE)
    is_double_click = clock.now() - registration.created_at <= AGAIN_AFTER
    if registration.waits_for_proof:
        _asked_again(registration, wishes, proven=proven, is_double_click=is_double_click)
    elif entered_by is None and not is_double_click:
        mails.registered_already(registration)
    return registration


def _asked_again(registration: Registration, wishes: Wishes, *, proven: bool, is_double_click: bool) -> None:
    """Take the newer wishes of somebody who has not confirmed yet, and confirm if the address is proven by now."""
    if registration.status is RegistrationStatus.UNCONFIRMED:
        _check_room(registration, wishes)
    changed = wishes.write_to(registration)
    registration.sequence += changed
    db.session.flush()
    if proven:
        confirm(registration, by_link=False)
    elif changed:
        mails.registration_received(registration)
    elif not is_double_click:
        mails.registered_already(registration)


def _check_room(registration: Registration, wishes: Wishes) -> None:
    """Raise RegistrationRefused when a party that holds places would grow beyond what is free."""
    event, occupancy = registration.event, occupancy_of(registration.event)
    more = wishes.party_size - registration.party_size
    if not can_grow(event, taken=occupancy.taken, waiting=occupancy.waiting, more=more):
        raise RegistrationRefused(Refusal.FULL)


def confirm(registration: Registration, *, by_link: bool = True) -> None:
    """Confirm a registration, or get in line, or take up a lapsed one.

    The link in the first mail proves the address; the office, which confirms for somebody who phones, does not.
    Raises RegistrationRefused when the event is called off or over, or a lapsed registration comes too late.
    """
    event = registration.event
    lock(event)
    db.session.refresh(registration)
    now = clock.now()
    lapsed = registration.cancelled_by is CancelledBy.NOT_CONFIRMED
    if registration.proven_at is not None or (not registration.is_active and not lapsed):
        return
    reason = (refusal if lapsed and by_link else office_refusal)(event, at=now)
    if reason is None and not is_admitted(event, registration.person):
        reason = Refusal.PRECONDITION
    if reason is not None:
        raise RegistrationRefused(reason)
    if by_link:
        directory.prove_email(registration.person)
    if registration.status is RegistrationStatus.UNCONFIRMED:
        registration.proven_at, registration.expires_at, registration.confirmed_at = now, None, now
        registration.status = RegistrationStatus.CONFIRMED
        db.session.flush()
        mails.registration_received(registration)
        return
    registration.sequence += lapsed
    queued_at = None if lapsed else registration.queued_at
    _place(registration, Wishes.of(registration), occupancy=occupancy_of(event), proven=True)
    if registration.status is RegistrationStatus.WAITING and queued_at is not None:
        registration.queued_at = queued_at  # in line since they asked, not since they confirmed
        db.session.flush()
        waiting_list.offer_places(event)  # they may now be first, and fit where the others did not


def change(registration: Registration, wishes: Wishes) -> bool:
    """Change party and needs; return whether anything changed. Raises RegistrationRefused when there is no room.

    A cancelled registration stays as it is.
    """
    event = registration.event
    lock(event)
    db.session.refresh(registration)
    if not registration.is_active:
        return False
    if event.capacity is not None and wishes.party_size > event.capacity:
        raise RegistrationRefused(Refusal.PARTY_TOO_LARGE)
    if registration.status is not RegistrationStatus.WAITING:
        _check_room(registration, wishes)
    if not wishes.write_to(registration):
        return False
    registration.sequence += 1
    db.session.flush()
    mails.registration_changed(registration)
    waiting_list.offer_places(event)
    return True


def cancel(registration: Registration, *, by: CancelledBy, moved_to: Event | None = None) -> bool:
    """Cancel a registration and offer its place to the next in line; return False when it was cancelled already.

    `moved_to` is the event that the person is registered for instead, which the mail then says.
    """
    lock(registration.event)
    db.session.refresh(registration)
    if not registration.is_active:
        return False
    had_entry = registration.is_coming
    registration.status, registration.cancelled_at = RegistrationStatus.CANCELLED, clock.now()
    registration.cancelled_by, registration.expires_at, registration.confirmed_at = by, None, None
    registration.sequence += 1
    db.session.flush()
    mails.registration_cancelled(registration, had_entry=had_entry, moved_to=moved_to)
    waiting_list.offer_places(registration.event)
    return True


def move(registration: Registration, event: Event, *, moved_by: User) -> Registration | None:
    """Register a person for another event as they were for this, and cancel this. Raises RegistrationRefused.

    A cancelled registration is not moved: the answer is None.
    """
    for either in sorted((event, registration.event), key=lambda one: one.id):  # locks are always taken in this order
        lock(either)
    db.session.refresh(registration)
    if not registration.is_active:
        return None
    made = register(
        event, registration.person, Wishes.of(registration), proven=True, language=registration.language,
        entered_by=moved_by,
    )  # fmt: skip
    cancel(registration, by=CancelledBy.OFFICE, moved_to=event)
    return made


def correct_contact(registration: Registration, *, name: str, email: str | None, phone: str | None) -> bool:
    """Correct name, address and telephone of somebody registered; a new address gets a mail with how it stands.

    Returns whether a mail was written. Raises IntegrityError when somebody else has that name and address.
    """
    lock(registration.event)
    moved = directory.change_contact(registration.person, name=name, email=email, phone=phone)
    if not moved or not registration.is_active:
        return False
    if registration.waits_for_proof:
        registration.renew_token()  # the link that went to the wrong address shall prove nothing
    registration.sequence += 1
    db.session.flush()
    write = mails.registration_received if registration.waits_for_proof else mails.registered_already
    return write(registration)


def accept_offer(registration: Registration) -> bool:
    """Take the offered place for good; return whether it is theirs: not when the offer has run out or gone."""
    event = registration.event
    lock(event)
    db.session.refresh(registration)
    now = clock.now()
    if registration.status is RegistrationStatus.CONFIRMED:
        return True  # the button was pressed twice
    if registration.status is not RegistrationStatus.OFFERED or (registration.expires_at or now) <= now:
        return False
    if office_refusal(event, at=now) is not None:
        return False
    registration.status, registration.confirmed_at = RegistrationStatus.CONFIRMED, now
    registration.expires_at = None
    registration.sequence += 1
    db.session.flush()
    mails.registration_received(registration)
    return True


# questions


def is_admitted(event: Event, person: Person) -> bool:
    """Tell whether a person has completed what an event asks for."""
    needed = event.required_format_id
    return needed is None or training_records.has_completed(person, needed)


def find_registration(token: str) -> Registration | None:
    """Return the registration that a link belongs to."""
    return db.session.scalars(select(Registration).where(Registration.token == token)).first()


def find_registration_of(event: Event, person: Person) -> Registration | None:
    """Return a person's registration for an event, cancelled or not."""
    return db.session.scalars(OF_PERSON, {"event_id": event.id, "person_id": person.id}).first()


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
