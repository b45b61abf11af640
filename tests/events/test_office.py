"""The office's deeds on an event and on places: what it sees before, what is then sent, and to whom once."""

from datetime import UTC, datetime, timedelta

import pytest

from coordapp.events import service
from coordapp.events.models import Event, Place, RegistrationStatus
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock
from tests.sign_in import sign_in

from .conftest import NOW

S = RegistrationStatus
HOURS = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def event(make):
    """Return a round table on Wednesday 23 December 2026 from 15:00 to 18:00 in the Rathaus."""
    return make.event(title="Runder Tisch", starts_at=make.in_days(30), place=make.place(name="Rathaus"), capacity=8)


def path_of(event: Event, deed: str = "bearbeiten/") -> str:
    return f"/verwaltung/veranstaltungen/{event.id}/{deed}"


def hub_of(event: Event) -> str:
    return f"/verwaltung/runde-tische/{event.id}/"


# editing


def test_the_form_shows_what_the_event_holds_in_german_time(office, event):
    assert office.get_page(path_of(event)).values == {
        "title": "Runder Tisch", "summary": "", "description": "", "day": "2026-12-23", "begins": "15:00",
        "ends": "18:00", "place_id": str(event.place_id), "capacity": "8", "closes_on": "2026-12-22",
        "closes_time": "15:00", "opens_on": "", "reminder_days": "14, 2", "version": "0",
    }  # fmt: skip


def test_what_touches_nobody_is_saved_at_once(office, event, make, mails):
    make.registration(event)
    done = office.post_form(
        path_of(event),
        {"title": "Neu", "description": "Länger", "capacity": "", "reminder_days": "7; 1", "opens_on": "2026-11-20"},
        status=200,
    )
    assert "Gespeichert." in done.root.text
    assert (event.title, event.description, event.capacity, event.reminder_days) == ("Neu", "Länger", None, [7, 1])
    assert event.registration_opens_at == datetime(2026, 11, 19, 23, tzinfo=UTC)
    assert (event.sequence, event.version) == (0, 1)
    assert mails() == []


def test_no_reminders_at_all_can_be_wished(office, event):
    office.post_form(path_of(event), {"reminder_days": ""}, status=200)
    assert event.reminds_days_before == ()


def test_moving_an_event_shows_whom_and_what_and_sends_once_each(office, event, make, mails):
    event.capacity = 2
    olha = make.registration(event, make.person(name="Olha mit Mail"), language="uk")
    make.registration(event, make.person(name="Karim wartet"), status=S.WAITING)
    make.registration(event, make.person(name="Oma ohne Mail", email=None, phone="+493628111"))
    make.registration(event, make.person(name="Schon abgesagt"), status=S.CANCELLED)
    before = event.starts_at

    page = office.post_form(path_of(event), {"day": "2026-12-30", "title": "Neuer Titel"}, status=200)
    assert page.heading == "Änderung prüfen und senden"
    assert "Noch ist nichts gespeichert." in page.text
    for words in (
        "2 Personen bekommen eine E-Mail", "Olha mit Mail", "Karim wartet", "Oma ohne Mail, +493628111",
        "Bisher: Mittwoch, 23. Dezember 2026, 15:00 bis 18:00 Uhr", "Neu: Mittwoch, 30. Dezember 2026",
        "Neuer Termin: Neuer Titel",
    ):  # fmt: skip
        assert words in page.text
    assert "Schon abgesagt" not in page.text
    db.session.expire_all()
    assert (event.starts_at, event.title) == (before, "Runder Tisch")
    assert mails() == []

    form = page.form_of("Speichern und senden (2)")
    done = office.send(page, form, status=200)
    assert "Gespeichert. 2 Personen bekommen eine E-Mail. 1 Person hat keine E-Mail" in done.root.text
    assert (event.starts_at, event.title) == (before + timedelta(days=7), "Neuer Titel")
    assert len(mails()) == 2
    assert [mail.language for mail in mails(olha.person.email)] == ["uk"]

    again = office.send(page, form)  # a double click
    assert again.status == 409
    assert len(mails()) == 2


def test_a_new_place_is_told_too(office, event, make, mails):
    make.registration(event)
    other = make.place(name="Schloss", municipality="Ilmenau")
    page = office.post_form(path_of(event), {"place_id": str(other.id)}, status=200)
    assert "Ilmenau: Schloss" in page.text
    office.send(page, page.form_of("Speichern und senden (1)"), status=200)
    assert event.place == other
    assert len(mails()) == 1


