"""The office's pages of groups: all of them, and the page of each that leads to all else."""

from datetime import UTC, datetime, timedelta

import pytest

from coordapp.events.models import Event, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.shared import clock
from coordapp.trainings import answers, groups, service
from coordapp.trainings.groups import NextStep
from coordapp.trainings.models import Attendance, FormatType, Training, TrainingRequest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LIST = "/verwaltung/schulungen/"


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def hub(training) -> str:
    return f"{LIST}{training.event_id}/"


def in_house(make, **columns):
    """Make a closed group that was asked for."""
    asked = TrainingRequest(
        organisation_name="Kita Sonne", contact_name="Eva", email="eva@example.org", topic="Hilfe", group_size=8,
        wanted_when="im März",
    )  # fmt: skip
    return make.training(request=asked, **columns)


def supervision(make, **columns):
    return make.training(make.training_format(type=FormatType.SUPERVISION, is_confidential=True), **columns)


# all groups


def test_the_list_shows_the_coming_groups_first_and_where_each_stands(office, make):
    entry = make.training_format(title="Grundkurs", capacity=2)
    full = make.training(entry, days=(30,))
    for status in (RegistrationStatus.CONFIRMED, RegistrationStatus.CONFIRMED, RegistrationStatus.WAITING):
        make.registration(full.event, status=status)
    make.training(entry, days=(20, 27), published=False)
    make.training(entry, days=(40,)).event.cancelled_at = NOW
    make.training(entry, days=(-20, -13))
    supervision(make, days=(50,))
    in_house(make, days=(60,))
    coming, over = office.get_page(LIST).main.all("tbody")
    rows = [row.text for row in coming.all("tr")]
    assert ["Entwurf" in rows[0], "2 von 2 1" in rows[1], "abgesagt" in rows[2]] == [True] * 3
    assert ["vertraulich" in rows[3], "geschlossene Gruppe" in rows[4]] == [True] * 2
    assert [row.text for row in over.all("tr")] == [
        "Grundkurs Dienstag, 3. November 2026, 18:00 bis 19:30 Uhr (1. von 2 Terminen) Arnstadt: "
        f"{over.all('td')[1].text.removeprefix('Arnstadt: ')} vorbei 0 von 2 0"
    ]


def test_only_the_latest_of_many_that_are_over_are_shown_at_first(office, make):
    entry = make.training_format()
    for days in range(35):
        make.training(entry, days=(-days - 1,))
    page = office.get_page(LIST)
    assert len(page.main.one("tbody").all("tr")) == 30
    everything = office.get_page(page.links["Auch die früheren zeigen (5)"])
    assert len(everything.main.one("tbody").all("tr")) == 35


def test_the_list_asks_as_often_for_30_as_for_one(office, make, count_queries):
    def asked() -> int:
        with count_queries() as queries:
            office.get_page(LIST)
        return len(queries)

    make.registration(make.training().event)
    office.get_page(LIST)
    one = asked()
    for _number in range(29):
        make.registration(make.training().event)
    assert asked() == one


def test_an_empty_list_leads_to_the_catalogue(office):
    assert office.get_page(LIST).links["Zu den Angeboten"] == "/verwaltung/schulungen/angebote/"


# the next step


@pytest.mark.parametrize(("days", "columns", "people", "button"), [
    ((30,), {"published": False}, False, "Veröffentlichen"),
    ((30,), {}, False, "Einladen"),
    ((30,), {}, True, "Jemanden anmelden"),
    ((2,), {}, True, "Unterschriftenlisten drucken (PDF)"),
    ((2,), {}, False, "Einladen"),
    ((0, 7), {}, True, "Anwesenheit abhaken"),
    ((-7, 7), {}, True, "Anwesenheit abhaken"),
    ((-14, -7), {}, True, "Anwesenheit prüfen und abschließen"),
])  # fmt: skip
def test_the_hub_puts_the_next_deed_first(office, make, days, columns, people, button):
    training = make.training(days=days, **columns)
    if people:
        make.registration(training.event)
    primary = office.get_page(hub(training)).main.all(class_="kern-btn--primary")
    assert [element.text for element in primary] == [button]


