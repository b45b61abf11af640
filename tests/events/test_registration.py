"""Registrations are taken, confirmed, changed, moved and cancelled, each with the one mail that belongs to it."""

from datetime import timedelta

import pytest

from coordapp.accounts.models import Role
from coordapp.events import registration as registrations
from coordapp.events import waiting_list
from coordapp.events.models import CancelledBy, Need, Registration, RegistrationStatus
from coordapp.events.occupancy import Occupancy, occupancies, occupancy_of
from coordapp.events.registration import AGAIN_AFTER, Wishes
from coordapp.events.rules import Refusal, RegistrationRefused
from coordapp.extensions import db
from coordapp.shared import clock

from .conftest import NOW

S = RegistrationStatus
HOURS = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def refused(reason: Refusal):
    return pytest.raises(RegistrationRefused, match=f"^{reason.value}$")


def register(event, person, *, proven=True, **wishes) -> Registration:
    return registrations.register(event, person, Wishes(**wishes), proven=proven)


# registering


def test_a_proven_address_is_confirmed_at_once(make, kinds_of_mails):
    made = register(make.event(), make.person())
    assert (made.status, made.proven_at, made.confirmed_at, made.expires_at) == (S.CONFIRMED, NOW, NOW, None)
    assert kinds_of_mails() == ["registered"]


def test_an_unproven_address_holds_the_place_for_48_hours(make, kinds_of_mails):
    event = make.event(capacity=1)
    made = register(event, make.person(proven=False), proven=False)
    assert (made.status, made.proven_at, made.confirmed_at) == (S.UNCONFIRMED, None, None)
    assert made.expires_at == NOW + 48 * HOURS
    assert occupancy_of(event) == Occupancy(taken=1, unconfirmed=1)
    assert register(event, make.person()).status is S.WAITING
    assert kinds_of_mails() == ["confirm_registration", "waiting"]


def test_wishes_are_kept_in_one_order_and_without_doubles(make):
    made = register(
        make.event(), make.person(), party_size=3, needs=[Need.FOOD, Need.INTERPRETER, Need.FOOD],
        interpreter_language="Arabisch", note="Zwei Kinder",
    )  # fmt: skip
    assert (made.party_size, made.needs) == (3, ["interpreter", "food"])
    assert (made.interpreter_language, made.note) == ("Arabisch", "Zwei Kinder")


def test_parties_are_counted_as_people(make):
    event = make.event(capacity=5)
    assert register(event, make.person(), party_size=3).status is S.CONFIRMED
    assert register(event, make.person(), party_size=3).status is S.WAITING
    assert register(event, make.person(), party_size=1).status is S.WAITING  # behind the three, though it would fit
    assert occupancy_of(event) == Occupancy(taken=3, coming=3, waiting=4)


def test_a_party_larger_than_the_event_is_refused(make, mails):
    with refused(Refusal.PARTY_TOO_LARGE):
        register(make.event(capacity=2), make.person(), party_size=3)
    assert mails() == []


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"published": False}, Refusal.NOT_PUBLISHED),
        ({"cancelled": True}, Refusal.CANCELLED),
        ({"registration_closes_at": NOW}, Refusal.CLOSED),
        ({"registration_opens_at": NOW + HOURS}, Refusal.NOT_YET),
        ({"starts_at": NOW - 4 * HOURS}, Refusal.OVER),
    ],
)
def test_nobody_registers_when_it_is_not_open_and_nobody_learns_who_did(make, mails, columns, reason):
    event = make.event(**columns)
    there = make.registration(event)
    with refused(reason):
        register(event, make.person())
    with refused(reason):
        register(event, there.person)
    assert mails() == []


@pytest.mark.parametrize("columns", [{"registration_closes_at": NOW - HOURS}, {"registration_opens_at": NOW + HOURS}])
def test_the_office_registers_before_the_window_opens_and_after_it_closes(make, columns):
    made = registrations.register(
        make.event(**columns), make.person(), Wishes(), proven=True, entered_by=make.user(role=Role.COORDINATOR)
    )
    assert made.status is S.CONFIRMED


