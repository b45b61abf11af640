"""Places where events happen."""

from sqlalchemy import select, update

from coordapp.events.models import Event, Place
from coordapp.extensions import db
from coordapp.shared import clock


def list_places() -> list[Place]:
    """List all places by municipality and name."""
    return list(db.session.scalars(select(Place).order_by(Place.municipality, Place.name)))


def save_place(place: Place) -> Place:
    """Store a new or changed place; raises IntegrityError for a name that the municipality has already.

    Pages and calendars of its events change with it; nobody is told by mail, because the way there is no new place.
    """
    db.session.add(place)
    db.session.flush()
    of_it = select(Event.id).where(Event.place_id == place.id).order_by(Event.id)
    db.session.execute(of_it.with_for_update())  # locks are always taken in this order
    db.session.execute(
        update(Event)
        .where(Event.place_id == place.id)
        .values(revision=Event.revision + 1, changed_at=clock.now())
    )  # fmt: skip
    return place
