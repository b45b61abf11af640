"""The list at the door of any event: who might come in, and who comes in unexpected. Nothing here commits."""

from sqlalchemy import case, select

from coordapp.accounts.models import User
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.events.attendance_rules import is_attendance_open
from coordapp.events.models import Event, Registration, RegistrationStatus
from coordapp.events.occupancy import lock
from coordapp.events.registration import find_registration_of
from coordapp.extensions import db
from coordapp.shared import clock

EXPECTED = (RegistrationStatus.CONFIRMED, RegistrationStatus.ATTENDED, RegistrationStatus.ABSENT)


class AttendanceNotOpen(Exception):
    """Raised when somebody is ticked before the day, or for an event that was called off."""


# deeds


def hold(event: Event) -> None:
    """Lock the event so that helpers who tick at once do not undo each other. Raises AttendanceNotOpen."""
    lock(event)
    if not is_attendance_open(event, at=clock.now()):
        raise AttendanceNotOpen


def close(event: Event) -> None:
    """Settle who came; forms of the event that are open elsewhere are stale. Needs the lock."""
    event.attendance_closed_at = clock.now()
    event.version += 1


def reopen(event: Event) -> None:
    """Take the closing back. Needs the lock."""
    event.attendance_closed_at = None
    event.version += 1


def add_walk_in(
    event: Event, *, name: str, email: str | None, by: User, status: RegistrationStatus
) -> Registration:  # fmt: skip
    """Register somebody who stands at the door with a status, even if there was no place left.

    No mail is written. Raises AttendanceNotOpen.
    """
    hold(event)
    person, now = directory.remember_person(name=name, email=email), clock.now()
    registration = find_registration_of(event, person)
    if registration is None:
        registration = Registration(event=event, person=person, proven_at=now, language=person.language, entered_by=by)
        db.session.add(registration)
    elif not registration.is_active:
        registration.cancelled_at = registration.cancelled_by = None
        registration.proven_at, registration.confirmed_at = registration.proven_at or now, now
        registration.sequence += 1
    registration.status = status
    db.session.flush()
    return registration


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
