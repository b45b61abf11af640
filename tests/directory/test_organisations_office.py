"""The office's pages of organisations, and who speaks for them."""

from datetime import UTC, datetime, timedelta

import pytest

from coordapp.accounts.models import Role, User
from coordapp.directory import organisations, representatives
from coordapp.directory.models import Organisation, OrganisationKind, Representative
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOME = "/verwaltung/organisationen/"


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def stored(number: int) -> Organisation:
    return db.session.get_one(Organisation, number)


def mails() -> list[Mail]:
    return list(db.session.scalars(db.select(Mail).order_by(Mail.id)))


def test_an_empty_list_offers_to_make_the_first_entry(office):
    page = office.get_page(HOME)
    assert "Noch kein Eintrag." in page.text
    assert page.links["Neuer Eintrag"] == f"{HOME}neu/"


def test_the_list_shows_all_and_narrows_by_kind_by_public_and_by_what_was_long_not_confirmed(office, make):
    make.organisation(name="Neuer Verein", is_public=True, confirmed_at=NOW)
    make.organisation(name="Alter Verein", is_public=True, confirmed_at=NOW - timedelta(days=800))
    make.organisation(name="Grundschule", kind=OrganisationKind.SCHOOL)
    page = office.get_page(HOME)
    assert "3 Einträge" in page.text
    assert "lange her" in page.text
    for query, expected in (
        ("art=school", "Grundschule"), ("sichtbar=ja&suche=neuer", "Neuer Verein"), ("sichtbar=nein", "Grundschule"),
        ("alt=y&sichtbar=ja", "Alter Verein"),
    ):  # fmt: skip
        found = office.get_page(f"{HOME}?{query}")
        assert "1 Eintrag" in found.text
        assert expected in found.links
    assert "Nehmen Sie einen Filter weg" in office.get_page(f"{HOME}?suche=gibtesnicht").text


def test_the_list_keeps_its_filters_on_the_next_page(office, make):
    for number in range(51):
        make.organisation(name=f"Verein {number:02d}")
    page = office.get_page(f"{HOME}?alt=y&sichtbar=nein")
    second = office.get_page(page.links["Weiter"])
    assert "51 Einträge" in second.text
    assert "Verein 50" in second.links
    assert "Verein 49" not in second.links


def test_no_contact_stands_on_the_list(office, make):
    organisation = make.organisation(email="info@verein.example", phone="+493628738100")
    representatives.invite(organisation, name="Vera Vertritt", email="vera.vertritt@example.org")
    text = office.get_page(HOME).response.text
    assert [secret for secret in ("info@verein.example", "738100", "Vera V", "vera.vertritt") if secret in text] == []


def test_pages_ask_as_often_for_thirty_as_for_one(office, make, count_queries):
    def fill() -> Organisation:
        organisation = make.organisation()
        representatives.invite(organisation, name="Vera", email=f"vera{organisation.id}@example.org")
        return organisation

    first = fill()
    addresses = (HOME, f"{HOME}{first.id}/")
    [office.get_page(address) for address in addresses]
    with count_queries() as few:
        [office.get_page(address) for address in addresses]
    for number in range(29):
        fill()
        representatives.invite(first, name="Noch jemand", email=f"noch{number}@example.org")
    db.session.commit()
    with count_queries() as many:
        [office.get_page(address) for address in addresses]
    assert len(many) == len(few)


def test_a_new_entry_is_stored_with_all_its_columns_and_not_public_yet(office, client):
    typed = {
        "name": "Nähcafé", "kind": "initiative", "description": "Wir nähen.", "topics": "Nähen",
        "target_groups": ["women", "elderly"], "languages": ["ar", "de"], "street": "Am Markt 1",
        "postal_code": "99310", "municipality": "Arnstadt", "is_step_free": "y", "has_accessible_wc": "y",
        "opening_hours": "montags", "phone": "03628 1234", "email": "Info@Naehcafe.example",
        "website": "naehcafe.example",
    }  # fmt: skip
    page = office.post_form(f"{HOME}neu/", typed, status=200)
    assert page.heading == "Nähcafé"
    (made,) = organisations.search_organisations(organisations.Filters(words="nähen frauen arnstadt"))
    kept = organisations.values_of(made)
    assert (sorted(kept.pop("target_groups")), sorted(kept.pop("languages"))) == (["elderly", "women"], ["ar", "de"])
    expected = {column: value for column, value in typed.items() if column in kept} | {
        "is_step_free": True, "has_accessible_wc": True, "phone": "+4936281234", "email": "info@naehcafe.example",
        "website": "https://naehcafe.example",
    }  # fmt: skip
    assert kept == expected
    assert (made.is_public, made.confirmed_at) == (False, None)
    client.get_page(f"/vereine/{made.id}/", status=404)


def test_an_entry_without_phone_and_address_has_none(office):
    office.post_form(f"{HOME}neu/", {"name": "Nähcafé", "kind": "club"}, status=200)
    made = db.session.scalars(db.select(Organisation)).one()
    assert (made.phone, made.email, made.website) == (None, None, "")