def test_who_is_invited_counts_as_people(make):
    training = make.training()
    db.session.add(Invitation(event=training.event, person=make.person()))
    assert groups.overview(training, at=NOW).next_step is NextStep.REGISTER


def test_after_closing_come_the_certificates_for_those_who_are_due(office, make):
    training = make.training(days=(-14, -7))
    made = make.registration(training.event, status=RegistrationStatus.ATTENDED)
    db.session.add_all(
        Attendance(registration_id=made.id, event_date_id=date.id, missed=0) for date in training.event.dates
    )
    training.event.attendance_closed_at = NOW
    page = office.get_page(hub(training))
    assert page.main.one(class_="kern-btn--primary").text == "Bescheinigungen ausstellen (1)"
    assert "Stunden stehen fest" in page.text
    office.press(page.links["Bescheinigungen ausstellen (1)"], "Bescheinigungen ausstellen (1)", status=200)
    page = office.get_page(hub(training))
    assert page.main.all(class_="kern-btn--primary") == []
    assert "Bescheinigungen 1 ausgestellt" in page.text


@pytest.mark.parametrize("make_group", [in_house, supervision])
def test_a_closed_group_opens_its_registration_and_is_in_no_calendar(office, client, make, make_group):
    training = make_group(make, published=False)
    page = office.press(hub(training), "Anmeldung öffnen", status=200)
    assert "Im Kalender steht nichts davon" in page.root.text
    assert "freigegeben, nur für die Gruppe" in page.text
    assert "So sehen es alle" not in page.links
    assert training.event.title not in client.get_page("/kalender/").text


def test_a_confidential_group_has_neither_sheet_nor_certificates_nor_link(office, make):
    page = office.get_page(hub(supervision(make)))
    assert "Nur Eingeladene und das Büro wissen davon." in page.text
    assert {"Unterschriftenlisten (PDF)", "Bescheinigungen"} & page.links.keys() == set()
    assert "Link für die Gruppe" not in page.text
    assert page.main.one(class_="kern-btn--primary").text == "Einladen"


def test_the_hub_of_something_else_is_not_found(office, make):
    office.get_page(f"{LIST}{make.event().id}/", status=404)
    office.get_page(f"{LIST}999999/", status=404)


def test_every_way_from_the_hub_leads_somewhere(office, make):
    training = make.training()
    for name, href in office.get_page(hub(training)).links.items():
        assert office.get(href).status_code == 200, name


# the link of a closed group


def test_the_hub_shows_the_link_of_a_closed_group_and_makes_another(office, client, make):
    training = in_house(make)
    page = office.get_page(hub(training))
    assert "Angefragt von Kita Sonne" in page.text
    old = f"http://localhost/schulungen/gruppe/{training.group_token}/"
    assert old in page.text
    page = office.send(page, page.form_of("Neuen Link machen"), status=200)
    assert "Der alte geht nicht mehr" in page.root.text
    assert old not in page.text
    client.get_page(old, status=404)


def test_a_group_for_everybody_gets_no_link(make):
    training = make.training()
    service.renew_link(training)
    assert training.group_token is None


# trainer and hours


def test_trainer_and_hours_of_a_group_are_changed(office, client, make):
    training = make.training()
    url = f"{hub(training)}leitung/"
    page = office.get_page(url)
    assert (page.values["trainer"], page.values["hours"]) == ("Ute Muster", "6")
    office.send(page, page.form_of("Speichern"), {"trainer": "Eva Neu", "hours": "5,5"}, status=200)
    text = client.get_page(f"/schulungen/{training.event_id}/").text
    assert ["Leitung Eva Neu" in text, "Dauer 5,5 Stunden" in text] == [True, True]
    for hours in ("keine", "99", "6,5"):  # four evenings of one hour and a half
        page = office.press(url, "Speichern", {"hours": hours}, status=422)
        assert (list(page.errors), page.values["hours"]) == (["hours"], hours)
    assert "Die Termine dauern zusammen nur 6 Stunden." in page.errors["hours"]


