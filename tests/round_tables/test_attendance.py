"""Who came: one tap a person, several helpers at once, walk-ins, the list closed and opened again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from coordapp.accounts.models import Role
from coordapp.directory.models import Person
from coordapp.events.attendance import AttendanceNotOpen
from coordapp.events.models import Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.round_tables import attendance
from tests import make as factories
from tests.sign_in import sign_in

CONFIRMED, ATTENDED, ABSENT = RegistrationStatus.CONFIRMED, RegistrationStatus.ATTENDED, RegistrationStatus.ABSENT
WAITING, CANCELLED = RegistrationStatus.WAITING, RegistrationStatus.CANCELLED


@pytest.fixture
def event(make):
    """Return a round table of today."""
    return make.event(starts_at=make.in_days(0, 12), capacity=5)


def url(event, rest=""):
    return f"/verwaltung/runde-tische/{event.id}/anwesenheit/{rest}"


def status_of(registration) -> RegistrationStatus:
    return db.session.get(Registration, registration.id, populate_existing=True).status


def tick(client, registration, came: str):
    return client.post_to(url(registration.event, registration.id), {"came": came})


def test_one_tap_is_stored_and_answered_with_what_all_have_ticked(office, make, event):
    family, other = make.registration(event, party_size=3), make.registration(event)
    make.registration(event)
    assert tick(office, other, "1").response.json == {"came": 1, "ticked": [other.id]}
    assert tick(office, family, "1").response.json == {"came": 4, "ticked": [family.id, other.id]}
    assert tick(office, family, "1").response.json == {"came": 4, "ticked": [family.id, other.id]}
    assert tick(office, other, "0").response.json == {"came": 3, "ticked": [family.id]}
    assert (status_of(family), status_of(other)) == (ATTENDED, CONFIRMED)


def test_a_tap_without_token_or_sense_or_for_another_event_does_nothing(office, make, event):
    registration = make.registration(event)
    assert office.post(url(event, registration.id), data={"came": "1"}).status_code == 400
    assert office.post_to(url(event, registration.id), {"came": "2"}).status == 404
    assert office.post_to(url(make.event(), registration.id), {"came": "1"}).status == 404
    assert status_of(registration) is CONFIRMED


def test_without_script_two_helpers_save_at_once_and_neither_undoes_the_other(office, browser_of, make, event):
    anna, bert, cem = (make.registration(event, make.person(name=name)) for name in ("Anna", "Bert", "Cem"))
    tick(office, cem, "1")
    other = browser_of(make.user(role=Role.COORDINATOR))
    mine, theirs = office.get_page(url(event)), other.get_page(url(event))
    page = office.send(mine, mine.form_of("Speichern"), {"came": [str(anna.id), str(cem.id)]})
    assert "Gespeichert: 1 Änderung." in page.text
    page = other.send(theirs, theirs.form_of("Speichern"), {"came": [str(bert.id)]})
    assert "Gespeichert: 2 Änderungen." in page.text
    assert [status_of(one) for one in (anna, bert, cem)] == [ATTENDED, ATTENDED, CONFIRMED]


def test_two_helpers_who_tap_at_the_same_time_both_count(fresh_app):
    event = factories.event(starts_at=factories.in_days(0, 12), capacity=None)
    ids = [factories.registration(event).id for _ in range(20)]
    clients = [sign_in(fresh_app.test_client(), factories.user(role=Role.COORDINATOR)) for _ in range(2)]
    event_id = event.id
    db.session.commit()
    db.session.remove()

    def tick_all(number: int) -> None:
        with fresh_app.app_context():
            for registration_id in ids[number::2]:
                path = f"/verwaltung/runde-tische/{event_id}/anwesenheit/{registration_id}"
                clients[number].post_to(path, {"came": "1"}, status=200)

    with ThreadPoolExecutor(2) as helpers:
        list(helpers.map(tick_all, range(2)))
    assert db.session.scalars(db.select(Registration.status)).all() == [ATTENDED] * 20


def test_a_walk_in_needs_a_name_only_and_counts_even_when_full(office, make, event):
    make.registration(event, party_size=5)
    page = office.post_form(url(event), {"name": "  Mahsa   Neu "})
    assert "Mahsa Neu ist da." in page.text
    made = db.session.scalars(db.select(Registration).join(Person).where(Person.name == "Mahsa Neu")).one()
    assert (made.status, made.entered_by_id, made.person.email) == (ATTENDED, office.user.id, None)
    assert page.main.one("strong", **{"data_came": ""}).text == "1"
    assert db.session.scalars(db.select(Mail)).all() == []


def test_a_walk_in_who_is_known_by_address_is_the_same_person(office, make, event):
    person = make.person(name="Mahsa Neu", email="mahsa@example.org")
    cancelled = make.registration(event, person, status=CANCELLED)
    office.post_form(url(event), {"name": "Mahsa Neu", "email": "Mahsa@Example.org"})
    assert status_of(cancelled) is ATTENDED
    assert db.session.get(Registration, cancelled.id).cancelled_at is None
    assert len(db.session.scalars(db.select(Registration)).all()) == 1


def test_a_walk_in_with_half_an_address_is_asked_again_and_the_name_stays(office, event):
    page = office.post_form(url(event), {"name": "Mahsa Neu", "email": "mahsa@"}, status=422)
    assert page.heading == "Jemanden eintragen, der da ist"
    assert (list(page.errors), page.values["name"]) == (["email"], "Mahsa Neu")


def test_the_list_is_closed_and_opened_again(office, make, event):
    here, missing, waiting = (
        make.registration(event),
        make.registration(event),
        make.registration(event, status=WAITING),
    )
    tick(office, here, "1")
    page = office.press(url(event), "Liste abschließen")
    assert "Nicht da: 1 Anmeldung." in page.text
    assert [status_of(one) for one in (here, missing, waiting)] == [ATTENDED, ABSENT, WAITING]
    tick(office, missing, "1")
    tick(office, here, "0")
    assert [status_of(one) for one in (here, missing)] == [ABSENT, ATTENDED]
    page = office.press(url(event), "Liste wieder öffnen")
    assert "Die Liste ist wieder offen." in page.text
    assert [status_of(one) for one in (here, missing, waiting)] == [CONFIRMED, ATTENDED, WAITING]


def test_who_waits_and_came_is_ticked_and_waits_again_when_it_was_a_slip(office, make, event):
    waiting = make.registration(event, status=WAITING)
    assert "Warteliste" in office.get_page(url(event)).text
    tick(office, waiting, "1")
    assert status_of(waiting) is ATTENDED
    tick(office, waiting, "0")
    assert status_of(waiting) is WAITING


def test_who_cancelled_is_not_on_the_list_and_cannot_be_ticked_by_an_old_page(office, make, event):
    gone = make.registration(event, make.person(name="Gregor Gegangen"), status=CANCELLED)
    assert "Gregor" not in office.get_page(url(event)).text
    tick(office, gone, "1")
    assert status_of(gone) is CANCELLED


def test_before_the_day_nobody_can_be_ticked(office, make):
    early = make.registration(make.event(starts_at=make.in_days(1)))
    page = office.get_page(url(early.event))
    assert "Die Liste öffnet am Tag selbst" in page.text
    assert "Speichern" not in page.buttons
    assert tick(office, early, "1").status == 302
    assert status_of(early) is CONFIRMED
    with pytest.raises(AttendanceNotOpen):
        attendance.close_list(early.event)


def test_an_empty_list_says_so(office, event):
    assert "Niemand ist angemeldet" in office.get_page(url(event)).text


def test_the_list_shows_names_and_no_address_or_number(office, make, event):
    person = make.person(name="Olha Beispiel", email="kanarienvogel@example.org", phone="+4936281234567")
    make.registration(event, person, note="Kanarienzettel")
    body = office.get(url(event)).text
    assert "Olha Beispiel" in body
    assert [word for word in ("kanarienvogel", "1234567", "Kanarienzettel") if word in body] == []


def test_the_list_asks_the_database_the_same_number_of_times_for_one_and_thirty(office, make, event, count_queries):
    make.registration(event)
    address = url(event)
    office.get_page(address)
    with count_queries() as few:
        office.get_page(address)
    for _ in range(29):
        make.registration(event)
    with count_queries() as many:
        page = office.get_page(address)
    assert len(page.main.all("input", type="checkbox")) == 30
    assert len(many) == len(few)
