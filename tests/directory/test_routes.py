"""What volunteers do themselves: join, four parts, pause."""

from datetime import date, timedelta

import pytest

from coordapp.accounts.models import Role
from coordapp.directory import consents, pauses, profile
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.directory.models_profile import FieldOfAction, Volunteer
from coordapp.directory.service import find_person_of
from coordapp.extensions import db
from coordapp.shared import clock

PAGE = "/mein/mithelfen/"


@pytest.fixture
def newcomer(make, browser_of):
    """Return the browser of somebody with an account and nothing else."""
    return browser_of(make.user(name="Nadia Neu", email="nadia@example.org"))


def profile_of(browser) -> Volunteer | None:
    person = find_person_of(browser.user)
    return profile.find_volunteer(person) if person else None


def test_joining_shows_the_wording_and_records_the_consent_in_its_language(newcomer):
    page = newcomer.get_page(PAGE)
    assert "Niemand bekommt meine Kontaktdaten" in page.text
    assert profile_of(newcomer) is None
    newcomer.post_form(PAGE + "?sprache=ar", {})
    (given,) = consents.list_consents(find_person_of(newcomer.user))
    assert (given.purpose, given.language, given.given_by) == (Purpose.DIRECTORY, "ar", GivenBy.WEB)
    assert profile_of(newcomer).informed_at is not None


def test_joining_twice_is_one_entry_and_one_consent(newcomer):
    newcomer.post_form(PAGE, {})
    newcomer.post_to(PAGE, status=302)
    assert len(consents.list_consents(find_person_of(newcomer.user))) == 1


def test_without_an_entry_the_parts_lead_to_joining(newcomer):
    for part in ("ueber-mich", "angebot", "zeiten", "sprachen", "pause"):
        assert newcomer.get(f"{PAGE}{part}/").location == PAGE
        newcomer.post_to(f"{PAGE}{part}/", status=404)


def test_each_part_is_saved_on_its_own(newcomer):
    newcomer.post_form(PAGE, {})
    newcomer.post_form(PAGE + "angebot/", {"engagements-0-field": "education", "engagements-0-activity": "Lesen üben"})
    newcomer.post_form(PAGE + "zeiten/", {"municipalities": ["Arnstadt"], "availability": ["tuesday-evening"]})
    page = newcomer.post_form(PAGE + "sprachen/", {"languages-0-code": "ar", "languages-0-level": "interprets"})
    volunteer = profile_of(newcomer)
    assert [(one.field, one.activity) for one in volunteer.engagements] == [(FieldOfAction.EDUCATION, "Lesen üben")]
    assert (volunteer.municipalities, volunteer.availability) == (["Arnstadt"], ["tuesday-evening"])
    assert volunteer.languages == {"ar": "interprets"}
    assert "language:ar:interprets" in volunteer.facets
    for words in ("Lesen üben", "Arnstadt", "Dienstag: abends", "Arabisch"):
        assert words in page.text


def test_the_part_about_oneself_changes_person_and_account_but_not_the_address(volunteer_client):
    page = volunteer_client.get_page(PAGE + "ueber-mich/")
    assert "email" not in page.values
    typed = {"name": "Vera Hilft-Gern", "phone": "03628 738100", "language": "uk", "email": "x@example.org"}
    volunteer_client.send(page, page.form_with(["name"]), typed)
    person = find_person_of(volunteer_client.user)
    assert (person.name, person.phone, person.email) == ("Vera Hilft-Gern", "+493628738100", "vera@example.org")
    assert person.email_proven_at is not None
    assert (volunteer_client.user.name, volunteer_client.user.language) == ("Vera Hilft-Gern", "uk")
    assert "hilft-gern" in person.search_text


def test_a_name_that_somebody_of_the_same_address_has_is_refused(volunteer_client, make):
    make.person(name="Viktor Hilft", email="vera@example.org")
    page = volunteer_client.post_form(PAGE + "ueber-mich/", {"name": "Viktor Hilft"}, status=422)
    assert "gibt es schon jemanden" in page.errors["name"]
    assert page.values["name"] == "Viktor Hilft"
    assert find_person_of(volunteer_client.user).name == "Vera Hilft"


