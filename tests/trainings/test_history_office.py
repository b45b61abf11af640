"""What somebody completed elsewhere: added by the office, counted as a precondition, taken away again."""

from datetime import timedelta

import pytest

from coordapp.directory import training_records
from coordapp.directory.models_training import TrainingRecord
from coordapp.extensions import db
from coordapp.shared import clock


@pytest.fixture
def person(make):
    """Return a volunteer of the directory."""
    return make.volunteer(name="Vera Hilft")


def url(person, rest=""):
    return f"/verwaltung/verzeichnis/personen/{person.id}/schulungen/{rest}"


def typed(**given):
    return {"completed_on": clock.today().isoformat(), "hours": "4,5", "provider": "VHS Arnstadt"} | given


def test_one_of_our_formats_counts_as_the_precondition(office, make, person):
    basic = make.training_format(title="Grundkurs")
    page = office.post_form(url(person), typed(format_id=str(basic.id)))
    assert "Eingetragen." in page.text
    record = db.session.scalars(db.select(TrainingRecord)).one()
    assert (record.title, record.minutes, record.provider) == ("Grundkurs", 270, "VHS Arnstadt")
    assert record.recorded_by_id == office.user.id
    assert training_records.has_completed(person, basic.id)
    profile = office.get_page(f"/verwaltung/verzeichnis/personen/{person.id}/")
    assert f"Grundkurs, {clock.today():%d.%m.%Y} (VHS Arnstadt)" in profile.text


def test_any_other_title_is_remembered_too(office, person):
    office.post_form(url(person), typed(title="Erste Hilfe"))
    assert db.session.scalars(db.select(TrainingRecord.title)).all() == ["Erste Hilfe"]
    assert "4,5 Stunden" in office.get_page(url(person)).text


@pytest.mark.parametrize(("given", "wrong"), [
    ({}, "title"),
    ({"title": "Kurs", "completed_on": ""}, "completed_on"),
    ({"title": "Kurs", "completed_on": "2099-01-01"}, "completed_on"),
    ({"title": "Kurs", "hours": "viele"}, "hours"),
    ({"title": "Kurs", "provider": ""}, "provider"),
])  # fmt: skip
def test_what_is_missing_is_asked_for_and_the_rest_stays(office, person, given, wrong):
    page = office.post_form(url(person), typed(**given), status=422)
    assert list(page.errors) == [wrong]
    assert page.values["title"] == given.get("title", "")
    assert db.session.scalars(db.select(TrainingRecord)).all() == []


def test_confidential_formats_cannot_be_chosen(office, make, person):
    secret = make.training_format(title="Zaunkönig", is_confidential=True)
    assert "Zaunkönig" not in office.get_page(url(person)).text
    page = office.post_to(url(person), typed(format_id=str(secret.id)))
    assert page.status == 422


def test_a_line_of_the_office_can_be_taken_away_but_not_one_that_follows_from_a_list(office, make, person):
    mine = training_records.remember(person, title="Erste Hilfe", completed_on=clock.today(), minutes=60)
    event = make.training(days=(-1,)).event
    ours = training_records.remember(
        person, title="Grundkurs", completed_on=clock.today() - timedelta(days=1), minutes=60, event_id=event.id
    )
    page = office.get_page(url(person))
    assert [button for button in page.buttons if button.startswith("Entfernen")] == ["Entfernen: Erste Hilfe"]
    office.post_to(url(person, f"{mine.id}/entfernen"), status=302)
    assert office.post_to(url(person, f"{ours.id}/entfernen")).status == 404
    assert office.post_to(url(make.person(), f"{ours.id}/entfernen")).status == 404
    assert db.session.scalars(db.select(TrainingRecord.title)).all() == ["Grundkurs"]
