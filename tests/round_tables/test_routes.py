"""The public pages of the round tables: those of a year, and one with its registration."""

from datetime import UTC, datetime, timedelta

import pytest

from coordapp.accounts.models import Role
from coordapp.events import visitors
from coordapp.events.models import Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.round_tables.models import Topic
from coordapp.shared import clock
from coordapp.shared.languages import LANGUAGES

S = RegistrationStatus
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
OLHA = {"name": "Olha Beispiel", "email": "olha@example.org", "party_size": "1"}


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def event(make):
    return make.event(title="Runder Tisch in Ilmenau", starts_at=make.in_days(30), capacity=8)


def page_of(event) -> str:
    return f"/runde-tische/{event.id}/"


def registrations() -> list[Registration]:
    return list(db.session.scalars(db.select(Registration).order_by(Registration.id)))


def mails() -> list[Mail]:
    return list(db.session.scalars(db.select(Mail).order_by(Mail.id)))


# the year


def test_the_year_shows_all_three_and_the_coming_one_first(client, make):
    for days, title in ((-20, "Der erste"), (10, "Der zweite"), (30, "Der dritte")):
        make.event(starts_at=make.in_days(days), title=title)
    page = client.get_page("/runde-tische/?jahr=2026")
    assert page.heading == "Runde Tische des Ehrenamts 2026"
    titles = [link for link in page.links if link.startswith("Der ")]
    assert titles == ["Der zweite", "Der erste", "Der dritte"]
    assert page.text.count("Der nächste") == 1


def test_the_year_is_that_of_the_next_one_unless_asked(client, make):
    make.event(starts_at=make.in_days(-20))
    assert client.get_page("/runde-tische/").heading.endswith("2026")
    make.event(starts_at=make.in_days(60), cancelled=True)
    assert client.get_page("/runde-tische/").heading.endswith("2026")
    make.event(starts_at=make.in_days(90))
    assert client.get_page("/runde-tische/").heading.endswith("2027")
    assert client.get_page("/runde-tische/?jahr=2026").heading.endswith("2026")


@pytest.mark.parametrize("year", ["1999", "2040", "-5", "99999999999999999999"])
def test_years_that_nobody_plans_do_not_exist(client, year):
    client.get_page(f"/runde-tische/?jahr={year}", status=404)


def test_an_empty_year_says_so_and_offers_the_calendar(client):
    page = client.get_page("/runde-tische/?jahr=2027")
    assert "Für 2027 gibt es noch keine Termine." in page.text
    assert page.links["Kalender ansehen"] == "/kalender/"


def test_the_year_says_in_words_how_full_each_is(client, make):
    make.registration(make.event(starts_at=make.in_days(10), capacity=3))
    full = make.event(starts_at=make.in_days(11), capacity=1)
    make.registration(full)
    make.event(starts_at=make.in_days(12), capacity=None)
    make.event(starts_at=make.in_days(13), cancelled=True)
    make.event(starts_at=make.in_days(14), registration_closes_at=NOW)
    make.event(starts_at=make.in_days(15), registration_opens_at=make.in_days(5))
    make.event(starts_at=make.in_days(-9))
    queue = make.event(starts_at=make.in_days(16), capacity=3)
    make.registration(queue, party_size=2)
    make.registration(queue, status=S.WAITING, party_size=2)
    text = client.get_page("/runde-tische/?jahr=2026").text
    for words in (
        "noch 2 Plätze frei", "ausgebucht, Warteliste möglich", "Plätze frei", "abgesagt", "Anmeldung beendet",
        "schon vorbei", "Anmeldung ab ",
    ):  # fmt: skip
        assert words in text
    assert text.count("ausgebucht, Warteliste möglich") == 2  # a free place is for those who wait


def test_drafts_and_closed_groups_are_in_no_list(client, make):
    make.event(title="Geheimer Entwurf", starts_at=make.in_days(9), published=False)
    make.event(title="Geschlossene Gruppe", starts_at=make.in_days(9), group_only=True)
    text = client.get_page("/runde-tische/?jahr=2026").text
    assert "Geheimer" not in text
    assert "Geschlossene" not in text


def test_the_year_asks_as_often_for_30_as_for_one(client, make, count_queries):
    def asked() -> int:
        with count_queries() as queries:
            client.get_page("/runde-tische/?jahr=2026")
        return len(queries)

    make.registration(make.event(starts_at=make.in_days(1)))
    one = asked()
    for _number in range(29):
        make.registration(make.event(starts_at=make.in_days(2)))
    assert asked() == one