@pytest.mark.parametrize("columns", [{"published": False}, {"cancelled": True}, {"starts_at": NOW - 4 * HOURS}])
def test_not_even_the_office_registers_for_a_draft_or_what_is_called_off_or_over(make, columns):
    with pytest.raises(RegistrationRefused):
        registrations.register(
            make.event(**columns), make.person(), Wishes(), proven=True, entered_by=make.user(role=Role.COORDINATOR)
        )


def test_somebody_without_an_address_is_registered_without_a_mail(make, mails):
    made = registrations.register(
        make.event(), make.person(email=None), Wishes(), proven=True, entered_by=make.user(role=Role.COORDINATOR)
    )
    assert made.status is S.CONFIRMED
    assert mails() == []


# registering again


@pytest.mark.parametrize("proven", [True, False])
def test_a_double_click_is_one_registration_and_one_mail(make, mails, proven):
    event, person = make.event(), make.person(proven=proven)
    first = register(event, person, proven=proven, party_size=2)
    assert register(event, person, proven=proven, party_size=2) is first
    assert occupancy_of(event).taken == 2
    assert len(mails()) == 1


def test_a_double_click_after_a_cancellation_is_one_mail_too(make, kinds_of_mails):
    event, person = make.event(), make.person()
    with clock.stopped(NOW - 9 * HOURS):
        made = register(event, person)
        registrations.cancel(made, by=CancelledBy.PARTICIPANT)
    register(event, person)
    register(event, person)
    assert kinds_of_mails() == ["registered", "registration_cancelled", "registered"]


@pytest.mark.parametrize(
    ("status", "template"),
    [(S.CONFIRMED, "registered_already"), (S.WAITING, "waiting"), (S.OFFERED, "place_offered")],
)
def test_who_registers_again_later_is_told_where_they_stand_once(make, kinds_of_mails, status, template):
    event = make.event()
    made = make.registration(event, status=status, created_at=NOW - 2 * AGAIN_AFTER)
    for _time in range(3):
        assert register(event, made.person, party_size=2) is made
    assert (made.status, made.party_size) == (status, 1)
    assert kinds_of_mails() == [template]


def test_who_lost_the_first_mail_gets_it_again_when_registering_again(make, mails, kinds_of_mails):
    event, person = make.event(), make.person(proven=False)
    made = register(event, person, proven=False)
    with clock.stopped(NOW + 2 * AGAIN_AFTER):
        register(event, person, proven=False)
    assert kinds_of_mails() == ["confirm_registration"] * 2
    assert all(made.token in mail.text for mail in mails())
    assert made.expires_at == NOW + 48 * HOURS  # the place is held no longer for it


def test_newer_wishes_count_until_the_registration_is_confirmed(make, kinds_of_mails):
    event, person = make.event(capacity=3), make.person(proven=False)
    made = register(event, person, proven=False)
    register(event, person, proven=False, party_size=3, note="Mit Oma")
    assert (made.party_size, made.note) == (3, "Mit Oma")
    assert kinds_of_mails() == ["confirm_registration"] * 2
    with refused(Refusal.PARTY_TOO_LARGE):
        register(event, person, proven=False, party_size=4)
    registrations.confirm(made)
    register(event, person, party_size=1)
    assert made.party_size == 3


def test_a_held_place_does_not_grow_where_there_is_no_room(make):
    event, person = make.event(capacity=3), make.person(proven=False)
    made = register(event, person, proven=False)
    make.registration(event, party_size=2)
    with refused(Refusal.FULL):
        register(event, person, proven=False, party_size=2)
    assert made.party_size == 1


def test_who_has_proven_the_address_meanwhile_is_confirmed_when_registering_again(make, kinds_of_mails):
    event, person = make.event(), make.person(proven=False)
    made = register(event, person, proven=False)
    register(event, person, proven=True)
    assert (made.status, made.expires_at) == (S.CONFIRMED, None)
    assert person.email_proven_at is None  # registering shows nothing about the address; the link does
    assert kinds_of_mails() == ["confirm_registration", "registered"]


