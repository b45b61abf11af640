"""The public pages of trainings: the catalogue, a format, a group, and a closed group behind its link."""

from datetime import UTC, datetime, timedelta

import pytest

from coordapp.directory import training_records
from coordapp.events.models import RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.languages import LANGUAGES
from coordapp.trainings import service
from coordapp.trainings.models import FormatType, TrainingRequest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAYS = timedelta(days=1)
CATALOGUE = "/schulungen/"


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def basic(make):
    return make.training_format(title="Grundkurs", summary="Vier Abende", target_group="Alle, die helfen", capacity=2)


def page_of(training) -> str:
    return f"/schulungen/{training.event_id}/"


def format_page(entry) -> str:
    return f"/schulungen/angebot/{entry.id}/"


def in_house(make, **columns):
    """Make a closed group that was asked for."""
    asked = TrainingRequest(
        organisation_name="Kita", contact_name="Eva", email="eva@example.org", topic="Hilfe", group_size=8,
        wanted_when="im März",
    )  # fmt: skip
    return make.training(request=asked, **columns)


def fill(make, training) -> None:
    for _number in range(training.event.capacity):
        make.registration(training.event)


# the catalogue


def test_the_catalogue_shows_what_there_is_and_when_it_is_next(client, make, basic):
    make.training(basic, days=(60,))
    make.training(basic, days=(30, 37))
    make.training_format(title="Coaching für Vorstände", type=FormatType.COACHING, minutes=90)
    text = client.get_page(CATALOGUE).text
    for words in (
        "Schulung, 6 Stunden Grundkurs Vier Abende Mittwoch, 23. Dezember 2026", "(2 Termine), Arnstadt",
        "noch 2 Plätze frei", "Coaching, 1,5 Stunden Coaching für Vorstände noch kein Termin",
    ):  # fmt: skip
        assert words in text


def test_the_catalogue_is_narrowed_by_type_in_the_address(client, make, basic):
    make.training_format(title="Einzelcoaching", type=FormatType.COACHING)
    page = client.get_page(CATALOGUE)
    assert {"Alle (2)", "Schulung (1)", "Coaching (1)"} <= page.links.keys()
    page = client.get_page(page.links["Coaching (1)"])
    assert "Einzelcoaching" in page.links
    assert "Grundkurs" not in page.links
    assert "Grundkurs" in client.get_page(f"{CATALOGUE}?art=gibt-es-nicht").links


def test_an_empty_catalogue_offers_to_ask(client):
    page = client.get_page(CATALOGUE)
    assert page.links["Schulung für Ihren Verein anfragen"] == "/schulungen/anfrage/"


@pytest.mark.parametrize("columns", [{"is_offered": False}, {"is_confidential": True}])
def test_what_is_archived_or_confidential_is_in_no_public_place(client, make, columns):
    hidden = make.training_format(title="Verborgenes", **columns)
    make.training(hidden)
    assert "Verborgenes" not in client.get_page(CATALOGUE).root.text
    client.get_page(format_page(hidden), status=404)


def test_the_catalogue_asks_as_often_for_30_as_for_one(client, make, count_queries):
    def asked() -> int:
        with count_queries() as queries:
            client.get_page(CATALOGUE)
        return len(queries)

    make.registration(make.training().event)
    client.get_page(CATALOGUE)
    make.training_format()
    one = asked()
    for _number in range(29):
        make.registration(make.training().event)
    assert asked() == one


def test_the_catalogue_that_is_kept_for_strangers_is_new_as_soon_as_something_changes(client, make, basic):
    assert "noch kein Termin" in client.get_page(CATALOGUE).text
    training = make.training(basic)
    assert "noch 2 Plätze frei" in client.get_page(CATALOGUE).text
    client.post_form(page_of(training), {"name": "Olha", "email": "olha@example.org"}, status=200)
    assert "noch 1 Platz frei" in client.get_page(CATALOGUE).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_there_in_every_language(client, make, basic, language):
    training = make.training(basic)
    for url in (CATALOGUE, format_page(basic), page_of(training)):
        page = client.get_page(f"{url}?sprache={language}")
        assert page.root.one("html")["lang"] == language


# a format


