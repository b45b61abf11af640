"""My trainings: what is coming, what was completed, and one sheet of paper; confidential ones only among what comes."""

import io
import logging

import pytest
from pypdf import PdfReader

from coordapp.directory import training_records
from coordapp.directory.models_profile import Engagement, FieldOfAction
from coordapp.directory.profile import get_volunteer
from coordapp.directory.service import find_person_of
from coordapp.events.models import RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.trainings import attendance, certificates
from tests.house.addresses import dump

PAGE = "/mein/schulungen/"
PAST = (-22, -15, -8, -1)


@pytest.fixture
def vera(volunteer_client):
    """Return the person of the volunteer who is signed in."""
    return find_person_of(volunteer_client.user)


def complete(make, person, *, title, is_confidential=False):
    training = make.training(make.training_format(title=title, is_confidential=is_confidential), days=PAST)
    registration = make.registration(training.event, person)
    for day in training.event.dates[:3]:
        attendance.set_attendance(training, day, registration, came=True)
    attendance.close_list(training)
    return training


def sheet(client, **typed) -> str:
    response = client.post(PAGE, data={"csrf_token": client.csrf_token()} | typed)
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    reader = PdfReader(io.BytesIO(response.data))
    assert b"pdfuaid:part>1" in reader.xmp_metadata.rdf_root.ownerDocument.toxml().encode()
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_what_is_coming_and_what_was_completed_with_the_certificate(office, volunteer_client, make, vera):
    done = complete(make, vera, title="Zuhören lernen")
    complete(make, make.person(), title="Fremder Kurs")
    certificate = certificates.issue(done, by=office.user)[0]
    training_records.remember(vera, title="Erste Hilfe", completed_on=clock.today(), minutes=540, provider="DRK")
    make.registration(make.training(make.training_format(title="Grenzen setzen")).event, vera)
    cancelled = make.training(make.training_format(title="Abgesagter Kurs"))
    make.registration(cancelled.event, vera, status=RegistrationStatus.CANCELLED)
    make.registration(make.event(title="Runder Tisch"), vera)
    page = volunteer_client.get_page(PAGE)
    cards = [one.text for one in page.main.all("div", class_="card")]
    assert len(cards) == 1
    assert cards[0].startswith("Grenzen setzen")
    assert "4,5 Stunden" in page.text
    assert "Erste Hilfe (DRK)" in page.text
    assert "Zusammen: 13,5 Stunden" in page.text
    assert page.links["Bescheinigung öffnen: Zuhören lernen"] == f"/bescheinigung/{certificate.token}/"
    for word in ("Fremder Kurs", "Abgesagter Kurs", "Runder Tisch"):
        assert word not in page.text


def test_somebody_without_anything_is_told_how_it_comes_here(volunteer_client, make, browser_of):
    assert "Hier steht noch nichts" in volunteer_client.get_page(PAGE).text
    newcomer = browser_of(make.user())
    assert "Gerade sind Sie für keine Schulung angemeldet" in newcomer.get_page(PAGE).text
    assert newcomer.post_to(PAGE).status == 422
    assert volunteer_client.get_page("/mein/").links["Meine Schulungen und Bescheinigungen"] == PAGE


def test_the_sheet_lists_the_trainings_and_asks_for_the_rest(office, volunteer_client, make, vera):
    done = complete(make, vera, title="Zuhören lernen")
    certificate = certificates.issue(done, by=office.user)[0]
    words = sheet(volunteer_client)
    for shown in ("Meine Schulungen", "Vera Hilft", "Zuhören lernen", "4,5 Stunden", certificate.serial, "Zusammen",
                  "Thüringer Ehrenamtszertifikat", "Tätigkeitsbereich", "Tätig seit", "Fähigkeiten", "Fachwissen",
                  "Bestätigung durch den Träger", "Seite 1 von 1"):  # fmt: skip
        assert shown in words, shown


def test_the_sheet_offers_what_the_profile_knows(volunteer_client, make, vera):
    volunteer = get_volunteer(vera)
    vera.street, vera.postal_code, vera.municipality = "Ritterstraße 1", "99310", "Arnstadt"
    club = make.organisation(name="Malteser Hilfsdienst e.V.")
    volunteer.engagements.append(Engagement(field=FieldOfAction.WORK, activity="Bewerbungen", organisation=club))
    db.session.flush()
    held = volunteer_client.get_page(PAGE).values
    assert held["address"] == "Ritterstraße 1, 99310 Arnstadt"
    assert (held["organisation"], held["role"], held["field_of_work"]) == (club.name, "Bewerbungen", "Arbeit")


def test_what_is_typed_for_the_sheet_is_on_it_and_stored_nowhere(volunteer_client, vera, caplog):
    caplog.set_level(logging.DEBUG)
    before = dump()
    words = sheet(
        volunteer_client, born="05.06.1987", role="Kanarienpflege", since="Kanarienjahr", skills="Kanarien\nhören"
    )
    for typed in ("05.06.1987", "Kanarienpflege", "Kanarienjahr", "Kanarien hören"):
        assert typed in words
    assert dump() == before
    assert "Kanarien" not in str(before) + caplog.text


def test_a_birth_date_that_cannot_be_is_asked_again_and_the_rest_stays(volunteer_client, vera):
    page = volunteer_client.post_form(PAGE, {"born": "gestern", "role": "Pflege"}, status=422)
    assert (list(page.errors), page.values["role"], page.values["born"]) == (["born"], "Pflege", "gestern")


def test_a_confidential_group_is_never_on_the_sheet(volunteer_client, make, vera):
    complete(make, vera, title="Zaunkönig", is_confidential=True)
    complete(make, vera, title="Zuhören lernen")
    assert "Zaunkönig" not in volunteer_client.get_page(PAGE).text
    words = sheet(volunteer_client)
    assert ("Zuhören lernen" in words, "Zaunkönig" in words) == (True, False)


def test_a_group_made_confidential_later_shows_no_certificate(office, client, volunteer_client, make, vera):
    done = complete(make, vera, title="Zaunkönig")
    certificate = certificates.issue(done, by=office.user)[0]
    done.event.group_only = done.event.is_confidential = True
    db.session.flush()
    assert client.get(f"/bescheinigung/{certificate.token}/").status_code == 404
    assert "Bescheinigung öffnen" not in volunteer_client.get_page(PAGE).text


def test_the_page_asks_the_database_the_same_number_of_times_for_one_and_thirty(
    volunteer_client, make, vera, count_queries
):
    def ask() -> int:
        with count_queries() as queries:
            volunteer_client.get_page(PAGE)
        return len(queries)

    def add(number: int) -> None:
        training_records.remember(vera, title=f"Kurs {number}", completed_on=clock.today(), minutes=60)
        make.registration(make.training().event, vera)

    add(0)
    ask()
    few = ask()
    for number in range(1, 30):
        add(number)
    assert ask() == few
