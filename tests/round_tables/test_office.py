"""Planning the year, and the office's pages of all and of one."""

from datetime import UTC, datetime, time, timedelta

import pytest

from coordapp.events.kinds import EventKind
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.round_tables.models import Topic
from coordapp.shared import clock

PLAN = "/verwaltung/runde-tische/planen/?jahr=2027"
NOVEMBER = datetime(2026, 11, 22, 10, tzinfo=UTC)
SAVE = "Als Entwürfe speichern"


@pytest.fixture(autouse=True)
def _november():
    with clock.stopped(NOVEMBER):
        yield


@pytest.fixture
def three_places(make):
    return [make.place(name=f"Haus {town}", municipality=town) for town in ("Arnstadt", "Ilmenau", "Stadtilm")]


def drafts() -> list[Event]:
    return sorted(db.session.scalars(db.select(Event)), key=lambda event: event.starts_at)


def test_the_year_is_planned_in_one_click_and_one_page(office, three_places):
    page = office.press(PLAN, SAVE, status=200)
    assert "3 Entwürfe sind gespeichert" in page.text
    made = drafts()
    assert [event.place.municipality for event in made] == ["Arnstadt", "Ilmenau", "Stadtilm"]
    assert [event.title for event in made] == [f"Runder Tisch in {event.place.municipality}" for event in made]
    assert {(event.kind, event.edition.year, event.is_published) for event in made} == {
        (EventKind.ROUND_TABLE, 2027, False)
    }
    assert {clock.local(event.starts_at).time() for event in made} == {time(15)}
    assert page.buttons.count("Veröffentlichen") == 3
    published = office.press("/verwaltung/runde-tische/", "Veröffentlichen")
    assert published.status == 200
    assert [event.is_published for event in drafts()].count(True) == 1


def test_the_office_adjusts_and_leaves_out(office, three_places):
    data = {
        "slots-0-day": "2027-03-16", "slots-0-begins": "16:30", "slots-0-ends": "19:00",
        "slots-0-place_id": str(three_places[2].id), "slots-0-capacity": "", "slots-1-day": "", "slots-2-day": "",
    }  # fmt: skip
    page = office.press(PLAN, SAVE, data)
    assert "1 Entwurf ist gespeichert" in page.text
    (event,) = drafts()
    assert clock.local(event.starts_at).isoformat() == "2027-03-16T16:30:00+01:00"
    assert (event.place.municipality, event.capacity) == ("Stadtilm", None)


def test_a_bad_day_is_warned_of_once_and_then_taken(office, three_places):
    data = {"slots-0-day": "2027-09-20", "slots-1-day": "2027-05-01", "slots-2-day": ""}
    page = office.press(PLAN, SAVE, data, status=422)
    assert "Das ist ein Feiertag: Weltkindertag." in page.text
    assert "Das ist ein Wochenende. Das ist ein Feiertag: Erster Mai." in page.text
    assert (page.values["slots-0-day"], drafts()) == ("2027-09-20", [])
    again = office.send(page, page.form_of(SAVE))
    assert "2 Entwürfe sind gespeichert" in again.text
    assert len(drafts()) == 2


def test_another_bad_day_is_warned_of_again(office, three_places):
    page = office.press(PLAN, SAVE, {"slots-0-day": "2027-09-20"}, status=422)
    page = office.send(page, page.form_of(SAVE), {"slots-0-day": "2027-07-13"}, status=422)
    assert "Im Juli und August sind viele im Urlaub." in page.text


@pytest.mark.parametrize(("data", "field", "message"), [
    ({"slots-0-day": "2027-03-28", "slots-0-begins": "02:30"}, "slots-0-begins", "Diese Uhrzeit gibt es an diesem Tag"),
    ({"slots-0-day": "2026-11-22", "slots-0-begins": "10:00", "slots-0-ends": "12:00"}, "slots-0-day",
     "Dieser Termin liegt in der Vergangenheit."),
    ({"slots-0-ends": "14:00"}, "slots-0-ends", "Das Ende liegt vor dem Beginn."),
    ({"slots-0-begins": ""}, "slots-0-begins", "Bitte schreiben Sie eine Uhrzeit"),
    ({"slots-0-capacity": "0"}, "slots-0-capacity", "Bitte eine Zahl ab 1."),
    ({"slots-0-day": "morgen"}, "slots-0-day", ""),
])  # fmt: skip
def test_what_cannot_be_is_said_beside_the_field_and_all_stays(office, three_places, data, field, message):
    page = office.press(PLAN, SAVE, data | {"slots-1-capacity": "17"}, status=422)
    assert list(page.errors) == [field]
    assert message in page.errors[field]
    assert page.values["slots-1-capacity"] == "17"
    assert all(page.values[name] == value for name, value in data.items())
    assert drafts() == []


def test_no_day_at_all_is_an_error(office, three_places):
    page = office.press(PLAN, SAVE, {f"slots-{number}-day": "" for number in range(3)}, status=422)
    assert "Bitte wählen Sie mindestens einen Tag." in page.text


def test_without_a_place_the_first_deed_is_to_make_one(office):
    page = office.get_page(PLAN)
    assert "Ort anlegen" in page.links
    assert SAVE not in page.buttons


