"""What is reported about organisations: checked by the office, answered, and what representatives change alone."""

from datetime import UTC, datetime, timedelta

import pytest

from coordapp.accounts.models import Role, User
from coordapp.directory import organisation_reports, organisations, organisations_attention, representatives
from coordapp.directory.models import Organisation, OrganisationReport
from coordapp.directory.organisation_reports import Reporter
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.privacy import service as privacy
from coordapp.shared import clock

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOME = "/verwaltung/organisationen/meldungen/"
RITA = Reporter(name="Rita Mel", email="rita@example.org")
NEW = {"name": "Nähcafé", "kind": "initiative", "description": "Wir nähen.", "topics": "Nähen"}


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def club(make) -> Organisation:
    return make.organisation(
        name="Wanderverein", topics="Wandern", phone="+493628738100", opening_hours="sonntags", is_public=True
    )


@pytest.fixture
def speaker(club) -> User:
    return representatives.invite(club, name="Vera Vertritt", email="vera@example.org")


@pytest.fixture
def theirs(speaker, browser_of):
    return browser_of(speaker)


def report(club: Organisation | None, *, reporter: Reporter = RITA, note: str = "", **values) -> OrganisationReport:
    return organisation_reports.report(club, values=values, note=note, reporter=reporter)


def answers() -> list[Mail]:
    key = Mail.key.startswith("organisation-report-answered")
    return list(db.session.scalars(db.select(Mail).where(key).order_by(Mail.id)))


def stored(row):
    db.session.expire_all()
    return db.session.get(type(row), row.id)


def own(club: Organisation) -> str:
    return f"/mein/vereine/{club.id}/"


def test_the_office_is_told_how_many_reports_wait(office, club):
    assert organisations_attention.list_lines(NOW) == []
    report(club, topics="Neu")
    assert "1 Meldung zu Vereinen prüfen" in office.get_page("/verwaltung/").links
    report(None, **NEW)
    assert office.get_page("/verwaltung/").links["2 Meldungen zu Vereinen prüfen"] == HOME


def test_old_and_new_stand_side_by_side(office, club):
    made = report(club, note="Seit Montag", phone="+4936771234", is_step_free=True, target_groups=["women"])
    page = office.get_page(f"{HOME}{made.id}/")
    for words in ("Telefon 03628 738100 03677 1234", "Ohne Stufen erreichbar nein ja", "– Frauen", "Seit Montag",
                  "Rita Mel"):  # fmt: skip
        assert words in page.text
    assert page.values["take"] == ["target_groups", "is_step_free", "phone"]


def test_all_is_taken_over_with_one_click_and_the_reporter_is_told(office, client, club):
    made = report(club, topics="Spazieren", phone="+4936771234")
    office.press(f"{HOME}{made.id}/", "Angekreuztes übernehmen", {"answer": "Vielen Dank!"}, status=200)
    changed = stored(club)
    assert (changed.topics, changed.phone, changed.opening_hours) == ("Spazieren", "+4936771234", "sonntags")
    assert "spazieren" in changed.search_text
    assert "03677 1234" in client.get_page(f"/vereine/{club.id}/").text
    decided = stored(made)
    assert (decided.is_taken, decided.decided_at, decided.decided_by.email) == (True, NOW, "buero@example.org")
    (mail,) = answers()
    assert mail.recipient == "rita@example.org"
    assert "Vielen Dank!" in mail.text
    assert f"http://localhost/vereine/{club.id}/" in mail.text


def test_only_what_is_ticked_is_taken_over(office, club):
    made = report(club, topics="Spazieren", phone="+4936771234")
    office.press(f"{HOME}{made.id}/", "Angekreuztes übernehmen", {"take": ["phone"]}, status=200)
    assert (stored(club).topics, stored(club).phone) == ("Wandern", "+4936771234")
    assert "einen Teil davon" in answers()[0].text


def test_nothing_ticked_is_an_error_that_says_what_to_do(office, club):
    made = report(club, topics="Spazieren")
    page = office.get_page(f"{HOME}{made.id}/")
    form = page.form_with({"answer"})
    values = {"csrf_token": office.csrf_token(), "answer": "Danke"}
    answer = office.post(form["action"], data=values)
    assert answer.status_code == 422
    assert "Kreuzen Sie an" in answer.text
    assert "Danke" in answer.text
    assert stored(made).decided_at is None


