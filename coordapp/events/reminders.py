"""Reminders: what is due is written as a mail, once, however often and by however many workers this runs."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from coordapp.directory.models import Person
from coordapp.events import mails
from coordapp.events.models import Event, EventDate, Registration, RegistrationStatus
from coordapp.events.occupancy import lock
from coordapp.events.rules import due_reminder, may_remind
from coordapp.extensions import db
from coordapp.outbox import service as outbox
from coordapp.shared import clock

HORIZON = timedelta(days=62)  # nobody is reminded longer before an event
BATCH = 200  # mails written in one transaction, so that nobody waits long for the database


def write_due() -> int:
    """Write the reminders that are due now; return how many. Called again until it returns 0.

    Whom to remind is asked again under the lock of the events, so that nobody is reminded of what was moved or
    cancelled in that moment.
    """
    batch = [registration for registration, _days_before in _list_missing(_list_confirmed(_list_due_events()))[:BATCH]]
    for event in sorted({registration.event for registration in batch}, key=lambda one: one.id):  # always in this order
        lock(event)
    ids = [registration.id for registration in batch]
    missing = _list_missing(_list_confirmed(_list_due_events(), ids)) if ids else []
    return sum(mails.reminder(registration, days_before=days_before) for registration, days_before in missing)


def _list_due_events() -> list[Event]:
    """List the events of which somebody may have to be reminded now."""
    now = clock.now()
    first = select(func.min(EventDate.starts_at)).where(EventDate.event_id == Event.id).scalar_subquery()
    near = db.session.scalars(
        select(Event)
        .where(Event.published_at.is_not(None), Event.cancelled_at.is_(None), first > now, first <= now + HORIZON)
        .order_by(Event.id)
    )
    return [
        event for event in near if may_remind(starts_at=event.starts_at, days_before=event.reminds_days_before, at=now)
    ]


def _list_confirmed(events: list[Event], ids: list[int] | None = None) -> list[Registration]:
    """List the confirmed registrations for these events, of people with an address; all of them, or some by id."""
    if not events:
        return []
    query = (
        select(Registration)
        .join(Registration.person)
        .where(
            Registration.event_id.in_([event.id for event in events]),
            Registration.status == RegistrationStatus.CONFIRMED,
            Person.email.is_not(None),
        )
    )
    if ids is not None:
        query = query.where(Registration.id.in_(ids))
    query = query.order_by(Registration.id).options(contains_eager(Registration.person))
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _list_missing(confirmed: list[Registration]) -> list[tuple[Registration, int]]:
    """List whom of these to remind now, and how many days before; without those whose reminder is written already."""
    now = clock.now()
    due = {}
    for registration in confirmed:
        days_before = due_reminder(
            starts_at=registration.event.starts_at, days_before=registration.event.reminds_days_before,
            registered_at=registration.confirmed_at or registration.created_at, at=now,
        )  # fmt: skip
        if days_before is not None:
            due[mails.reminder_key(registration, days_before=days_before)] = (registration, days_before)
    written = outbox.list_written(due)
    return [entry for key, entry in due.items() if key not in written]
