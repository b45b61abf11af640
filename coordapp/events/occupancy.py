"""How full an event is, and the lock that keeps a place from being given twice."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select, update

from coordapp.events.models import COMING, HOLDING, Event, Registration, RegistrationStatus
from coordapp.extensions import db


@dataclass(frozen=True)
class Occupancy:
    """People, not registrations: a party of three counts three."""

    taken: int = 0  # places held: confirmed, offered, or kept until an address is proven
    waiting: int = 0  # on the waiting list, address proven
    coming: int = 0  # confirmed, or seen there
    unconfirmed: int = 0  # places kept until an address is proven
    offered: int = 0  # places kept until an offer is accepted

    def free(self, event: Event) -> int | None:
        """Return how many places are left, or None where there is no limit."""
        return None if event.capacity is None else max(0, event.capacity - self.taken)


def lock(event: Event) -> None:
    """Hold the event until the transaction ends, so that counting and deciding happen to one caller at a time.

    It is an update, not a SELECT FOR UPDATE, because that also holds on SQLite. Tried: without it 20 people who came
    at once for 10 places gave 13 to 15 confirmed. The raised `revision` tells caches that something may have changed.
    """
    version = event.version
    statement = update(Event).where(Event.id == event.id).values(revision=Event.revision + 1).returning(Event)
    db.session.scalars(
        statement, execution_options={"populate_existing": True, "synchronize_session": False}
    ).one()  # fmt: skip
    if event.version != version:  # edited by the office since it was read
        db.session.expire(event, ["dates", "place"])


def occupancy_of(event: Event) -> Occupancy:
    """Return how full an event is."""
    return occupancies([event]).get(event.id, Occupancy())


def occupancies(events: Iterable[Event]) -> dict[int, Occupancy]:
    """Return how full several events are, in one query; an event without registrations has no entry."""
    size, status = Registration.party_size, Registration.status

    def people(condition):
        return func.coalesce(func.sum(case((condition, size), else_=0)), 0)

    rows = db.session.execute(
        select(
            Registration.event_id,
            people(status.in_(HOLDING)),
            people(and_(status == RegistrationStatus.WAITING, Registration.proven_at.is_not(None))),
            people(status.in_(COMING)),
            people(status == RegistrationStatus.UNCONFIRMED),
            people(status == RegistrationStatus.OFFERED),
        )
        .where(Registration.event_id.in_([event.id for event in events]))
        .group_by(Registration.event_id)
    )
    return {event_id: Occupancy(*numbers) for event_id, *numbers in rows}