def test_who_cancelled_and_comes_back_keeps_row_and_link_and_goes_to_the_end_of_the_line(make):
    event = make.event(capacity=1)
    with clock.stopped(NOW - 9 * HOURS):
        made = register(event, make.person())
        token = made.token
        registrations.cancel(made, by=CancelledBy.PARTICIPANT)
        make.registration(event)
        waiting = register(event, make.person())
    before = made.sequence
    assert register(event, made.person) is made
    assert (made.status, made.token, made.cancelled_at, made.cancelled_by) == (S.WAITING, token, None, None)
    assert made.sequence > before
    assert waiting_list.list_waiting(event) == [waiting, made]


# confirming


def test_the_link_proves_the_address_and_makes_the_place_theirs(make, mails, kinds_of_mails):
    event, person = make.event(), make.person(proven=False)
    made = register(event, person, proven=False)
    with clock.stopped(NOW + HOURS):
        registrations.confirm(made)
        registrations.confirm(made)
    assert (made.status, made.expires_at, made.confirmed_at) == (S.CONFIRMED, None, NOW + HOURS)
    assert person.email_proven_at == NOW + HOURS
    assert kinds_of_mails() == ["confirm_registration", "registered"]


def test_the_office_confirms_for_who_phones_without_proving_the_address(make):
    made = register(make.event(), make.person(proven=False), proven=False)
    registrations.confirm(made, by_link=False)
    assert made.status is S.CONFIRMED
    assert made.person.email_proven_at is None


def test_a_held_place_is_confirmed_even_after_registration_has_closed(make):
    event = make.event(registration_closes_at=NOW + HOURS)
    made = register(event, make.person(proven=False), proven=False)
    with clock.stopped(NOW + 2 * HOURS):
        registrations.confirm(made)
    assert made.status is S.CONFIRMED


@pytest.mark.parametrize(
    ("change", "later", "reason"),
    [({"cancelled_at": NOW}, HOURS, Refusal.CANCELLED), ({}, timedelta(days=31), Refusal.OVER)],
)
def test_nobody_is_told_they_are_coming_to_what_is_called_off_or_over(make, kinds_of_mails, change, later, reason):
    event = make.event()
    held = register(event, make.person(proven=False), proven=False)
    offered = make.registration(event, status=S.OFFERED, expires_at=NOW + timedelta(days=60))
    for name, value in change.items():
        setattr(event, name, value)
    db.session.flush()
    with clock.stopped(NOW + later):
        with refused(reason):
            registrations.confirm(held)
        assert registrations.accept_offer(offered) is False
    assert kinds_of_mails() == ["confirm_registration"]


def test_a_lapsed_registration_is_taken_up_again_while_there_is_room(make, kinds_of_mails):
    event = make.event()
    made = register(event, make.person(proven=False), proven=False)
    with clock.stopped(NOW + 49 * HOURS):
        assert waiting_list.expire_due() == 1
        assert (made.status, made.cancelled_by) == (S.CANCELLED, CancelledBy.NOT_CONFIRMED)
        registrations.confirm(made)
    assert (made.status, made.cancelled_by) == (S.CONFIRMED, None)
    assert kinds_of_mails() == ["confirm_registration", "registered"]


def test_a_lapsed_registration_waits_when_the_place_is_gone(make, kinds_of_mails):
    event = make.event(capacity=1)
    made = register(event, make.person(proven=False), proven=False)
    with clock.stopped(NOW + 49 * HOURS):
        waiting_list.expire_due()
        make.registration(event)
        registrations.confirm(made)
    assert (made.status, made.queued_at) == (S.WAITING, NOW + 49 * HOURS)
    assert kinds_of_mails() == ["confirm_registration", "waiting"]