def test_a_name_that_exists_is_said_beside_the_field_and_nothing_typed_is_lost(office, make):
    make.organisation(name="Nähcafé")
    page = office.post_form(f"{HOME}neu/", {"name": "nähcafe", "topics": "Nähen"}, status=422)
    assert "gibt es schon" in page.errors["name"]
    assert page.values["topics"] == "Nähen"
    other = make.organisation(name="Anderes")
    page = office.post_form(f"{HOME}{other.id}/bearbeiten/", {"name": "NÄHCAFÉ"}, status=422)
    assert "gibt es schon" in page.errors["name"]
    assert stored(other.id).name == "Anderes"


def test_a_place_outside_the_county_and_a_rare_language_survive_saving(office, make):
    organisation = make.organisation(municipality="Erfurt", languages=["ka"])
    office.post_form(f"{HOME}{organisation.id}/bearbeiten/", {"topics": "Neu"}, status=200)
    assert (organisation.municipality, organisation.languages, organisation.topics) == ("Erfurt", ["ka"], "Neu")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(office, make):
    organisation = make.organisation(name="Verein", topics="Alt", phone="+493628738100")
    address = f"{HOME}{organisation.id}/bearbeiten/"
    opened = office.get_page(address)
    organisations.save(organisation, {"phone": "+4936771234"})
    page = office.send(opened, opened.form_with({"topics"}), {"topics": "Neu"}, status=422)
    assert "inzwischen geändert" in page.text
    assert "Stichworte, Telefon" in page.text
    assert stored(organisation.id).phone == "+4936771234"
    office.send(page, page.form_with({"topics"}), {"phone": "03677 1234"}, status=200)
    assert (stored(organisation.id).phone, stored(organisation.id).topics) == ("+4936771234", "Neu")


def test_an_entry_is_published_taken_back_and_confirmed(office, client, make):
    organisation = make.organisation(name="Verein")
    here = f"{HOME}{organisation.id}/"
    assert "jetzt öffentlich" in office.press(here, "Veröffentlichen", status=200).text
    client.get_page(f"/vereine/{organisation.id}/")
    assert "heute bestätigt" in office.press(here, "Angaben stimmen, heute bestätigt", status=200).text
    assert "Zuletzt bestätigt am 22.11.2026." in client.get_page(f"/vereine/{organisation.id}/").text
    office.press(here, "Nicht mehr öffentlich zeigen", status=200)
    client.get_page(f"/vereine/{organisation.id}/", status=404)
    assert stored(organisation.id).confirmed_at == NOW


def test_somebody_is_invited_to_speak_for_a_club_and_told_how_to_sign_in(office, client, make):
    organisation = make.organisation(name="Wanderverein")
    data = {"name": "Vera Vertritt", "email": "Vera@Wandern.example"}
    for _twice in range(2):
        page = office.post_form(f"{HOME}{organisation.id}/", data, status=200)
    assert "Vera Vertritt" in page.text
    user = db.session.scalars(db.select(User).where(User.email == "vera@wandern.example")).one()
    assert user.role is Role.CLUB
    (mail,) = mails()
    assert (mail.recipient, "Wanderverein" in mail.subject) == ("vera@wandern.example", True)
    assert "http://localhost/konto/anmelden/?next=" in mail.text
    assert "vera@wandern.example" not in page.text


def test_an_account_that_is_there_keeps_its_name_and_role(office, make):
    user, organisation = make.user(name="Olha Hilft", email="olha@example.org", language="uk"), make.organisation()
    office.post_form(f"{HOME}{organisation.id}/", {"name": "Anders", "email": "olha@example.org"}, status=200)
    assert (user.name, user.role) == ("Olha Hilft", Role.VOLUNTEER)
    assert representatives.list_represented(user) == [organisation]
    assert mails()[0].language == "uk"


@pytest.mark.parametrize("columns", [{"role": Role.ADMINISTRATOR}, {"role": Role.CLUB, "deactivated_at": NOW}])
def test_staff_and_closed_accounts_speak_for_nobody(office, make, columns):
    make.user(email="wer@example.org", **columns)
    organisation = make.organisation()
    data = {"name": "Wer", "email": "wer@example.org"}
    page = office.post_form(f"{HOME}{organisation.id}/", data, status=422)
    assert "Konto des Büros" in page.errors["email"]
    assert page.values["name"] == "Wer"
    assert db.session.scalars(db.select(Representative)).all() == []
    assert mails() == []


def test_who_is_removed_speaks_for_the_club_no_longer_and_keeps_the_account(office, make, browser_of):
    organisation = make.organisation(name="Wanderverein")
    user = representatives.invite(organisation, name="Vera", email="vera@example.org")
    theirs = browser_of(user)
    assert "Wanderverein" in theirs.get_page("/mein/vereine/").text
    office.press(f"{HOME}{organisation.id}/", "Entfernen", status=200)
    assert "Wanderverein" not in theirs.get_page("/mein/vereine/").text
    theirs.get_page(f"/mein/vereine/{organisation.id}/", status=404)
    assert db.session.get(User, user.id) is not None


def test_the_pages_are_for_the_office_alone(client, club_client, volunteer_client, make):
    organisation = make.organisation(name="Geheim")
    for browser in (client, club_client, volunteer_client):
        for address in (HOME, f"{HOME}neu/", f"{HOME}{organisation.id}/", f"{HOME}{organisation.id}/bearbeiten/"):
            assert browser.get(address).status_code in (302, 404)
        assert browser.post_to(f"{HOME}{organisation.id}/veroeffentlichen/").status in (302, 404)
    assert stored(organisation.id).is_public is False