# the page of one


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_there_in_every_language(client, event, language):
    page = client.get_page(f"{page_of(event)}?sprache={language}")
    assert page.root.one("html")["lang"] == language
    assert "Runder Tisch in Ilmenau" in page.heading


def test_the_page_tells_when_where_how_to_get_there_and_home(client, make):
    place = make.place(
        name="Rathaus", street="Am Markt 1", municipality="Ilmenau", is_step_free=True, has_accessible_wc=True,
        stop="Busbahnhof, 5 Minuten", last_bus="Bus 350 um 19:35 Uhr", directions="Zweiter Stock",
    )  # fmt: skip
    text = client.get_page(page_of(make.event(place=place, starts_at=make.in_days(30)))).text
    for words in (
        "Mittwoch, 23. Dezember 2026, 15:00 bis 18:00 Uhr", "Ilmenau: Rathaus, Am Markt 1", "Busbahnhof, 5 Minuten",
        "Bus 350 um 19:35 Uhr", "Zweiter Stock", "Der Weg ist ohne Stufen.", "noch 20 Plätze frei",
    ):  # fmt: skip
        assert words in text


def test_a_hidden_place_is_told_as_its_municipality_only(client, make):
    place = make.place(name="Schutzhaus", street="Geheimweg 7", stop="Geheimhalt", municipality="Ilmenau")
    event = make.event(place=place, hides_address=True)
    for url in (page_of(event), "/runde-tische/?jahr=2026", f"/termine/{event.id}.ics"):
        body = client.get(url).get_data(as_text=True)
        assert "Geheim" not in body
        assert "Schutzhaus" not in body
    assert "Ilmenau. Den genauen Ort erfahren Angemeldete." in client.get_page(page_of(event)).text


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"cancelled": True, "cancellation_reason": "Das Haus ist zu."}, "Der Grund: Das Haus ist zu."),
        ({"registration_closes_at": NOW}, "Die Zeit für die Anmeldung ist vorbei."),
        ({"registration_opens_at": NOW + HOURS}, "Die Anmeldung ist noch nicht offen."),
        ({"starts_at": NOW - 9 * HOURS}, "Diese Veranstaltung ist schon vorbei."),
    ],
)
def test_what_is_not_open_says_so_and_offers_the_next_one(client, make, columns, words):
    event, other = make.event(**columns), make.event(title="Der nächste Runde Tisch")
    page = client.get_page(page_of(event))
    assert words in page.text
    assert "Anmelden" not in page.buttons
    assert page.links["Der nächste Runde Tisch"] == page_of(other)
    sent = client.post_to(page_of(event), OLHA, status=422)
    assert sent.root.all(class_="error-summary")
    assert registrations() == []


def test_where_there_is_no_other_the_calendar_is_offered(client, make):
    page = client.get_page(page_of(make.event(cancelled=True)))
    assert page.links["Alle Veranstaltungen im Kalender"] == "/kalender/"


def test_drafts_and_unknown_numbers_do_not_exist(client, make):
    draft = make.event(published=False)
    client.get_page(page_of(draft), status=404)
    client.post_to(page_of(draft), OLHA, status=404)
    client.get_page("/runde-tische/999999/", status=404)
    client.post_to("/runde-tische/999999/", OLHA, status=404)


def test_a_full_one_offers_the_waiting_list(client, make):
    event = make.event(capacity=1)
    make.registration(event)
    page = client.get_page(page_of(event))
    assert "Auf die Warteliste setzen" in page.buttons
    assert "fragen wir der Reihe nach" in page.text
    assert "ausgebucht, Warteliste möglich" in page.text


def test_a_page_kept_for_strangers_is_new_as_soon_as_somebody_registers(client, event):
    assert "noch 8 Plätze frei" in client.get_page(page_of(event)).text
    client.post_form(page_of(event), OLHA | {"party_size": "3"}, status=200)
    assert "noch 5 Plätze frei" in client.get_page(page_of(event)).text


# registering


def test_name_and_address_are_enough(client, event):
    page = client.post_form(page_of(event), OLHA, status=200)
    assert page.heading == "Bitte schauen Sie jetzt in Ihre E-Mails"
    assert "olha@example.org" in page.text
    (made,) = registrations()
    assert (made.person.name, made.person.email) == ("Olha Beispiel", "olha@example.org")
    assert (made.status, made.party_size, made.language) == (S.UNCONFIRMED, 1, "de")
    (mail,) = mails()
    assert (mail.template, mail.recipient) == ("events/mail/confirm_registration.txt", "olha@example.org")