def test_a_year_that_is_planned_says_so_and_still_takes_one_more(office, make, three_places):
    for days in (120, 200, 300):
        make.event(starts_at=make.in_days(days), published=False)
    page = office.get_page(PLAN)
    assert "Schon geplant für 2027: 3 von 3" in page.text
    assert SAVE not in page.buttons
    page = office.press(page.links["Noch einen Termin planen"], SAVE, {"slots-0-day": "2027-11-16"})
    assert "1 Entwurf ist gespeichert" in page.text


@pytest.mark.parametrize("year", ["2025", "2099"])
def test_a_year_out_of_reach_is_not_found(office, year):
    office.get_page(f"/verwaltung/runde-tische/planen/?jahr={year}", status=404)


def test_the_list_says_where_each_stands(office, make):
    full = make.event(starts_at=make.in_days(30), capacity=2)
    make.registration(full, party_size=2)
    make.registration(full, status="waiting")
    make.event(starts_at=make.in_days(60), published=False)
    make.event(starts_at=make.in_days(90), cancelled=True)
    make.event(starts_at=make.in_days(-30))
    rows = [row.text for row in office.get_page("/verwaltung/runde-tische/").main.all("tr")]
    states = [word for row in rows for word in ("Entwurf", "veröffentlicht", "abgesagt", "vorbei") if word in row]
    assert sorted(states) == ["Entwurf", "abgesagt", "veröffentlicht", "vorbei"]
    assert sum("2 von 2" in row for row in rows) == 1


def test_the_list_asks_the_database_the_same_number_of_times_for_one_and_thirty(office, make, count_queries):
    make.event()
    office.get_page("/verwaltung/runde-tische/")
    with count_queries() as few:
        office.get_page("/verwaltung/runde-tische/")
    for number in range(29):
        make.registration(make.event(starts_at=make.in_days(number)))
    with count_queries() as many:
        page = office.get_page("/verwaltung/runde-tische/")
    assert len(page.main.all("tbody")[0].all("tr")) + len(page.main.all("tbody")[-1].all("tr")) >= 30
    assert len(many) == len(few)


@pytest.mark.parametrize(("days", "columns", "button"), [
    (60, {"published": False}, "Veröffentlichen"),
    (60, {}, "Jemanden anmelden"),
    (2, {}, "Unterschriftenliste drucken (PDF)"),
    (0, {}, "Anwesenheit abhaken"),
    (-1, {}, "Protokoll schreiben"),
])  # fmt: skip
def test_the_hub_puts_the_next_deed_first(office, make, days, columns, button):
    event = make.event(starts_at=make.in_days(days), **columns)
    page = office.get_page(f"/verwaltung/runde-tische/{event.id}/")
    primary = page.main.all(class_="kern-btn--primary")
    assert [element.text for element in primary] == [button]


def test_the_hub_of_something_else_is_not_found(office):
    office.get_page("/verwaltung/runde-tische/1/", status=404)


def test_visitors_and_volunteers_stay_outside(client, volunteer_client, make):
    event = make.event()
    for path in ("", "planen/", f"{event.id}/", f"{event.id}/tagesordnung/", "aufgaben/", f"{event.id}/anwesenheit/",
                 f"{event.id}/unterschriftenliste.pdf", f"{event.id}/protokoll/"):  # fmt: skip
        assert client.get(f"/verwaltung/runde-tische/{path}").status_code == 302
        assert volunteer_client.get(f"/verwaltung/runde-tische/{path}").status_code == 404


def test_an_event_that_was_copied_has_an_agenda_page_before_anybody_wrote_to_it(office, make):
    event = make.event(starts_at=make.in_days(30) + timedelta(hours=1))
    assert "Noch kein Punkt" in office.get_page(f"/verwaltung/runde-tische/{event.id}/tagesordnung/").text


def test_the_plan_takes_hours_and_places_from_the_latest_round_table_there(office, make):
    small = make.place(municipality="Stadtilm")
    starts_at = make.in_days(-300, 17)
    make.event(place=small, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), capacity=24)
    values = office.get_page(f"/verwaltung/runde-tische/planen/?jahr={clock.today().year + 2}").values
    slots = {values[f"slots-{i}-place_id"]: i for i in range(3)}
    there = slots[str(small.id)]
    assert [values[f"slots-{there}-{name}"] for name in ("begins", "ends", "capacity")] == ["17:00", "19:00", "24"]


def test_a_draft_is_deleted_and_nothing_of_it_is_left(office, make):
    event = make.event(published=False, title="Runder Tisch, vertippt")
    db.session.add(Topic(event_id=event.id, text="Busse"))
    page = office.press(f"/verwaltung/runde-tische/{event.id}/", "Entwurf löschen")
    assert "Der Entwurf „Runder Tisch, vertippt“ ist gelöscht." in page.root.text
    assert db.session.query(Event).count() == db.session.query(Topic).count() == 0


def test_what_is_public_or_has_people_is_never_deleted(office, make):
    public, registered = make.event(), make.event(published=False)
    make.registration(registered)
    invited = make.event(published=False)
    db.session.add(Invitation(event=invited, person=make.person()))
    for event in (public, registered, invited):
        page = office.post_to(f"/verwaltung/veranstaltungen/{event.id}/loeschen", follow=True)
        assert "kann nicht mehr gelöscht werden" in page.root.text
    assert db.session.query(Event).count() == 3
