"""Events: planned, published, changed, cancelled, copied; and the questions about them. Nothing here commits."""

from collections.abc import Collection
from datetime import date, datetime, time

from flask import abort
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, lazyload

from coordapp.events import mails, waiting_list, words
from coordapp.events.dates import AttendanceClosed, Change, DateIsOver, Dates, set_dates
from coordapp.events.kinds import EventKind
from coordapp.events.models import Edition, Event, EventDate, Place, Registration, RegistrationStatus
from coordapp.events.occupancy import Occupancy, lock, occupancies, occupancy_of
from coordapp.events.rules import refusal
from coordapp.extensions import db
from coordapp.shared import clock

REVISION = select(Event.__table__.c.revision).where(Event.__table__.c.id == bindparam("event_id"))  # asked most often
EVENT = (  # built once, its dates in the same question: a third of the time
    select(Event)
    .where(Event.id == bindparam("event_id"))
    .options(joinedload(Event.dates).lazyload(EventDate.event), lazyload(Event.edition))
)


class TooManyTaken(Exception):
    """Raised when the capacity would fall below the places already given; carries their number."""

    def __init__(self, taken: int) -> None:
        super().__init__(taken)
        self.taken = taken


class HasRegistrations(Exception):
    """Raised when an event cannot become a draft again, because people are registered."""


class EditedMeanwhile(Exception):
    """Raised when somebody else changed the event after the form was opened."""


# deeds


def remember_edition(kind: EventKind, *, year: int, title: str) -> Edition:
    """Return the edition of a kind and year, made now if there is none."""
    edition = find_edition(kind, year)
    if edition is None:
        edition = Edition(kind=kind, year=year, title=title)
        db.session.add(edition)
        db.session.flush()
    return edition


def create_event(
    *, kind: EventKind, title: str, dates: Dates, place: Place | None, edition: Edition | None = None,
    registration_closes_at: datetime | None = None, **facts,
) -> Event:  # fmt: skip
    """Make a draft. Times are UTC; registration closes when the event begins unless said otherwise."""
    event = Event(
        kind=kind, title=title, place=place, edition=edition,
        registration_closes_at=registration_closes_at or min(dates)[0],
        dates=[EventDate(starts_at=begin, ends_at=end) for begin, end in sorted(dates)], **facts,
    )  # fmt: skip
    db.session.add(event)
    db.session.flush()
    return event


def publish(event: Event) -> None:
    """Show an event to the public and open its registration."""
    lock(event)
    if event.published_at is None:
        event.published_at = event.changed_at = clock.now()
        event.version += 1


def withdraw(event: Event) -> None:
    """Make a published event a draft again. Raises HasRegistrations when people are registered."""
    lock(event)
    if list_touched(event):
        raise HasRegistrations
    event.published_at, event.changed_at = None, clock.now()
    event.version += 1


def delete_draft(event: Event) -> None:
    """Delete an event that was never public, or is a draft again. Raises HasRegistrations also when it is public, or
    when people were invited.
    """
    lock(event)
    registered = select(Registration.id).where(Registration.event_id == event.id).limit(1)
    if event.published_at is not None or db.session.scalar(registered) is not None:
        raise HasRegistrations
    try:
        db.session.delete(event)
        db.session.flush()
    except IntegrityError as invited:
        raise HasRegistrations from invited


def planned_change(event: Event, *, dates: Dates, place: Place | None) -> Change:
    """Say what would be new for the people who registered. Raises DateIsOver or AttendanceClosed."""
    old = [(date.starts_at, date.ends_at) for date in event.dates]
    change = Change(old_dates=old, new_dates=sorted(dates), old_place=event.place, new_place=place)
    if change.moves_time and event.is_attendance_closed:
        raise AttendanceClosed
    for begin, _end in change.matched.dropped:
        if begin <= clock.now():
            raise DateIsOver(begin)
    return change


def change_event(event: Event, *, version: int, dates: Dates, place: Place | None, **facts) -> Change:
    """Change an event; when time or place are new, write one mail to everybody who registered.

    `version` is the one the form was filled from. Raises EditedMeanwhile, TooManyTaken, DateIsOver or
    AttendanceClosed.
    """
    lock(event)
    if event.version != version:
        raise EditedMeanwhile
    taken = occupancy_of(event).taken
    capacity = facts.get("capacity", event.capacity)
    if capacity is not None and capacity < taken and capacity != event.capacity:
        raise TooManyTaken(taken)
    change = planned_change(event, dates=dates, place=place)
    gone = set_dates(event, change)
    event.place = place
    for name, value in facts.items():
        setattr(event, name, value)
    event.version += 1
    event.changed_at = clock.now()
    if change.is_notified:
        event.sequence += 1
    db.session.flush()
    if change.is_notified and event.is_published and not event.is_cancelled:
        for registration in list_touched(event):
            mails.event_changed(registration, change, gone=gone)
    waiting_list.offer_places(event)
    return change


