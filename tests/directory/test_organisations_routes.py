"""The public directory, and what readers report."""

from datetime import UTC, datetime, timedelta

import pytest

from coordapp.directory import organisation_reports, organisations_routes, representatives
from coordapp.directory.models import Organisation, OrganisationKind, OrganisationReport
from coordapp.directory.organisation_reports import Reporter
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock
from coordapp.shared.languages import LANGUAGES

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NEW = "/vereine/eintragen/"
GOOD = {"name": "Nähcafé", "kind": "initiative", "description": "Wir nähen.", "municipality": "Arnstadt"}
TRAPS = (
    "Hallo\r\nBcc: opfer@example.org", "a\nb@example.org", "x\r\n\r\n<b>", "%0d%0aBcc: x@example.org", "a\u2028b",
    "\x00weg", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "' OR 1=1 --",
    "{{ 7*7777 }}", "{0.__class__}", "%(name)s", "=cmd|' /C calc'!A0", "\u202egnp.exe",
    "ﷺ" * 50, "𝕬" * 90, "a" * 5000,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def club(make) -> Organisation:
    return make.organisation(
        name="Wanderverein", description="Wir wandern.\n\nJeden Sonntag.", topics="Wandern", municipality="Arnstadt",
        street="Am Wald 1", postal_code="99310", phone="+493628738100", email="info@wandern.example",
        website="https://www.wandern.example/", opening_hours="sonntags 10 Uhr", target_groups=["elderly"],
        languages=["de", "ar"], is_step_free=True, is_public=True, confirmed_at=NOW - timedelta(days=30),
    )  # fmt: skip


def reports() -> list[OrganisationReport]:
    return list(db.session.scalars(db.select(OrganisationReport).order_by(OrganisationReport.id)))


def mails() -> list[Mail]:
    return list(db.session.scalars(db.select(Mail).order_by(Mail.id)))


def form_of(club: Organisation) -> str:
    return f"/vereine/{club.id}/aenderung-melden/"


def named(page) -> list[str]:
    return [heading.text for heading in page.main.all("h2") if heading.text.startswith("Verein ")]


def test_clubs_and_advice_centres_have_a_list_each_and_lead_to_each_other(client, make):
    make.organisation(name="Sportverein", is_public=True)
    make.organisation(name="Beratungsstelle Mitte", kind=OrganisationKind.ADVICE_CENTRE, is_public=True)
    make.organisation(name="Geheimer Verein")
    clubs, advice = client.get_page("/vereine/"), client.get_page("/beratung/")
    assert "Sportverein" in clubs.links
    assert "Beratungsstelle Mitte" in advice.links
    assert "1 Eintrag" in clubs.text
    assert "1 Eintrag" in advice.text
    for page in (clubs, advice):
        assert "Geheimer Verein" not in page.text
        assert {"Vereine im Ilm-Kreis", "Beratung im Ilm-Kreis"} <= set(page.links)


def test_the_list_says_of_each_what_it_does_where_for_whom_and_how_one_gets_in(client, club):
    text = client.get_page("/vereine/").text
    assert "Verein · Arnstadt Wanderverein Wir wandern." in text
    assert "Für: Ältere Menschen · Sprachen: Deutsch, Arabisch · ohne Stufen" in text
    assert "Jeden Sonntag" not in text


def test_filters_stay_in_the_form_in_the_address_and_in_the_next_page(client, make, monkeypatch):
    monkeypatch.setattr(organisations_routes, "PAGE", 2)
    for number in range(5):
        make.organisation(name=f"Verein {number}", municipality="Ilmenau", target_groups=["women"], is_public=True)
    make.organisation(name="Anderswo", municipality="Arnstadt", target_groups=["women"], is_public=True)
    address = "/vereine/?suche=verein&gemeinde=Ilmenau&fuer=women&art=club"
    page = client.get_page(address)
    assert "5 Einträge" in page.text
    held = page.values
    assert (held["suche"], held["gemeinde"], held["fuer"], held["art"]) == ("verein", "Ilmenau", "women", "club")
    assert named(page) == ["Verein 0", "Verein 1"]
    second = client.get_page(page.links["Weiter"])
    assert named(second) == ["Verein 2", "Verein 3"]
    assert "5 Einträge" in second.text


@pytest.mark.parametrize(
    "query",
    ["gemeinde=Mond&fuer=aliens&spricht=xx", "art=advice_centre", "seite=0", "seite=abc", "suche=", "suche=%00"],
)
def test_a_choice_that_does_not_exist_counts_as_none(client, club, query):
    assert "1 Eintrag" in client.get_page(f"/vereine/?{query}").text


def test_an_empty_result_says_what_to_do(client, club):
    page = client.get_page("/vereine/?suche=gibtesnicht")
    assert "Dazu haben wir nichts gefunden." in page.text
    assert page.links["Alle zeigen"] == "/vereine/"
    assert "Verein eintragen" in client.get_page("/beratung/").links


def test_both_lists_stand_behind_one_entry_of_the_navigation(client):
    links = {link.text: link["href"] for link in client.get_page("/").root.one("header").all("a")}
    assert links["Vereine und Beratung"] == "/vereine/"


def test_the_page_of_an_organisation_says_all_that_is_public(client, club):
    page = client.get_page(f"/vereine/{club.id}/")
    for fact in ("Wir wandern.", "Jeden Sonntag.", "Am Wald 1, 99310 Arnstadt", "sonntags 10 Uhr", "ohne Stufen",
                 "Zuletzt bestätigt am 23.10.2026."):  # fmt: skip
        assert fact in page.text
    assert page.links["03628 738100"] == "tel:+493628738100"
    assert page.links["info@wandern.example"] == "mailto:info@wandern.example"
    website = next(link for link in page.main.all("a") if link.get("href") == "https://www.wandern.example/")
    assert website.text == "wandern.example"
    assert set(website["rel"].split()) == {"external", "nofollow", "noopener", "noreferrer"}
    assert [element.get("lang") for element in page.main.all("p") if element.text == "Wir wandern."] == ["de"]


def test_what_is_not_public_has_no_page(client, make):
    hidden = make.organisation(name="Geheim")
    for address in (f"/vereine/{hidden.id}/", form_of(hidden), "/vereine/999999/"):
        client.get_page(address, status=404)
    assert client.post_to(form_of(hidden), {"note": "x"}).status == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_in_every_language(client, club, language):
    for address in ("/vereine/", "/beratung/", f"/vereine/{club.id}/", form_of(club), NEW, "/vereine/danke/"):
        assert client.get_page(f"{address}?sprache={language}").root.one("html")["lang"] == language


def test_the_list_asks_as_often_for_thirty_as_for_one(client, make, count_queries):
    make.organisation(is_public=True)
    client.get_page("/vereine/")
    with count_queries() as few:
        client.get_page("/vereine/")
    for _number in range(29):
        make.organisation(is_public=True)
    db.session.commit()
    with count_queries() as many:
        client.get_page("/vereine/")
    assert len(many) == len(few)


def test_a_change_is_reported_in_words_and_changes_nothing_yet(client, club):
    page = client.post_form(form_of(club), {"note": "Die treffen sich\njetzt samstags."}, status=200)
    assert "Jemand im Büro prüft Ihre Angaben." in page.text
    (report,) = reports()
    assert (report.organisation_id, report.values) == (club.id, {})
    assert report.note == "Die treffen sich\njetzt samstags."
    assert (report.reporter_name, report.reporter_email, report.decided_at) == ("", None, None)
    assert mails() == []


def test_only_what_was_corrected_is_reported(client, club):
    data = {"phone": "03677 1234", "target_groups": ["elderly", "women"], "website": "verein.example"}
    client.post_form(form_of(club), data, status=200)
    assert reports()[0].values == {
        "phone": "+4936771234", "target_groups": ["women", "elderly"], "website": "https://verein.example",
    } | {"target_groups": reports()[0].values["target_groups"]}  # fmt: skip
    assert sorted(reports()[0].values["target_groups"]) == ["elderly", "women"]
    page = client.get_page(f"/vereine/{club.id}/")
    assert "03677 1234" not in page.text


def test_who_left_an_address_gets_a_receipt_that_quotes_nothing(client, club):
    said = {
        "note": "Sie haben gewonnen: boese.example",
        "reporter_name": "Rita Mel",
        "reporter_email": "Rita@Example.org",
    }
    client.post_form(f"{form_of(club)}?sprache=uk", said, status=200)
    (mail,) = mails()
    assert (mail.recipient, mail.language) == ("rita@example.org", "uk")
    for words in ("gewonnen", "boese", "Rita Mel"):
        assert words not in mail.subject + mail.text + mail.html
    assert reports()[0].language == "uk"


def test_a_report_that_says_nothing_is_asked_for_a_sentence(client, club):
    page = client.post_form(form_of(club), {"reporter_name": "Rita"}, status=422)
    assert "was nicht stimmt" in page.errors["note"]
    assert page.values["reporter_name"] == "Rita"
    assert reports() == []


def test_wrong_values_are_shown_again_beside_their_errors(client, club):
    wrong = {"phone": "abc", "website": "javascript:alert(1)", "postal_code": "9931", "email": "info@", "name": ""}
    page = client.post_form(form_of(club), wrong, status=422)
    assert set(wrong) <= set(page.errors)
    assert page.values["website"] == "javascript:alert(1)"
    assert reports() == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("www.verein.de", "https://www.verein.de"), ("http://verein.de/a?b=1", "http://verein.de/a?b=1"),
        ("ftp://verein.de", None), ("https://a@verein.de", None), ("https://verein", None), ("//verein.de/x y", None),
        ("http://[::1", None), ("https://verein.de:99999", None), ("data:text/html,x", None),
        ("verein.de\"onclick", None),
    ],
)  # fmt: skip
def test_only_addresses_that_a_browser_opens_safely_are_websites(client, typed, kept):
    page = client.post_form(NEW, GOOD | {"website": typed})
    if kept is None:
        assert (page.status, "website" in page.errors) == (422, True)
    else:
        assert reports()[0].values["website"] == kept


