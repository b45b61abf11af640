from datetime import UTC, date, datetime, timedelta

import pytest

from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock
from coordapp.statements import declaration, routes, service
from coordapp.statements.models import BarrierReport

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FORM = "/barriere-melden/"
PAGES = ("/barrierefreiheit/", "/datenschutz/", "/impressum/", FORM)


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def reports() -> list[BarrierReport]:
    return list(db.session.scalars(db.select(BarrierReport).order_by(BarrierReport.id)))


def count_open() -> int:
    return sum(report.answered_at is None for report in reports())


def mails() -> dict[str, Mail]:
    return {mail.recipient: mail for mail in db.session.scalars(db.select(Mail))}


@pytest.mark.parametrize("language", ["de", "en", "ar", "uk", "ru", "fa"])
@pytest.mark.parametrize("address", PAGES)
def test_statements_open_in_every_language(client, address, language):
    assert client.get_page(f"{address}?sprache={language}").heading


@pytest.mark.parametrize("address", ["/", "/kalender/", "/runde-tische/", *PAGES])
def test_the_statements_are_one_click_away_from_every_page(client, address):
    linked = {link.get("href") for link in client.get_page(address).root.one("footer").all("a")}
    assert linked.issuperset(PAGES)


def test_the_accessibility_statement_claims_no_more_than_is_true_and_carries_its_dates(client):
    page = client.get_page("/barrierefreiheit/")
    assert "teilweise vereinbar" in page.text
    assert all(str(gap) in page.text for gap in declaration.GAPS)
    assert "Sonntag, 22. November 2026" in page.text
    assert "30 Tagen" in page.text
    assert "Landesdurchsetzungsstelle" in page.text
    assert page.links["Barriere melden"] == FORM


def test_the_review_of_the_statement_is_not_before_it_was_made():
    assert date(2026, 11, 22) <= declaration.ISSUED_ON <= declaration.REVIEWED_ON


def test_statements_name_the_office_of_the_settings(app, client):
    app.config.update(OFFICE_NAME="Landratsamt Musterkreis", DATA_PROTECTION_EMAIL="dsb@musterkreis.example")
    assert "Landratsamt Musterkreis" in client.get_page("/impressum/").text
    privacy = client.get_page("/datenschutz/").text
    assert "Landratsamt Musterkreis" in privacy
    assert "dsb@musterkreis.example" in privacy


def test_a_report_is_kept_and_answered_with_a_receipt_and_told_to_the_office(app, client):
    page = client.post_form(
        FORM,
        {"description": "Die Schrift ist zu klein.\nÜberall.", "page": "Kalender", "email": "Lena@Example.org"},
        status=200,
    )
    assert "Danke für Ihre Meldung." in page.text
    assert "Dienstag, 22. Dezember 2026" in page.text
    (report,) = reports()
    assert (report.description, report.page) == ("Die Schrift ist zu klein.\nÜberall.", "Kalender")
    assert (report.email, report.created_at, report.due_on) == ("lena@example.org", NOW, date(2026, 12, 22))
    assert set(mails()) == {"lena@example.org", app.config["OFFICE_EMAIL"]}
    receipt = mails()["lena@example.org"]
    assert receipt.subject == "Ihre Meldung ist angekommen"
    assert "Dienstag, 22. Dezember 2026" in receipt.text
    notice = mails()[app.config["OFFICE_EMAIL"]].text
    assert "lena@example.org" in notice
    assert "http://localhost/verwaltung/barrieren/" in notice


def test_a_report_needs_no_address(app, client):
    client.post_form(FORM, {"description": "Der Knopf ist nicht zu erreichen."}, status=200)
    assert reports()[0].email is None
    assert set(mails()) == {app.config["OFFICE_EMAIL"]}
    assert "keine E-Mail-Adresse" in mails()[app.config["OFFICE_EMAIL"]].text


def test_the_receipt_is_in_the_language_of_the_page(client):
    client.post_form(f"{FORM}?sprache=ar", {"description": "x", "email": "a@example.org"})
    assert reports()[0].language == mails()["a@example.org"].language == "ar"


def test_a_report_cannot_write_links_into_the_mail_of_the_office(app, client):
    trap = "Hallo\n=> https://boese.example/ Hier anmelden\n\n## Wichtig\n<script>alert(1)</script>"
    client.post_form(FORM, {"description": trap}, status=200)
    notice = mails()[app.config["OFFICE_EMAIL"]]
    assert 'href="https://boese.example' not in notice.html
    assert "<script" not in notice.html