def test_when_two_change_a_group_nothing_typed_is_lost(office, make):
    training = make.training()
    url = f"{hub(training)}leitung/"
    page = office.get_page(url)
    office.press(url, "Speichern", {"trainer": "Eva"}, status=200)
    second = office.send(page, page.form_of("Speichern"), {"trainer": "Ida"}, status=409)
    assert ("Leitung Eva, 6 Stunden" in second.text, second.values["trainer"]) == (True, "Ida")
    office.send(second, second.form_of("Speichern"), status=200)
    assert db.session.get(Training, training.event_id).trainer == "Ida"


def test_hours_that_are_final_stay(office, make):
    training = make.training(days=(-9, -2))
    training.event.attendance_closed_at = NOW
    page = office.press(f"{hub(training)}leitung/", "Speichern", {"hours": "3"}, status=422)
    assert "Öffnen Sie zuerst die Liste wieder." in page.text
    assert db.session.get(Training, training.event_id).minutes == 360


# who is registered


def test_the_list_of_people_says_where_they_come_from(office, make):
    training = make.training()
    club = make.organisation(name="Malteser Hilfsdienst")
    for name, organisation in (("Ahmad", "Malteser Hilfsdienst"), ("Berta", "Kita Sonne")):
        answers.remember(
            make.registration(training.event, make.person(name=name)), organisation_name=organisation,
            field_of_work="Sprachcafé",
        )  # fmt: skip
    make.registration(training.event, make.person(name="Carla"))
    make.registration(training.event, make.person(name="Dora"), status=RegistrationStatus.CANCELLED)
    page = office.get_page(office.get_page(hub(training)).links["Anmeldungen"])
    rows = [row.text for row in page.main.one("tbody").all("tr")]
    assert rows == [
        "Ahmad Malteser Hilfsdienst Sprachcafé angemeldet Ändern: Ahmad",
        "Berta Kita Sonne Sprachcafé angemeldet Ändern: Berta", "Carla – – angemeldet Ändern: Carla",
    ]  # fmt: skip
    assert page.links["Malteser Hilfsdienst"] == f"/verwaltung/organisationen/{club.id}/"


def test_those_who_wait_stand_below_in_their_order(office, make):
    training = make.training(make.training_format(capacity=1))
    waiting = {"status": RegistrationStatus.WAITING}
    late, early = clock.now() - timedelta(hours=1), clock.now() - timedelta(hours=2)
    make.registration(training.event, make.person(name="Anna"), queued_at=late, **waiting)
    make.registration(training.event, make.person(name="Berta"), queued_at=early, **waiting)
    make.registration(training.event, make.person(name="Carla"))
    page = office.get_page(f"{hub(training)}angemeldete/")
    rows = [row.text.replace(" – –", "") for row in page.main.one("tbody").all("tr")]
    assert rows == [
        "Carla angemeldet Ändern: Carla", "Berta auf der Warteliste, Stelle 1 Ändern: Berta",
        "Anna auf der Warteliste, Stelle 2 Ändern: Anna",
    ]  # fmt: skip


def test_what_somebody_said_goes_along_to_another_group(office, make):
    entry = make.training_format()
    here, there = make.training(entry), make.training(entry, days=(40,))
    made = make.registration(here.event, make.person(name="Ahmad"))
    answers.remember(made, organisation_name="Kita Sonne", field_of_work="Sprachcafé")
    db.session.commit()
    office.post_to(f"/verwaltung/anmeldungen/{made.id}/umbuchen/", {"event_id": str(there.event_id)}, status=302)
    page = office.get_page(f"{hub(there)}angemeldete/")
    rows = [row.text for row in page.main.one("tbody").all("tr")]
    assert rows == ["Ahmad Kita Sonne Sprachcafé angemeldet Ändern: Ahmad"]


