"""Reminders: what is due is written as a mail, once, however often and by however many workers this runs."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from coordapp.directory.models import Person
from coordapp.events import mails
from coordapp.events.models import Event, EventDate, Registration, RegistrationStatus
from coordapp.events.occupancy import lock
from coordapp.events.rules import due_reminder, may_remind, reminder_days
from coordapp.extensions import db
from coordapp.outbox import service as outbox
from coordapp.shared import clock

HORIZON = timedelta(days=62)  # nobody is reminded longer before a date
BATCH = 200  # mails written in one transaction, so that nobody waits long for the database
Near = dict[int, list[tuple[EventDate, tuple[int, ...]]]]  # by event: dates, and how many days before


@dataclass(frozen=True)
class Due:
    """Somebody to be reminded now, and of what."""

    registration: Registration
    date: EventDate
    days_before: int

    @property
    def key(self) -> str:
        """Return the key of the mail."""
        return mails.reminder_key(self.registration, self.date, days_before=self.days_before)


def write_due() -> int:
    """Write the reminders that are due now; return how many. Called again until it returns 0.

    Whom to remind is asked again under the lock of the events, so that nobody is reminded of what was moved or
    cancelled in that moment.
    """
    batch = [due.registration for due in _list_missing()[:BATCH]]
    for event in sorted({registration.event for registration in batch}, key=lambda one: one.id):  # always in this order
        lock(event)
    missing = _list_missing([registration.id for registration in batch]) if batch else []
    return sum(mails.reminder(due.registration, due.date, days_before=due.days_before) for due in missing)


def _list_missing(ids: list[int] | None = None) -> list[Due]:
    """List whom to remind now, without those whose reminder is written already; all of them, or some by id."""
    near = _find_near()
    due = {one.key: one for registration in _list_confirmed(near, ids) for one in _list_due(registration, near)}
    written = outbox.list_written(due)
    return [one for key, one in due.items() if key not in written]


def _find_near() -> Near:
    """Return the events, by id, of which somebody may have to be reminded now."""
    now = clock.now()
    is_near = Event.dates.any((EventDate.starts_at > now) & (EventDate.starts_at <= now + HORIZON))
    query = select(Event).where(Event.published_at.is_not(None), Event.cancelled_at.is_(None), is_near)
    dates = {event.id: reminder_days(event) for event in db.session.scalars(query.order_by(Event.id))}
    may = {
        event_id: [one for one in given if may_remind(starts_at=one[0].starts_at, days_before=one[1], at=now)]
        for event_id, given in dates.items()
    }
    return {event_id: given for event_id, given in may.items() if given}


def _list_confirmed(near: Near, ids: list[int] | None) -> list[Registration]:
    """List the confirmed registrations for these events, of people with an address; all of them, or some by id."""
    if not near:
        return []
    query = (
        select(Registration)
        .join(Registration.person)
        .where(
            Registration.event_id.in_(near),
            Registration.status == RegistrationStatus.CONFIRMED,
            Person.email.is_not(None),
        )
    )
    if ids is not None:
        query = query.where(Registration.id.in_(ids))
    query = query.order_by(Registration.id).options(contains_eager(Registration.person))
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _list_due(registration: Registration, near: Near) -> list[Due]:
    """List what somebody is to be reminded of now, whether or not it is written already."""
    now, found = clock.now(), []
    for date, days in near[registration.event_id]:
        days_before = due_reminder(
            starts_at=date.starts_at, days_before=days,
            registered_at=registration.confirmed_at or registration.created_at, at=now,
        )  # fmt: skip
        if days_before is not None:
            found.append(Due(registration, date, days_before))
    return found