@pytest.mark.parametrize("columns", [{"published": False}, {"cancelled": True}])
def test_a_draft_or_what_is_called_off_is_moved_without_a_word(office, make, columns, mails):
    event = make.event(**columns)
    make.registration(event)
    done = office.post_form(path_of(event), {"ends": "19:30"}, status=200)
    assert "Gespeichert." in done.root.text
    assert "bekommen eine E-Mail" not in done.root.text
    assert clock.local(event.ends_at).hour == 19
    assert mails() == []


def test_two_who_edit_at_once_both_see_both_texts(app, office, event, make, mails):
    other_place = make.place(name="Schloss", municipality="Ilmenau")
    make.registration(event)
    second = sign_in(app.test_client(), make.user(role=office.user.role))
    mine = office.get_page(path_of(event))
    theirs = {"title": "Ihr Titel", "summary": "Ihr Satz", "hides_address": "y"}
    second.post_form(path_of(event), theirs, status=200)

    typed = {"title": "Mein Titel", "description": "Meine Worte", "capacity": "9", "place_id": str(other_place.id)}
    page = office.send(mine, mine.form_with({"title"}), typed | {"confirmed": "1"}, status=409)
    assert "Inzwischen hat jemand anderes gespeichert" in page.text
    for words in (
        "Titel: Ihr Titel", "In einem Satz: Worum geht es?: Ihr Satz", "Beschreibung: (leer)", "Ort: Arnstadt: Rathaus",
        "Den genauen Ort erfahren nur Angemeldete: ja", "Plätze (leer: ohne Grenze): 8",
    ):  # fmt: skip
        assert words in page.text
    assert "Tag: " not in page.text  # of what is alike nothing is said
    assert (page.values["title"], page.values["description"]) == ("Mein Titel", "Meine Worte")
    db.session.expire_all()
    assert (event.title, event.summary) == ("Ihr Titel", "Ihr Satz")
    assert mails() == []

    preview = office.send(page, page.form_with({"title"}), status=200)  # having seen both
    office.send(preview, preview.form_of("Speichern und senden (1)"), status=200)
    assert (event.title, event.summary, event.place) == ("Mein Titel", "", other_place)
    assert len(mails()) == 1


def test_the_capacity_cannot_fall_below_what_is_given_away(office, event, make):
    make.registration(event, party_size=5)
    page = office.post_form(path_of(event), {"capacity": "4", "title": "bleibt stehen"}, status=422)
    assert "Es sind schon 5 Plätze vergeben. Weniger geht nicht." in page.errors["capacity"]
    assert page.values["title"] == "bleibt stehen"
    office.post_form(path_of(event), {"capacity": "5"}, status=200)


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"title": ""}, {"title"}),
        ({"day": ""}, {"day"}),
        ({"day": "2026-02-30"}, {"day"}),
        ({"begins": "25:00"}, {"begins"}),
        ({"ends": "15:00"}, {"ends"}),
        ({"ends": "14:00"}, {"ends"}),
        ({"capacity": "0"}, {"capacity"}),
        ({"capacity": "-3"}, {"capacity"}),
        ({"capacity": "viele"}, {"capacity"}),
        ({"closes_on": "2026-12-24"}, {"closes_on"}),
        ({"day": "0001-01-01"}, {"day"}),
        ({"day": "9999-12-31"}, {"day"}),
        ({"closes_on": "0001-01-01"}, {"closes_on"}),
        ({"closes_on": "1999-12-31"}, {"closes_on"}),
        ({"opens_on": "0001-01-01"}, {"opens_on"}),
        ({"opens_on": "9999-12-31"}, {"opens_on"}),
        ({"reminder_days": "bald"}, {"reminder_days"}),
        ({"reminder_days": "0"}, {"reminder_days"}),
        ({"reminder_days": "61"}, {"reminder_days"}),
        ({"reminder_days": "²"}, {"reminder_days"}),
        ({"place_id": "999999"}, {"place_id"}),
        ({"place_id": "x"}, {"place_id"}),
        ({"version": "x"}, set()),
        ({"version": ""}, set()),
    ],
)
def test_an_error_is_said_beside_its_field_and_nothing_is_saved(office, event, typed, fields):
    page = office.post_form(path_of(event), {"summary": "bleibt stehen"} | typed, status=422)
    assert set(page.errors) == fields
    assert page.root.all(class_="error-summary")
    assert page.values["summary"] == "bleibt stehen"
    db.session.expire_all()
    assert event.summary == ""


def test_an_hour_that_the_change_of_the_clocks_skips_is_refused(office, event):
    typed = {"day": "2027-03-28", "begins": "02:30", "ends": "04:00", "closes_on": "2027-03-27"}
    page = office.post_form(path_of(event), typed, status=422)
    assert "Diese Uhrzeit gibt es an diesem Tag nicht" in page.errors["begins"]


