"""Who was at which date: one tap a person, shortened, all at once, walk-ins; the list closed, and what follows."""

from datetime import timedelta

import pytest

from coordapp.accounts.models import Role
from coordapp.directory import training_records
from coordapp.directory.models import Person
from coordapp.directory.models_training import TrainingRecord
from coordapp.events import service as events
from coordapp.events.attendance import AttendanceNotOpen
from coordapp.events.dates import AttendanceClosed
from coordapp.events.models import Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock, languages
from coordapp.trainings import attendance
from coordapp.trainings.attendance_rules import minutes_there
from coordapp.trainings.models import Attendance

CONFIRMED, ATTENDED, ABSENT = RegistrationStatus.CONFIRMED, RegistrationStatus.ATTENDED, RegistrationStatus.ABSENT
WAITING, CANCELLED = RegistrationStatus.WAITING, RegistrationStatus.CANCELLED
PAST = (-22, -15, -8, -1)


@pytest.fixture
def training(make):
    """Return a training of four evenings of 90 minutes, the last of them yesterday."""
    return make.training(days=PAST)


def url(training, number=None, rest=""):
    path = f"/verwaltung/schulungen/{training.event_id}/anwesenheit/"
    return path + rest if number is None else f"{path}{training.event.dates[number].id}/{rest}"


def guest(make, training, name=None, **columns):
    return make.registration(training.event, make.person(name=name), **columns)


def status_of(registration) -> RegistrationStatus:
    return db.session.get(Registration, registration.id, populate_existing=True).status


def minutes_of(registration) -> list[int | None]:
    planned = 90  # on each evening
    rows = {
        row.event_date_id: minutes_there(planned, missed=row.missed)
        for row in db.session.scalars(db.select(Attendance).filter_by(registration_id=registration.id))
    }
    return [rows.get(date.id) for date in registration.event.dates]


def tick(client, training, number, registration, came: str):
    return client.post_to(url(training, number, registration.id), {"came": came})


def be_there(training, registration, *numbers):
    for number in numbers:
        attendance.set_attendance(training, training.event.dates[number], registration, came=True)


def test_one_tap_is_stored_and_answered_with_what_all_have_ticked_for_that_date(office, make, training):
    anna, bert = guest(make, training), guest(make, training)
    assert tick(office, training, 0, anna, "1").response.json == {"came": 1, "ticked": [anna.id]}
    assert tick(office, training, 0, bert, "1").response.json == {"came": 2, "ticked": [anna.id, bert.id]}
    assert tick(office, training, 1, bert, "1").response.json == {"came": 1, "ticked": [bert.id]}
    assert tick(office, training, 0, anna, "0").response.json == {"came": 1, "ticked": [bert.id]}
    assert minutes_of(anna) == [0, None, None, None]
    assert minutes_of(bert) == [90, 90, None, None]
    assert (status_of(anna), status_of(bert)) == (CONFIRMED, CONFIRMED)


def test_a_tap_without_token_or_sense_or_for_another_training_does_nothing(office, make, training):
    anna, other = guest(make, training), make.training(days=PAST)
    assert office.post(url(training, 0, anna.id), data={"came": "1"}).status_code == 400
    assert tick(office, training, 0, anna, "2").status == 404
    assert tick(office, other, 0, anna, "1").status == 404
    elsewhere = f"/verwaltung/schulungen/{training.event_id}/anwesenheit/{other.event.dates[0].id}/{anna.id}"
    assert office.post_to(elsewhere, {"came": "1"}).status == 404
    assert minutes_of(anna) == [None] * 4


