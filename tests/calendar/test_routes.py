from datetime import UTC, datetime, timedelta

import pytest

from coordapp.events.models import EventDate, RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def test_the_start_page_names_the_next_round_table_with_date_place_and_free_places(client, make):
    place = make.place(name="Landratsamt", municipality="Arnstadt")
    event = make.event(title="Erster Runder Tisch", starts_at=make.in_days(10), place=place, capacity=10)
    make.registration(event, party_size=2)
    make.event(title="Zweiter Runder Tisch", starts_at=make.in_days(80))
    page = client.get_page("/")
    assert "Erster Runder Tisch" in page.text
    assert "Mittwoch, 2. Dezember 2026, 15:00 bis 18:00 Uhr" in page.text
    assert "Arnstadt: Landratsamt" in page.text
    assert "noch 8 Plätze frei" in page.text
    assert page.links["Ansehen und anmelden"] == f"/runde-tische/{event.id}/"
    assert page.text.index("Erster") < page.text.index("Zweiter")


def test_the_start_page_has_one_filled_button(client, make):
    make.event(), make.event(starts_at=make.in_days(60))
    page = client.get_page("/")
    assert [link.text for link in page.main.all("a", class_="kern-btn--primary")] == ["Ansehen und anmelden"]
    assert not page.main.all("button", class_="kern-btn--primary")


def test_the_start_page_passes_over_a_cancelled_round_table_but_says_so_below(client, make):
    make.event(title="Fällt aus", starts_at=make.in_days(5), cancelled=True)
    following = make.event(title="Findet statt", starts_at=make.in_days(50))
    page = client.get_page("/")
    assert page.links["Ansehen und anmelden"] == f"/runde-tische/{following.id}/"
    assert "Fällt aus" in page.text
    assert "abgesagt" in page.text


def test_the_start_page_without_any_date_says_what_to_do(client):
    page = client.get_page("/")
    assert "Im Moment ist kein Runder Tisch geplant." in page.text
    assert page.links["Kalender abonnieren"] == "/kalender/#abonnieren"


def test_the_calendar_lists_coming_dates_by_month_and_tells_their_number(client, make):
    make.event(title="Vorbei", starts_at=make.in_days(-3))
    make.event(title="Später", starts_at=make.in_days(45))
    make.event(title="Bald", starts_at=make.in_days(2))
    page = client.get_page("/kalender/")
    assert "2 Termine" in page.text
    assert "Vorbei" not in page.text
    headings = [heading.text for heading in page.main.all("h2", "h3")]
    assert headings[:4] == ["November 2026", "Bald", "Januar 2027", "Später"]


def test_a_date_that_runs_is_not_over(client, make):
    make.event(title="Läuft gerade", starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=1))
    make.event(title="Gerade vorbei", starts_at=NOW - timedelta(hours=1), ends_at=NOW)
    page = client.get_page("/kalender/")
    assert "Läuft gerade" in page.text
    assert "Gerade vorbei" not in page.text
    assert "Gerade vorbei" in client.get_page("/kalender/vergangene").text


@pytest.mark.parametrize("address", ["/", "/kalender/", "/kalender/vergangene", "/kalender/ilm-kreis.ics"])
def test_drafts_and_closed_groups_are_in_no_public_list(client, make, address):
    for days in (-5, 5):
        make.event(title="Geheimer Entwurf", published=False, starts_at=make.in_days(days))
        make.event(title="Nur für die Schulklasse", group_only=True, starts_at=make.in_days(days))
        make.event(title="Für alle", starts_at=make.in_days(days))
    text = client.get(address).text
    assert "Für alle" in text
    assert "Entwurf" not in text
    assert "Schulklasse" not in text


def test_a_filter_by_municipality_stays_in_the_address_and_tells_its_hits(client, make):
    make.event(title="In Ilmenau", place=make.place(municipality="Ilmenau"))
    make.event(title="In Plaue", place=make.place(municipality="Plaue"))
    page = client.get_page("/kalender/?gemeinde=Ilmenau&art=round_table")
    assert "1 Termin." in page.text
    assert "In Ilmenau" in page.text
    assert "In Plaue" not in page.text
    assert page.values["gemeinde"] == "Ilmenau"
    assert page.links["In meinen Kalender aufnehmen"] == (
        "webcal://localhost/kalender/ilm-kreis.ics?gemeinde=Ilmenau&art=round_table"
    )
    assert page.links["Alle Termine zeigen"] == "/kalender/"


