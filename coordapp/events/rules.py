"""Decisions about events and registrations: time and counts come in, no database is asked."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from coordapp.events.models import Event, EventDate, Registration, RegistrationStatus
from coordapp.shared import clock

LATECOMER_PAUSE = timedelta(hours=12)  # after a confirmation nobody is reminded at once
LAST_CALL = timedelta(hours=2)  # before the start a reminder is of no more use
OFFER_LEAD = timedelta(hours=3)  # an offered place must be accepted this long before the start


class Refusal(StrEnum):
    """Why somebody cannot register."""

    NOT_PUBLISHED = "not_published"
    CANCELLED = "cancelled"
    OVER = "over"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    FULL = "full"
    PARTY_TOO_LARGE = "party_too_large"
    PRECONDITION = "precondition"  # a training that must be completed before; told only to whom the address belongs


class State(StrEnum):
    """Where an event stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    OVER = "over"


class RegistrationRefused(Exception):
    """Raised when a registration cannot be taken; carries why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def state(event: Event, *, at: datetime) -> State:
    """Say where an event stands."""
    if event.is_cancelled:
        return State.CANCELLED
    if at >= event.ends_at:
        return State.OVER
    return State.PUBLISHED if event.is_published else State.DRAFT


def refusal(event: Event, *, at: datetime) -> Refusal | None:
    """Say why nobody can register for an event at a moment, or None when it is open; places are not looked at."""
    answers = (
        (event.cancelled_at is not None, Refusal.CANCELLED),
        (at >= event.ends_at, Refusal.OVER),
        (event.published_at is None, Refusal.NOT_PUBLISHED),
        (event.registration_opens_at is not None and at < event.registration_opens_at, Refusal.NOT_YET),
        (at >= event.registration_closes_at, Refusal.CLOSED),
    )
    return next((reason for applies, reason in answers if applies), None)


def office_refusal(event: Event, *, at: datetime) -> Refusal | None:
    """Say why even the office cannot register somebody: it may before the window opens and after it closes.

    Not for a draft: whoever is registered must be told of every change, and of a draft nobody is told anything.
    """
    reason = refusal(event, at=at)
    return None if reason in (Refusal.NOT_YET, Refusal.CLOSED) else reason


def decide(event: Event, *, taken: int, waiting: int, party_size: int) -> RegistrationStatus:
    """Say whether a party is confirmed or waits, or raise RegistrationRefused when there is no list to wait on.

    While others wait, a free place is theirs first, however small the new party is. A party is not torn apart.
    """
    if event.capacity is None:
        return RegistrationStatus.CONFIRMED
    if party_size > event.capacity:
        raise RegistrationRefused(Refusal.PARTY_TOO_LARGE)
    if waiting == 0 and taken + party_size <= event.capacity:
        return RegistrationStatus.CONFIRMED
    if event.rules.has_waiting_list:
        return RegistrationStatus.WAITING
    raise RegistrationRefused(Refusal.FULL)


def can_grow(event: Event, *, taken: int, waiting: int, more: int) -> bool:
    """Tell whether a party that holds its places may grow by so many people."""
    return event.capacity is None or more <= 0 or (waiting == 0 and taken + more <= event.capacity)


def next_offers(capacity: int | None, *, taken: int, queue: Iterable[int]) -> int:
    """Say how many parties from the head of the queue (their sizes, in order) fit into the free places.

    Strict order: if the first does not fit, nobody behind it is asked.
    """
    fitting = 0
    for party_size in queue:
        if capacity is not None and taken + party_size > capacity:
            break
        taken += party_size
        fitting += 1
    return fitting


def offer_expires_at(event: Event, *, at: datetime) -> datetime | None:
    """Return until when an offered place is kept (UTC), or None when it is too late to offer any."""
    last = event.starts_at - OFFER_LEAD
    return min(at + timedelta(hours=event.rules.offer_hours), last) if at < last else None


def may_say_more(registration: Registration, *, at: datetime) -> bool:
    """Tell whether somebody may still answer what only one kind asks: theirs for sure, not cancelled, not begun."""
    event = registration.event
    is_theirs = registration.is_active and registration.proven_at is not None
    return is_theirs and not event.is_cancelled and at < event.starts_at


def reminder_days(event: Event) -> list[tuple[EventDate, tuple[int, ...]]]:
    """Return how many days before which date people are reminded, without the dates that nobody is reminded of.

    Before the first date as the event or its kind says, before each later one the last time only. Of several dates on
    one day the first counts.
    """
    days = event.reminds_days_before
    told: dict[date, tuple[EventDate, tuple[int, ...]]] = {}
    for one in event.dates if days else ():
        told.setdefault(clock.local(one.starts_at).date(), (one, days[-1:] if told else days))
    return list(told.values())


def due_reminder(
    *, starts_at: datetime, days_before: Iterable[int], registered_at: datetime, at: datetime
) -> int | None:
    """Return which reminder (days before the start) is due for a registration now, or None.

    A reminder is due at the hour of the start on the German calendar so many days before, and goes stale when half
    of its days have passed (an outage) or the next one is due. Who registered later than that is spared it, but not
    the last one. None comes within half a day of registering.
    """
    due = None
    ordered = sorted(days_before, reverse=True)
    for days in ordered:
        due_at = _days_earlier(starts_at, days)
        if registered_at >= due_at and days != ordered[-1]:
            continue
        due_at = max(due_at, registered_at + LATECOMER_PAUSE)
        stale_at = min(due_at + timedelta(days=days) / 2, starts_at - LAST_CALL)
        if due_at <= at:
            due = days if at < stale_at else None
    return due


def may_remind(*, starts_at: datetime, days_before: Iterable[int], at: datetime) -> bool:
    """Tell whether a reminder may be due now for anybody, whenever they registered."""
    ordered, last_call = sorted(days_before, reverse=True), starts_at - LAST_CALL
    for days in ordered:
        due_at = _days_earlier(starts_at, days)
        is_last = days == ordered[-1]
        stale_at = last_call if is_last else min(last_call, due_at + LATECOMER_PAUSE + timedelta(days=days) / 2)
        if due_at <= at < stale_at:
            return True
    return False


def _days_earlier(moment: datetime, days: int) -> datetime:
    """Return the same wall-clock time in Germany so many days before, whatever the clocks did in between."""
    there = clock.local(moment)
    earlier = there.replace(tzinfo=None) - timedelta(days=days)
    return clock.certain(earlier)
