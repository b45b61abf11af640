"""One's own area: overview, consents, deleting; and deleting on request in the office."""

import pytest
from sqlalchemy import select

from coordapp.accounts.models import SignIn, User
from coordapp.directory import consents, profile
from coordapp.directory.models import Person
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.directory.service import find_person_of
from coordapp.events.models import Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations.unsubscribe import unsubscribe_url
from coordapp.outbox.models import MailStatus
from coordapp.privacy import erasure

PAGES = ("", "daten/", "e-mails/", "einsicht/", "zustimmungen/", "loeschen/")


@pytest.fixture
def vera(volunteer_client) -> Person:
    return find_person_of(volunteer_client.user)


def test_the_overview_shows_what_is_coming_and_leads_everywhere(volunteer_client, make, vera):
    coming = make.registration(of_person=vera)
    make.registration(make.event(starts_at=make.in_days(-3)), vera, status=RegistrationStatus.ATTENDED)
    page = volunteer_client.get_page("/mein/")
    assert page.links[coming.event.title] == f"/anmeldung/{coming.token}/"
    assert [card.text for card in page.main.all("h3")] == [coming.event.title]
    for link in ("Alles ansehen, was über mich gespeichert ist", "E-Mails an mich", "Was ich erlaubt habe", "Löschen"):
        volunteer_client.get_page(page.links[link])


def test_the_menu_and_the_sign_in_lead_there(volunteer_client):
    page = volunteer_client.get_page("/")
    assert {link.text: link["href"] for link in page.root.all("a")}["Mein Bereich"] == "/mein/"
    assert volunteer_client.get("/konto/anmelden/").location == "/mein/"


def test_who_is_in_no_directory_is_asked_to_help(make, browser_of):
    newcomer = browser_of(make.user())
    assert newcomer.get_page("/mein/").links["Ich möchte mithelfen"] == "/mein/mithelfen/"


def test_clubs_find_their_organisations(club_client, make):
    club = make.organisation(name="Chor der Welt e.V.")
    representatives = db.metadata.tables["representative"]
    db.session.execute(representatives.insert().values(organisation_id=club.id, user_id=club_client.user.id))
    db.session.commit()
    assert "Chor der Welt e.V." in club_client.get_page("/mein/").links


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_asked_to_sign_in(client, path):
    assert client.get(f"/mein/{path}").location.startswith("/konto/anmelden/?next=/mein/")


@pytest.mark.parametrize("language", ["en", "ar", "uk", "ru", "fa"])
def test_the_pages_open_in_every_language_and_stay_in_no_cache(volunteer_client, make, vera, language):
    make.registration(of_person=vera)
    make.mail(to=vera.email)
    for path in (*PAGES, "geloescht/"):
        page = volunteer_client.get_page(f"/mein/{path}?sprache={language}")
        assert page.response.headers["Cache-Control"] == "no-store"


# consents


def purposes(person: Person) -> set[Purpose]:
    return consents.purposes_of(person)


def test_each_consent_is_given_and_withdrawn_by_one_click(volunteer_client, vera):
    page = volunteer_client.get_page("/mein/zustimmungen/")
    for purpose in (Purpose.PHOTO, Purpose.BROKERING, Purpose.INVITE_TRAINING):
        form = next(f for f in page.main.all("form") if f.one("button") and purpose.value in str(values(f)))
        volunteer_client.send(page, form, status=200)
        assert purpose in purposes(vera)
        page = volunteer_client.get_page("/mein/zustimmungen/")
        form = next(f for f in page.main.all("form") if purpose.value in str(values(f)))
        page = volunteer_client.send(page, form, status=200)
        assert purpose not in purposes(vera)
    assert purposes(vera) == {Purpose.INVITE_ROUND_TABLE}


def values(form) -> dict:
    return {field["name"]: field.get("value") for field in form.all("input")}


def test_the_whole_wording_stands_beside_each_button(volunteer_client):
    text = volunteer_client.get_page("/mein/zustimmungen/").text
    assert "Ich entscheide jedes Mal selbst, ob meine Kontaktdaten weitergegeben werden." in text
    assert "Das Büro darf mich zu den Runden Tischen einladen." in text
    assert "Wenn Sie Nein sagen, haben Sie keine Nachteile." in text


