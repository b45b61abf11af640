"""What another process did while this one waited for the lock counts, however long ago this one read the row."""

from datetime import timedelta

import pytest

from coordapp.accounts.models import Role
from coordapp.events import registration as registrations
from coordapp.events import service, waiting_list
from coordapp.events.models import CancelledBy, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock

from .conftest import NOW

S = RegistrationStatus
HOURS = timedelta(hours=1)
GONE = {"status": S.CANCELLED, "cancelled_at": NOW, "cancelled_by": CancelledBy.PARTICIPANT}


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def behind_the_back(made: Registration, **columns) -> None:
    """Change a row as another process does: what this one has read stays as it was."""
    db.session.flush()
    table = Registration.__table__
    db.session.connection().execute(table.update().where(table.c.id == made.id).values(**columns))


def test_who_cancelled_meanwhile_is_not_moved(make, mails):
    event, other = make.event(), make.event()
    made = make.registration(event)
    behind_the_back(made, **GONE)
    assert registrations.move(made, other, moved_by=make.user(role=Role.COORDINATOR)) is None
    assert registrations.find_registration_of(other, made.person) is None
    assert mails() == []


def test_who_cancelled_meanwhile_can_register_anew(make):
    made = make.registration(make.event())
    behind_the_back(made, **GONE)
    assert registrations.register(made.event, made.person, registrations.Wishes(), proven=True) is made
    assert (made.status, made.sequence) == (S.CONFIRMED, 1)


def test_a_party_that_grew_meanwhile_is_offered_nothing_that_is_too_small(make, mails):
    event = make.event(capacity=3)
    make.registration(event)
    first, second = (make.registration(event, status=S.WAITING) for _each in range(2))
    behind_the_back(first, party_size=3)
    assert waiting_list.offer_places(event) == 0
    assert (first.status, second.status, mails()) == (S.WAITING, S.WAITING, [])


def test_an_offer_made_meanwhile_is_taken_back_whole(make):
    made = make.registration(make.event(), status=S.OFFERED)
    other = make.registration(made.event)
    db.session.refresh(other)
    behind_the_back(other, status=S.OFFERED, expires_at=NOW + HOURS)
    waiting_list.take_back_offers(made.event)
    db.session.expire_all()
    assert (made.status, other.status) == (S.WAITING, S.WAITING)
    assert (made.expires_at, other.expires_at) == (None, None)


def test_who_was_confirmed_meanwhile_reads_the_change_with_the_calendar(make, mails):
    made = make.registration(make.event(), status=S.WAITING)
    event = made.event
    behind_the_back(made, status=S.CONFIRMED, confirmed_at=NOW)
    service.cancel_event(event)
    (mail,) = mails()
    assert mail.calendar_method == "CANCEL"