def test_a_format_says_what_it_is_about_for_whom_and_at_what_cost(client, make, basic):
    basic.contents, basic.required_format = "Zuhören\n\n Fragen", make.training_format(title="Einstieg")
    page = client.get_page(format_page(basic))
    for words in ("Für wen Alle, die helfen", "Vorher nötig Einstieg", "Kosten kostenlos", "Leitung Ute Muster"):
        assert words in page.text
    assert [item.text for item in page.main.all("ul")[-1].all("li")] == ["Zuhören", "Fragen"]
    assert page.links["Einstieg"] == format_page(basic.required_format)
    assert page.links["Sagen Sie mir Bescheid"] == f"/schulungen/naechste-gruppe/{basic.id}/"
    assert page.links["Schulung für Ihren Verein anfragen"] == f"/schulungen/anfrage/?angebot={basic.id}"
    basic.cost, basic.version = "10 Euro", basic.version + 1
    assert "Kosten 10 Euro" in client.get_page(format_page(basic)).text


def test_a_format_lists_its_coming_public_groups_only(client, make, basic):
    shown = [make.training(basic, days=(days,)) for days in (40, 20)]
    make.training(basic, days=(-20,))
    make.training(basic, days=(21,), published=False)
    make.training(basic, days=(22,)).event.cancelled_at = NOW
    make.training(basic, days=(23,)).event.group_only = True
    groups = [href for href in client.get_page(format_page(basic)).links.values() if href[12:13].isdecimal()]
    assert groups == [page_of(training) for training in reversed(shown)]


def test_a_format_whose_groups_are_full_puts_the_next_one_first(client, make, basic):
    training = make.training(basic)
    assert client.get_page(format_page(basic)).main.all(class_="kern-btn--primary") == []
    fill(make, training)
    training.event.revision += 1
    primary = client.get_page(format_page(basic)).main.one(class_="kern-btn--primary")
    assert primary.text == "Sagen Sie mir Bescheid"


# a group


def test_a_group_tells_all_its_dates_and_facts(client, make, basic):
    training = make.training(basic, trainer="Eva Beispiel")
    text = client.get_page(page_of(training)).text
    for words in (
        "Mittwoch, 23. Dezember 2026, 18:00 bis 19:30 Uhr", "Mittwoch, 13. Januar 2027, 18:00 bis 19:30 Uhr",
        "Dauer 6 Stunden", "Leitung Eva Beispiel", "Kosten kostenlos", "noch 2 Plätze frei",
        "Die Termine gehören zusammen.",
    ):  # fmt: skip
        assert words in text


def test_drafts_closed_and_confidential_groups_do_not_exist_for_the_public(client, make, basic):
    secret = make.training_format(type=FormatType.SUPERVISION, is_confidential=True)
    for training in (make.training(basic, published=False), in_house(make), make.training(secret)):
        client.get_page(page_of(training), status=404)
        client.post_to(page_of(training), {"name": "Olha", "email": "olha@example.org"}, status=404)
    other_kind = make.event()
    client.get_page(f"/schulungen/{other_kind.id}/", status=404)


def test_a_full_group_offers_its_waiting_list_and_another_group(client, make, basic):
    training = make.training(basic)
    fill(make, training)
    page = client.get_page(page_of(training))
    assert "Auf die Warteliste setzen" in page.buttons
    assert page.links["Sagen Sie mir Bescheid"] == f"/schulungen/naechste-gruppe/{basic.id}/"
    other = make.training(basic, days=(60,))
    page = client.get_page(page_of(training))
    assert page.links["Freitag, 22. Januar 2027, 18:00 bis 19:30 Uhr"] == page_of(other)


