"""Whoever came is thanked and asked, once, however often and by however many workers this runs."""

from datetime import datetime

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import contains_eager

from coordapp.accounts.tokens import new_token, token_hash
from coordapp.directory.models import Person
from coordapp.events.models import Event, EventDate, Registration, RegistrationStatus
from coordapp.events.occupancy import lock
from coordapp.extensions import db
from coordapp.feedback import mails, rules
from coordapp.feedback.models import FeedbackTicket
from coordapp.outbox import service as outbox
from coordapp.shared import clock

BATCH = 100  # mails written in one transaction, so that nobody waits long for the database


def write_due() -> int:
    """Write the mails that are due now; return how many. Called again until it returns 0.

    Whom to thank is asked again under the lock of the events: somebody may be deleted or marked absent in that moment.
    """
    now = clock.now()
    if not rules.is_awake(now):
        return 0
    batch = _list_missing(_list_came(_list_due_events(now)))[:BATCH]
    for event in sorted({registration.event for registration in batch}, key=lambda one: one.id):  # always in this order
        lock(event)
    ids = [registration.id for registration in batch]
    return _write(_list_missing(_list_came(_list_due_events(now), ids)) if ids else [])


def _write(missing: list[Registration]) -> int:
    """Write mails and tickets. Tickets are stored in the order of their hashes: not in that of people or mails."""
    tickets = []
    for registration in missing:
        token = new_token()
        if mails.thank_you(registration, token=token):
            tickets.append({"token_hash": token_hash(token), "event_id": registration.event_id})
    if tickets:
        db.session.execute(insert(FeedbackTicket), sorted(tickets, key=lambda ticket: ticket["token_hash"]))
    return len(tickets)


def _list_due_events(now: datetime) -> list[Event]:
    """List the events whose guests are to be thanked now."""
    last = select(func.max(EventDate.ends_at)).where(EventDate.event_id == Event.id).scalar_subquery()
    over = (last >= now - rules.THANKED_UNTIL, last <= now - rules.THANKED_AFTER)
    found = db.session.scalars(select(Event).where(Event.cancelled_at.is_(None), *over).order_by(Event.id))
    return [event for event in found if rules.may_thank(event, at=now)]


def _list_came(events: list[Event], ids: list[int] | None = None) -> list[Registration]:
    """List the registrations of those who came and can be reached by mail; all of them, or some by id."""
    if not events:
        return []
    query = (
        select(Registration)
        .join(Registration.person)
        .where(
            Registration.event_id.in_([event.id for event in events]),
            Registration.status == RegistrationStatus.ATTENDED,
            Person.email.is_not(None),
            Person.email_bounced_at.is_(None),
            or_(Person.email_proven_at.is_not(None), Registration.entered_by_id.is_not(None)),
        )
    )
    if ids is not None:
        query = query.where(Registration.id.in_(ids))
    query = query.order_by(Registration.id).options(contains_eager(Registration.person))
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _list_missing(came: list[Registration]) -> list[Registration]:
    """List whom of these nobody has thanked yet."""
    keys = {mails.thank_you_key(registration): registration for registration in came}
    written = outbox.list_written(keys)
    return [registration for key, registration in keys.items() if key not in written]