def cancel_event(event: Event, *, reason: str = "") -> bool:
    """Call an event off and write to everybody who registered; return False when it was cancelled already."""
    lock(event)
    if event.is_cancelled:
        return False
    event.cancelled_at = event.changed_at = clock.now()
    event.cancellation_reason = reason
    event.sequence += 1
    event.version += 1
    waiting_list.take_back_offers(event)
    if event.is_published:
        for registration in list_touched(event):
            mails.event_cancelled(registration)
    return True


def reinstate_event(event: Event) -> bool:
    """Let a cancelled event happen after all, write to everybody still registered; return False when it does anyway."""
    lock(event)
    if not event.is_cancelled:
        return False
    event.cancelled_at, event.cancellation_reason, event.changed_at = None, "", clock.now()
    event.sequence += 1
    event.version += 1
    db.session.flush()
    if event.is_published:
        for registration in list_touched(event):
            mails.event_reinstated(registration)
        waiting_list.offer_places(event)
    return True


def duplicate_event(event: Event, *, dates: Dates, registration_closes_at: datetime) -> Event:
    """Make a draft like an event on other dates, in the edition of their year; nobody is registered for it."""
    copied = (
        "kind", "place", "title", "summary", "description", "language", "audience", "group_only",
        "is_confidential", "required_format_id", "hides_address", "capacity", "reminder_days",
    )  # fmt: skip
    return create_event(
        **{name: getattr(event, name) for name in copied},
        dates=dates,
        registration_closes_at=registration_closes_at,
        edition=_edition_like(event.edition, year=clock.local(min(dates)[0]).year),
    )


def _edition_like(edition: Edition | None, *, year: int) -> Edition | None:
    """Return the edition of another year, titled alike."""
    if edition is None:
        return None
    return remember_edition(edition.kind, year=year, title=edition.title.replace(str(edition.year), str(year)))


# questions


def find_edition(kind: EventKind, year: int) -> Edition | None:
    """Return the edition of a kind and year."""
    return db.session.scalars(select(Edition).where(Edition.kind == kind, Edition.year == year)).first()


def get_event(event_id: int, *, kind: EventKind | None = None) -> Event:
    """Return an event; answer 404 where there is none of that kind."""
    event = db.session.scalars(EVENT, {"event_id": event_id}).unique().one_or_none() or abort(404)
    if kind is not None and event.kind is not kind:
        abort(404)
    return event


def find_revision(event_id: int) -> int | None:
    """Return the number that every change of an event raises, registrations included."""
    return db.session.connection().scalar(REVISION, {"event_id": event_id})


def list_events(
    kind: EventKind, *, year: int | None = None, after: datetime | None = None, published_only: bool = True
) -> list[Event]:
    """List the events of a kind by date: of one German year, or that end after a moment, or all."""
    starts = select(func.min(EventDate.starts_at)).where(EventDate.event_id == Event.id).scalar_subquery()
    query = select(Event).where(Event.kind == kind).order_by(starts, Event.id)
    if published_only:
        query = query.where(Event.published_at.is_not(None), Event.group_only.is_(False))
    if after is not None:
        query = query.where(Event.dates.any(EventDate.ends_at > after))
    if year is not None:
        query = query.where(starts >= _new_year(year), starts < _new_year(year + 1))
    return list(db.session.scalars(query))


def list_coming(kind: EventKind, *, at: datetime) -> list[Event]:
    """List the published events of a kind that are neither over nor cancelled, the next first."""
    return [event for event in list_events(kind, after=at) if not event.is_cancelled]


def next_best(event: Event, *, at: datetime) -> Event | None:
    """Return the next other event of the same kind that one can register for."""
    coming = list_coming(event.kind, at=at)
    return next((other for other in coming if other.id != event.id and refusal(other, at=at) is None), None)


def _new_year(year: int) -> datetime:
    return clock.from_local(date(year, 1, 1), time(0))


def list_touched(event: Event) -> list[Registration]:
    """List the registrations whose people must hear of a change: all that are not cancelled."""
    return list(
        db.session.scalars(
            select(Registration)
            .where(Registration.event_id == event.id, Registration.status != RegistrationStatus.CANCELLED)
            .order_by(Registration.id)
            .execution_options(populate_existing=True)  # under the lock nothing older counts
        )
    )


def free_places(events: Collection[Event], *, at: datetime) -> dict[int, str]:
    """Say of each event, by id, in words whether one can still come; one query for all."""
    numbers = occupancies(events)
    held = {event: numbers.get(event.id, Occupancy()) for event in events}
    return {event.id: words.free_places(event, taken=one.taken, waiting=one.waiting, at=at)
            for event, one in held.items()}  # fmt: skip