def test_a_lapsed_registration_is_not_taken_up_by_link_after_closing_but_by_the_office(make):
    event = make.event(registration_closes_at=NOW + 24 * HOURS)
    made = register(event, make.person(proven=False), proven=False)
    with clock.stopped(NOW + 49 * HOURS):
        waiting_list.expire_due()
        with refused(Refusal.CLOSED):
            registrations.confirm(made)
        assert made.status is S.CANCELLED
        registrations.confirm(made, by_link=False)
    assert made.status is S.CONFIRMED


def test_who_cancelled_is_not_brought_back_by_the_link_in_the_first_mail(make):
    made = register(make.event(), make.person(proven=False), proven=False)
    registrations.cancel(made, by=CancelledBy.PARTICIPANT)
    registrations.confirm(made)
    assert made.status is S.CANCELLED


def test_who_confirms_gets_in_line_where_they_asked(make, kinds_of_mails):
    event = make.event(capacity=1)
    make.registration(event)
    early = register(event, make.person(proven=False), proven=False)
    with clock.stopped(NOW + HOURS):
        late = register(event, make.person())
        assert waiting_list.list_waiting(event) == [late]
        registrations.confirm(early)
    assert waiting_list.list_waiting(event) == [early, late]
    assert (waiting_list.position(early), waiting_list.position(late)) == (1, 2)
    assert kinds_of_mails(early.person.email) == ["confirm_registration", "waiting"]


def test_who_confirms_and_fits_before_a_party_that_does_not_is_asked_at_once(make):
    event = make.event(capacity=3)
    make.registration(event, party_size=3)
    early = register(event, make.person(proven=False), proven=False)
    with clock.stopped(NOW + HOURS):
        pair = register(event, make.person(), party_size=2)
        registrations.change(db.session.scalars(db.select(Registration).filter_by(status=S.CONFIRMED)).one(), Wishes(2))
        assert pair.status is S.WAITING
        registrations.confirm(early)
    assert (early.status, pair.status) == (S.OFFERED, S.WAITING)


# changing


def test_a_change_is_written_once_and_nothing_new_writes_nothing(make, kinds_of_mails):
    made = make.registration(make.event())
    assert registrations.change(made, Wishes(party_size=2, note="Wir sind zwei")) is True
    assert registrations.change(made, Wishes(party_size=2, note="Wir sind zwei")) is False
    assert made.party_size == 2
    assert kinds_of_mails() == ["registration_changed"]


def test_a_party_does_not_grow_beyond_the_places_and_all_stays_as_it_was(make, mails):
    event = make.event(capacity=3)
    made = make.registration(event, note="so war es")
    make.registration(event, party_size=2)
    with refused(Refusal.FULL):
        registrations.change(made, Wishes(party_size=2))
    with refused(Refusal.PARTY_TOO_LARGE):
        registrations.change(made, Wishes(party_size=4))
    assert (made.party_size, made.note) == (1, "so war es")
    assert mails() == []


def test_a_party_does_not_grow_past_those_who_wait(make):
    event = make.event(capacity=4)
    made = make.registration(event)
    make.registration(event, status=S.WAITING, party_size=4)
    with refused(Refusal.FULL):
        registrations.change(made, Wishes(party_size=2))


def test_a_party_that_becomes_smaller_frees_places_for_the_next(make, kinds_of_mails):
    event = make.event(capacity=3)
    made = make.registration(event, party_size=3)
    waiting = make.registration(event, status=S.WAITING, party_size=2)
    registrations.change(made, Wishes(party_size=1))
    assert waiting.status is S.OFFERED
    assert kinds_of_mails(waiting.person.email) == ["place_offered"]


def test_who_waits_may_change_the_party_and_is_asked_when_it_fits(make):
    event = make.event(capacity=3)
    make.registration(event, party_size=2)
    waiting = make.registration(event, status=S.WAITING, party_size=2)
    registrations.change(waiting, Wishes(party_size=3))
    assert (waiting.status, waiting.party_size) == (S.WAITING, 3)
    registrations.change(waiting, Wishes(party_size=1))
    assert waiting.status is S.OFFERED


