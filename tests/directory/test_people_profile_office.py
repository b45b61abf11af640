"""The office changes a profile in five short parts; each is saved on its own, and nothing is overwritten unseen."""

import pytest

from coordapp.directory import profile
from coordapp.directory.models import Channel, Person
from coordapp.directory.models_consent import Disclosure
from coordapp.directory.models_profile import Engagement, FieldOfAction, Frequency, Mobility
from coordapp.extensions import db
from coordapp.shared import clock

SECRETS = ("geheim@example.org", "+4936281234567", "Geheime Gasse 7")


@pytest.fixture
def person(make):
    """Return a volunteer with contact data and one engagement."""
    email, phone, street = SECRETS
    made = make.volunteer(name="Olha Bondar", email=email, phone=phone, street=street, languages={"uk": "speaks"})
    volunteer = profile.get_volunteer(made)
    volunteer.engagements.append(Engagement(field=FieldOfAction.WORK, activity="Bewerbungen schreiben"))
    profile.save(volunteer)
    return made


def address(person, rest: str = "") -> str:
    return f"/verwaltung/verzeichnis/personen/{person.id}/{rest}"


def stored(person):
    db.session.expire_all()
    return profile.get_volunteer(db.session.get_one(Person, person.id))


def open_contact(office, person):
    page = office.get_page(address(person))
    return office.send(page, page.form_of("Kontaktdaten ändern"), status=200)


def test_contact_data_are_opened_by_a_click_that_is_logged(office, person):
    page = office.get_page(address(person, "kontakt/"))
    assert [secret for secret in SECRETS if secret in page.response.text] == []
    assert db.session.scalars(db.select(Disclosure)).all() == []
    page = office.send(page, page.form_of("Kontaktdaten öffnen"), status=200)
    assert page.values["email"] == "geheim@example.org"
    assert [row.by_id for row in db.session.scalars(db.select(Disclosure))] == [office.user.id]


def test_contact_data_are_corrected_and_found_by_the_search(office, person):
    person.email_bounced_at, person.email_trouble = clock.now(), "gibt es nicht"
    page = open_contact(office, person)
    page = office.send(page, page.form_with({"name"}), {
        "name": "Olha Bondarenko", "email": "neu@example.org", "phone": "", "postal_code": "99326",
        "municipality": "Stadtilm", "channel": "letter", "language": "uk",
    }, status=200)  # fmt: skip
    assert page.heading == "Olha Bondarenko"
    one = stored(person).person
    assert (one.email, one.phone, one.municipality) == ("neu@example.org", None, "Stadtilm")
    assert (one.channel, one.language, one.email_proven_at, one.email_bounced_at) == (Channel.LETTER, "uk", None, None)
    assert one.search_text.startswith("olha bondarenko neu@example.org stadtilm")


@pytest.mark.parametrize(("field", "typed", "message"), [
    ("name", "", "Bitte schreiben Sie den Namen."),
    ("email", "olha@", "Diese E-Mail-Adresse ist nicht vollständig. Beispiel: name@beispiel.de"),
    ("phone", "1", "Diese Telefonnummer ist nicht vollständig. Beispiel: 03628 738100"),
    ("postal_code", "9931", "Eine Postleitzahl hat fünf Ziffern."),
])  # fmt: skip
def test_a_wrong_contact_is_said_beside_its_field(office, person, field, typed, message):
    page = open_contact(office, person)
    page = office.send(page, page.form_with({"name"}), {field: typed, "street": "Neue Gasse 1"}, status=422)
    assert page.errors[field] == f"Fehler: {message}"
    assert page.values["street"] == "Neue Gasse 1"


def test_the_name_and_address_of_somebody_else_are_an_error_beside_the_field(office, make, person):
    make.person(name="Petro Bondar", email="petro@example.org")
    page = open_contact(office, person)
    page = office.send(
        page, page.form_with({"name"}), {"name": "Petro Bondar", "email": "petro@example.org"}, status=422
    )
    assert page.errors["email"] == "Fehler: Diesen Namen mit dieser Adresse gibt es schon."
    assert stored(person).person.name == "Olha Bondar"


def test_engagements_are_changed_added_and_taken_away(office, make, person):
    make.organisation(name="ISWI e.V. – Flüchtlingsnetzwerk")
    page = office.get_page(address(person, "angebot/"))
    assert len([name for name in page.values if name.endswith("-activity")]) == 3
    page = office.send(page, page.form_with({"target_groups"}), {
        "engagements-0-activity": "Lebensläufe schreiben",
        "engagements-2-field": "education", "engagements-2-activity": "Hausaufgaben",
        "engagements-2-organisation": "iswi e.v. –  FLÜCHTLINGSNETZWERK", "target_groups": ["women", "youth"],
    }, status=200)  # fmt: skip
    volunteer = stored(person)
    assert [(one.field, one.activity) for one in volunteer.engagements] == [
        (FieldOfAction.WORK, "Lebensläufe schreiben"), (FieldOfAction.EDUCATION, "Hausaufgaben")
    ]  # fmt: skip
    assert volunteer.engagements[1].organisation.name == "ISWI e.V. – Flüchtlingsnetzwerk"
    assert volunteer.target_groups == ["youth", "women"]
    assert " field:education " in volunteer.facets
    page = office.get_page(address(person, "angebot/"))
    empty = {"engagements-0-field": "", "engagements-0-activity": "", "engagements-0-organisation": ""}
    office.send(page, page.form_with({"target_groups"}), empty, status=200)
    assert [one.activity for one in stored(person).engagements] == ["Hausaufgaben"]
    assert " field:work " not in stored(person).facets


