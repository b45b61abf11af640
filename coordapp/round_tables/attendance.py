"""Who came: ticked at the door, the list closed. Nothing here commits.

Every tick is a small deed about one registration, so that two helpers who tick at once do not undo each other.
"""

from sqlalchemy import func, select, update

from coordapp.events import attendance as door
from coordapp.events.attendance_rules import status_when_unticked
from coordapp.events.models import Event, Registration, RegistrationStatus
from coordapp.extensions import count_rows, db

# deeds


def set_attendance(registration: Registration, *, came: bool) -> None:
    """Tick that somebody came, or take the tick back; said twice it is the same. Raises AttendanceNotOpen."""
    event = registration.event
    door.hold(event)
    db.session.refresh(registration)
    if came == (registration.status is RegistrationStatus.ATTENDED) or not registration.is_active:
        return
    registration.status = (
        RegistrationStatus.ATTENDED
        if came
        else status_when_unticked(registration, is_closed=event.is_attendance_closed)
    )  # fmt: skip
    db.session.flush()


def close_list(event: Event) -> int:
    """Count everybody who was confirmed and not ticked as absent; return how many that are."""
    door.hold(event)
    door.close(event)
    return _turn(event, RegistrationStatus.CONFIRMED, RegistrationStatus.ABSENT)


def reopen_list(event: Event) -> int:
    """Take the closing back; return how many are expected again."""
    door.hold(event)
    door.reopen(event)
    return _turn(event, RegistrationStatus.ABSENT, RegistrationStatus.CONFIRMED)


def _turn(event: Event, old: RegistrationStatus, new: RegistrationStatus) -> int:
    statement = update(Registration).where(Registration.event_id == event.id, Registration.status == old)
    return count_rows(statement.values(status=new))


# questions


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
