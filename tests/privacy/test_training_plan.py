"""What is held about trainings is given out, erased with the person, and forgotten after years."""

from datetime import timedelta

import pytest

from coordapp.directory import training_records
from coordapp.directory.models import Person
from coordapp.directory.models_training import TrainingRecord
from coordapp.directory.service import find_person_of
from coordapp.extensions import db
from coordapp.privacy import erasure, export, service
from coordapp.shared import clock
from coordapp.trainings import attendance
from coordapp.trainings.models import Certificate, TrainingAnswers

PAST = (-22, -15, -8, -1)


def attend(make, person, *, words: str) -> Certificate:
    """Let somebody attend a training, say something about their work, and hold a certificate."""
    training = make.training(make.training_format(title=f"{words} Schulung"), days=PAST)
    registration = make.registration(training.event, person)
    db.session.add(TrainingAnswers(registration=registration, organisation_name=f"{words} Verein"))
    for day in training.event.dates:
        attendance.set_attendance(training, day, registration, came=True)
    attendance.close_list(training)
    held = Certificate(
        serial=f"IK-2027-{person.id:08}", event_id=training.event_id, person=person, title=training.event.title,
        minutes_planned=360, minutes_attended=360, reduction=f"{words} Grund",
    )  # fmt: skip
    db.session.add(held)
    db.session.flush()
    return held


def test_all_of_it_is_given_out_and_nothing_of_others(volunteer_client, make):
    mine = find_person_of(volunteer_client.user)
    attend(make, mine, words="Meine")
    attend(make, make.person(), words="Fremde")
    held = export.collect(mine, volunteer_client.user)
    assert len(held["training_attendance"]) == 4
    assert [row["organisation_name"] for row in held["training_answers"]] == ["Meine Verein"]
    assert [row["title"] for row in held["training_record"]] == ["Meine Schulung"]
    assert [row["serial"] for row in held["certificate"]] == [f"IK-2027-{mine.id:08}"]
    for path in ("/mein/daten/", "/mein/daten.json"):
        text = volunteer_client.get(path).text
        assert ("Meine Verein" in text, "Fremde" in text) == (True, False)
    page = volunteer_client.get_page("/mein/daten/")
    for shown in ("Wie lange Sie bei Schulungen da waren", "Bescheinigungen", "Schulungen, die Sie besucht haben"):
        assert shown in page.text


def test_erasing_leaves_the_number_and_nothing_that_leads_to_the_person(app, make):
    person = make.volunteer(name="Gerda Geht")
    held = attend(make, person, words="Gerdas")
    token = held.token
    erasure.erase(person)
    db.session.commit()
    assert db.session.scalars(db.select(TrainingRecord)).all() == []
    assert db.session.scalars(db.select(TrainingAnswers)).all() == []
    assert (held.person_id, held.reduction, held.is_valid) == (None, "", True)
    assert held.token != token


@pytest.mark.parametrize(("is_volunteer", "years", "expected"), [
    (False, 4, (1, 1)), (False, 6, (0, 0)), (True, 4, (1, 1)),
])  # fmt: skip
def test_the_history_of_who_is_not_in_the_directory_is_forgotten_after_five_years(
    app, make, is_volunteer, years, expected
):
    person = make.volunteer() if is_volunteer else make.person()
    held = attend(make, person, words="Alte")
    person_id = person.id
    db.session.commit()
    with clock.stopped(clock.now() + timedelta(days=365 * years)):
        service.delete_due()
        db.session.commit()
        again = service.delete_due()
    db.session.expire_all()
    records = db.session.scalars(db.select(TrainingRecord)).all()
    assert (len(records), int(held.person_id is not None)) == expected
    assert (db.session.get(Person, person_id) is not None) is (expected != (0, 0))
    assert again == 0
    assert held.is_valid


def test_the_history_stays_as_long_as_the_entry_in_the_directory(app, make):
    person = make.volunteer()
    with clock.stopped(clock.now() - timedelta(days=365 * 7)):
        training_records.remember(person, title="Erste Hilfe", completed_on=clock.today(), minutes=60)
    service.delete_due()
    assert len(training_records.list_records(person)) == 1
