"""The waiting list: strict order, a party is never torn apart, an offer is accepted by link or goes on."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from coordapp.directory.models import Person
from coordapp.events import mails
from coordapp.events.models import CancelledBy, Event, Registration, RegistrationStatus
from coordapp.events.occupancy import lock, occupancy_of
from coordapp.events.rules import next_offers, offer_expires_at, office_refusal
from coordapp.extensions import db
from coordapp.shared import clock

EXPIRED_AS = {
    RegistrationStatus.UNCONFIRMED: CancelledBy.NOT_CONFIRMED,
    RegistrationStatus.WAITING: CancelledBy.NOT_CONFIRMED,
    RegistrationStatus.OFFERED: CancelledBy.OFFER_EXPIRED,
}


def list_waiting(event: Event) -> list[Registration]:
    """List who waits, the first in line first; who has not proven their address is not in line yet."""
    return list(
        db.session.scalars(
            select(Registration)
            .where(
                Registration.event_id == event.id,
                Registration.status == RegistrationStatus.WAITING,
                Registration.proven_at.is_not(None),
            )
            .order_by(Registration.queued_at, Registration.id)
            .execution_options(populate_existing=True)  # under the lock nothing older counts
        )
    )


def positions(registrations: Iterable[Registration]) -> dict[int, int]:
    """Return the places in line, 1 for the first, of all registrations of an event, by id; see `list_waiting`."""
    waiting = [one for one in registrations if one.status is RegistrationStatus.WAITING and one.proven_at is not None]
    in_order = sorted(waiting, key=lambda one: (one.queued_at or one.created_at, one.id))
    return {one.id: number for number, one in enumerate(in_order, start=1)}


def position(registration: Registration) -> int | None:
    """Return the place in line, 1 for the first, or None for somebody not in line."""
    ids = [waiting.id for waiting in list_waiting(registration.event)]
    return ids.index(registration.id) + 1 if registration.id in ids else None


def enter(event: Event, person: Person, *, since: datetime, language: str) -> Registration:
    """Put somebody in line who has waited since a moment (UTC), with no mail yet: `offer_places` or the caller writes.

    The address is known to be theirs, and they have no registration for the event. Needs the lock.
    """
    registration = Registration(
        event=event, person=person, status=RegistrationStatus.WAITING, queued_at=since, proven_at=clock.now(),
        language=language,
    )  # fmt: skip
    db.session.add(registration)
    db.session.flush()
    return registration


def offer_places(event: Event) -> int:
    """Offer free places to the next in line and write to them; return how many got an offer. Needs the lock.

    A party larger than the whole event, which the office made smaller since, holds nobody up.
    """
    now = clock.now()
    until = offer_expires_at(event, at=now)
    if until is None or not event.is_published or office_refusal(event, at=now) is not None:
        return 0
    queue = [one for one in list_waiting(event) if event.capacity is None or one.party_size <= event.capacity]
    if not queue:
        return 0
    fitting = next_offers(
        event.capacity, taken=occupancy_of(event).taken, queue=[registration.party_size for registration in queue]
    )
    for registration in queue[:fitting]:
        offer(registration, until=until)
    return fitting


def offer(registration: Registration, *, until: datetime) -> None:
    """Keep a place for somebody until a moment (UTC) and ask whether they still want it."""
    registration.status = RegistrationStatus.OFFERED
    registration.expires_at = until
    registration.sequence += 1
    db.session.flush()
    mails.place_offered(registration)


def take_back_offers(event: Event) -> None:
    """Put whoever was offered a place back where they stood in line: the event is called off. Needs the lock."""
    offered = select(Registration).where(
        Registration.event_id == event.id, Registration.status == RegistrationStatus.OFFERED
    )
    for registration in db.session.scalars(offered.execution_options(populate_existing=True)):
        registration.status, registration.expires_at = RegistrationStatus.WAITING, None
    db.session.flush()


def release(registration: Registration) -> None:
    """End what was held for an unproven address or as an offer, and offer it to the next in line. Needs the lock."""
    registration.cancelled_by = EXPIRED_AS[registration.status]
    registration.status, registration.cancelled_at = RegistrationStatus.CANCELLED, clock.now()
    registration.expires_at = None
    registration.sequence += 1
    db.session.flush()
    if registration.cancelled_by is CancelledBy.OFFER_EXPIRED:
        mails.offer_expired(registration)
    offer_places(registration.event)


def give_back(registration: Registration) -> None:
    """Free the place of somebody who may not come; the same link takes it up again once they may."""
    lock(registration.event)
    db.session.refresh(registration)
    if registration.waits_for_proof:
        release(registration)


def expire_due() -> int:
    """End what was held too long: places for unproven addresses and offers; offer them to the next in line."""
    due = db.session.scalars(
        select(Registration)
        .where(Registration.status.in_(EXPIRED_AS), Registration.expires_at <= clock.now())
        .order_by(Registration.event_id, Registration.id)  # locks are always taken in this order
    ).all()
    ended = 0
    for registration in due:
        lock(registration.event)
        db.session.refresh(registration)
        ended += _expire(registration)
    return ended


def _expire(registration: Registration) -> bool:
    now = clock.now()
    if registration.status not in EXPIRED_AS or registration.expires_at is None or registration.expires_at > now:
        return False  # confirmed or accepted while we waited for the lock
    release(registration)
    return True