def test_the_list_of_people_asks_as_often_for_30_as_for_one(office, make, count_queries):
    training = make.training(make.training_format(capacity=None))
    url = f"{hub(training)}angemeldete/"

    def add() -> None:
        club = make.organisation()
        answers.remember(make.registration(training.event), organisation_name=club.name, field_of_work="Kita")

    def asked() -> int:
        with count_queries() as queries:
            office.get_page(url)
        return len(queries)

    add()
    asked()
    one = asked()
    for _number in range(29):
        add()
    assert asked() == one


def test_the_office_notes_where_somebody_comes_from(office, make):
    known = make.organisation(name="Malteser Hilfsdienst")
    made = make.registration(make.training().event)
    url = f"{LIST}angemeldete/{made.id}/"
    page = office.press(url, "Speichern", {"organisation_name": "malteser hilfsdienst", "field_of_work": "Amt"})
    assert "Malteser Hilfsdienst steht im Verzeichnis." in page.root.text
    assert db.session.get(Registration, made.id).organisation == known
    assert office.get_page(url).values["field_of_work"] == "Amt"
    office.press(url, "Speichern", {"organisation_name": ""})
    assert db.session.get(Registration, made.id).organisation is None
    long = office.press(url, "Speichern", {"field_of_work": "x" * 161}, status=422)
    assert long.errors.keys() == {"field_of_work"}


def test_people_of_a_round_table_have_no_such_page(office, make):
    made = make.registration(make.event())
    office.get_page(f"{LIST}angemeldete/{made.id}/", status=404)
    office.post_to(f"{LIST}angemeldete/{made.id}/", status=404)


# what the core does with it


def test_a_training_is_not_copied_but_planned_anew(office, make):
    training = make.training()
    page = office.get_page(hub(training))
    assert "Auf einen anderen Tag kopieren" not in page.links
    assert page.links["Noch eine Gruppe planen"] == f"/verwaltung/schulungen/angebote/{training.format_id}/gruppe/"
    address = f"/verwaltung/veranstaltungen/{training.event_id}/kopieren/"
    office.get_page(address, status=404)
    office.post_to(address, {"day": "2027-03-16"}, status=404)
    assert db.session.query(Event).count() == 1
    office.get_page(f"/verwaltung/veranstaltungen/{make.event().id}/kopieren/")


def test_a_draft_is_deleted_with_all_that_is_its_own(office, make):
    training = make.training(published=False)
    page = office.press(hub(training), "Entwurf löschen")
    assert "ist gelöscht" in page.root.text
    assert db.session.query(Training).count() == db.session.query(Event).count() == 0


def test_a_group_is_called_off_and_happens_after_all(office, make):
    training = make.training()
    make.registration(training.event)
    page = office.get_page(hub(training))
    office.press(page.links["Absagen"], "Absagen und Bescheid geben (1)", {"reason": "Krank"}, status=200)
    page = office.get_page(hub(training))
    assert "Stand abgesagt: Krank" in page.text
    assert page.main.all(class_="kern-btn--primary") == []
    office.press(page.links["Doch stattfinden lassen"], "Findet statt: Bescheid geben (1)", status=200)
    assert db.session.get(Event, training.event_id).cancelled_at is None


def test_trainings_stand_in_both_menus(client, office):
    assert "Schulungen" in [link.text for link in client.get_page("/").root.all("nav")[0].all("a")]
    office_menu = office.get_page("/verwaltung/").root.one("nav", aria_label="Büro")
    assert {link.text: link["href"] for link in office_menu.all("a")}["Schulungen"] == LIST
    assert client.get(LIST).status_code == 302


def test_the_sheet_is_due_three_days_before(make):
    training = make.training(days=(3,), hour=9)
    make.registration(training.event)
    before = training.event.starts_at - groups.SHEET_BEFORE
    assert groups.overview(training, at=before - timedelta(seconds=1)).next_step is NextStep.REGISTER
    assert groups.overview(training, at=before).next_step is NextStep.PRINT_SHEET
