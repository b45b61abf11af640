"""The waiting list: strict order, parties together, offers that are accepted or go on."""

from datetime import timedelta

import pytest

from coordapp.events import registration as registrations
from coordapp.events import waiting_list
from coordapp.events.models import CancelledBy, RegistrationStatus
from coordapp.events.occupancy import Occupancy, occupancy_of
from coordapp.shared import clock

from .conftest import NOW

S = RegistrationStatus
HOURS = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def line(make, event, *sizes) -> list:
    """Put parties of these sizes in line, a minute apart."""
    return [
        make.registration(event, status=S.WAITING, party_size=size, queued_at=NOW - timedelta(minutes=60 - number))
        for number, size in enumerate(sizes)
    ]


def test_a_cancelled_place_goes_to_the_first_in_line_only(make, kinds_of_mails):
    event = make.event(capacity=2)
    leaving, _staying = make.registration(event), make.registration(event)
    first, second = line(make, event, 1, 1)
    registrations.cancel(leaving, by=CancelledBy.PARTICIPANT)
    assert (first.status, first.expires_at) == (S.OFFERED, NOW + 48 * HOURS)
    assert second.status is S.WAITING
    assert kinds_of_mails(first.person.email) == ["place_offered"]
    assert kinds_of_mails(second.person.email) == []
    assert occupancy_of(event) == Occupancy(taken=2, coming=1, offered=1, waiting=1)


def test_the_line_is_by_when_they_asked_not_by_when_the_row_was_made(make):
    event = make.event(capacity=1)
    leaving = make.registration(event)
    later = make.registration(event, status=S.WAITING, queued_at=NOW - HOURS)
    earlier = make.registration(event, status=S.WAITING, queued_at=NOW - 2 * HOURS)
    assert waiting_list.list_waiting(event) == [earlier, later]
    registrations.cancel(leaving, by=CancelledBy.PARTICIPANT)
    assert (earlier.status, later.status) == (S.OFFERED, S.WAITING)


def test_nobody_overtakes_a_party_that_does_not_fit_yet(make):
    event = make.event(capacity=3)
    leaving = [make.registration(event) for _number in range(3)]
    pair, single = line(make, event, 2, 1)
    registrations.cancel(leaving[0], by=CancelledBy.PARTICIPANT)
    assert (pair.status, single.status) == (S.WAITING, S.WAITING)
    registrations.cancel(leaving[1], by=CancelledBy.PARTICIPANT)
    assert (pair.status, single.status) == (S.OFFERED, S.WAITING)
    registrations.cancel(leaving[2], by=CancelledBy.PARTICIPANT)
    assert single.status is S.OFFERED


def test_a_party_larger_than_the_whole_event_holds_nobody_up(make):
    event = make.event(capacity=5)
    first = make.registration(event, party_size=5)
    large = make.registration(event, status=RegistrationStatus.WAITING, party_size=4)
    small = make.registration(event, status=RegistrationStatus.WAITING, party_size=2)
    event.capacity = 3
    registrations.cancel(first, by=CancelledBy.PARTICIPANT)
    assert (large.status, small.status) == (RegistrationStatus.WAITING, RegistrationStatus.OFFERED)


def test_who_has_not_proven_the_address_is_not_in_line(make):
    event = make.event(capacity=1)
    leaving = make.registration(event)
    unproven = make.registration(event, status=S.WAITING, proven_at=None, queued_at=NOW - 9 * HOURS)
    (proven,) = line(make, event, 1)
    assert waiting_list.position(unproven) is None
    registrations.cancel(leaving, by=CancelledBy.PARTICIPANT)
    assert (unproven.status, proven.status) == (S.WAITING, S.OFFERED)


def test_a_declined_offer_goes_to_the_next_at_once(make):
    event = make.event(capacity=1)
    offered = make.registration(event, status=S.OFFERED)
    (waiting,) = line(make, event, 1)
    registrations.cancel(offered, by=CancelledBy.PARTICIPANT)
    assert waiting.status is S.OFFERED


