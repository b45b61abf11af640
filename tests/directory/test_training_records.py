"""The training history: noted once for each event, shown on the person's page, carried along when two become one."""

from datetime import date

import pytest

from coordapp.directory import merger_undo, mergers, training_records
from coordapp.directory.models_training import TrainingRecord
from coordapp.extensions import db
from coordapp.trainings.models import Certificate

MARCH = date(2027, 3, 16)


def note(person, title="Grundkurs", **given):
    return training_records.remember(person, title=title, **{"completed_on": MARCH, "minutes": 360} | given)


def test_the_same_event_is_noted_once_with_what_is_known_last(app, make):
    person, event = make.person(), make.training().event
    note(person, event_id=event.id, minutes=180)
    note(person, event_id=event.id, minutes=360)
    assert [record.minutes for record in training_records.list_records(person)] == [360]


def test_what_was_elsewhere_may_be_noted_several_times(app, make):
    person = make.person()
    note(person, "Erste Hilfe", completed_on=date(2025, 1, 1))
    note(person, "Erste Hilfe", completed_on=date(2027, 1, 1))
    assert [record.completed_on.year for record in training_records.list_records(person)] == [2027, 2025]


def test_only_the_format_that_was_completed_counts(app, make):
    person, basic, other = make.person(), make.training_format(), make.training_format()
    note(person, format_id=basic.id)
    note(person, "Erste Hilfe")
    assert training_records.has_completed(person, basic.id)
    assert not training_records.has_completed(person, other.id)
    assert not training_records.has_completed(make.person(), basic.id)


def test_an_event_is_forgotten_for_those_who_are_named_and_nothing_else_is(app, make):
    event, other = make.training().event, make.training().event
    people = [make.person(), make.person(), make.person()]
    for person in people:
        note(person, event_id=event.id)
        note(person, event_id=other.id)
    assert training_records.forget_event(event.id, of=[person.id for person in people[:2]]) == 2
    left = db.session.scalars(db.select(TrainingRecord.person_id).filter_by(event_id=event.id))
    assert list(left) == [people[2].id]
    assert len(db.session.scalars(db.select(TrainingRecord).filter_by(event_id=other.id)).all()) == 3


def test_the_page_of_a_person_shows_the_history_and_leads_to_it(office, make):
    person = make.volunteer()
    page = office.get_page(f"/verwaltung/verzeichnis/personen/{person.id}/")
    assert page.links["Schulungen ansehen und ergänzen"] == f"/verwaltung/verzeichnis/personen/{person.id}/schulungen/"
    note(person, "Erste Hilfe", provider="DRK")
    assert "Erste Hilfe, 16.03.2027 (DRK)" in office.get_page(f"/verwaltung/verzeichnis/personen/{person.id}/").text


@pytest.mark.parametrize("both", [False, True])
def test_history_and_certificates_go_along_when_two_become_one_and_come_back(app, make, both):
    kept, merged = make.volunteer(name="Fatima Weiß"), make.volunteer(name="Weiß Fatima")
    event = make.training().event
    for person in (kept, merged) if both else (merged,):
        note(person, event_id=event.id)
        facts = {"title": "Grundkurs", "minutes_planned": 360, "minutes_attended": 360}
        db.session.add(Certificate(serial=f"IK-2027-{person.id:08}", event_id=event.id, person=person, **facts))
    db.session.commit()
    before = owners()
    merger = mergers.merge(kept, merged, taken=frozenset(), by=None)
    db.session.commit()
    expected = [kept.id, merged.id] if both else [kept.id]  # of two for one event the second stays, as registrations do
    assert owners() == [expected, expected]
    merger_undo.undo(merger, by=None)
    db.session.commit()
    assert owners() == before


def owners() -> list[list[int | None]]:
    """Return whose the records and the certificates are."""
    tables = (TrainingRecord, Certificate)
    return [sorted(db.session.scalars(db.select(table.person_id))) for table in tables]
