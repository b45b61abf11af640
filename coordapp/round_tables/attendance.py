"""Who came: ticked at the door, walk-ins added, the list closed. Nothing here commits.

Every tick is a small deed about one registration, so that two helpers who tick at once do not undo each other.
"""

from sqlalchemy import case, func, select, update

from coordapp.accounts.models import User
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.events.models import Event, Registration, RegistrationStatus
from coordapp.events.occupancy import lock
from coordapp.events.registration import find_registration_of
from coordapp.extensions import count_rows, db
from coordapp.round_tables import rules
from coordapp.round_tables.service import remember_round_table, round_table_of
from coordapp.shared import clock

EXPECTED = (RegistrationStatus.CONFIRMED, RegistrationStatus.ATTENDED, RegistrationStatus.ABSENT)


class AttendanceNotOpen(Exception):
    """Raised when somebody is ticked before the day, or for a round table that was called off."""


# deeds


def set_attendance(registration: Registration, *, came: bool) -> None:
    """Tick that somebody came, or take the tick back; said twice it is the same. Raises AttendanceNotOpen."""
    event = registration.event
    _hold(event)
    db.session.refresh(registration)
    if came == (registration.status is RegistrationStatus.ATTENDED) or not registration.is_active:
        return
    is_closed = round_table_of(event).is_attendance_closed
    registration.status = (
        RegistrationStatus.ATTENDED
        if came
        else rules.status_when_unticked(registration, is_closed=is_closed)
    )  # fmt: skip
    db.session.flush()


def add_walk_in(event: Event, *, name: str, email: str | None, by: User) -> Registration:
    """Register somebody who stands at the door as having come, even if there was no place left.

    Raises AttendanceNotOpen.
    """
    _hold(event)
    person, now = directory.remember_person(name=name, email=email), clock.now()
    registration = find_registration_of(event, person)
    if registration is None:
        registration = Registration(event=event, person=person, proven_at=now, language=person.language, entered_by=by)
        db.session.add(registration)
    elif not registration.is_active:
        registration.cancelled_at = registration.cancelled_by = None
        registration.proven_at, registration.confirmed_at = registration.proven_at or now, now
        registration.sequence += 1
    registration.status = RegistrationStatus.ATTENDED
    db.session.flush()
    return registration


def close_list(event: Event) -> int:
    """Count everybody who was confirmed and not ticked as absent; return how many that are."""
    _hold(event)
    remember_round_table(event).attendance_closed_at = clock.now()
    return _turn(event, RegistrationStatus.CONFIRMED, RegistrationStatus.ABSENT)


def reopen_list(event: Event) -> int:
    """Take the closing back; return how many are expected again."""
    _hold(event)
    remember_round_table(event).attendance_closed_at = None
    return _turn(event, RegistrationStatus.ABSENT, RegistrationStatus.CONFIRMED)


def _turn(event: Event, old: RegistrationStatus, new: RegistrationStatus) -> int:
    statement = update(Registration).where(Registration.event_id == event.id, Registration.status == old)
    return count_rows(statement.values(status=new))


def _hold(event: Event) -> None:
    lock(event)
    if not rules.is_attendance_open(event, at=clock.now()):
        raise AttendanceNotOpen


# questions


def list_attendance(event: Event) -> list[Registration]:
    """List whoever might come in at the door: first who has a place, then who waits for one, each by name."""
    is_expected = case((Registration.status.in_(EXPECTED), 0), else_=1)
    query = (
        select(Registration)
        .join(Registration.person)
        .where(Registration.event_id == event.id, Registration.status != RegistrationStatus.CANCELLED)
        .order_by(is_expected, Person.name_key, Registration.id)
    )
    return list(db.session.scalars(query))


def list_signing(event: Event) -> list[Registration]:
    """List who stands on the sign-in sheet, by name in German order."""
    return [registration for registration in list_attendance(event) if registration.status in EXPECTED]


def count_came(event: Event) -> int:
    """Return how many people came, companions counted."""
    query = select(func.sum(Registration.party_size)).where(
        Registration.event_id == event.id, Registration.status == RegistrationStatus.ATTENDED
    )
    return db.session.scalar(query) or 0


def list_ticked(event: Event) -> list[int]:
    """List the ids of the registrations that are ticked."""
    query = select(Registration.id).where(
        Registration.event_id == event.id, Registration.status == RegistrationStatus.ATTENDED
    )
    return list(db.session.scalars(query.order_by(Registration.id)))