def test_an_empty_report_is_shown_again_with_all_that_was_typed(client):
    page = client.post_form(FORM, {"description": "  ", "page": "Startseite", "email": "lena@"}, status=422)
    assert page.errors["description"] == "Fehler: Bitte schreiben Sie, was nicht geht. Ein Satz reicht."
    assert "E-Mail-Adresse" in page.errors["email"]
    assert (page.values["page"], page.values["email"]) == ("Startseite", "lena@")
    assert reports() == []
    assert mails() == {}


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/kalender/", "/kalender/"),
        ("/anmeldung/1?geheim=1#x", "/anmeldung/1"),
        ("https://boese.example/x", ""),
        ("//boese.example/x", ""),
        ("javascript:alert(1)", ""),
        ("/\t/[", "/ /["),
        ("/" + "x" * 500, "/" + "x" * 299),
    ],
)
def test_the_page_is_filled_in_as_a_path_only(client, address, shown):
    page = client.get_page(FORM, query_string={"seite": address})
    assert page.values["page"] == shown


def test_the_receipt_repeats_nothing_that_a_stranger_may_have_typed(client):
    trap = {"description": "Sie haben gewonnen: boese.example", "page": "Rufen Sie 0900 an"}
    client.post_form(FORM, trap | {"email": "opfer@example.org"}, status=200)
    receipt = mails()["opfer@example.org"]
    for words in ("gewonnen", "boese", "0900"):
        assert words not in receipt.subject + receipt.text + receipt.html


def test_nobody_is_flooded_with_receipts_from_many_places(client):
    for number in range(4):
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        data = {"description": f"Meldung {number}", "email": "Opfer@example.org"}
        page = client.post_form(FORM, data, status=200 if number < 3 else 429)
    assert page.values["description"].strip() == "Meldung 3"
    receipts = db.select(db.func.count()).where(Mail.recipient == "opfer@example.org")
    assert (len(reports()), db.session.scalar(receipts)) == (3, 3)
    client.post_form(FORM, {"description": "Meldung 4", "email": "andere@example.org"}, status=200)


def test_too_many_reports_from_one_place_are_stopped_and_nothing_typed_is_lost(client, monkeypatch):
    monkeypatch.setattr(routes, "REPORTS_PER_HOUR", 2)
    for number in range(2):
        client.post_form(FORM, {"description": f"Meldung {number}"}, status=200)
    page = client.post_form(FORM, {"description": "Meldung 3"}, status=429)
    assert "rufen Sie uns an" in page.text
    assert page.values["description"].strip() == "Meldung 3"
    assert len(reports()) == 2


def test_the_office_sees_what_is_open_by_deadline_and_marks_it_done(office):
    for days, description in ((-29, "Bald fällig"), (-40, "Überfällig"), (0, "Neu")):
        with clock.stopped(NOW + timedelta(days=days)):
            service.report_barrier(description=description, email="lena@example.org")
    db.session.commit()
    page = office.get_page("/verwaltung/barrieren/")
    order = [page.text.index(text) for text in ("Überfällig", "Bald fällig", "Neu")]
    assert order == sorted(order)
    assert "seit 10 Tagen überfällig" in page.text
    assert "noch 1 Tag" in page.text
    assert "noch 30 Tage" in page.text
    assert count_open() == 3
    page = office.press("/verwaltung/barrieren/", "Erledigt", status=200)
    assert "Die Meldung ist erledigt." in page.text
    assert "erledigt am 22.11.2026" in page.text
    order = [page.text.index(text) for text in ("Bald fällig", "Neu", "Überfällig")]
    assert order == sorted(order)
    assert count_open() == 2
    office.press("/verwaltung/barrieren/", "Wieder öffnen", status=200)
    assert count_open() == 3


def test_the_office_reads_why_its_list_is_empty(office):
    assert "Niemand hat eine Barriere gemeldet." in office.get_page("/verwaltung/barrieren/").text


def test_reports_are_for_the_office_alone(client, volunteer_client, club_client):
    report = service.report_barrier(description="Geheim", email="lena@example.org")
    db.session.commit()
    for browser in (client, volunteer_client, club_client):
        assert browser.get("/verwaltung/barrieren/").status_code in (302, 404)
        assert browser.post_to(f"/verwaltung/barrieren/{report.id}/beantwortet").status in (302, 404)
    assert count_open() == 1


def test_the_list_of_the_office_asks_as_often_for_thirty_reports_as_for_one(office, count_queries):
    service.report_barrier(description="Eins")
    db.session.commit()
    office.get_page("/verwaltung/barrieren/")
    with count_queries() as few:
        office.get_page("/verwaltung/barrieren/")
    for number in range(30):
        service.report_barrier(description=f"Nummer {number}")
    db.session.commit()
    with count_queries() as many:
        office.get_page("/verwaltung/barrieren/")
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (30, "noch 30 Tage"),
        (1, "noch 1 Tag"),
        (0, "heute"),
        (-1, "seit gestern überfällig"),
        (-2, "seit 2 Tagen überfällig"),
    ],
)
def test_a_deadline_is_said_in_words(days, words):
    today = date(2026, 11, 22)
    assert service.deadline_in_words(BarrierReport(due_on=today + timedelta(days=days)), today=today) == words
