"""Events are made, published, changed, cancelled, brought back and copied; what touches people is told to them once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from coordapp.events import places, registration, service, waiting_list
from coordapp.events.kinds import EventKind
from coordapp.events.models import Place, RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock

from .conftest import NOW

S = RegistrationStatus
ROUND_TABLE = EventKind.ROUND_TABLE
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def dates_of(event) -> service.Dates:
    return [(one.starts_at, one.ends_at) for one in event.dates]


def change(event, *, by: timedelta = timedelta(0), **facts) -> service.Change:
    """Change an event from a form that was just opened; move it by some time."""
    dates = [(begin + by, end + by) for begin, end in facts.pop("dates", dates_of(event))]
    place = facts.pop("place", event.place)
    return service.change_event(event, version=event.version, dates=dates, place=place, **facts)


# making and publishing


def test_a_new_event_is_a_draft_that_closes_when_it_begins(make):
    begin = NOW + 9 * DAYS
    event = service.create_event(
        kind=ROUND_TABLE, title="Runder Tisch", dates=[(begin + DAYS, begin + 26 * HOURS), (begin, begin + 2 * HOURS)],
        place=make.place(),
    )  # fmt: skip
    assert not event.is_published
    assert event.registration_closes_at == begin
    assert (event.starts_at, event.ends_at) == (begin, begin + 26 * HOURS)
    assert len({one.uid for one in event.dates}) == 2


def test_publishing_twice_keeps_the_first_moment(make):
    event = make.event(published=False)
    service.publish(event)
    with clock.stopped(NOW + HOURS):
        service.publish(event)
    assert event.published_at == NOW


def test_a_published_event_becomes_a_draft_again_only_while_nobody_is_registered(make):
    event = make.event()
    gone = make.registration(event, status=S.CANCELLED)
    service.withdraw(event)
    assert not event.is_published
    service.publish(event)
    registration.register(event, gone.person, registration.Wishes(), proven=True)
    with pytest.raises(service.HasRegistrations):
        service.withdraw(event)
    assert event.is_published


def test_an_edition_is_made_once_for_each_year(app):
    first = service.remember_edition(ROUND_TABLE, year=2027, title="Runde Tische 2027")
    assert service.remember_edition(ROUND_TABLE, year=2027, title="anders") is first
    assert service.remember_edition(ROUND_TABLE, year=2028, title="Runde Tische 2028") is not first


# changing


def test_a_new_time_is_told_to_everybody_who_is_not_cancelled_once(make, mails):
    event = make.event(capacity=3)
    told = [make.registration(event, status=s) for s in (S.CONFIRMED, S.UNCONFIRMED, S.WAITING, S.OFFERED)]
    make.registration(event, status=S.CANCELLED)
    make.registration(event, make.person(email=None))
    make.registration(make.event())
    uid, sequence = event.dates[0].uid, event.sequence
    done = change(event, by=7 * DAYS)
    assert (done.moves_time, done.moves_place, done.is_notified) == (True, False, True)
    assert sorted(mail.recipient for mail in mails()) == sorted(one.person.email for one in told)
    assert [mail.recipient for mail in mails() if mail.calendar] == [told[0].person.email]
    assert (event.dates[0].uid, event.sequence) == (uid, sequence + 1)


def test_a_new_place_is_told_too_and_a_new_title_is_not(make, mails):
    event = make.event()
    make.registration(event)
    change(event, title="Anders", description="Anders", capacity=30, reminder_days=[7])
    assert mails() == []
    assert (event.title, event.capacity, event.sequence) == ("Anders", 30, 0)
    done = change(event, place=make.place(name="Anderswo"))
    assert (done.moves_time, done.moves_place) == (False, True)
    assert len(mails()) == 1


def test_moving_there_and_back_is_two_mails(make, mails):
    event = make.event()
    made = make.registration(event)
    change(event, by=DAYS)
    change(event, by=-DAYS)
    assert len(mails(made.person.email)) == 2


@pytest.mark.parametrize("columns", [{"published": False}, {"cancelled": True}])
def test_nobody_is_told_about_a_draft_or_what_is_called_off(make, mails, columns):
    event = make.event(**columns)
    make.registration(event)
    change(event, by=DAYS)
    assert mails() == []


def test_a_form_that_somebody_overtook_is_not_taken(make, mails):
    event = make.event(title="vorher")
    make.registration(event)
    opened_with = event.version
    change(event, title="schneller")
    with pytest.raises(service.EditedMeanwhile):
        service.change_event(event, version=opened_with, dates=dates_of(event), place=event.place, title="zu spät")
    assert event.title == "schneller"
    assert mails() == []


@pytest.mark.parametrize("deed", [service.cancel_event, service.publish])
def test_a_deed_overtakes_a_form_too(make, deed):
    event = make.event(published=False)
    opened_with = event.version
    deed(event)
    with pytest.raises(service.EditedMeanwhile):
        service.change_event(event, version=opened_with, dates=dates_of(event), place=event.place)


def test_the_capacity_does_not_fall_below_what_is_given_away(make):
    event = make.event(capacity=10)
    make.registration(event, party_size=3)
    make.registration(event, status=S.OFFERED)
    make.registration(event, status=S.WAITING)
    with pytest.raises(service.TooManyTaken) as problem:
        change(event, capacity=3)
    assert problem.value.taken == 4
    change(event, capacity=4)
    assert event.capacity == 4


def test_an_event_that_more_came_to_than_it_has_places_can_still_be_edited(make):
    event = make.event(capacity=2)
    for _walk_in in range(3):
        make.registration(event, status=S.ATTENDED)
    change(event, capacity=2, title="Mit Nachtrag")
    assert event.title == "Mit Nachtrag"


@pytest.mark.parametrize(
    ("capacity", "expected"), [(2, [S.OFFERED, S.WAITING]), (3, [S.OFFERED] * 2), (None, [S.OFFERED] * 2)]
)
def test_more_places_go_to_those_who_wait(make, capacity, expected):
    event = make.event(capacity=1)
    make.registration(event)
    waiting = [make.registration(event, status=S.WAITING) for _number in range(2)]
    change(event, capacity=capacity)
    assert [one.status for one in waiting] == expected


def test_dates_that_stay_keep_their_uid(make):
    event = make.event()
    begin, end = dates_of(event)[0]
    first = event.dates[0].uid
    change(event, dates=[(begin, end), (begin + DAYS, end + DAYS)])
    assert [one.uid for one in event.dates][0] == first
    second = event.dates[1].uid
    assert second != first
    change(event, dates=[(begin + HOURS, end + HOURS)])
    assert [one.uid for one in event.dates] == [first]


# cancelling and bringing back


def test_calling_off_tells_everybody_once_and_takes_the_entry_away(make, mails):
    event = make.event()
    confirmed, waiting = make.registration(event), make.registration(event, status=S.WAITING)
    make.registration(event, make.person(email=None))
    assert service.cancel_event(event, reason="Das Haus ist zu.") is True
    assert service.cancel_event(event, reason="anders") is False
    assert (event.is_cancelled, event.cancellation_reason, event.sequence) == (True, "Das Haus ist zu.", 1)
    by_address = {mail.recipient: mail for mail in mails()}
    assert set(by_address) == {confirmed.person.email, waiting.person.email}
    assert by_address[confirmed.person.email].calendar_method == "CANCEL"
    assert by_address[waiting.person.email].calendar is None
    assert all("Das Haus ist zu." in mail.text for mail in mails())


def test_bringing_back_tells_everybody_and_puts_the_entry_back(make, kinds_of_mails, mails):
    event = make.event()
    made = make.registration(event)
    service.cancel_event(event)
    assert service.reinstate_event(event) is True
    assert service.reinstate_event(event) is False
    assert (event.is_cancelled, event.cancellation_reason, event.sequence) == (False, "", 2)
    assert kinds_of_mails(made.person.email) == ["event_cancelled", "event_reinstated"]
    assert [mail.calendar_method for mail in mails()] == ["CANCEL", "REQUEST"]
    assert "SEQUENCE:2" in mails()[1].calendar


def test_called_off_and_back_twice_is_four_mails(make, mails):
    event = make.event()
    make.registration(event)
    for _time in range(2):
        service.cancel_event(event)
        service.reinstate_event(event)
    assert len(mails()) == 4


def test_a_draft_is_called_off_in_silence(make, mails):
    event = make.event(published=False)
    make.registration(event)
    assert service.cancel_event(event) is True
    assert service.reinstate_event(event) is True
    assert mails() == []


def test_who_was_offered_a_place_waits_again_while_it_is_called_off_and_is_asked_again(make, kinds_of_mails):
    event = make.event(capacity=1)
    offered = make.registration(event, status=S.OFFERED, queued_at=NOW - 5 * HOURS)
    behind = make.registration(event, status=S.WAITING, queued_at=NOW - 4 * HOURS)
    service.cancel_event(event)
    with clock.stopped(NOW + 72 * HOURS):
        assert waiting_list.expire_due() == 0
        assert offered.status is S.WAITING
        service.reinstate_event(event)
    assert (offered.status, behind.status) == (S.OFFERED, S.WAITING)
    assert offered.expires_at == NOW + 120 * HOURS
    assert kinds_of_mails(offered.person.email) == ["event_cancelled", "event_reinstated", "place_offered"]


# copying


def test_a_copy_is_a_draft_of_its_own_without_people(make):
    event = make.event(title="Runder Tisch", capacity=12, hides_address=True, reminder_days=[3], summary="Kurz")
    make.registration(event)
    begin = NOW + 90 * DAYS
    copy = service.duplicate_event(event, dates=[(begin, begin + HOURS)], registration_closes_at=begin - DAYS)
    assert copy.id != event.id
    assert (copy.title, copy.capacity, copy.hides_address, copy.summary) == ("Runder Tisch", 12, True, "Kurz")
    assert (copy.place, copy.reminds_days_before, copy.kind) == (event.place, (3,), ROUND_TABLE)
    assert (copy.starts_at, copy.registration_closes_at) == (begin, begin - DAYS)
    assert (copy.is_published, copy.is_cancelled, copy.sequence, copy.revision) == (False, False, 0, 0)
    assert copy.dates[0].uid != event.dates[0].uid
    assert registration.list_registrations(copy) == []


# questions


def test_events_of_a_german_year_are_listed_by_date(make):
    late = make.event(starts_at=datetime(2027, 12, 31, 22, 30, tzinfo=UTC))  # half past eleven in Germany
    next_year = make.event(starts_at=datetime(2027, 12, 31, 23, 30, tzinfo=UTC))  # half past midnight
    early = make.event(starts_at=datetime(2026, 12, 31, 23, 0, tzinfo=UTC))
    make.event(starts_at=datetime(2027, 6, 1, 12, tzinfo=UTC), published=False)
    make.event(starts_at=datetime(2027, 6, 1, 12, tzinfo=UTC), group_only=True)
    assert service.list_events(ROUND_TABLE, year=2027) == [early, late]
    assert service.list_events(ROUND_TABLE, year=2028) == [next_year]
    assert len(service.list_events(ROUND_TABLE, year=2027, published_only=False)) == 4


def test_what_is_coming_is_neither_over_nor_called_off(make):
    running = make.event(starts_at=NOW - HOURS)
    coming = make.event(starts_at=NOW + HOURS)
    make.event(starts_at=NOW - 9 * HOURS)
    make.event(starts_at=NOW + HOURS, cancelled=True)
    make.event(starts_at=NOW + HOURS, published=False)
    assert service.list_coming(ROUND_TABLE, at=NOW) == [running, coming]


def test_every_change_raises_the_revision_that_pages_are_kept_by(make):
    event = make.event()
    deeds = (
        lambda: registration.register(event, make.person(), registration.Wishes(), proven=True),
        lambda: change(event, title="neu"),
        lambda: service.cancel_event(event),
        lambda: service.reinstate_event(event),
        lambda: places.save_place(event.place),
    )
    for deed in deeds:
        before = service.find_revision(event.id)
        deed()
        db.session.flush()
        assert service.find_revision(event.id) > before
    assert service.find_revision(0) is None


# places


def test_a_municipality_has_a_place_of_one_name_once(make):
    make.place(name="Rathaus", municipality="Arnstadt")
    with pytest.raises(IntegrityError):
        places.save_place(Place(name="Rathaus", municipality="Arnstadt"))
    db.session.rollback()
    places.save_place(Place(name="Rathaus", municipality="Arnstadt"))
    places.save_place(Place(name="Rathaus", municipality="Ilmenau"))
    assert [place.municipality for place in places.list_places()] == ["Arnstadt", "Ilmenau"]


def test_a_place_with_a_new_way_in_changes_the_calendars_of_its_events_only(make, mails):
    event, other = make.event(), make.event()
    make.registration(event)
    with clock.stopped(NOW + HOURS):
        event.place.directions = "Hintereingang"
        places.save_place(event.place)
    db.session.expire_all()
    assert (event.changed_at, other.changed_at) == (NOW + HOURS, NOW)
    assert mails() == []


def test_an_address_is_one_line_without_gaps():
    place = Place(street="Am Markt 1", postal_code="98693", municipality="Ilmenau")
    assert place.address == "Am Markt 1, 98693 Ilmenau"
    assert Place(street="", postal_code="", municipality="Ilmenau").address == "Ilmenau"


def test_the_next_best_event_is_one_that_takes_registrations(make):
    event = make.event()
    make.event(starts_at=NOW + 2 * DAYS, registration_closes_at=NOW)
    make.event(starts_at=NOW + 3 * DAYS, registration_opens_at=NOW + DAYS)
    make.event(starts_at=NOW + 4 * DAYS, cancelled=True)
    assert service.next_best(event, at=NOW) is None
    best = make.event(starts_at=NOW + 5 * DAYS)
    make.event(starts_at=NOW + 6 * DAYS)
    assert service.next_best(event, at=NOW) == best
    assert service.next_best(best, at=NOW) != best