@pytest.mark.parametrize(("days", "changes", "words"), [
    ((30,), {"cancelled_at": NOW, "cancellation_reason": "Krank"}, "Der Grund: Krank"),
    ((30,), {"registration_closes_at": NOW - DAYS}, "Die Zeit für die Anmeldung ist vorbei."),
    ((-7, 7), {}, "Die Gruppe hat schon angefangen. Es kommt niemand mehr dazu."),
    ((-14, -7), {}, "Diese Veranstaltung ist schon vorbei."),
])  # fmt: skip
def test_what_is_not_open_says_so_and_offers_the_next_best(client, make, basic, days, changes, words):
    training = make.training(basic, days=days)
    for name, value in changes.items():
        setattr(training.event, name, value)
    page = client.get_page(page_of(training))
    assert words in page.text
    assert "Anmelden" not in page.buttons
    assert page.main.one(class_="kern-btn--primary").text == "Sagen Sie mir Bescheid"
    sent = client.post_to(page_of(training), {"name": "Olha", "email": "olha@example.org"}, status=422)
    assert sent.root.all(class_="error-summary")
    other = make.training(basic, days=(60,))
    page = client.get_page(page_of(training))
    assert page.links["Freitag, 22. Januar 2027, 18:00 bis 19:30 Uhr"] == page_of(other)


def test_who_lacks_what_is_needed_is_told_which_and_when_it_is_next(volunteer_client, client, make, basic):
    needed = make.training_format(title="Einstieg")
    basic.required_format = needed
    training = make.training(basic)
    page = volunteer_client.get_page(page_of(training))
    assert "Es fehlt noch etwas" in page.text
    assert "Anmelden" not in page.buttons
    assert page.links["Sagen Sie mir Bescheid"] == f"/schulungen/naechste-gruppe/{needed.id}/"
    following = make.training(needed, days=(20,))
    page = volunteer_client.get_page(page_of(training))
    assert page_of(following) in page.links.values()
    stranger = client.get_page(page_of(training))  # of whom nothing is known, and to whom nothing is told
    assert "Es fehlt noch etwas" not in stranger.text
    assert "Vorher nötig Einstieg" in stranger.text
    assert "Anmelden" in stranger.buttons


def test_who_has_completed_what_is_needed_sees_the_form(volunteer_client, make, basic):
    basic.required_format = needed = make.training_format(title="Einstieg")
    training = make.training(basic)
    person = db.session.scalars(db.select(training_records.Person).filter_by(name="Vera Hilft")).one()
    training_records.remember(person, title="Einstieg", completed_on=clock.today(), minutes=60, format_id=needed.id)
    assert "Anmelden" in volunteer_client.get_page(page_of(training)).buttons


def test_a_waiting_list_goes_before_who_comes_now(client, make, basic):
    training = make.training(basic)
    make.registration(training.event, status=RegistrationStatus.WAITING)
    assert "Auf die Warteliste setzen" in client.get_page(page_of(training)).buttons


# a closed group


def test_the_link_of_a_closed_group_opens_it_and_nobody_keeps_a_copy(client, make):
    training = in_house(make)
    url = f"/schulungen/gruppe/{training.group_token}/"
    answer = client.get(url)
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    page = client.get_page(url)
    assert page.heading == training.event.title
    assert "Anmelden" in page.buttons
    assert page.root.one("meta", name="robots")["content"] == "noindex"
    left = [href for href in page.links.values() if href not in ("/datenschutz/", "#anmelden")]
    assert left == []


def test_the_link_opens_nothing_before_during_a_cancellation_and_after(client, make):
    draft, cancelled, over = in_house(make, published=False), in_house(make), in_house(make, days=(-9, -2))
    cancelled.event.cancelled_at = NOW
    for training in (draft, cancelled, over):
        url = f"/schulungen/gruppe/{training.group_token}/"
        client.get_page(url, status=404)
        client.post_to(url, {"name": "Olha", "email": "olha@example.org"}, status=404)
    client.get_page("/schulungen/gruppe/gibt-es-nicht/", status=404)


def test_another_link_closes_the_old_one(client, make):
    training = in_house(make)
    old = training.group_token
    service.renew_link(training)
    db.session.commit()
    client.get_page(f"/schulungen/gruppe/{old}/", status=404)
    client.get_page(f"/schulungen/gruppe/{training.group_token}/")


def test_a_closed_group_is_in_no_list(client, make):
    training = in_house(make)
    training.event.title = "Nur für die Kita"
    for url in ("/", "/kalender/", CATALOGUE, format_page(training.format)):
        assert "Nur für die Kita" not in client.get_page(url).root.text
        assert page_of(training) not in client.get_page(url).links.values()