def test_all_that_can_be_said_is_kept(client, event):
    client.post_form(
        page_of(event),
        OLHA | {
            "party_size": "3", "needs": ["interpreter", "child_care"], "interpreter_language": "Arabisch",
            "note": "Zwei Kinder,\r\n4 und 6", "topic": "Wohnungssuche",
        },
        status=200,
    )  # fmt: skip
    (made,) = registrations()
    assert (made.party_size, made.needs, made.interpreter_language) == (3, ["interpreter", "child_care"], "Arabisch")
    assert made.note == "Zwei Kinder,\n4 und 6"
    (topic,) = db.session.scalars(db.select(Topic))
    assert (topic.text, topic.event_id) == ("Wohnungssuche", event.id)


@pytest.mark.parametrize("language", ["ar", "uk"])
def test_the_mails_are_in_the_language_of_the_page(client, event, language):
    client.get(f"/?sprache={language}")
    client.post_form(page_of(event), OLHA, status=200)
    assert [made.language for made in registrations()] == [language]
    assert [mail.language for mail in mails()] == [language]


def test_sending_the_form_twice_and_the_back_button_make_one_registration(client, event):
    for _time in range(3):
        client.post_form(page_of(event), OLHA | {"topic": "Wohnungssuche"}, status=200)
    assert len(registrations()) == 1
    assert len(mails()) == 1
    assert db.session.query(Topic).count() == 1


def test_two_people_may_share_an_address(client, event):
    for name in ("Olha Beispiel", "Petro Beispiel", "OLHA  beispiel"):
        client.post_form(page_of(event), OLHA | {"name": name}, status=200)
    assert sorted(made.person.name for made in registrations()) == ["Olha Beispiel", "Petro Beispiel"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"email": ""}, "email"),
        ({"email": "olha@"}, "email"),
        ({"email": "olha@example.org, karim@example.org"}, "email"),
        ({"email": "olha@example.org\r\nBcc: karim@example.org"}, "email"),
        ({"party_size": "0"}, "party_size"),
        ({"party_size": "11"}, "party_size"),
        ({"party_size": "viele"}, "party_size"),
        ({"party_size": "9" * 400}, "party_size"),
        ({"needs": ["interpreter"]}, "interpreter_language"),
        ({"needs": ["fliegen"]}, "needs"),
        ({"note": "x" * 1001}, "note"),
        ({"topic": "x" * 301}, "topic"),
    ],
)
def test_an_error_is_said_beside_its_field_and_nothing_typed_is_lost(client, event, typed, field):
    filled = OLHA | {"party_size": "2", "note": "Notiz bleibt", "topic": "Thema bleibt", "needs": ["food"]} | typed
    page = client.post_to(page_of(event), filled, status=422)
    assert field in page.errors or field == "needs"
    assert page.root.all(class_="error-summary")
    kept = page.values
    assert kept["note"].strip() == filled["note"].strip()
    assert kept["topic"].strip() == filled["topic"].strip()
    assert kept["name"].split() == filled["name"].split()
    if field != "needs":
        assert kept["needs"] == filled["needs"][0]
    assert registrations() == []
    assert mails() == []


def test_an_address_is_kept_in_lower_case_and_without_gaps(client, event):
    client.post_form(page_of(event), OLHA | {"email": "  OLHA@Example.ORG "}, status=200)
    assert [made.person.email for made in registrations()] == ["olha@example.org"]


@pytest.mark.parametrize(
    "name", ["Ольга Приклад", "عليا مثال", "Łukasz Smith-O'Neil", "ﷺ" * 120, "🎉", "<b>Bobby</b>", "{7*7} %(x)s"]
)
def test_names_of_all_kinds_are_taken_as_they_are(client, event, name):
    client.post_form(page_of(event), OLHA | {"name": name}, status=200)
    (made,) = registrations()
    assert made.person.name == name
    assert name in client.get_page(f"/anmeldung/{made.token}/").text


def test_a_party_larger_than_the_house_is_refused_in_words(client, make):
    event = make.event(capacity=2)
    page = client.post_to(page_of(event), OLHA | {"party_size": "3", "note": "Notiz bleibt"}, status=422)
    assert "So viele Plätze gibt es hier nicht." in page.text
    assert page.values["note"] == "Notiz bleibt"


