"""Consents given and withdrawn on the telephone or on paper, with all that proves them."""

from datetime import timedelta

import pytest

from coordapp.directory import consents
from coordapp.directory.models_consent import Consent, GivenBy, Purpose
from coordapp.extensions import db
from coordapp.shared import clock, languages


@pytest.fixture
def person(make):
    """Return a volunteer who agreed to be invited to round tables."""
    return make.volunteer(name="Olha Bondar", agreed=(Purpose.INVITE_ROUND_TABLE,), language="uk")


def address(person, rest: str = "") -> str:
    return f"/verwaltung/verzeichnis/personen/{person.id}/einwilligungen/{rest}"


def test_what_was_said_on_the_telephone_is_recorded_with_its_proof(office, person):
    page = office.post_form(address(person), {
        "purposes": ["brokering", "photo"], "given_by": "phone", "note": "Rückruf", "language": "uk",
    }, status=200)  # fmt: skip
    assert "2 Einwilligungen eingetragen." in page.text
    row = db.session.scalars(db.select(Consent).where(Consent.purpose == Purpose.BROKERING)).one()
    assert (row.given_by, row.wording, row.language, row.recorded_by_id) == (GivenBy.PHONE, 1, "uk", office.user.id)
    assert row.note == f"gesagt am {languages.short_day(clock.today())}; Rückruf"
    assert "Ukrainisch, eingetragen von Ina Büro" in page.text


def test_the_whole_sentence_stands_beside_each_box(office, person):
    page = office.get_page(address(person))
    assert "Ich entscheide jedes Mal selbst, ob meine Kontaktdaten weitergegeben werden." in page.text
    boxes = [box["value"] for box in page.main.all("input") if box.get("name") == "purposes"]
    assert boxes == [purpose.value for purpose in Purpose if purpose is not Purpose.INVITE_ROUND_TABLE]


@pytest.mark.parametrize(("typed", "field"), [
    ({"given_by": "phone"}, "purposes"),
    ({"purposes": ["photo"]}, "given_by"),
    ({"purposes": ["photo"], "given_by": "phone", "said_on": "2030-01-01"}, "said_on"),
])  # fmt: skip
def test_nothing_is_recorded_without_purpose_way_and_day(office, person, typed, field):
    page = office.post_form(address(person), typed | {"note": "bleibt"}, status=422)
    assert page.root.by_id[f"{field}-error"].text
    assert page.values["note"] == "bleibt"
    assert db.session.scalar(db.select(db.func.count(Consent.id))) == 1


def test_withdrawing_is_one_click_and_counts_at_once(office, person):
    page = office.get_page(address(person))
    form = page.form_of("Zurückziehen: Einladungen zu Runden Tischen")
    page = office.send(page, form, {"purpose": "invite_round_table"}, status=200)
    assert "Das gilt ab sofort." in page.text
    assert consents.purposes_of(person) == set()
    row = db.session.scalars(db.select(Consent)).one()
    assert (row.withdrawn_by, row.withdrawal_recorded_by_id) == (GivenBy.PHONE, office.user.id)


def test_withdrawing_twice_changes_nothing(office, person):
    now = clock.now()
    for minutes in (0, 5):
        with clock.stopped(now + timedelta(minutes=minutes)):
            data = {"purpose": "invite_round_table", "withdrawn_by": "paper"}
            office.post_to(address(person, "zurueckziehen"), data, status=302)
    row = db.session.scalars(db.select(Consent)).one()
    assert (row.withdrawn_at, row.withdrawn_by) == (now, GivenBy.PAPER)


def test_nonsense_is_not_withdrawn(office, person):
    office.post_to(address(person, "zurueckziehen"), {"purpose": "everything"}, status=400)
    assert consents.purposes_of(person) == {Purpose.INVITE_ROUND_TABLE}


def test_the_proof_names_wording_language_way_time_and_who_recorded_it(office, person):
    office.post_form(address(person), {"purposes": ["photo"], "given_by": "paper", "language": "uk"}, status=200)
    office.post_to(address(person, "zurueckziehen"), {"purpose": "photo", "withdrawn_by": "phone"}, status=302)
    text = office.get_page(address(person, "nachweis/")).text
    for words in ("Fotos (zurückgezogen)", "auf denen ich zu erkennen bin", "gelesen oder gehört auf Ukrainisch)",
                  "(Fassung 1,", "Gesagt auf Papier, gespeichert:", "eingetragen von Ina Büro",
                  "Zurückgezogen am Telefon", "Einladungen zu Runden Tischen"):  # fmt: skip
        assert words in text


def test_somebody_who_never_agreed_has_an_empty_proof(office, make):
    text = office.get_page(address(make.volunteer(agreed=()), "nachweis/")).text
    assert "Diese Person hat nie in etwas eingewilligt." in text