def test_without_script_two_helpers_save_at_once_and_neither_undoes_the_other(office, browser_of, make, training):
    anna, bert, cem = (guest(make, training, name) for name in ("Anna", "Bert", "Cem"))
    tick(office, training, 0, cem, "1")
    other = browser_of(make.user(role=Role.COORDINATOR))
    mine, theirs = office.get_page(url(training, 0)), other.get_page(url(training, 0))
    page = office.send(mine, mine.form_of("Speichern"), {"came": [str(anna.id), str(cem.id)]})
    assert "Gespeichert: 1 Änderung." in page.text
    page = other.send(theirs, theirs.form_of("Speichern"), {"came": [str(bert.id)]})
    assert "Gespeichert: 2 Änderungen." in page.text
    assert [minutes_of(one)[0] for one in (anna, bert, cem)] == [90, 90, 0]


def test_who_came_later_loses_those_minutes_and_it_is_said(office, make, training):
    anna = guest(make, training, "Anna")
    be_there(training, anna, 0, 1, 2, 3)
    page = office.post_form(url(training, 1, f"{anna.id}/gekuerzt/"), {"minutes": "30"})
    assert "Anna: gespeichert." in page.text
    assert "60 von 90 Min." in page.text
    assert minutes_of(anna) == [90, 60, 90, 90]
    tick(office, training, 1, anna, "1")  # ticked again: it stays as it is
    assert minutes_of(anna) == [90, 60, 90, 90]
    day = languages.day_and_month(training.event.dates[1].starts_at)
    assert f"5,5 von 6 Stunden, weil am {day} 30 Minuten weniger" in office.get_page(url(training)).text
    assert office.get_page(url(training, 1, f"{anna.id}/gekuerzt/")).values["minutes"] == "30"


@pytest.mark.parametrize("typed", ["", "viel", "-1", "2000"])
def test_minutes_that_make_no_sense_are_asked_again(office, make, training, typed):
    anna = guest(make, training)
    page = office.post_form(url(training, 0, f"{anna.id}/gekuerzt/"), {"minutes": typed}, status=422)
    assert (list(page.errors), page.values["minutes"]) == (["minutes"], typed)
    assert minutes_of(anna) == [None] * 4


def test_nobody_is_away_longer_than_the_date_lasts(office, make, training):
    anna = guest(make, training)
    for minutes in ("90", "200"):
        page = office.post_form(url(training, 0, f"{anna.id}/gekuerzt/"), {"minutes": minutes}, status=422)
        assert "Dann nehmen Sie in der Liste den Haken weg." in page.errors["minutes"]
    assert minutes_of(anna) == [None] * 4


def test_all_were_there_ticks_who_has_a_place_and_leaves_shortened_ones(office, make, training):
    anna, bert, waiting = guest(make, training), guest(make, training), guest(make, training, status=WAITING)
    attendance.set_missed(training, training.event.dates[0], anna, minutes=20)
    page = office.press(url(training, 0), "Alle waren da")
    assert "1 Person abgehakt." in page.text
    assert [minutes_of(one)[0] for one in (anna, bert, waiting)] == [70, 90, None]


def test_who_waits_and_came_has_a_place_as_long_as_a_tick_says_so(office, make, training):
    waiting = guest(make, training, status=WAITING)
    unproven = guest(make, training, status=RegistrationStatus.UNCONFIRMED)
    assert "Warteliste" in office.get_page(url(training, 0)).text
    for number in (0, 1):
        tick(office, training, number, waiting, "1")
    tick(office, training, 0, unproven, "1")
    assert (status_of(waiting), status_of(unproven)) == (CONFIRMED, CONFIRMED)
    tick(office, training, 0, waiting, "0")
    assert status_of(waiting) is CONFIRMED
    tick(office, training, 1, waiting, "0")
    assert status_of(waiting) is WAITING


def test_who_cancelled_is_not_on_the_list_and_cannot_be_ticked_by_an_old_page(office, make, training):
    gone = guest(make, training, "Gregor Gegangen", status=CANCELLED)
    assert "Gregor" not in office.get_page(url(training, 0)).text
    tick(office, training, 0, gone, "1")
    assert (status_of(gone), minutes_of(gone)) == (CANCELLED, [None] * 4)


