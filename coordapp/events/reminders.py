"""Reminders: what is due is written as a mail, once, however often and by however many workers this runs."""

from datetime import timedelta

from sqlalchemy import func, select

from coordapp.directory.models import Person
from coordapp.events import mails
from coordapp.events.models import Event, EventDate, Registration, RegistrationStatus
from coordapp.events.occupancy import lock
from coordapp.events.rules import due_reminder
from coordapp.extensions import db
from coordapp.outbox import service as outbox
from coordapp.shared import clock

HORIZON = timedelta(days=62)  # nobody is reminded longer before an event
BATCH = 200  # mails written in one transaction, so that nobody waits long for the database


def write_due() -> int:
    """Write the reminders that are due now; return how many. Called again until it returns 0.

    What is missing is looked for twice: the second time under the lock of the events, so that nobody is reminded of
    what was moved or cancelled in that moment.
    """
    events = {registration.event for registration, _days_before in _list_missing()[:BATCH]}
    for event in sorted(events, key=lambda one: one.id):  # locks are always taken in this order
        lock(event)
    if not events:
        return 0
    missing = [entry for entry in _list_missing() if entry[0].event in events]
    return sum(mails.reminder(registration, days_before=days_before) for registration, days_before in missing[:BATCH])


def _list_missing() -> list[tuple[Registration, int]]:
    """List whom to remind now, and how many days before; without those whose reminder is written already."""
    now = clock.now()
    due = {}
    for registration in _list_coming_soon():
        days_before = due_reminder(
            starts_at=registration.event.starts_at, days_before=registration.event.reminds_days_before,
            registered_at=registration.confirmed_at or registration.created_at, at=now,
        )  # fmt: skip
        if days_before is not None:
            due[mails.reminder_key(registration, days_before=days_before)] = (registration, days_before)
    written = outbox.list_written(due)
    return [entry for key, entry in due.items() if key not in written]


def _list_coming_soon() -> list[Registration]:
    """List the confirmed registrations, of people with an address, for events that begin within the horizon."""
    now = clock.now()
    first = select(func.min(EventDate.starts_at)).where(EventDate.event_id == Event.id).scalar_subquery()
    return list(
        db.session.scalars(
            select(Registration)
            .join(Registration.event)
            .join(Registration.person)
            .where(
                Registration.status == RegistrationStatus.CONFIRMED,
                Person.email.is_not(None),
                Event.published_at.is_not(None),
                Event.cancelled_at.is_(None),
                first > now,
                first <= now + HORIZON,
            )
            .order_by(Registration.id)
            .execution_options(populate_existing=True)
        )
    )
