"""Who was at which date of a training and for how long, and what follows once the list is closed. Nothing here commits.

Every tick is a small deed about one registration and one date, so that two helpers do not undo each other. While the
list is open the registrations stay as they are; closing it counts the hours.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import exists, select

from coordapp.accounts.models import User
from coordapp.directory import training_records
from coordapp.events import attendance as door
from coordapp.events.attendance_rules import status_when_unticked
from coordapp.events.dates import AttendanceClosed
from coordapp.events.models import Event, EventDate, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.trainings import hours
from coordapp.trainings.attendance_rules import (
    is_date_open,
    is_enough,
    minutes_there,
    planned_by_date,
    status_when_closed,
)
from coordapp.trainings.models import Attendance, Training


@dataclass(frozen=True)
class Hours:
    """How long one person was there, and in words why not all the time."""

    registration: Registration
    attended: int  # minutes
    planned: int
    reasons: str
    is_enough: bool

    @property
    def in_words(self) -> str:
        """Return the hours as a sentence in the reader's language."""
        return hours.in_words(self.attended, self.planned, self.reasons)


@dataclass(frozen=True)
class Closed:
    """What closing a list came to, in people."""

    attended: int
    absent: int
    completed: int


# deeds


def set_attendance(training: Training, date: EventDate, registration: Registration, *, came: bool) -> None:
    """Tick that somebody was there, or take the tick back; who is ticked for less than all of it stays so.

    Raises AttendanceNotOpen or AttendanceClosed.
    """
    _hold(training, date)
    row = db.session.get(Attendance, (registration.id, date.id), populate_existing=True)
    if came != (row is not None and row.missed is not None):
        _write(registration, date, missed=0 if came else None)


def set_missed(training: Training, date: EventDate, registration: Registration, *, minutes: int) -> None:
    """Note that somebody came later or left earlier, and was away for so many minutes in all.

    Raises AttendanceNotOpen or AttendanceClosed.
    """
    _hold(training, date)
    _write(registration, date, missed=minutes if minutes < planned_of(training)[date.id] else None)


def mark_all(training: Training, date: EventDate) -> int:
    """Tick everybody who has a place and is not ticked yet; return how many.

    Raises AttendanceNotOpen or AttendanceClosed.
    """
    _hold(training, date)
    ticked = missed_on(date)
    missing = [one for one in door.list_signing(training.event) if one.id not in ticked]
    for registration in missing:
        _write(registration, date, missed=0)
    return len(missing)


def add_walk_in(training: Training, date: EventDate, *, name: str, email: str | None, by: User) -> Registration:
    """Register somebody who stands at the door and tick them, whoever the group is for: the office decides.

    Raises AttendanceNotOpen or AttendanceClosed.
    """
    _hold(training, date)
    registration = door.add_walk_in(
        training.event, name=name, email=email, by=by, status=RegistrationStatus.CONFIRMED
    )  # fmt: skip
    set_attendance(training, date, registration, came=True)
    return registration


def close_list(training: Training) -> Closed:
    """Make the hours final: who was there attended, and who was there long enough has completed the training.

    Nothing is remembered of a confidential one. Raises AttendanceNotOpen before the day of the last date, and
    AttendanceClosed when it is closed.
    """
    event = training.event
    door.hold(event)
    if event.is_attendance_closed:
        raise AttendanceClosed
    if not is_date_open(event, event.dates[-1], at=clock.now()):
        raise door.AttendanceNotOpen
    door.close(event)
    counted = list_hours(training)
    for one in counted:
        one.registration.status = status_when_closed(one.attended)
    completed = [one for one in counted if one.is_enough and not event.is_confidential]
    for one in completed:
        training_records.remember(
            one.registration.person, title=event.title, completed_on=clock.local(event.ends_at).date(),
            minutes=one.attended, format_id=training.format_id, event_id=event.id,
        )  # fmt: skip
    db.session.flush()
    came = sum(one.attended > 0 for one in counted)
    return Closed(attended=came, absent=len(counted) - came, completed=len(completed))


def reopen_list(training: Training) -> None:
    """Take the closing back, and what was remembered of it. Certificates stay as they are.

    Of people whose registration is deleted by now the history stays: no closing could bring it back.
    """
    door.hold(training.event)
    door.reopen(training.event)
    made = select(Registration.person_id).where(Registration.event_id == training.event_id)
    training_records.forget_event(training.event_id, of=db.session.scalars(made))
    for registration in door.list_signing(training.event):
        registration.status = RegistrationStatus.CONFIRMED
    db.session.flush()