@pytest.mark.parametrize("is_confidential", [False, True])
def test_a_walk_in_needs_two_fields_and_comes_into_closed_groups_too(office, make, is_confidential):
    kind = make.training_format(is_confidential=is_confidential, capacity=1)
    training = make.training(kind, days=PAST)
    guest(make, training)
    page = office.post_form(url(training, 2), {"name": "  Mahsa   Neu ", "email": "mahsa@example.org"})
    assert "Mahsa Neu ist da." in page.text
    made = db.session.scalars(db.select(Registration).join(Person).where(Person.name == "Mahsa Neu")).one()
    assert (made.status, made.entered_by_id, minutes_of(made)) == (CONFIRMED, office.user.id, [None, None, 90, None])
    assert db.session.scalars(db.select(Mail)).all() == []


def test_a_walk_in_with_half_an_address_is_asked_again_and_the_name_stays(office, training):
    page = office.post_form(url(training, 0), {"name": "Mahsa Neu", "email": "mahsa@"}, status=422)
    assert page.heading == "Jemanden eintragen, der da ist"
    assert (list(page.errors), page.values["name"]) == (["email"], "Mahsa Neu")


def test_closing_counts_the_hours_and_remembers_who_completed_the_training(office, make, training):
    always, half, never, waiting = (
        guest(make, training, status=one) for one in (CONFIRMED, CONFIRMED, CONFIRMED, WAITING)
    )
    be_there(training, always, 0, 1, 2)
    be_there(training, half, 0, 3)
    page = office.press(url(training), "Liste abschließen")
    assert "Die Liste ist abgeschlossen. Da waren 2, nicht da 1." in page.text
    assert [status_of(one) for one in (always, half, never, waiting)] == [ATTENDED, ATTENDED, ABSENT, WAITING]
    record = db.session.scalars(db.select(TrainingRecord)).one()
    assert (record.person_id, record.minutes, record.event_id) == (always.person_id, 270, training.event_id)
    assert record.completed_on == clock.local(training.event.ends_at).date()
    assert training_records.has_completed(always.person, training.format_id)
    assert not training_records.has_completed(half.person, training.format_id)


def test_a_closed_list_takes_no_tick_until_it_is_opened_again(office, make, training):
    anna = guest(make, training)
    be_there(training, anna, 0, 1, 2)
    office.press(url(training), "Liste abschließen")
    assert tick(office, training, 3, anna, "1").status == 302
    assert "Speichern" not in office.get_page(url(training, 3)).buttons
    with pytest.raises(AttendanceClosed):
        attendance.mark_all(training, training.event.dates[0])
    page = office.press(url(training), "Liste wieder öffnen")
    assert "Die Liste ist wieder offen." in page.text
    assert status_of(anna) is CONFIRMED
    assert db.session.scalars(db.select(TrainingRecord)).all() == []
    tick(office, training, 3, anna, "1")
    office.press(url(training), "Liste abschließen")
    assert db.session.scalars(db.select(TrainingRecord.minutes)).all() == [360]


def test_opening_a_list_whose_registrations_are_deleted_by_now_takes_nobody_their_history(office, make, training):
    anna, bert = guest(make, training), guest(make, training)
    for one in (anna, bert):
        be_there(training, one, 0, 1, 2, 3)
    office.press(url(training), "Liste abschließen")
    db.session.execute(db.delete(Registration).filter_by(id=anna.id))
    office.press(url(training), "Liste wieder öffnen")
    assert db.session.scalars(db.select(TrainingRecord.person_id)).all() == [anna.person_id]


def test_a_sign_that_no_font_has_keeps_nobody_from_their_sheet(office, make, training):
    guest(make, training, name="Ada 李 😀")
    response = office.get(f"/verwaltung/schulungen/{training.event_id}/unterschriftenliste.pdf")
    assert (response.status_code, response.data[:5]) == (200, b"%PDF-")


