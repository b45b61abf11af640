"""The office's start page and its search."""

from datetime import UTC, datetime

import pytest

from coordapp.events.models import Need, RegistrationStatus
from coordapp.events.registration import find_registration_of
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock

START, SEARCH = "/verwaltung/", "/verwaltung/suche/"
NOW = datetime(2026, 6, 8, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def next_event(make):
    return make.event(
        title="Runder Tisch in Ilmenau", starts_at=make.in_days(30), capacity=12,
        place=make.place(municipality="Ilmenau"),
    )  # fmt: skip


def find(office, typed: str):
    return office.get_page(SEARCH, query_string={"q": typed})


def people(page) -> list[str]:
    return [row.one("th").text for row in _rows(page, "Gefundene Personen")]


def events(page) -> list[str]:
    return [row.one("th").text for row in _rows(page, "Gefundene Veranstaltungen")]


def _rows(page, caption: str) -> list:
    tables = [table for table in page.main.all("table") if table.one("caption").text == caption]
    return tables[0].one("tbody").all("tr") if tables else []


def test_the_start_page_shows_the_next_event_with_its_numbers(office, make, next_event):
    make.event(starts_at=make.in_days(60))
    make.event(starts_at=make.in_days(10), cancelled=True), make.event(starts_at=make.in_days(10), published=False)
    needs = [Need.INTERPRETER, Need.CHILD_CARE]
    make.registration(next_event, party_size=3, needs=needs, interpreter_language="Arabisch")
    make.registration(next_event, needs=[Need.INTERPRETER, Need.LIFT_WANTED], interpreter_language="Ukrainisch")
    make.registration(next_event, needs=[Need.LIFT_OFFERED])
    make.registration(next_event, needs=[Need.LIFT_OFFERED], status=RegistrationStatus.CANCELLED)
    make.registration(next_event, needs=[Need.SIGN_LANGUAGE], status=RegistrationStatus.WAITING, party_size=2)
    page = office.get_page(START)
    assert "Als Nächstes: Runder Tisch in Ilmenau" in page.text
    assert page.links["Runder Tisch in Ilmenau"] == f"/verwaltung/runde-tische/{next_event.id}/"
    assert [tile.text for tile in page.main.all("a", class_="tile")] == [
        "5 von 12 Plätze vergeben", "2 auf der Warteliste", "2 Dolmetschen: Arabisch, Ukrainisch", "1 Kinderbetreuung",
        "1 bietet Mitfahrt", "1 sucht Mitfahrt",
    ]  # fmt: skip


def test_when_nothing_is_to_be_done_the_page_says_what_comes_next(office, make, app):
    app.config["SMTP_HOST"] = "smtp.example.org"
    for days in (70, 100, 150):
        make.event(title=f"Runder Tisch in {days} Tagen", starts_at=make.in_days(days))
    page = office.get_page(START)
    assert "Nichts liegt an." in page.text
    assert "Als Nächstes kommt: Runder Tisch in 70 Tagen, Montag, 17. August 2026, 15:00 bis 18:00 Uhr." in page.text


def test_an_empty_house_begins_with_planning_the_year(office, app):
    page = office.get_page(START)
    assert page.links["Jahr 2026 planen"] == "/verwaltung/runde-tische/planen/?jahr=2026"
    assert "Als Nächstes" not in page.text


def test_the_start_page_asks_as_often_for_thirty_events_as_for_one(office, make, count_queries):
    def fill(number: int) -> None:
        for days in range(1, number + 1):
            coming, over = make.event(starts_at=make.in_days(days)), make.event(starts_at=make.in_days(-days))
            make.event(starts_at=make.in_days(days), published=False)
            for status in (RegistrationStatus.UNCONFIRMED, RegistrationStatus.WAITING, RegistrationStatus.OFFERED):
                make.registration(coming, status=status)
            make.registration(over)
        db.session.commit()
        db.session.expire_all()

    fill(1)
    office.get_page(START)
    with count_queries() as few:
        office.get_page(START)
    fill(30)
    with count_queries() as many:
        office.get_page(START)
    assert len(many) == len(few)


@pytest.mark.parametrize("typed", ["möhring", "MOEHRING", "sabine moh", "sabine@example", "plaue"])
def test_people_are_found_by_name_address_and_municipality(office, make, typed):
    person = make.person(name="Sabine Möhring", email="sabine@example.org", municipality="Plaue")
    person.search_text += " plaue moehring"
    make.person(name="Ganz Andere")
    page = find(office, typed)
    assert people(page) == ["Sabine Möhring"]
    assert "Plaue" in page.text


@pytest.mark.parametrize("typed", [
    "ilmenau", "runder ilm", "8.7.", "08.07.2026", "8.7.26", "8. juli", "juli 2026", "bürgerhaus", "buergerhaus",
    "Ilmenau 8.7.", "mittwoch",
])  # fmt: skip
def test_events_are_found_by_title_place_and_day(office, make, typed):
    place = make.place(name="Bürgerhaus", municipality="Ilmenau")
    event = make.event(title="Runder Tisch in Ilmenau", place=place, starts_at=make.in_days(30))
    make.event(title="Runder Tisch in Plaue", place=make.place(municipality="Plaue"), starts_at=make.in_days(62))
    page = find(office, typed)
    assert events(page) == ["Runder Tisch in Ilmenau"]
    assert page.links["Runder Tisch in Ilmenau"] == f"/verwaltung/runde-tische/{event.id}/"


def test_drafts_and_cancelled_events_are_found_too_the_next_first(office, make):
    make.event(title="Tisch A", starts_at=make.in_days(50), published=False)
    make.event(title="Tisch B", starts_at=make.in_days(-10), cancelled=True)
    make.event(title="Tisch C", starts_at=make.in_days(300))
    page = find(office, "tisch")
    assert events(page) == ["Tisch A Entwurf", "Tisch C", "Tisch B abgesagt"]


def test_somebody_known_who_phones_is_registered_as_themselves(office, make, next_event):
    person = make.person(name="Olha Beispiel", email="olha@example.org", language="uk")
    page = find(office, "olha")
    label = "anmelden für: Runder Tisch in Ilmenau, 08.07.2026 (Olha Beispiel)"
    assert page.links[label] == f"/verwaltung/anmeldungen/veranstaltung/{next_event.id}/neu/?person_id={person.id}"
    form = office.get_page(page.links[label])
    assert (form.values["name"], form.values["email"], form.values["language"]) == (
        "Olha Beispiel", "olha@example.org", "uk",
    )  # fmt: skip
    done = office.send(form, form.form_of("Anmelden"), status=200)
    assert "Olha Beispiel: angemeldet." in done.text
    assert find_registration_of(next_event, person).status is RegistrationStatus.CONFIRMED
    assert db.session.scalars(db.select(Mail.recipient)).all() == ["olha@example.org"]


def test_the_registrations_of_a_person_stand_beside_them(office, make, next_event):
    person = make.person(name="Olha Beispiel")
    earlier = make.registration(
        make.event(title="Der letzte", starts_at=make.in_days(-90)), person, status=RegistrationStatus.ATTENDED
    )
    page = find(office, "olha")
    assert "Der letzte, 10.03.2026: war da" in page.text
    assert page.links["Der letzte, 10.03.2026"] == f"/verwaltung/anmeldungen/{earlier.id}/"
    make.registration(next_event, person)
    page = find(office, "olha")
    assert "für 08.07.2026 angemeldet" in page.text
    assert not [text for text in page.links if text.startswith("anmelden für")]


def test_the_list_of_hits_holds_no_contact_details(office, make, next_event):
    make.person(name="Olha Beispiel", email="geheim@example.org", phone="+493628738100", municipality="Plaue")
    response = office.get(SEARCH, query_string={"q": "olha"})
    assert "Plaue" in response.text
    assert "geheim@example.org" not in response.text
    assert "738100" not in response.text


def test_no_hit_offers_to_register_somebody_new(office, make, next_event):
    page = find(office, "Nour Neu")
    assert "Nichts gefunden." in page.text
    form = office.get_page(page.links["Nour Neu neu anmelden"])
    assert form.values["name"] == "Nour Neu"
    office.send(form, form.form_of("Anmelden"), status=200)
    assert people(find(office, "nour")) == ["Nour Neu"]


def test_no_hit_without_a_coming_event_leads_to_the_round_tables(office):
    assert find(office, "Niemand").links["Runde Tische ansehen"] == "/verwaltung/runde-tische/"


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "'\"<b>", "\x00", "ö" * 500, "99.99.9999", "…", "́"])
def test_an_odd_search_still_opens_and_lists_nobody(office, make, typed):
    make.person(name="Olha Beispiel"), make.event()
    page = find(office, typed)
    assert people(page) == []
    assert events(page) == []