def test_an_hour_that_comes_twice_means_the_first(office, event):
    typed = {"day": "2027-10-31", "begins": "02:30", "ends": "03:30", "closes_on": "2027-10-30"}
    office.post_form(path_of(event), typed, status=200)
    assert event.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert event.ends_at == datetime(2027, 10, 31, 2, 30, tzinfo=UTC)
    assert office.get_page(path_of(event)).values["begins"] == "02:30"


# publishing and withdrawing


def test_publishing_and_taking_back(office, client, make):
    event = make.event(published=False, title="Runder Tisch")
    public = f"/runde-tische/{event.id}/"
    client.get_page(public, status=404)
    assert "Veröffentlicht." in office.post_to(path_of(event, "veroeffentlichen"), follow=True).root.text
    client.get_page(public)
    assert "wieder ein Entwurf" in office.press(hub_of(event), "Zurück zum Entwurf", status=200).root.text
    client.get_page(public, status=404)


def test_what_people_registered_for_can_only_be_called_off(office, event, make):
    make.registration(event)
    assert "Zurück zum Entwurf" not in office.get_page(hub_of(event)).buttons
    page = office.post_to(path_of(event, "zuruecknehmen"), follow=True)
    assert "Sie können die Veranstaltung nur noch absagen." in page.root.text
    assert event.is_published


# calling off and bringing back


def test_calling_off_shows_whom_and_what_and_tells_once_each(office, client, event, make, mails):
    make.registration(event, make.person(name="Olha mit Mail"))
    make.registration(event, make.person(name="Oma ohne Mail", email=None))
    page = office.get_page(path_of(event, "absagen/"))
    for words in ("1 Person bekommt eine E-Mail", "Olha mit Mail", "Oma ohne Mail", "Abgesagt: Runder Tisch"):
        assert words in page.text
    assert "Brief drucken" in page.links
    assert mails() == []
    button = "Absagen und Bescheid geben (1)"
    done = office.press(path_of(event, "absagen/"), button, {"reason": "Das Haus ist zu."}, status=200)
    assert "Abgesagt. 1 Person bekommt eine E-Mail. 1 Person hat keine E-Mail" in done.root.text
    (mail,) = mails()
    assert "Der Grund: Das Haus ist zu." in mail.text
    assert "Das Haus ist zu." in client.get_page(f"/runde-tische/{event.id}/").text
    again = office.post_to(path_of(event, "absagen/"), {"reason": "doppelt"}, follow=True)
    assert "Die Veranstaltung ist schon abgesagt." in again.root.text
    assert "bekommen eine E-Mail" not in again.root.text
    assert len(mails()) == 1
    assert event.cancellation_reason == "Das Haus ist zu."


def test_bringing_back_shows_whom_and_what_and_tells_once_each(office, event, make, kinds_of_mails):
    make.registration(event)
    service.cancel_event(event)
    page = office.get_page(path_of(event, "doch-stattfinden/"))
    assert "Nicht abgesagt, findet statt: Runder Tisch" in page.text
    for told in (True, False):
        done = office.send(page, page.form_of("Findet statt: Bescheid geben (1)"), status=200)
        assert "Die Veranstaltung findet statt." in done.root.text
        assert ("1 Person bekommt eine E-Mail." in done.root.text) is told
    assert not event.is_cancelled
    assert kinds_of_mails() == ["event_cancelled", "event_reinstated"]


def test_a_reason_that_is_too_long_is_not_cut(office, event):
    page = office.post_form(path_of(event, "absagen/"), {"reason": "x" * 501}, status=422)
    assert set(page.errors) == {"reason"}
    assert len(page.values["reason"]) == 501
    assert not event.is_cancelled


# copying


def test_a_copy_is_a_draft_on_the_new_day_at_the_same_hour(office, event):
    page = office.post_form(path_of(event, "kopieren/"), {"day": "2027-06-15"}, status=200)
    assert "Das ist der neue Entwurf." in page.root.text
    copy = db.session.scalars(db.select(Event).where(Event.id != event.id)).one()
    assert page.url.endswith(hub_of(copy))
    assert clock.local(copy.starts_at).isoformat() == "2027-06-15T15:00:00+02:00"
    assert clock.local(copy.registration_closes_at).isoformat() == "2027-06-14T15:00:00+02:00"
    assert (copy.title, copy.is_published) == ("Runder Tisch", False)


@pytest.mark.parametrize("day", ["2026-11-22", "", "gestern", "0001-01-01", "2101-01-01", "9999-12-31"])
def test_a_copy_needs_a_day_to_come(office, event, day):
    page = office.post_form(path_of(event, "kopieren/"), {"day": day}, status=422)
    assert set(page.errors) == {"day"}
    assert db.session.query(Event).count() == 1


# who may


DEEDS = ("bearbeiten/", "veroeffentlichen", "zuruecknehmen", "absagen/", "doch-stattfinden/", "kopieren/")