def test_errors_keep_what_was_typed(volunteer_client):
    page = volunteer_client.post_form(PAGE + "ueber-mich/", {"postal_code": "12", "street": "Am Markt 3"}, status=422)
    assert (page.values["postal_code"], page.values["street"]) == ("12", "Am Markt 3")
    assert "postal_code" in page.errors


def test_saving_is_a_sign_of_life(volunteer_client):
    volunteer = profile_of(volunteer_client)
    volunteer.confirmed_at = clock.now() - timedelta(days=500)
    db.session.commit()
    assert "Sie haben lange nicht gesagt" in volunteer_client.get_page(PAGE).text
    volunteer_client.post_form(PAGE + "sprachen/", {"languages-0-code": "de"})
    assert "Sie haben lange nicht gesagt" not in volunteer_client.get_page(PAGE).text


def test_what_the_office_changed_meanwhile_is_not_overwritten_unseen(volunteer_client):
    page = volunteer_client.get_page(PAGE + "zeiten/")
    volunteer = profile_of(volunteer_client)
    volunteer.municipalities = ["Ilmenau"]
    profile.save(volunteer)
    db.session.commit()
    form = page.form_with(["municipalities"])
    shown = volunteer_client.send(page, form, {"municipalities": ["Plaue"]}, status=409)
    assert "Ilmenau" in shown.text
    assert profile_of(volunteer_client).municipalities == ["Ilmenau"]
    assert shown.values["municipalities"] == "Plaue"
    volunteer_client.send(shown, shown.form_with(["municipalities"]), status=200)
    assert profile_of(volunteer_client).municipalities == ["Plaue"]


@pytest.mark.parametrize(("button", "months"), [("Pause für einen Monat", 1), ("Pause für drei Monate", 3)])
def test_a_pause_is_one_click_and_so_is_its_end(volunteer_client, button, months):
    volunteer_client.press(PAGE, button)
    assert profile_of(volunteer_client).paused_until == pauses.in_months(clock.today(), months)
    page = volunteer_client.press(PAGE, "Pause beenden")
    assert profile_of(volunteer_client).paused_until is None
    assert "Ihre Pause ist zu Ende" in page.text


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [("2027-01-31", 1, "2027-02-28"), ("2026-11-22", 3, "2027-02-22"), ("2027-12-31", 1, "2028-01-31")],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, later):
    assert pauses.in_months(date.fromisoformat(day), months) == date.fromisoformat(later)


def test_a_pause_until_a_day(volunteer_client):
    day = clock.today() + timedelta(days=20)
    volunteer_client.post_form(PAGE + "pause/", {"until": day.isoformat()})
    assert profile.is_paused(profile_of(volunteer_client), on=clock.today())


@pytest.mark.parametrize("until", ["", "gestern", "2020-01-01", "2099-01-01"])
def test_a_day_that_cannot_be_is_refused(volunteer_client, until):
    page = volunteer_client.post_form(PAGE + "pause/", {"until": until}, status=422)
    assert "until" in page.errors
    assert profile_of(volunteer_client).paused_until is None


def test_who_was_entered_by_the_office_is_asked_to_agree(make, browser_of):
    user = make.user(name="Kim Liste", email="kim@example.org")
    person = make.person(name="Kim Liste", email="kim@example.org", user_id=user.id)
    profile.make_volunteer(person, source="Liste 2026", is_informed=False)
    page = browser_of(user).get_page(PAGE)
    assert "Sind Sie einverstanden?" in page.text
    assert "Liste 2026" in page.text


@pytest.mark.parametrize("language", ["en", "ar", "uk", "ru", "fa"])
def test_all_pages_open_in_every_language(volunteer_client, newcomer, language):
    newcomer.get_page(f"{PAGE}?sprache={language}")
    for part in ("", "ueber-mich/", "angebot/", "zeiten/", "sprachen/", "pause/"):
        volunteer_client.get_page(f"{PAGE}{part}?sprache={language}")


def test_clubs_can_help_too(make, browser_of):
    club = browser_of(make.user(role=Role.CLUB, name="Klaus Verein", email="klaus@example.org"))
    club.post_form(PAGE, {})
    assert profile_of(club) is not None