def test_a_confidential_group_is_ticked_but_nothing_is_remembered_and_no_sheet_exists(office, make):
    training = make.training(make.training_format(is_confidential=True), days=PAST)
    anna = guest(make, training)
    page = office.get_page(url(training))
    assert "Unterschriftenlisten (PDF)" not in page.links
    assert office.get(f"/verwaltung/schulungen/{training.event_id}/unterschriftenliste.pdf").status_code == 404
    be_there(training, anna, 0, 1, 2, 3)
    page = office.press(url(training), "Liste abschließen")
    assert status_of(anna) is ATTENDED
    assert db.session.scalars(db.select(TrainingRecord)).all() == []
    assert "keine Bescheinigung" in page.text
    assert office.get(f"/verwaltung/schulungen/{training.event_id}/bescheinigungen/").status_code == 404


def test_the_sheet_has_one_page_for_each_date(office, training):
    response = office.get(f"/verwaltung/schulungen/{training.event_id}/unterschriftenliste.pdf")
    assert (response.status_code, response.mimetype) == (200, "application/pdf")


def test_a_date_opens_on_its_day_and_the_list_closes_on_the_last(office, make):
    training = make.training(days=(0, 7), hour=12)
    anna = guest(make, training)
    assert tick(office, training, 0, anna, "1").status == 200
    assert tick(office, training, 1, anna, "1").status == 302
    assert "Die Liste öffnet am Tag selbst" in office.get_page(url(training, 1)).text
    page = office.get_page(url(training))
    assert "Liste abschließen" not in page.buttons
    assert "Abschließen können Sie die Liste am letzten Termin" in page.text
    with pytest.raises(AttendanceNotOpen):
        attendance.close_list(training)
    with clock.stopped(clock.now() + timedelta(days=7)):
        assert attendance.close_list(training).absent == 0


def test_before_the_first_day_and_when_called_off_nobody_can_be_ticked(office, make):
    for training in (make.training(), make.training(days=PAST)):
        anna = guest(make, training)
        training.event.cancelled_at = clock.now() if training.event.ends_at < clock.now() else None
        db.session.flush()
        assert tick(office, training, 0, anna, "1").status == 302
        assert minutes_of(anna) == [None] * 4
        assert "Abhaken" not in " ".join(office.get_page(url(training)).links)


@pytest.mark.parametrize("planned", [240, 360, 480, 750])
def test_whoever_was_always_there_has_all_hours_however_they_are_corrected(make, training, planned):
    always, late, half = (guest(make, training, name) for name in ("Anna", "Bert", "Cem"))
    for registration, numbers in ((always, (0, 1, 2, 3)), (late, (1, 2, 3)), (half, (0, 1))):
        be_there(training, registration, *numbers)
    attendance.set_missed(training, training.event.dates[0], late, minutes=30)
    training.minutes = planned
    hours = {one.registration.person.name: one for one in attendance.list_hours(training)}
    assert {name: one.attended for name, one in hours.items()} == {
        "Anna": planned, "Bert": planned - 30, "Cem": planned // 2,
    }  # fmt: skip
    assert {name: one.is_enough for name, one in hours.items()} == {"Anna": True, "Bert": True, "Cem": False}
    assert hours["Anna"].reasons == ""


def test_when_an_evening_falls_away_those_who_were_at_all_others_missed_nothing(make):
    training = make.training(days=(-22, -15, -8, 6))
    event, anna = training.event, guest(make, training)
    be_there(training, anna, 0, 1, 2)
    left = [(date.starts_at, date.ends_at) for date in event.dates[:3]]
    events.change_event(event, version=event.version, dates=left, place=event.place)
    assert [(one.attended, one.planned, one.reasons) for one in attendance.list_hours(training)] == [(360, 360, "")]