def test_a_missing_club_is_entered_and_waits_for_the_office(client):
    page = client.post_form(NEW, GOOD | {"reporter_email": "rita@example.org", "languages": ["ar"]}, status=200)
    assert page.heading == "Danke für Ihre Meldung"
    (report,) = reports()
    assert report.organisation_id is None
    assert report.values == GOOD | {"languages": ["ar"]}
    assert db.session.scalar(db.select(db.func.count(Organisation.id))) == 0
    assert [mail.recipient for mail in mails()] == ["rita@example.org"]


def test_a_new_entry_needs_a_name_and_a_sentence(client):
    page = client.post_form(NEW, {"name": " ", "description": "", "topics": "Nähen"}, status=422)
    assert {"name", "description"} <= set(page.errors)
    assert page.values["topics"] == "Nähen"
    assert reports() == []


def test_a_form_that_is_sent_twice_makes_one_report_and_one_mail(client, club):
    for _time in range(2):
        client.post_form(NEW, GOOD | {"reporter_email": "rita@example.org"}, status=200)
        client.post_form(form_of(club), {"note": "Falsch", "reporter_email": "rita@example.org"}, status=200)
    assert len(reports()) == 2
    assert len(mails()) == 2
    client.post_form(form_of(club), {"note": "Noch etwas"}, status=200)
    assert len(reports()) == 3