def test_an_offer_not_taken_goes_to_the_next_exactly_once(make, kinds_of_mails):
    event = make.event(capacity=1)
    offered = make.registration(event, status=S.OFFERED, expires_at=NOW + HOURS)
    first, second = line(make, event, 1, 1)
    assert waiting_list.expire_due() == 0
    with clock.stopped(NOW + HOURS):
        assert waiting_list.expire_due() == 1
        assert waiting_list.expire_due() == 0
    assert (offered.status, offered.cancelled_by) == (S.CANCELLED, CancelledBy.OFFER_EXPIRED)
    assert (first.status, first.expires_at, second.status) == (S.OFFERED, NOW + 49 * HOURS, S.WAITING)
    assert kinds_of_mails(offered.person.email) == ["offer_expired"]
    assert kinds_of_mails(first.person.email) == ["place_offered"]
    assert kinds_of_mails(second.person.email) == []


def test_a_place_not_confirmed_in_time_goes_to_the_next_and_nobody_is_bothered(make, kinds_of_mails):
    event = make.event(capacity=1)
    held = make.registration(event, make.person(proven=False), status=S.UNCONFIRMED, expires_at=NOW)
    (waiting,) = line(make, event, 1)
    assert waiting_list.expire_due() == 1
    assert (held.status, held.cancelled_by) == (S.CANCELLED, CancelledBy.NOT_CONFIRMED)
    assert waiting.status is S.OFFERED
    assert kinds_of_mails(held.person.email) == []


def test_who_never_proves_the_address_leaves_the_waiting_list(make, mails):
    waiting = make.registration(
        make.event(capacity=1), make.person(proven=False), status=S.WAITING, proven_at=None, expires_at=NOW
    )
    assert waiting_list.expire_due() == 1
    assert (waiting.status, waiting.cancelled_by) == (S.CANCELLED, CancelledBy.NOT_CONFIRMED)
    assert mails() == []


def test_what_is_confirmed_never_expires(make):
    kept = [make.registration(status=status, expires_at=NOW - HOURS) for status in (S.CONFIRMED, S.ATTENDED, S.ABSENT)]
    assert waiting_list.expire_due() == 0
    assert [one.status for one in kept] == [S.CONFIRMED, S.ATTENDED, S.ABSENT]


@pytest.mark.parametrize(
    "columns",
    [{"cancelled": True}, {"published": False}, {"starts_at": NOW + 2 * HOURS}, {"starts_at": NOW - 9 * HOURS}],
)
def test_nothing_is_offered_for_what_is_off_hidden_over_or_too_near(make, mails, columns):
    event = make.event(capacity=5, **columns)
    (waiting,) = line(make, event, 1)
    assert waiting_list.offer_places(event) == 0
    assert waiting.status is S.WAITING
    assert mails() == []


def test_places_are_offered_after_registration_has_closed(make):
    event = make.event(capacity=1, registration_closes_at=NOW - HOURS)
    (waiting,) = line(make, event, 1)
    assert waiting_list.offer_places(event) == 1
    assert waiting.status is S.OFFERED


def test_a_late_offer_ends_before_the_event_begins(make):
    event = make.event(capacity=1, starts_at=NOW + 10 * HOURS)
    (waiting,) = line(make, event, 1)
    waiting_list.offer_places(event)
    assert waiting.expires_at == NOW + 7 * HOURS


def test_somebody_without_an_address_is_offered_the_place_too(make, mails):
    event = make.event(capacity=1)
    waiting = make.registration(event, make.person(email=None), status=S.WAITING)
    waiting_list.offer_places(event)
    assert waiting.status is S.OFFERED
    assert mails() == []


def test_expiring_many_at_once_keeps_the_order_and_the_places(make):
    event = make.event(capacity=5)
    for _number in range(5):
        make.registration(event, status=S.OFFERED, expires_at=NOW)
    waiting = line(make, event, 1, 2, 1, 1, 1, 1)
    assert waiting_list.expire_due() == 5
    assert [one.status for one in waiting] == [S.OFFERED] * 4 + [S.WAITING] * 2
    assert occupancy_of(event).taken == 5