@pytest.mark.parametrize("deed", DEEDS)
def test_only_the_office_may(volunteer_client, administrator, client, event, make, deed):
    make.registration(event)
    for browser in (volunteer_client, administrator):
        browser.post_to(path_of(event, deed), {"day": "2027-06-15", "reason": ""}, status=404)
    assert client.post_to(path_of(event, deed)).status in (302, 403)
    db.session.expire_all()
    assert (event.is_published, event.is_cancelled) == (True, False)
    assert db.session.query(Event).count() == 1
    assert db.session.query(Mail).count() == 0


@pytest.mark.parametrize("deed", DEEDS)
def test_an_event_that_is_not_there_is_not_found(office, deed):
    office.post_to(f"/verwaltung/veranstaltungen/999999/{deed}", status=404)


def test_opening_the_pages_changes_nothing(office, event, make):
    make.registration(event)
    event_id = event.id
    for deed in ("bearbeiten/", "absagen/", "doch-stattfinden/", "kopieren/"):
        office.get_page(path_of(event, deed))
    assert service.find_revision(event_id) == 0
    assert db.session.query(Mail).count() == 0


# places


PLACE = {
    "name": "Rathaus", "street": "Am Markt 1", "postal_code": "98693", "municipality": "Ilmenau",
    "is_step_free": "y", "stop": "Busbahnhof", "last_bus": "19:35 Uhr", "directions": "Zweiter Stock",
}  # fmt: skip


def test_a_place_is_kept_changed_and_listed(office):
    page = office.post_form("/verwaltung/orte/neu/", PLACE, status=200)
    assert "Der Ort ist gespeichert." in page.root.text
    place = db.session.scalars(db.select(Place)).one()
    assert (place.address, place.is_step_free, place.has_hearing_loop) == ("Am Markt 1, 98693 Ilmenau", True, False)
    form = office.get_page(f"/verwaltung/orte/{place.id}/")
    assert {name: form.values[name] for name in PLACE} == PLACE
    office.post_form(f"/verwaltung/orte/{place.id}/", {"stop": "Bahnhof", "has_hearing_loop": "y"}, status=200)
    assert (place.stop, place.has_hearing_loop, place.is_step_free) == ("Bahnhof", True, True)
    assert "Rathaus" in office.get_page("/verwaltung/orte/").text


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"name": ""}, "name"), ({"postal_code": "986"}, "postal_code"), ({"postal_code": "9869x"}, "postal_code"),
     ({"municipality": "Paris"}, "municipality"), ({"stop": "x" * 201}, "stop")],
)  # fmt: skip
def test_a_wrong_place_is_said_beside_the_field(office, typed, field):
    page = office.post_form("/verwaltung/orte/neu/", PLACE | typed, status=422)
    assert set(page.errors) == {field}
    assert page.values["directions"] == "Zweiter Stock"
    assert db.session.query(Place).count() == 0


def test_a_name_that_the_municipality_has_already_is_said_beside_it(office, make):
    make.place(name="Rathaus", municipality="Ilmenau")
    other = make.place(name="Schloss", municipality="Ilmenau")
    page = office.post_form("/verwaltung/orte/neu/", PLACE, status=422)
    assert "Diesen Ort gibt es in dieser Gemeinde schon." in page.errors["name"]
    assert page.values["street"] == "Am Markt 1"
    page = office.post_form(f"/verwaltung/orte/{other.id}/", {"name": "Rathaus"}, status=422)
    assert "Diesen Ort gibt es in dieser Gemeinde schon." in page.errors["name"]
    assert sorted(place.name for place in db.session.scalars(db.select(Place))) == ["Rathaus", "Schloss"]


def test_the_list_of_places_asks_as_often_for_30_as_for_one(office, make, count_queries):
    def asked() -> int:
        with count_queries() as queries:
            office.get_page("/verwaltung/orte/")
        return len(queries)

    make.place()
    one = asked()
    for _number in range(29):
        make.place()
    assert asked() == one


def test_the_deadline_moves_along_with_the_event_unless_another_is_typed(office, make):
    event = make.event(starts_at=make.in_days(20))
    edit = f"/verwaltung/veranstaltungen/{event.id}/bearbeiten/"
    before = event.registration_closes_at
    day = clock.today() + timedelta(days=27)
    office.post_form(edit, {"day": day.isoformat()}, status=200)
    db.session.refresh(event)
    assert clock.local(event.registration_closes_at).date() - clock.local(before).date() == timedelta(days=7)
    office.post_form(
        edit, {"day": (day + timedelta(days=7)).isoformat(), "closes_on": day.isoformat()}, status=200
    )  # fmt: skip
    db.session.refresh(event)
    assert clock.local(event.registration_closes_at).date() == day