def test_withdrawing_invitations_drops_those_that_wait(volunteer_client, make, vera):
    url = unsubscribe_url(vera, Purpose.INVITE_ROUND_TABLE)
    waiting = make.mail(to=vera.email, status=MailStatus.QUEUED, unsubscribe_url=url)
    other = make.mail(to=vera.email, status=MailStatus.QUEUED)
    data = {"purpose": "invite_round_table", "deed": "withdraw"}
    volunteer_client.post_to("/mein/zustimmungen/", data, status=302)
    assert (waiting.status, other.status) == (MailStatus.EXPIRED, MailStatus.QUEUED)


def test_withdrawing_the_directory_deletes_the_entry_and_what_rests_on_it(volunteer_client, vera):
    for purpose in (Purpose.DIRECTORY, Purpose.BROKERING):
        consents.give(vera, purpose, given_by=GivenBy.WEB)
    volunteer_client.post_to("/mein/zustimmungen/", {"purpose": "directory", "deed": "withdraw"}, status=302)
    assert profile.find_volunteer(vera) is None
    assert purposes(vera) == {Purpose.INVITE_ROUND_TABLE}


def test_without_an_entry_there_is_nothing_to_broker(make, browser_of):
    newcomer = browser_of(make.user())
    assert "jemand Hilfe sucht" not in newcomer.get_page("/mein/zustimmungen/").text
    newcomer.post_to("/mein/zustimmungen/", {"purpose": "brokering", "deed": "give"}, status=400)
    newcomer.post_to("/mein/zustimmungen/", {"purpose": "invite_week", "deed": "give"}, status=302)
    assert purposes(find_person_of(newcomer.user)) == {Purpose.INVITE_WEEK}


@pytest.mark.parametrize("purpose", ["", "alles"])
def test_an_unknown_purpose_is_refused(volunteer_client, purpose):
    volunteer_client.post_to("/mein/zustimmungen/", {"purpose": purpose, "deed": "give"}, status=400)


# deleting


def test_the_page_says_what_goes_and_what_stays(volunteer_client, make, vera):
    made = make.registration(of_person=vera)
    page = volunteer_client.get_page("/mein/loeschen/")
    assert page.buttons == ["Eintrag löschen", "Alles löschen"]
    for words in (made.event.title, "Zahlen ohne Namen", "14 Tage", "Ihr Zugang zu diesem Bereich"):
        assert words in page.text
    assert db.session.get(Person, vera.id) is not None


def test_deleting_the_entry_keeps_what_is_coming(volunteer_client, make, vera):
    made = make.registration(of_person=vera)
    page = volunteer_client.press("/mein/loeschen/", "Eintrag löschen")
    assert made.event.title in page.text
    assert made.status is RegistrationStatus.CONFIRMED
    assert profile.find_volunteer(vera) is None


def test_deleting_everything_signs_out_and_leaves_nothing(volunteer_client, make, vera):
    make.registration(of_person=vera)
    page = volunteer_client.press("/mein/loeschen/", "Alles löschen")
    assert page.heading == "Alles ist gelöscht"
    assert volunteer_client.get("/mein/").status_code == 302
    assert db.session.scalars(select(User)).all() == []
    assert db.session.scalars(select(SignIn)).all() == []
    assert [person.name for person in db.session.scalars(select(Person))] == [erasure.NOBODY]
    assert db.session.scalars(select(Registration.status)).all() == [RegistrationStatus.CANCELLED]


def test_who_was_never_more_than_an_account_can_delete_it(make, browser_of):
    newcomer = browser_of(make.user())
    newcomer.press("/mein/loeschen/", "Alles löschen")
    assert db.session.scalars(select(User)).all() == []
    assert db.session.scalars(select(Person)).all() == []


def test_an_unknown_wish_is_refused(volunteer_client):
    volunteer_client.post_to("/mein/loeschen/", {"what": "halb"}, status=400)


def test_the_office_deletes_on_request_after_a_look(office, make):
    person = make.volunteer(name="Kim Weg", email="kim@example.org")
    made = make.registration(of_person=person)
    address = f"/verwaltung/verzeichnis/personen/{person.id}/loeschen/"
    assert made.event.title in office.get_page(address).text
    assert person.name == "Kim Weg"
    office.press(address, "Alles löschen")
    db.session.expire_all()
    assert person.name == erasure.NOBODY
    assert made.status is RegistrationStatus.CANCELLED


def test_the_office_does_not_delete_a_signpost(office, make):
    kept = make.person()
    merged = make.person(merged_into_id=kept.id)
    address = f"/verwaltung/verzeichnis/personen/{merged.id}/loeschen/"
    assert office.get(address).status_code == 404
    office.post_to(address, status=404)
