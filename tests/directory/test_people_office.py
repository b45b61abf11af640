"""The office's page of one person: by hand into the directory, at a glance, contact data on a logged click."""

from datetime import date, timedelta

import pytest

from coordapp.directory import profile
from coordapp.directory.models import Channel, Person
from coordapp.directory.models_consent import Disclosure, DisclosureKind, Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.extensions import db
from coordapp.shared import clock

NEW = "/verwaltung/verzeichnis/personen/neu/"
SECRETS = ("geheim@example.org", "+4936281234567", "Geheime Gasse 7")


def address(person, rest: str = "") -> str:
    return f"/verwaltung/verzeichnis/personen/{person.id}/{rest}"


@pytest.fixture
def known(make):
    """Return a volunteer with contact data that could leak."""
    email, phone, street = SECRETS
    return make.volunteer(
        name="Olha Bondar", email=email, phone=phone, street=street, postal_code="99310", municipality="Arnstadt"
    )


def test_somebody_is_added_by_hand(office):
    page = office.post_form(NEW, {
        "name": " Amal  Haddad ", "address_as": "Frau Haddad", "email": "Amal@Example.org", "phone": "03628 738100",
        "street": "Ritterstraße 14", "postal_code": "99310", "municipality": "Arnstadt", "channel": "phone",
        "language": "ar", "wants_plain_language": "y", "knows": "y", "source": "Anruf",
    }, status=200)  # fmt: skip
    person = db.session.scalars(db.select(Person).where(Person.email == "amal@example.org")).one()
    assert page.heading == "Amal Haddad"
    assert (person.name, person.address_as, person.phone) == ("Amal Haddad", "Frau Haddad", "+493628738100")
    assert (person.channel, person.language, person.wants_plain_language) == (Channel.PHONE, "ar", True)
    assert person.email_proven_at is None
    volunteer = profile.get_volunteer(person)
    assert (volunteer.source, volunteer.informed_at is not None) == ("Anruf", True)


def test_without_a_choice_the_channel_is_one_that_leads_to_the_person(office):
    office.post_form(NEW, {"name": "Nur Telefon", "phone": "03628 738100"}, status=200)
    assert db.session.scalars(db.select(Person.channel)).one() is Channel.PHONE


def test_a_channel_without_its_address_is_refused(office):
    page = office.post_form(NEW, {"name": "Nur Telefon", "phone": "03628 738100", "channel": "letter"}, status=422)
    assert "Auf diesem Weg geht es noch nicht" in page.text
    assert page.values["name"] == "Nur Telefon"


def test_somebody_whom_nobody_can_reach_is_refused(office):
    page = office.post_form(NEW, {"name": "Niemand", "municipality": "Arnstadt"}, status=422)
    assert "Bitte tragen Sie E-Mail-Adresse, Telefon oder die ganze Postanschrift ein." in page.text


def test_somebody_who_does_not_know_starts_the_clock_of_a_month(office):
    with clock.stopped(clock.now()):
        office.post_form(NEW, {"name": "Neu Dabei", "email": "neu@example.org"}, status=200)
        volunteer = db.session.scalars(db.select(Volunteer)).one()
        assert volunteer.inform_until == clock.now() + timedelta(days=30)
        page = office.get_page(address(volunteer.person))
    assert "Noch nicht informiert: bis zum" in page.text
    assert "Nachricht per E-Mail senden" in page.buttons


def test_the_same_name_and_address_are_an_error_with_a_way_to_the_person(office, known):
    page = office.post_form(NEW, {"name": "olha BONDAR", "email": "geheim@example.org"}, status=422)
    assert page.errors["email"] == "Fehler: Diesen Namen mit dieser Adresse gibt es schon."
    assert page.links["Olha Bondar ansehen"] == address(known)


@pytest.mark.parametrize(("typed", "why"), [
    ({"email": "geheim@example.org"}, "gleiche E-Mail-Adresse"),
    ({"phone": "03628 1234567"}, "gleiche Telefonnummer"),
    ({"name": "Olha Bondar", "email": "andere@example.org"}, "gleicher Name"),
])  # fmt: skip
def test_a_possible_double_is_a_warning_once(office, known, typed, why):
    page = office.post_form(NEW, {"name": "Petro Bondar"} | typed, status=422)
    assert f"Olha Bondar, Arnstadt ({why})" in page.text
    assert page.links["Olha Bondar"] == address(known)
    office.send(page, page.form_of("Trotzdem anlegen"), status=200)
    assert db.session.scalar(db.select(db.func.count(Volunteer.person_id))) == 2