def test_a_report_is_rejected_with_a_word(office, club):
    made = report(club, topics="Werbung")
    office.press(f"{HOME}{made.id}/", "Ablehnen", {"answer": "Das ist Werbung."}, status=200)
    assert stored(club).topics == "Wandern"
    assert (stored(made).is_taken, stored(made).decided_at) == (False, NOW)
    (mail,) = answers()
    assert "Das ist Werbung." in mail.text
    assert "nichts geändert" in mail.text


def test_without_an_address_nobody_is_answered(office, club):
    made = report(club, reporter=Reporter(), topics="Neu")
    page = office.get_page(f"{HOME}{made.id}/")
    assert "keine Adresse angegeben" in page.text
    assert "answer" not in page.values
    office.press(f"{HOME}{made.id}/", "Angekreuztes übernehmen", status=200)
    assert answers() == []


def test_a_mere_hint_is_ticked_off(office, club):
    made = report(club, note="Die gibt es nicht mehr.")
    page = office.press(f"{HOME}{made.id}/", "Erledigt", status=200)
    assert "Erledigt. Die Antwort ist unterwegs." in page.text
    assert page.heading == "Wanderverein"
    assert stored(made).is_taken is True
    assert stored(club).topics == "Wandern"
    assert "Es ist nichts zu prüfen." in office.get_page(HOME).text


def test_a_new_club_is_made_and_published_with_what_is_ticked(office, client):
    made = report(None, **NEW)
    page = office.press(f"{HOME}{made.id}/", "Eintrag anlegen", {"take": ["description"]}, status=200)
    assert page.heading == "Nähcafé"
    organisation = stored(made).organisation
    assert (organisation.description, organisation.topics, organisation.is_public) == ("Wir nähen.", "", True)
    assert "Nähcafé" in client.get_page("/vereine/?suche=nahcafe").links


def test_a_new_club_may_wait_with_being_public(office):
    made = report(None, **NEW)
    page = office.get_page(f"{HOME}{made.id}/")
    values = {"csrf_token": office.csrf_token(), "take": ["topics"]}
    assert office.post(page.form_with({"is_public"})["action"], data=values).status_code == 302
    assert stored(made).organisation.is_public is False


def test_a_new_club_that_is_there_already_becomes_a_change_of_it(office, make):
    there = make.organisation(name="NÄHCAFÉ", topics="Stricken", description="Wir nähen.")
    made = report(None, **NEW)
    page = office.press(f"{HOME}{made.id}/", "Eintrag anlegen")
    assert (page.status, "gibt es schon" in page.text) == (422, True)
    assert stored(made).decided_at is None
    office.press(f"{HOME}{made.id}/", "Mit dem Eintrag vergleichen", status=200)
    assert stored(made).organisation_id == there.id
    assert set(stored(made).values) == {"name", "kind", "topics"}
    office.press(f"{HOME}{made.id}/", "Angekreuztes übernehmen", {"take": ["topics"]}, status=200)
    assert (stored(there).topics, stored(there).name) == ("Nähen", "NÄHCAFÉ")


def test_a_report_is_decided_once(office, club):
    made = report(club, topics="Neu")
    page = office.get_page(f"{HOME}{made.id}/")
    form = page.form_with({"take"})
    office.send(page, form, status=200)
    again = office.send(page, form, {"reject": "ja"}, status=200)
    assert "schon entschieden" in again.text
    assert stored(made).is_taken is True
    assert len(answers()) == 1
    assert "Angekreuztes übernehmen" not in office.get_page(f"{HOME}{made.id}/").buttons


def test_taking_a_name_that_somebody_has_is_refused_with_all_as_it_was(office, club, make):
    make.organisation(name="Bergverein")
    made = report(club, name="Bergverein", topics="Neu")
    page = office.press(f"{HOME}{made.id}/", "Angekreuztes übernehmen", status=422)
    assert "gibt es schon" in page.text
    assert (stored(club).name, stored(club).topics, stored(made).decided_at) == ("Wanderverein", "Wandern", None)


def test_the_list_asks_as_often_for_thirty_reports_as_for_one(office, make, count_queries):
    def fill(number: int) -> None:
        organisation = make.organisation()
        report(organisation, topics=f"Nummer {number}")
        user = representatives.invite(organisation, name="Vera", email=f"vera{number}@example.org")
        organisation_reports.propose(organisation, {"name": f"Neu {number}"}, by=user)
        taken = report(organisation, opening_hours=f"{number} Uhr")
        organisation_reports.take(taken, ["opening_hours"], by=office.user)

    fill(0)
    for address in (HOME, "/verwaltung/"):
        office.get_page(address)
    with count_queries() as few:
        office.get_page(HOME)
    for number in range(1, 30):
        fill(number)
    db.session.commit()
    with count_queries() as many:
        office.get_page(HOME)
    assert len(many) == len(few)