def test_on_a_closed_list_no_date_moves_and_closing_twice_is_refused(office, make, training):
    be_there(training, guest(make, training), 0, 1, 2, 3)
    office.press(url(training), "Liste abschließen")
    edit = f"/verwaltung/veranstaltungen/{training.event_id}/bearbeiten/"
    before = attendance.list_hours(training)[0].attended
    page = office.post_form(edit, {"more-2-ends": "23:30"}, status=422)
    assert "Öffnen Sie zuerst die Liste der Anwesenheit wieder." in page.text
    assert page.values["more-2-ends"] == "23:30"
    page = office.post_to(url(training, rest="abschliessen"), follow=True, status=200)
    assert "Die Liste ist abgeschlossen. Öffnen Sie sie wieder" in page.root.text
    assert attendance.list_hours(training)[0].attended == before == 360
    assert db.session.scalars(db.select(TrainingRecord.minutes)).all() == [360]
    office.post_form(edit, {"title": "Grundkurs im Herbst"}, status=200)  # its words may still change
    office.post_to(url(training, rest="abschliessen"), {"reopen": "1"}, status=302)
    page = office.post_form(edit, {"more-2-ends": "23:30"})
    assert "Öffnen Sie zuerst" not in page.text


def test_the_pages_ask_the_database_the_same_number_of_times_for_one_and_thirty(office, make, training, count_queries):
    addresses = [url(training), url(training, 0)]

    def ask() -> int:
        with count_queries() as queries:
            for address in addresses:
                office.get_page(address)
        return len(queries)

    be_there(training, guest(make, training), 0, 1)
    for address in addresses:
        office.get_page(address)
    few = ask()
    for _ in range(29):
        be_there(training, guest(make, training), 0)
    assert ask() == few


def test_todays_evening_comes_first_and_closing_names_the_evenings_nobody_ticked(office, make):
    training = make.training(days=(-14, -7, 0), hour=1)
    guest(make, training)
    page = office.get_page(url(training))
    first = page.main.one("a", class_="kern-btn--primary")
    assert first["href"] == url(training, 2)
    assert "An 3 Terminen ist noch niemand abgehakt" in page.text
    for number in range(3):
        attendance.mark_all(training, training.event.dates[number])
    db.session.commit()
    assert "ist noch niemand abgehakt" not in office.get_page(url(training)).text


def test_a_name_that_stands_on_the_list_is_asked_about_at_the_door(office, make, training):
    make.registration(training.event, make.person(name="Hanna Hort", email=None, phone="+493628123456"))
    known = make.registration(training.event, make.person(name="Emil Ernst", email="emil@example.org"))
    page = office.post_form(url(training, 2, "dazu/"), {"name": "hanna  hort"}, status=422)
    assert "Hanna Hort steht schon auf der Liste." in page.errors["name"]
    page = office.post_form(url(training, 2, "dazu/"), {"name": "Hanna Hort (Stadtilm)"}, status=200)
    assert "Hanna Hort (Stadtilm) ist da." in page.text
    office.post_form(url(training, 2, "dazu/"), {"name": "Emil Ernst", "email": "emil@example.org"}, status=200)
    assert db.session.query(Registration).filter_by(event_id=training.event_id).count() == 3
    assert minutes_of(known) == [None, None, 90, None]


def test_the_office_is_told_what_trainings_need(office, make, training):
    be_there(training, guest(make, training), 0, 1, 2)
    today = make.training(days=(0,), hour=23)
    page = office.get_page("/verwaltung/")
    assert page.links["Anwesenheit abhaken"] == url(today, 0)
    assert page.links["Anwesenheit prüfen und Liste abschließen"] == url(training)
    office.press(url(training), "Liste abschließen")
    page = office.get_page("/verwaltung/")
    assert "Anwesenheit prüfen und Liste abschließen" not in page.links
    assert page.links["Bescheinigungen ausstellen"] == f"/verwaltung/schulungen/{training.event_id}/bescheinigungen/"
    office.post_to(page.links["Bescheinigungen ausstellen"])
    assert "Bescheinigungen ausstellen" not in office.get_page("/verwaltung/").links