def _hold(training: Training, date: EventDate) -> None:
    door.hold(training.event)
    if not is_date_open(training.event, date, at=clock.now()):
        raise door.AttendanceNotOpen
    if training.event.is_attendance_closed:
        raise AttendanceClosed


def _write(registration: Registration, date: EventDate, *, missed: int | None) -> None:
    """Store how long they were away; who waited for a place and came has one as long as a tick says so."""
    db.session.refresh(registration)
    if not registration.is_active:
        return
    db.session.merge(Attendance(registration_id=registration.id, event_date_id=date.id, missed=missed))
    db.session.flush()
    if missed is not None and registration.status not in door.EXPECTED:
        _give_place(registration)
    elif missed is None and not _is_ticked(registration):
        registration.status = status_when_unticked(registration, is_closed=False)
    db.session.flush()


def _give_place(registration: Registration) -> None:
    """Confirm somebody who came without a place for certain; that they came proves that it was them who registered."""
    if registration.status is RegistrationStatus.UNCONFIRMED:
        registration.confirmed_at = clock.now()
    if registration.status is not RegistrationStatus.OFFERED:
        registration.expires_at = None
    registration.proven_at = registration.proven_at or clock.now()
    registration.status = RegistrationStatus.CONFIRMED


def _is_ticked(registration: Registration) -> bool:
    ticked = (Attendance.registration_id == registration.id, Attendance.missed.is_not(None))
    return bool(db.session.scalar(select(exists().where(*ticked))))


# questions


def find_date(event: Event, event_date_id: int) -> EventDate | None:
    """Return a date of an event."""
    return next((date for date in event.dates if date.id == event_date_id), None)


def planned_of(training: Training) -> dict[int, int]:
    """Return the planned minutes of each date, by the id of the date."""
    return planned_by_date(training.minutes, training.event.dates)


def missed_on(date: EventDate) -> dict[int, int]:
    """Return how many minutes those missed who are ticked for a date, by the id of the registration."""
    rows = db.session.execute(
        select(Attendance.registration_id, Attendance.missed)
        .join(Registration, Registration.id == Attendance.registration_id)
        .where(Attendance.event_date_id == date.id, Registration.status != RegistrationStatus.CANCELLED)
        .order_by(Attendance.registration_id)
    )
    return {registration_id: missed for registration_id, missed in rows if missed is not None}


def count_ticked(event: Event) -> dict[int, int]:
    """Return how many people are ticked by the id of the date; a date that nobody has begun to tick is missing."""
    counts: dict[int, int] = {}
    for missed_by_date in _missed_by_registration(event).values():
        for date_id, missed in missed_by_date.items():
            counts[date_id] = counts.get(date_id, 0) + (missed is not None)
    return counts


def list_hours(training: Training) -> list[Hours]:
    """List how long everybody with a place was there, by name."""
    return hours_of(training, door.list_signing(training.event))


def hours_of(training: Training, registrations: Iterable[Registration]) -> list[Hours]:
    """Return how long each of these was there, of the hours as they are planned by now."""
    by_registration, planned = _missed_by_registration(training.event), planned_of(training)
    above = current_app.config["CERTIFICATE_ABOVE_PERCENT"]
    found = []
    for registration in registrations:
        known = by_registration.get(registration.id, {})
        dates = [(one.starts_at, minutes_there(planned[one.id], missed=known.get(one.id)), planned[one.id])
                 for one in training.event.dates]  # fmt: skip
        attended = sum(minutes for _starts_at, minutes, _planned in dates)
        enough = is_enough(attended, planned=training.minutes, above_percent=above)
        found.append(Hours(registration, attended, training.minutes, hours.reasons(dates), enough))
    return found


def _missed_by_registration(event: Event) -> dict[int, dict[int, int | None]]:
    rows = db.session.execute(
        select(Attendance.registration_id, Attendance.event_date_id, Attendance.missed)
        .join(Registration, Registration.id == Attendance.registration_id)
        .where(Registration.event_id == event.id, Registration.status != RegistrationStatus.CANCELLED)
    )
    found: dict[int, dict[int, int | None]] = defaultdict(dict)
    for registration_id, date_id, missed in rows:
        found[registration_id][date_id] = missed
    return found
