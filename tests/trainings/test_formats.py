"""The catalogue in the office: entries made, changed, archived, deleted, and new groups from an entry."""

from datetime import UTC, datetime

import pytest

from coordapp.directory import training_records
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.trainings import catalogue, service
from coordapp.trainings.models import FormatType, Funder, Training, TrainingFormat, TrainingInterest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
LIST = "/verwaltung/schulungen/angebote/"
NEW = f"{LIST}neu/"
SAVE, PLAN = "Speichern", "Als Entwurf speichern"
MOST = {
    "title": "Grundkurs", "summary": "Vier Abende", "contents": "Zuhören\nFragen", "hours": "4,5", "trainer": "Ute",
    "target_group": "Alle, die helfen", "language": "ar", "cost": "10 Euro", "capacity": "12",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def entries() -> list[TrainingFormat]:
    return list(db.session.scalars(db.select(TrainingFormat).order_by(TrainingFormat.id)))


def one() -> TrainingFormat:
    return db.session.scalars(db.select(TrainingFormat)).one()


def edit_of(entry: TrainingFormat) -> str:
    return f"{LIST}{entry.id}/bearbeiten/"


def plan_of(entry: TrainingFormat) -> str:
    return f"{LIST}{entry.id}/gruppe/"


# making and changing


def test_an_entry_keeps_all_that_was_typed(office, make):
    needed, place = make.training_format(title="Einstieg"), make.place()
    funder = Funder(name="Stiftung Beispiel")
    db.session.add(funder)
    db.session.commit()
    more = {"required_format_id": str(needed.id), "place_id": str(place.id), "funder_ids": [str(funder.id)]}
    page = office.press(NEW, SAVE, MOST | more, status=200)
    assert "Das Angebot ist gespeichert. Alle können es jetzt sehen." in page.root.text
    made = entries()[-1]
    assert [getattr(made, name) for name in ("title", "summary", "contents", "trainer", "target_group", "cost")] == [
        "Grundkurs", "Vier Abende", "Zuhören\nFragen", "Ute", "Alle, die helfen", "10 Euro",
    ]  # fmt: skip
    assert (made.minutes, made.capacity, made.language, made.type) == (270, 12, "ar", FormatType.TRAINING)
    assert (made.required_format, made.place, made.funders) == (needed, place, [funder])
    assert (made.is_confidential, made.is_offered) == (False, True)


@pytest.mark.parametrize(("kind", "choice", "expected"), [
    ("training", "usual", False), ("supervision", "usual", True), ("coaching", "usual", True),
    ("supervision", "no", False), ("training", "yes", True),
])  # fmt: skip
def test_supervision_and_coaching_are_confidential_unless_the_office_says_otherwise(office, kind, choice, expected):
    assert office.get_page(NEW).values["confidentiality"] == "usual"
    office.press(NEW, SAVE, MOST | {"type": kind, "confidentiality": choice}, status=200)
    assert one().is_confidential is expected


@pytest.mark.parametrize(("hours", "minutes"), [("6", 360), ("4,5", 270), ("4.5", 270), (" 0,75 ", 45), ("1,33", 80)])
def test_hours_are_typed_as_people_write_them(office, hours, minutes):
    office.press(NEW, SAVE, MOST | {"hours": hours}, status=200)
    assert one().minutes == minutes


@pytest.mark.parametrize("hours", ["", "0", "-1", "viele", "NaN", "1e9", "301", "0,001", "sNaN", "Infinity"])
def test_what_are_no_hours_is_said_beside_the_field_and_all_stays(office, hours):
    page = office.press(NEW, SAVE, MOST | {"hours": hours}, status=422)
    assert list(page.errors) == ["hours"]
    assert {name: page.values[name] for name in MOST} == MOST | {"hours": hours}
    assert entries() == []


def test_changing_shows_what_is_stored_and_leaves_planned_groups_as_they_are(office, make):
    training = make.training(make.training_format(title="Alt", capacity=12))
    page = office.get_page(edit_of(training.format))
    assert (page.values["title"], page.values["hours"], page.values["confidentiality"]) == ("Alt", "6", "no")
    office.press(edit_of(training.format), SAVE, {"title": "Neu", "capacity": "", "hours": "5"}, status=200)
    assert (one().title, one().capacity, one().minutes) == ("Neu", None, 300)
    kept = db.session.get(Training, training.event_id)
    assert (kept.event.title, kept.event.capacity, kept.minutes) == ("Alt", 12, 360)


def test_when_two_change_an_entry_nothing_typed_is_lost(office, make):
    entry = make.training_format(title="Alt", trainer="Ute")
    page = office.get_page(edit_of(entry))
    office.press(edit_of(entry), SAVE, {"title": "Von der anderen", "trainer": "Eva"}, status=200)
    second = office.send(page, page.form_of(SAVE), {"title": "Von mir"}, status=409)
    assert "Titel: Von der anderen" in second.text
    assert "Leitung: Eva" in second.text
    assert second.values["title"] == "Von mir"
    assert one().title == "Von der anderen"
    office.send(second, second.form_of(SAVE), status=200)
    assert (one().title, one().trainer) == ("Von mir", "Ute")


def test_an_entry_never_asks_for_itself_nor_in_a_circle_nor_for_what_is_confidential(office, make):
    first = make.training_format(title="Erster")
    second = make.training_format(title="Zweiter", required_format=first)
    make.training_format(title="Dritter", required_format=second)
    make.training_format(title="Supervision", type=FormatType.SUPERVISION, is_confidential=True)
    make.training_format(title="Ganz anders")
    page = office.get_page(edit_of(first))
    options = [option.text for option in page.main.by_id["required_format_id"].all("option")]
    assert options == ["nichts", "Ganz anders"]
    page = office.press(edit_of(first), SAVE, {"required_format_id": str(second.id)}, status=422)
    assert list(page.errors) == ["required_format_id"]


def test_followers_are_found_over_several_steps_and_circles_end():
    assert catalogue.followers(1, {1: None, 2: 1, 3: 2, 4: None}) == {2, 3}
    assert catalogue.followers(1, {1: 2, 2: 1}) == {1, 2}


@pytest.mark.parametrize("use", ["group", "interest", "history", "follower", "asked for by a group"])
def test_what_is_in_use_stays_as_confidential_as_it_is_and_is_not_deleted(office, make, use):
    entry = make.training_format(title="In Gebrauch")
    match use:
        case "group":
            make.training(entry, published=False)
        case "interest":
            db.session.add(TrainingInterest(format=entry, person=make.person()))
        case "history":
            training_records.remember(
                make.person(), title="Alt", completed_on=clock.today(), minutes=60, format_id=entry.id
            )
        case "follower":
            make.training_format(required_format=entry)
        case "asked for by a group":
            make.event(required_format_id=entry.id)  # its entry asks for nothing any more
    db.session.commit()
    page = office.press(edit_of(entry), SAVE, {"confidentiality": "yes", "trainer": "Eva"}, status=422)
    assert "Darum bleibt es, wie es ist." in page.text
    assert page.values["trainer"] == "Eva"
    assert "Löschen" not in office.get_page(f"{LIST}{entry.id}/").buttons
    page = office.post_to(f"{LIST}{entry.id}/loeschen", follow=True)
    assert "kann nicht gelöscht werden" in page.root.text
    kept = db.session.get(TrainingFormat, entry.id)
    assert (kept.title, kept.is_confidential) == ("In Gebrauch", False)


def test_what_was_never_run_can_become_confidential_and_be_deleted(office, make):
    entry = make.training_format(title="Vertippt")
    office.press(edit_of(entry), SAVE, {"confidentiality": "yes"}, status=200)
    assert one().is_confidential
    page = office.press(f"{LIST}{entry.id}/", "Löschen", status=200)
    assert "„Vertippt“ ist gelöscht." in page.root.text
    assert entries() == []


def test_an_archived_entry_is_in_the_archive_and_comes_back(office, make):
    entry = make.training_format(title="Alt")
    office.press(f"{LIST}{entry.id}/", "Archivieren", status=200)
    page = office.get_page(LIST)
    assert [heading.text for heading in page.main.all("h2")] == ["Archiv"]
    assert "Alt" in page.links
    office.press(f"{LIST}{entry.id}/", "Wieder anbieten", status=200)
    assert one().is_offered


# the list


def test_the_list_says_how_many_groups_come_were_held_and_who_waits(office, make):
    entry = make.training_format(title="Grundkurs")
    make.training(entry)
    make.training(entry, published=False)
    make.training(entry, days=(-20, -13))
    make.training(entry).event.cancelled_at = NOW
    db.session.add(TrainingInterest(format=entry, person=make.person(), proven_at=NOW))
    make.training_format(title="Anfang")
    rows = [row.text for row in office.get_page(LIST).main.one("tbody").all("tr")]
    assert rows[0].startswith("Anfang Schulung 6 Stunden 0 0 0")
    assert rows[1].startswith("Grundkurs Schulung 6 Stunden 2 1 1")


def test_the_list_asks_as_often_for_30_entries_as_for_one(office, make, count_queries):
    def asked() -> int:
        with count_queries() as queries:
            office.get_page(LIST)
        return len(queries)

    training = make.training()
    db.session.add(TrainingInterest(format=training.format, person=make.person(), proven_at=NOW))
    office.get_page(LIST)
    first = asked()
    for _number in range(29):
        entry = make.training().format
        db.session.add(TrainingInterest(format=entry, person=make.person(), proven_at=NOW))
    db.session.commit()
    assert asked() == first
    assert len(office.get_page(LIST).main.all("tr")) == 31


def test_an_empty_catalogue_says_what_to_do_first(office):
    assert "Neues Angebot" in office.get_page(LIST).links


# a new group


def test_a_group_is_planned_from_an_entry(office, make):
    entry = make.training_format(place=make.place(name="Rathaus"), cost="")
    data = {
        "dates-0-day": "2027-01-12", "dates-0-begins": "17:30", "dates-0-ends": "20:30",
        "dates-1-day": "2027-01-19", "dates-1-begins": "17:30", "dates-1-ends": "20:30", "trainer": "Eva",
        "closes_on": "2027-01-10", "capacity": "9", "hours": "6",
    }  # fmt: skip
    page = office.press(plan_of(entry), PLAN, data, status=200)
    assert page.heading == entry.title
    made = db.session.scalars(db.select(Training)).one()
    event = made.event
    assert [clock.local(date.starts_at).isoformat() for date in event.dates] == [
        "2027-01-12T17:30:00+01:00", "2027-01-19T17:30:00+01:00",
    ]  # fmt: skip
    assert (made.trainer, made.minutes, event.capacity, event.place.name) == ("Eva", 360, 9, "Rathaus")
    assert clock.local(event.registration_closes_at).isoformat() == "2027-01-10T23:59:00+01:00"
    assert not event.is_published


def test_dates_are_proposed_like_those_of_the_last_group_and_a_further_one_a_week_later(office, make):
    entry = make.training_format()
    make.training(entry, days=(-30, -23))
    page = office.get_page(plan_of(entry))
    days = [page.values[f"dates-{number}-day"] for number in (0, 1)]
    assert days == ["2026-12-26", "2027-01-02"]  # the first in four weeks or later, on the same weekday
    assert page.values["dates-0-begins"] == "18:00"
    more = office.press(plan_of(entry), "Weiteren Termin", {"trainer": "Eva"}, status=200)
    assert [more.values[f"dates-2-{name}"] for name in ("day", "begins", "ends")] == ["2027-01-09", "18:00", "19:30"]
    assert more.values["trainer"] == "Eva"
    assert db.session.query(Training).count() == 1


def test_twelve_dates_are_the_most(office, make):
    entry = make.training_format()
    page = office.get_page(plan_of(entry))
    for _number in range(15):
        page = office.send(page, page.form_of("Weiteren Termin"), {"more": "1"}, status=200)
    assert len([name for name in page.values if name.endswith("-day")]) == 12


def test_bad_days_are_warned_of_once_and_then_taken(office, make):
    entry = make.training_format(minutes=60)
    data = {"dates-0-day": "2027-05-01", "dates-0-begins": "10:00", "dates-0-ends": "12:00"}
    page = office.press(plan_of(entry), PLAN, data, status=422)
    assert "Das ist ein Wochenende. Das ist ein Feiertag: Erster Mai." in page.text
    assert db.session.query(Event).count() == 0
    office.send(page, page.form_of(PLAN), status=200)
    assert db.session.query(Event).count() == 1


@pytest.mark.parametrize(("data", "field"), [
    ({"dates-0-day": "2026-11-20"}, "dates-0-day"),
    ({"dates-0-ends": "10:00"}, "dates-0-ends"),
    ({"dates-0-begins": ""}, "dates-0-begins"),
    ({"dates-0-day": "2027-03-28", "dates-0-begins": "02:30", "dates-0-ends": "06:00"}, "dates-0-begins"),
    ({"dates-1-day": "2027-01-12", "dates-1-begins": "19:00", "dates-1-ends": "21:00"}, "dates-1-day"),
    ({"hours": "4"}, "hours"),
    ({"closes_on": "2027-01-13"}, "closes_on"),
    ({"capacity": "0"}, "capacity"),
])  # fmt: skip
def test_what_cannot_be_is_said_beside_the_field_and_all_stays(office, make, data, field):
    entry = make.training_format(minutes=180)
    good = {"dates-0-day": "2027-01-12", "dates-0-begins": "17:30", "dates-0-ends": "20:30", "trainer": "Eva"}
    page = office.press(plan_of(entry), PLAN, good | data, status=422)
    assert list(page.errors) == [field]
    assert {name: page.values[name] for name in good | data} == good | data
    assert db.session.query(Event).count() == 0


def test_a_group_without_a_day_is_an_error(office, make):
    page = office.press(plan_of(make.training_format()), PLAN, status=422)
    assert "Bitte wählen Sie mindestens einen Tag." in page.text


def test_a_group_of_what_is_confidential_is_closed_and_has_no_link(office, make):
    entry = make.training_format(type=FormatType.SUPERVISION, is_confidential=True, minutes=60)
    data = {"dates-0-day": "2027-01-12", "dates-0-begins": "17:30", "dates-0-ends": "19:00"}
    page = office.press(plan_of(entry), PLAN, data, status=200)
    made = db.session.scalars(db.select(Training)).one()
    assert (made.event.is_confidential, made.event.group_only, made.group_token) == (True, True, None)
    assert "Vertraulich" in page.text


def test_visitors_and_volunteers_stay_outside(client, volunteer_client, make):
    entry = make.training_format()
    for path in ("", "neu/", f"{entry.id}/", f"{entry.id}/bearbeiten/", f"{entry.id}/gruppe/"):
        assert client.get(f"{LIST}{path}").status_code == 302
        assert volunteer_client.get(f"{LIST}{path}").status_code == 404


def test_what_is_not_given_is_as_in_the_catalogue(make):
    entry = make.training_format(minutes=120, trainer="Ute", capacity=7)
    made = service.plan_group(entry, dates=[(make.in_days(30), make.in_days(30, 17))])
    assert (made.minutes, made.trainer, made.event.capacity) == (120, "Ute", 7)