def test_too_many_reports_from_one_place_are_stopped_and_nothing_typed_is_lost(client, club, monkeypatch):
    monkeypatch.setattr(organisations_routes, "REPORTS_PER_HOUR", 2)
    for number in range(2):
        client.post_form(form_of(club), {"note": f"Meldung {number}"}, status=200)
    page = client.post_form(NEW, GOOD, status=429)
    assert "rufen Sie uns an" in page.text
    assert page.values["name"] == "Nähcafé"
    assert len(reports()) == 2


def test_nobody_is_flooded_with_receipts_from_many_places(client, club, monkeypatch):
    monkeypatch.setattr(organisations_routes, "RECEIPTS_PER_HOUR", 3)
    for number in range(4):
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        data = {"note": f"Meldung {number}", "reporter_email": "opfer@example.org"}
        client.post_form(form_of(club), data, status=200 if number < 3 else 429)
    assert len(mails()) == 3


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize(
    "field",
    ["name", "description", "topics", "phone", "email", "website", "note", "reporter_name", "reporter_email", "kind",
     "languages", "postal_code", "municipality"],
)  # fmt: skip
def test_bad_input_makes_no_error_of_ours_no_mail_to_others_and_no_markup(client, office, field, trap):
    page = client.post_form(NEW, {**GOOD, "reporter_email": "rita@example.org", field: trap})
    assert page.status in (200, 422)
    assert "<script>alert" not in page.response.text
    assert "<img src=x" not in page.response.text
    assert {mail.recipient for mail in mails()} <= {"rita@example.org"}
    for report in reports():
        assert "\n" not in report.values["name"] + report.reporter_name
        shown = office.get_page(f"/verwaltung/organisationen/meldungen/{report.id}/")
        assert "<script>alert" not in shown.response.text
        assert "<img src=x" not in shown.response.text


def test_no_public_page_names_a_reporter_or_a_representative(client, club, make):
    secrets = ("Rita Geheim", "rita.geheim@example.org", "Vera Vertritt", "vera.vertritt@example.org", "Notiz-Kanarie")
    reporter = Reporter(name=secrets[0], email=secrets[1])
    organisation_reports.report(club, values={"topics": "Neu"}, note=secrets[4], reporter=reporter)
    representatives.invite(club, name=secrets[2], email=secrets[3])
    office = make.user(role="coordinator")
    taken = organisation_reports.report(club, values={"opening_hours": "montags"}, note=secrets[4], reporter=reporter)
    organisation_reports.take(taken, ["opening_hours"], by=office)
    db.session.commit()
    for language in LANGUAGES:
        for address in ("/vereine/", f"/vereine/{club.id}/", form_of(club), NEW, "/beratung/", "/vereine/danke/", "/"):
            body = client.get_page(f"{address}?sprache={language}").response.text
            assert [secret for secret in secrets if secret in body] == []
    assert "montags" in client.get_page(f"/vereine/{club.id}/").text
