"""Invitations to try things on."""

from collections.abc import Callable

import pytest

from coordapp.directory.models import Person
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.invitations import service
from coordapp.invitations.models import Invitation
from coordapp.outbox.models import Mail


@pytest.fixture
def invite(make) -> Callable[..., Invitation]:
    """Return a function that invites a volunteer to an event and commits it."""
    by = make.user(name="Ina Lädt-Ein")

    def invite_one(event: Event | None = None, person: Person | None = None) -> Invitation:
        event, person = event or make.event(), person or make.volunteer()
        assert list(service.invite(event, [person], by=by).reachable) == [person]
        db.session.commit()
        return db.session.scalars(db.select(Invitation).filter_by(event_id=event.id, person_id=person.id)).one()

    return invite_one


@pytest.fixture
def mails() -> Callable[..., list[Mail]]:
    """Return a function that lists the mails written, those whose key begins so, oldest first."""

    def list_mails(beginning: str = "") -> list[Mail]:
        return list(db.session.scalars(db.select(Mail).where(Mail.key.startswith(beginning)).order_by(Mail.id)))

    return list_mails