@pytest.mark.parametrize(("typed", "message"), [
    ({"engagements-1-activity": "Deutsch üben"}, "Bitte wählen Sie, wozu das gehört."),
    ({"engagements-1-field": "work", "engagements-1-organisation": "Unbekannt e.V."}, "Diesen Namen kennen wir noch"),
])  # fmt: skip
def test_a_row_that_cannot_be_stored_stays_as_typed(office, person, typed, message):
    page = office.post_form(address(person, "angebot/"), typed, status=422)
    assert message in page.text
    assert page.values | typed == page.values
    assert len(stored(person).engagements) == 1


def test_places_and_times_are_stored_as_the_search_asks_for_them(office, person):
    office.post_form(address(person, "zeiten/"), {
        "municipalities": ["Ilmenau", "Arnstadt"], "serves_online": "y", "mobility": "bus", "frequency": "weekly",
        "availability": ["tuesday-evening", "sunday-morning"], "paused_until": "2027-02-01",
    }, status=200)  # fmt: skip
    volunteer = stored(person)
    assert volunteer.municipalities == ["Arnstadt", "Ilmenau"]
    assert (volunteer.mobility, volunteer.frequency) == (Mobility.BUS, Frequency.WEEKLY)
    assert f"{volunteer.paused_until}" == "2027-02-01"
    for facet in (" place:Arnstadt ", " online ", " time:tuesday-evening ", " time:sunday-morning "):
        assert facet in volunteer.facets
    page = office.get_page(address(person, "zeiten/"))
    assert page.values["availability"] == ["tuesday-evening", "sunday-morning"]
    page = office.send(page, page.form_with({"mobility"}), {"availability": [], "mobility": "", "paused_until": ""})
    assert (stored(person).availability, stored(person).mobility, stored(person).paused_until) == ([], None, None)


def test_a_pause_that_must_be_a_slip_is_refused(office, person):
    page = office.post_form(address(person, "zeiten/"), {"paused_until": "2062-02-01"}, status=422)
    assert page.errors["paused_until"].endswith("Fehler: Bitte wählen Sie einen Tag in den nächsten drei Jahren.")


def test_languages_are_stored_with_their_levels(office, person):
    page = office.post_form(address(person, "sprachen/"), {
        "languages-0-level": "interprets", "languages-1-code": "prs", "languages-1-level": "understands",
    }, status=200)  # fmt: skip
    assert stored(person).languages == {"uk": "interprets", "prs": "understands"}
    assert "Dari versteht" in page.text
    page = office.post_form(address(person, "sprachen/"), {"languages-0-code": ""}, status=200)
    assert stored(person).languages == {"prs": "understands"}


def test_a_language_is_named_once(office, person):
    page = office.post_form(address(person, "sprachen/"), {"languages-1-code": "uk"}, status=422)
    assert "Diese Sprache steht zweimal da." in page.text


def test_a_language_that_is_not_on_offer_stays(office, person):
    profile.get_volunteer(person).languages = {"is": "speaks"}
    office.post_form(address(person, "sprachen/"), {"languages-1-code": "de"}, status=200)
    assert stored(person).languages == {"is": "speaks", "de": "speaks"}


def test_the_clearance_is_a_note_of_fact(office, person):
    page = office.post_form(address(person, "notiz/"), {"clearance_fits": "ja"}, status=422)
    assert "Wann haben Sie es gesehen?" in page.root.by_id["clearance_fits-error"].text
    page = office.send(page, page.form_with({"note"}), {"clearance_seen_on": "2026-03-16", "note": "Zeile 1\nZeile 2"})
    volunteer = stored(person)
    assert (f"{volunteer.clearance_seen_on}", volunteer.clearance_fits) == ("2026-03-16", True)
    assert volunteer.note == "Zeile 1\nZeile 2"
    assert "gesehen am 16.03.2026, passt: ja" in page.text


def test_what_somebody_else_saved_meanwhile_is_shown_and_not_lost(office, person):
    page = office.get_page(address(person, "sprachen/"))
    volunteer = profile.get_volunteer(person)
    volunteer.languages = {"uk": "speaks", "pl": "interprets"}
    profile.save(volunteer)
    page = office.send(page, page.form_with({"version"}), {"languages-1-code": "ru"}, status=422)
    assert "Inzwischen hat jemand anderes hier gespeichert" in page.text
    assert "Polnisch kann dolmetschen" in page.text
    assert page.values["languages-1-code"] == "ru"
    assert stored(person).languages == {"uk": "speaks", "pl": "interprets"}
    office.send(page, page.form_with({"version"}), status=200)
    assert stored(person).languages == {"uk": "speaks", "ru": "speaks"}


def test_other_parts_saved_meanwhile_do_not_disturb(office, person):
    page = office.get_page(address(person, "sprachen/"))
    profile.get_volunteer(person).municipalities = ["Plaue"]
    office.send(page, page.form_with({"version"}), {"languages-1-code": "ru"}, status=200)
    assert stored(person).languages == {"uk": "speaks", "ru": "speaks"}
    assert stored(person).municipalities == ["Plaue"]


@pytest.mark.parametrize("part", ["kontakt/", "angebot/", "zeiten/", "sprachen/", "notiz/"])
def test_somebody_without_a_profile_has_nothing_to_change(office, make, part):
    stranger = make.person()
    assert office.get(address(stranger, part)).location == address(stranger)


@pytest.mark.parametrize("part", ["angebot/", "zeiten/", "sprachen/", "notiz/"])
def test_the_other_parts_show_no_contact_data(office, person, part):
    text = office.get_page(address(person, part)).response.text
    assert [secret for secret in SECRETS if secret in text] == []