def test_the_search_box_of_every_office_page_leads_to_the_search(office, make):
    make.person(name="Olha Beispiel")
    page = office.get_page("/verwaltung/orte/")
    form = next(form for form in page.root.all("form") if form.get("role") == "search")
    assert (form["action"], [field["name"] for field in form.all("input")]) == (SEARCH, ["q"])


def test_a_found_event_says_whether_there_is_a_place(office, make):
    full = make.event(title="Tisch in Plaue", capacity=1)
    make.registration(full)
    page = office.get_page(f"{SEARCH}?q=plaue")
    assert "ausgebucht, Warteliste möglich" in page.main.one("tbody").text


def test_the_search_asks_as_often_for_thirty_hits_as_for_one(office, make, count_queries, next_event):
    def fill(number: int) -> None:
        for _each in range(number):
            person = make.person(name="Olha Beispiel")
            for days in (-20, 20):
                make.registration(make.event(title="Tisch für Olha", starts_at=make.in_days(days)), person)
        db.session.commit()
        db.session.expire_all()

    fill(1)
    find(office, "olha")
    with count_queries() as few:
        find(office, "olha")
    fill(30)
    with count_queries() as many:
        assert len(people(find(office, "olha"))) == 20
    assert len(many) == len(few)


@pytest.mark.parametrize("address", [START, SEARCH])
def test_only_the_office_gets_in(client, volunteer_client, administrator, address):
    assert client.get(address).status_code == 302
    assert volunteer_client.get(address).status_code == 404
    assert administrator.get(address).status_code == 404