def test_the_page_shows_no_contact_data_before_somebody_asks(office, known):
    page = office.get_page(address(known))
    assert [secret for secret in SECRETS if secret in page.response.text] == []
    assert db.session.scalars(db.select(Disclosure)).all() == []


def test_contact_data_are_shown_on_a_click_that_is_logged(office, known):
    page = office.get_page(address(known))
    page = office.send(page, page.form_of("Kontaktdaten zeigen"), status=200)
    assert all(secret in page.text for secret in SECRETS)
    (row,) = db.session.scalars(db.select(Disclosure)).all()
    assert (row.person_id, row.kind, row.by_id) == (known.id, DisclosureKind.VIEWED, office.user.id)
    again = office.get_page(address(known))
    assert [secret for secret in SECRETS if secret in again.response.text] == []
    assert "Ina Büro" in again.text
    assert "vom Büro angesehen" in again.text


def test_looking_again_within_ten_minutes_is_the_same_look(office, known):
    now = clock.now()
    for minutes in (0, 5, 9, 11):
        with clock.stopped(now + timedelta(minutes=minutes)):
            office.post_to(address(known), status=200)
    assert db.session.scalar(db.select(db.func.count(Disclosure.id))) == 2


def test_the_page_says_what_a_volunteer_offers(office, make):
    person = make.volunteer(name="Vera Viel", languages={"ar": "interprets", "de": "speaks"})
    volunteer = profile.get_volunteer(person)
    volunteer.municipalities, volunteer.availability = ["Arnstadt", "Plaue"], ["tuesday-evening", "tuesday-morning"]
    volunteer.clearance_seen_on, volunteer.clearance_fits = date(2026, 3, 16), True
    volunteer.note = "Ruft am liebsten zurück."
    volunteer.paused_until = clock.today() + timedelta(days=3)
    profile.save(volunteer)
    text = office.get_page(address(person)).text
    for words in ("Arabisch kann dolmetschen", "Deutsch spricht gut", "Arnstadt, Plaue",
                  "gesehen am 16.03.2026, passt: ja", "Dienstag: vormittags, abends",
                  "Ruft am liebsten zurück.", "Pause bis"):  # fmt: skip
        assert words in text


def test_somebody_known_from_elsewhere_is_taken_in_and_must_be_informed(office, make):
    person = make.person(name="Karl Gast")
    page = office.get_page(address(person))
    assert "Diese Person steht nicht im Verzeichnis" in page.text
    page = office.send(page, page.form_of("Ins Verzeichnis aufnehmen"), status=200)
    assert "Noch nicht informiert" in page.text


def test_a_merged_person_leads_to_the_one_who_stayed(office, make, known):
    merged = make.person(name="Olga Bondar", merged_into_id=known.id)
    assert office.get(address(merged)).location == address(known)


def test_the_number_of_queries_does_not_grow_with_the_log(office, make, known, count_queries):
    def look_up() -> int:
        office.get_page(address(known))
        with count_queries() as queries:
            office.get_page(address(known))
        return len(queries)

    def disclose(times: int) -> None:
        for number in range(times):
            by = make.user(name=f"Büro {number}")
            db.session.add(Disclosure(person_id=known.id, kind=DisclosureKind.VIEWED, by_id=by.id))

    disclose(1)
    few = look_up()
    disclose(29)
    assert look_up() == few


def test_no_other_room_opens_these_pages(client, volunteer_client, known):
    assert client.get(address(known)).status_code == 302
    assert volunteer_client.get(address(known)).status_code == 404
    assert volunteer_client.post_to(address(known)).status == 404


def test_consents_are_named_on_the_page(office, make):
    person = make.volunteer(agreed=(Purpose.BROKERING,))
    text = office.get_page(address(person)).text
    assert "Anfragen, wenn jemand Hilfe sucht" in text
    assert "Einladungen zu Runden Tischen" not in text