def test_who_is_signed_in_is_not_asked_who_they_are_and_need_not_confirm(volunteer_client, event):
    page = volunteer_client.get_page(page_of(event))
    assert "name" not in page.values
    assert "email" not in page.values
    done = volunteer_client.post_form(page_of(event), {"party_size": "2"}, status=200)
    assert done.heading == "Sie sind angemeldet"
    (made,) = registrations()
    assert (made.person.email, made.status, made.party_size) == ("vera@example.org", S.CONFIRMED, 2)


def test_who_is_signed_in_and_comes_too_late_reads_that_they_wait(volunteer_client, make):
    event = make.event(capacity=1)
    make.registration(event)
    assert volunteer_client.post_form(page_of(event), {"party_size": "1"}).heading == "Sie stehen auf der Warteliste"


def test_signing_in_finds_the_registration_made_before_as_a_visitor_and_confirms_it(client, browser_of, make, event):
    client.post_form(page_of(event), OLHA, status=200)
    user = make.user(role=Role.VOLUNTEER, name=OLHA["name"], email=OLHA["email"])
    browser_of(user).post_form(page_of(event), {"party_size": "1"}, status=200)
    (made,) = registrations()
    assert made.status is S.CONFIRMED


def test_a_form_without_its_token_is_not_taken(client, event):
    response = client.post(page_of(event), data=OLHA)
    assert response.status_code == 400
    assert registrations() == []


def test_so_many_registrations_from_one_connection_are_sent_to_the_telephone(app, client, make):
    app.config["REGISTRATIONS_PER_HOUR"] = 3
    event = make.event(capacity=None)
    for number in range(3):
        client.post_form(page_of(event), OLHA | {"email": f"olha{number}@example.org"}, status=200)
    page = client.post_to(page_of(event), OLHA, status=422)
    assert app.config["OFFICE_PHONE"] in page.text
    assert page.values["email"] == "olha@example.org"
    assert len(registrations()) == 3
    with clock.stopped(NOW + HOURS):
        client.post_form(page_of(event), OLHA, status=200)


@pytest.mark.parametrize("proven", [True, False])
def test_nobody_is_flooded_with_mails_and_the_limit_does_not_tell_who_is_known(client, make, monkeypatch, proven):
    monkeypatch.setattr(visitors, "MAILS_PER_ADDRESS", 3)
    if proven:
        make.person(name="Olha Beispiel", email="olha@example.org")
    events = [make.event() for _number in range(5)]
    statuses = [client.post_to(page_of(event), OLHA).status for event in events]
    assert statuses == [302, 302, 302, 422, 422]
    assert len(mails()) == 3


# what strangers cannot learn


def answer_of(client, event, data) -> tuple[int, str]:
    """Send the form and return how the site answers, what the address is apart."""
    page = client.post_form(page_of(event), data)
    return page.status, page.main.text.replace(data["email"], "…")


@pytest.mark.parametrize("capacity", [8, 1])
def test_the_answer_does_not_tell_whose_address_is_known_or_who_is_registered(app, make, capacity):
    event = make.event(capacity=capacity)
    make.person(name="Olha Beispiel", email="bekannt@example.org")
    there = make.person(name="Olha Beispiel", email="angemeldet@example.org")
    waiting = make.person(name="Olha Beispiel", email="wartet@example.org")
    make.registration(event, there)
    make.registration(event, waiting, status=S.WAITING, queued_at=NOW - DAYS)
    addresses = ("neu@example.org", "bekannt@example.org", "angemeldet@example.org", "wartet@example.org")
    answers = {answer_of(app.test_client(), event, OLHA | {"email": address}) for address in addresses}
    assert len(answers) == 1
    assert next(iter(answers))[0] == 200


@pytest.mark.parametrize("columns", [{"registration_closes_at": NOW}, {"cancelled": True}, {"capacity": 1}])
def test_a_refusal_does_not_tell_who_is_registered(app, make, columns):
    event = make.event(**columns)
    there = make.registration(event)
    answers = set()
    for email in (there.person.email, "neu@example.org"):
        data = {"name": there.person.name, "email": email, "party_size": "2"}
        page = app.test_client().post_to(page_of(event), data)
        answers.add((page.status, page.main.text.replace(email, "…")))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 422


def test_nobody_elses_name_is_on_the_page(client, event, make):
    make.registration(event, make.person(name="Karim Kanarienvogel", email="karim@example.org"), note="Geheimnotiz")
    body = client.get(page_of(event)).get_data(as_text=True)
    for secret in ("Karim", "karim@", "Geheimnotiz"):
        assert secret not in body