def test_reports_are_for_the_office_alone(client, club_client, club):
    made = report(club, topics="Neu")
    for browser in (client, club_client):
        assert browser.get(f"{HOME}{made.id}/").status_code in (302, 404)
        assert browser.post_to(f"{HOME}{made.id}/", {"take": "topics"}).status in (302, 404)
    assert stored(club).topics == "Wandern"


def test_reports_go_a_year_after_the_decision(office, club):
    old, recent, waiting = (report(club, topics=f"Nummer {number}") for number in range(3))
    with clock.stopped(NOW - timedelta(days=366)):
        organisation_reports.reject(old, by=office.user)
    organisation_reports.reject(recent, by=office.user)
    db.session.commit()
    privacy.delete_due()
    left = set(db.session.scalars(db.select(OrganisationReport.id)))
    assert left == {recent.id, waiting.id}


# representatives


def test_a_representative_sees_their_clubs_only(theirs, club, make):
    other = make.organisation(name="Fremder Verein", is_public=True)
    page = theirs.get_page("/mein/vereine/")
    assert "Wanderverein" in page.text
    assert "Fremder Verein" not in page.text
    theirs.get_page(own(other), status=404)
    assert theirs.post_to(own(other), {"name": "Gekapert"}).status == 404
    assert theirs.post_to(f"{own(other)}stimmt/").status == 404
    assert (stored(other).name, stored(other).confirmed_at) == ("Fremder Verein", None)


def test_who_speaks_for_nobody_reads_how_to_begin(volunteer_client):
    assert "Sie sprechen noch für keinen Verein." in volunteer_client.get_page("/mein/vereine/").text


def test_some_columns_change_at_once_and_the_others_go_to_the_office(theirs, office, client, club):
    page = theirs.post_form(
        own(club), {"phone": "03677 1234", "description": "Wir gehen.", "topics": "Gehen"}, status=200
    )
    assert "Das prüft das Büro noch: Stichworte." in page.text
    changed = stored(club)
    assert (changed.phone, changed.description, changed.topics) == ("+4936771234", "Wir gehen.", "Wandern")
    assert changed.confirmed_at == NOW
    assert "Wir gehen." in client.get_page(f"/vereine/{club.id}/").text
    (made,) = organisation_reports.list_open()
    assert (made.values, made.reported_by.name) == ({"topics": "Gehen"}, "Vera Vertritt")
    office.press(f"{HOME}{made.id}/", "Angekreuztes übernehmen", status=200)
    assert stored(club).topics == "Gehen"
    assert [mail.recipient for mail in answers()] == ["vera@example.org"]


def test_a_second_proposal_takes_the_place_of_the_first_and_an_empty_one_takes_it_back(theirs, club):
    theirs.post_form(own(club), {"topics": "Gehen"}, status=200)
    page = theirs.get_page(own(club))
    assert page.values["topics"] == "Gehen"
    assert "Das prüft das Büro noch: Stichworte" in page.text
    theirs.post_form(own(club), {"topics": "Laufen", "municipality": "Arnstadt"}, status=200)
    (made,) = organisation_reports.list_open()
    assert made.values == {"topics": "Laufen", "municipality": "Arnstadt"}
    page = theirs.post_form(own(club), {"topics": "Wandern", "municipality": ""}, status=200)
    assert "Das steht jetzt so im Verzeichnis." in page.text
    assert organisation_reports.list_open() == []


def test_a_representative_says_that_all_is_still_right(theirs, club):
    page = theirs.press("/mein/vereine/", "Alles stimmt noch", status=200)
    assert "Zuletzt bestätigt am 22.11.2026." in page.text
    assert stored(club).confirmed_at == NOW


def test_a_representative_does_not_overwrite_unseen_what_the_office_changed(theirs, club):
    opened = theirs.get_page(own(club))
    organisations.save(club, {"phone": "+4936779999"})
    page = theirs.send(opened, opened.form_with({"phone"}), {"description": "Neu"}, status=422)
    assert "inzwischen geändert" in page.text
    assert page.values["description"].strip() == "Neu"
    assert stored(club).phone == "+4936779999"


def test_a_volunteer_may_speak_for_a_club_too(make, club, browser_of):
    user = make.user(role=Role.VOLUNTEER)
    representatives.add(club, user)
    browser_of(user).post_form(own(club), {"opening_hours": "montags"}, status=200)
    assert stored(club).opening_hours == "montags"