def test_a_filter_without_hits_offers_all_dates(client, make):
    make.event(place=make.place(municipality="Plaue"))
    page = client.get_page("/kalender/?gemeinde=Dornheim")
    assert "Hier ist im Moment kein Termin geplant." in page.text
    assert "0 Termine" in page.text


@pytest.mark.parametrize(
    "query",
    ["gemeinde=Berlin", "art=party", "seite=0", "seite=-1", "seite=x", "seite=99999999", "_scheme=x", "endpoint=x"],
)
def test_an_odd_address_of_the_calendar_still_opens(client, make, query):
    make.event()
    assert "1 Termin" in client.get_page(f"/kalender/?{query}").text


def test_a_long_calendar_has_pages_that_keep_the_filter(client, make):
    place = make.place(municipality="Geratal")
    for number in range(51):
        make.event(title=f"Treffen {number:02}", starts_at=make.in_days(2 + number), place=place)
    page = client.get_page("/kalender/?gemeinde=Geratal")
    assert "51 Termine" in page.text
    assert "Treffen 49" in page.text
    assert "Treffen 50" not in page.text
    following = client.get_page(page.links["Weiter"])
    assert "Treffen 50" in following.text
    assert following.values["gemeinde"] == "Geratal"


def test_a_hidden_address_is_in_no_list(client, make):
    place = make.place(name="Frauenzentrum", municipality="Ilmenau")
    make.event(place=place, hides_address=True)
    for address in ("/", "/kalender/"):
        text = client.get_page(address).text
        assert "Ilmenau" in text
        assert "Frauenzentrum" not in text


@pytest.mark.parametrize("address", ["/", "/kalender/", "/kalender/vergangene"])
def test_a_list_asks_as_often_for_thirty_dates_as_for_one(client, make, count_queries, address):
    def fill(number: int) -> None:
        for days in range(1, number + 1):
            for event in (make.event(starts_at=make.in_days(days)), make.event(starts_at=make.in_days(-days))):
                make.registration(event, status=RegistrationStatus.WAITING)
        db.session.commit()
        db.session.expire_all()

    fill(1)
    with count_queries() as few:
        client.get_page(address)
    fill(30)
    with count_queries() as many:
        client.get_page(address)
    assert len(many) == len(few) > 1


@pytest.mark.parametrize("language", ["en", "ar", "uk", "ru", "fa"])
@pytest.mark.parametrize("address", ["/", "/kalender/", "/kalender/vergangene"])
def test_pages_open_in_every_language_and_mark_german_titles(client, make, address, language):
    make.event(title="Runder Tisch in Arnstadt")
    make.event(title="Runder Tisch in Arnstadt", starts_at=make.in_days(-4))
    page = client.get_page(f"{address}?sprache={language}")
    titles = [element for element in page.main.all("bdi") if element.text == "Runder Tisch in Arnstadt"]
    assert titles
    assert all(title["lang"] == "de" for title in titles)


def test_an_event_of_two_dates_stands_twice_in_the_calendar(client, make):
    event = make.event(title="Schulung in zwei Teilen")
    event.dates.append(EventDate(starts_at=make.in_days(40), ends_at=make.in_days(40, 17)))
    page = client.get_page("/kalender/")
    assert "2 Termine" in page.text
    assert page.text.count("Schulung in zwei Teilen") == 2


def test_an_event_of_several_dates_stands_once_on_the_start_page_with_the_next_of_them(client, make):
    training = make.training(make.training_format(title="Grundkurs"), days=(-7, 3, 10))
    page = client.get_page("/")
    (card,) = [card.text for card in page.main.all(class_="card") if "Grundkurs" in card.text]
    assert card == (
        "Mittwoch, 25. November 2026, 18:00 bis 19:30 Uhr Grundkurs Schulung, 2. von 3 Terminen "
        f"Arnstadt: {training.event.place.name} Anmeldung beendet"
    )