def test_a_cancelled_registration_is_not_changed(make, mails):
    made = make.registration(status=S.CANCELLED)
    assert registrations.change(made, Wishes(party_size=2)) is False
    assert made.party_size == 1
    assert mails() == []


# cancelling, moving, accepting


@pytest.mark.parametrize("status", [S.CONFIRMED, S.UNCONFIRMED, S.WAITING, S.OFFERED])
def test_cancelling_twice_is_once(make, kinds_of_mails, status):
    made = make.registration(status=status)
    assert registrations.cancel(made, by=CancelledBy.PARTICIPANT) is True
    assert registrations.cancel(made, by=CancelledBy.OFFICE) is False
    assert (made.status, made.cancelled_by, made.cancelled_at) == (S.CANCELLED, CancelledBy.PARTICIPANT, NOW)
    assert (made.expires_at, made.confirmed_at) == (None, None)
    assert kinds_of_mails() == ["registration_cancelled"]


def test_a_move_registers_there_cancels_here_and_takes_everything_along(make, kinds_of_mails):
    here, there = make.event(), make.event()
    made = register(here, make.person(), party_size=2, needs=[Need.STEP_FREE], note="mit Rollstuhl")
    office = make.user(role=Role.COORDINATOR)
    moved = registrations.move(made, there, moved_by=office)
    assert (moved.event, moved.status, moved.party_size) == (there, S.CONFIRMED, 2)
    assert (moved.needs, moved.note, moved.entered_by) == (["step_free"], "mit Rollstuhl", office)
    assert (made.status, made.cancelled_by) == (S.CANCELLED, CancelledBy.OFFICE)
    assert kinds_of_mails() == ["registered", "registered", "registration_cancelled"]


def test_a_move_to_where_there_is_no_way_in_leaves_the_registration_alone(make):
    made = make.registration()
    with refused(Refusal.CANCELLED):
        registrations.move(made, make.event(cancelled=True), moved_by=make.user(role=Role.COORDINATOR))
    assert made.status is S.CONFIRMED


def test_an_offer_is_accepted_in_time_and_pressing_twice_is_no_harm(make, kinds_of_mails):
    made = make.registration(status=S.OFFERED)
    assert registrations.accept_offer(made) is True
    assert registrations.accept_offer(made) is True
    assert (made.status, made.confirmed_at, made.expires_at) == (S.CONFIRMED, NOW, None)
    assert kinds_of_mails() == ["registered"]


@pytest.mark.parametrize(
    "columns", [{"status": S.OFFERED, "expires_at": NOW}, {"status": S.WAITING}, {"status": S.CANCELLED}]
)
def test_an_offer_that_is_gone_cannot_be_accepted(make, mails, columns):
    made = make.registration(**columns)
    assert registrations.accept_offer(made) is False
    assert made.status is columns["status"]
    assert mails() == []


# questions


def test_the_occupancies_of_many_events_are_one_query(make, count_queries):
    events = [make.event() for _number in range(5)]
    for event in events[:4]:
        make.registration(event, party_size=2)
        make.registration(event, status=S.WAITING, party_size=3)
        make.registration(event, status=S.WAITING, party_size=3, proven_at=None)
        make.registration(event, status=S.CANCELLED)
        make.registration(event, status=S.ATTENDED)
        make.registration(event, status=S.ABSENT)
    with count_queries() as queries:
        found = occupancies(events)
    assert len(queries) == 1
    assert found == {event.id: Occupancy(taken=4, waiting=3, coming=3) for event in events[:4]}
    assert occupancies([]) == {}


def test_registrations_are_listed_by_name_and_those_of_a_person_newest_first(make):
    event = make.event()
    zora, anna = make.person(name="Zora Zeh"), make.person(name="Änne Ah")
    first, second = make.registration(event, zora), make.registration(event, anna)
    third = make.registration(make.event(), zora)
    assert registrations.list_registrations(event) == [second, first]
    assert registrations.list_registrations_of(zora) == [third, first]
    assert registrations.find_registration(first.token) is first
    assert registrations.find_registration("unknown") is None
