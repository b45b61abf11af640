"""What people do with the link in their mails, walked through in the browser."""

from datetime import timedelta

import pytest

from coordapp.directory.models import Person
from coordapp.events import registration as registrations
from coordapp.events import service, waiting_list
from coordapp.events.models import CancelledBy, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock
from coordapp.shared.languages import LANGUAGES

from .conftest import NOW

S = RegistrationStatus
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
OLHA = {"name": "Olha Beispiel", "email": "olha@example.org"}


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def event(make):
    return make.event(title="Runder Tisch in Ilmenau", capacity=8)


@pytest.fixture
def link_in(mails):
    """Return a function that gives the address behind the link in the newest mail to somebody."""

    def found(to: str) -> str:
        text = mails(to)[-1].text
        return text[text.index("/anmeldung/") :].split()[0]

    return found


def page_of(made: Registration) -> str:
    return f"/anmeldung/{made.token}/"


def the_registration() -> Registration:
    return db.session.scalars(db.select(Registration)).one()


# the whole way


def test_from_the_form_to_the_cancellation(client, event, mails, kinds_of_mails, link_in):
    received = client.post_form(f"/runde-tische/{event.id}/", OLHA, status=200)
    assert received.heading == "Bitte schauen Sie jetzt in Ihre E-Mails"
    link = link_in("olha@example.org")

    page = client.get_page(link)
    assert page.heading == "Ihre Anmeldung: Runder Tisch in Ilmenau"
    assert "Bitte drücken Sie den Knopf bis Mittwoch, 25. November 2026, 10:00 Uhr." in page.text
    assert page.buttons == ["Anmeldung bestätigen"]
    page = client.press(link, "Anmeldung bestätigen", status=200)
    assert "Danke. Sie sind angemeldet. Ihr Platz ist sicher." in page.root.text
    assert mails()[-1].calendar_method == "REQUEST"

    page = client.post_form(link, {"party_size": "3", "note": "Mit Kindern"}, status=200)
    assert "Gespeichert. Wir haben Ihnen eine E-Mail geschickt." in page.root.text
    assert (page.values["party_size"], page.values["note"]) == ("3", "Mit Kindern")
    assert "Es gab nichts zu ändern." in client.post_form(link, {"party_size": "3"}).root.text

    page = client.press(link, "Ich komme nicht", status=200)
    assert "Sie sind abgemeldet" in page.text
    assert page.links["Zur Veranstaltung"] == f"/runde-tische/{event.id}/"
    assert mails()[-1].calendar_method == "CANCEL"
    assert kinds_of_mails() == [
        "confirm_registration", "registered", "registration_changed", "registration_cancelled",
    ]  # fmt: skip

    again = client.post_form(f"/runde-tische/{event.id}/", OLHA, status=200)
    assert again.heading == "Bitte schauen Sie jetzt in Ihre E-Mails"
    assert the_registration().status is S.CONFIRMED
    assert link_in("olha@example.org") == link


def test_full_waiting_list_offer_accepted(app, client, make, link_in, kinds_of_mails):
    event = make.event(capacity=1)
    taking = make.registration(event)
    client.post_form(f"/runde-tische/{event.id}/", OLHA, status=200)
    link = link_in("olha@example.org")
    page = client.press(link, "Anmeldung bestätigen", status=200)
    assert "Sie stehen auf der Warteliste" in page.text
    assert "Ihre Stelle auf der Liste: 1" in page.text
    app.test_client().press(page_of(taking), "Ich komme nicht", status=200)
    assert link_in("olha@example.org") == link
    page = client.get_page(link)
    assert "Ein Platz ist frei für Sie" in page.text
    assert "Bitte antworten Sie bis Mittwoch, 25. November 2026, 10:00 Uhr." in page.text
    page = client.press(link, "Platz annehmen", status=200)
    assert "Sie sind angemeldet. Ihr Platz ist sicher." in page.root.text
    assert kinds_of_mails("olha@example.org") == ["confirm_registration", "waiting", "place_offered", "registered"]


def test_an_offer_that_ran_out_goes_to_the_next(client, make, kinds_of_mails):
    event = make.event(capacity=1)
    first = make.registration(event, status=S.OFFERED)
    second = make.registration(event, status=S.WAITING)
    with clock.stopped(NOW + 48 * HOURS):
        page = client.press(page_of(first), "Platz annehmen", status=200)
        assert "Dieser Platz ist leider nicht mehr frei." in page.root.text
        waiting_list.expire_due()
        assert "Ein Platz ist frei für Sie" in client.get_page(page_of(second)).text
        assert "Sie sind abgemeldet" in client.get_page(page_of(first)).text
    assert kinds_of_mails(first.person.email) == ["offer_expired"]


def test_a_declined_offer_goes_to_the_next(client, make):
    event = make.event(capacity=1)
    first, second = make.registration(event, status=S.OFFERED), make.registration(event, status=S.WAITING)
    client.press(page_of(first), "Platz ablehnen", status=200)
    assert (first.status, second.status) == (S.CANCELLED, S.OFFERED)


def test_a_hold_that_lapsed_is_taken_up_again_by_the_old_link(client, event, link_in):
    client.post_form(f"/runde-tische/{event.id}/", OLHA, status=200)
    link = link_in("olha@example.org")
    with clock.stopped(NOW + 50 * HOURS):
        waiting_list.expire_due()
        page = client.get_page(link)
        assert "Die Zeit zum Bestätigen ist vorbei, und der Platz ist wieder frei." in page.text
        assert page.buttons == ["Noch einmal anmelden"]
        page = client.press(link, "Noch einmal anmelden", status=200)
    assert "Ihr Platz ist sicher." in page.text
    assert the_registration().status is S.CONFIRMED


# the page after registering


def test_a_mistyped_address_is_corrected_and_the_wrong_one_learns_nothing(client, event, mails, kinds_of_mails):
    client.post_form(f"/runde-tische/{event.id}/", OLHA | {"email": "ohla@example.org", "note": "Geheim"}, status=200)
    wrong = the_registration().token
    page = client.post_form("/anmeldung/danke/", {"email": "olha@example.org"}, status=200)
    assert "olha@example.org" in page.text
    assert "ohla@" not in page.text
    made = the_registration()
    db.session.refresh(made)
    assert (made.person.email, made.person.name, made.note) == ("olha@example.org", "Olha Beispiel", "Geheim")
    client.get_page(f"/anmeldung/{wrong}/", status=404)
    client.post_to(f"/anmeldung/{wrong}/bestaetigen", status=404)
    assert mails("ohla@example.org")[0].status is MailStatus.EXPIRED  # it was not sent yet
    (mail,) = mails("olha@example.org")
    assert made.token in mail.text
    assert mail.in_reply_to is None
    assert kinds_of_mails("olha@example.org") == ["confirm_registration"]


def test_who_gets_no_mail_can_have_it_sent_again_but_a_double_click_is_one(client, event, mails):
    client.post_form(f"/runde-tische/{event.id}/", OLHA, status=200)
    for _time in range(3):
        client.press("/anmeldung/danke/", "E-Mail noch einmal schicken", status=200)
    assert len(mails()) == 2
    assert all(the_registration().token in mail.text for mail in mails())
    with clock.stopped(NOW + HOURS):
        client.press("/anmeldung/danke/", "E-Mail noch einmal schicken", status=200)
    assert len(mails()) == 3


def test_a_wrong_correction_is_said_beside_the_field(client, event):
    client.post_form(f"/runde-tische/{event.id}/", OLHA, status=200)
    page = client.post_form("/anmeldung/danke/", {"email": "olha@"}, status=422)
    assert "email" in page.errors
    assert page.values["email"] == "olha@"


def test_a_correction_reaches_only_as_far_as_the_limit(client, event, monkeypatch, mails):
    monkeypatch.setattr("coordapp.events.visitors.MAILS_PER_ADDRESS", 2)
    for number in range(3):
        with clock.stopped(NOW + number * timedelta(minutes=1)):
            client.post_form(f"/runde-tische/{event.id}/", OLHA | {"email": f"ohla{number}@example.org"})
            page = client.post_form("/anmeldung/danke/", {"email": "opfer@example.org"})
    assert page.status == 422
    assert len(mails("opfer@example.org")) <= 2


def test_after_the_confirmation_the_address_cannot_be_moved_by_the_browser_that_registered(client, event, mails):
    client.post_form(f"/runde-tische/{event.id}/", OLHA | {"note": "Notiz"}, status=200)
    made = the_registration()
    registrations.confirm(made)
    client.post_form("/anmeldung/danke/", {"email": "andere@example.org"}, status=200)
    db.session.refresh(made)
    assert (made.person.email, made.status) == ("olha@example.org", S.CONFIRMED)
    (mail,) = mails("andere@example.org")  # registered anew, and must be confirmed there
    assert mail.template == "events/mail/confirm_registration.txt"
    assert made.token not in mail.text
    assert "Notiz" not in mail.text


def test_a_correction_never_shows_or_takes_over_what_somebody_else_registered(client, event, make, mails):
    """A stranger types name and address of somebody registered, then "corrects" it to an address of their own."""
    victim = make.registration(event, make.person(name="Olha Beispiel", email="olha@example.org"), note="Geheim")
    page = client.post_form(f"/runde-tische/{event.id}/", OLHA, status=200)
    assert "Geheim" not in page.text
    assert page_of(victim) not in page.response.get_data(as_text=True)
    page = client.post_form("/anmeldung/danke/", {"email": "fremd@example.org"}, status=200)
    assert page_of(victim) not in page.response.get_data(as_text=True)
    db.session.refresh(victim)
    assert (victim.person.email, victim.status) == ("olha@example.org", S.CONFIRMED)
    (mail,) = mails("fremd@example.org")
    assert "Geheim" not in mail.text + mail.html
    assert victim.token not in mail.text


def test_the_page_after_a_correction_does_not_tell_whose_address_is_known(app, event, make):
    make.person(name="Olha Beispiel", email="bekannt@example.org")
    make.registration(event, make.person(name="Olha Beispiel", email="angemeldet@example.org"))
    answers = set()
    for first in ("neu@example.org", "bekannt@example.org", "angemeldet@example.org"):
        for second in ("neu2@example.org", "bekannt@example.org", "angemeldet@example.org"):
            browser = app.test_client()
            browser.post_form(f"/runde-tische/{event.id}/", OLHA | {"email": first}, status=200)
            page = browser.post_form("/anmeldung/danke/", {"email": second})
            answers.add((page.status, page.text.replace(second, "…")))
    assert len(answers) == 1


def test_without_a_registration_there_is_nothing_to_thank_for(client):
    client.get_page("/anmeldung/danke/", status=404)
    client.post_to("/anmeldung/danke/", {"email": "olha@example.org"}, status=404)


def test_who_is_signed_in_reads_what_holds_now(volunteer_client, event):
    volunteer_client.post_form(f"/runde-tische/{event.id}/", {"party_size": "1"}, status=200)
    assert volunteer_client.get_page("/anmeldung/danke/").heading == "Sie sind angemeldet"
    registrations.cancel(the_registration(), by=CancelledBy.PARTICIPANT)
    page = volunteer_client.get_page("/anmeldung/danke/", follow_redirects=True)
    assert "Sie sind abgemeldet" in page.text


# the page behind the link


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", S)
def test_the_page_is_there_for_every_state_in_every_language(client, event, make, status, language):
    made = make.registration(event, status=status, needs=["interpreter"], interpreter_language="Dari")
    page = client.get_page(f"{page_of(made)}?sprache={language}")
    assert page.root.one("html")["lang"] == language
    assert page.response.headers["X-Robots-Tag"] == "noindex"
    assert page.response.headers["Referrer-Policy"] in ("same-origin", "no-referrer")


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("columns", [{"cancelled": True}, {"starts_at": NOW - 9 * HOURS}])
def test_when_there_is_nothing_left_to_do_the_page_has_no_buttons(client, make, status, columns):
    made = make.registration(make.event(**columns), status=status)
    page = client.get_page(page_of(made))
    assert [button for button in page.buttons if button not in ("Platz annehmen", "Platz ablehnen")] == []
    for deed in ("bestaetigen", "annehmen", "absagen", ""):
        client.post_to(f"{page_of(made)}{deed}", {"party_size": "2"})
    db.session.refresh(made)
    assert (made.status, made.party_size) == (status, 1)
    assert db.session.query(Mail).count() == 0


def test_once_it_has_begun_one_can_neither_change_nor_cancel(client, make):
    made = make.registration(make.event(starts_at=NOW - HOURS))
    assert client.get_page(page_of(made)).buttons == []
    for deed in ("absagen", ""):
        client.post_to(f"{page_of(made)}{deed}", {"party_size": "2"}, status=409)
    db.session.refresh(made)
    assert (made.status, made.party_size) == (S.CONFIRMED, 1)


def test_after_closing_one_can_still_cancel_but_must_call_to_change(app, client, make):
    made = make.registration(make.event(registration_closes_at=NOW))
    page = client.get_page(page_of(made))
    assert page.buttons == ["Ich komme nicht"]
    assert app.config["OFFICE_PHONE"] in page.text
    page = client.post_to(page_of(made), {"party_size": "2"}, status=409)  # the form was open when it closed
    assert app.config["OFFICE_PHONE"] in page.text
    client.press(page_of(made), "Ich komme nicht", status=200)
    assert made.status is S.CANCELLED


def test_a_change_that_does_not_fit_is_refused_and_keeps_what_was_typed(client, make):
    event = make.event(capacity=2)
    made = make.registration(event)
    make.registration(event)
    page = client.post_form(page_of(made), {"party_size": "2", "note": "bleibt stehen"}, status=422)
    assert "Alle Plätze sind vergeben." in page.errors["party_size"]
    assert (page.values["party_size"], page.values["note"]) == ("2", "bleibt stehen")
    assert client.get_page(page_of(made)).values["party_size"] == "1"


@pytest.mark.parametrize("typed", [{"party_size": "0"}, {"party_size": "x"}, {"note": "x" * 1001}])
def test_a_change_with_an_error_says_so_beside_the_field(client, event, make, typed):
    page = client.post_form(page_of(make.registration(event)), typed, status=422)
    assert set(page.errors) == set(typed)


def test_the_buttons_can_be_pressed_twice_without_a_wrong_word(client, make, mails):
    event = make.event()
    held = make.registration(event, make.person(proven=False), status=S.UNCONFIRMED)
    offered = make.registration(event, status=S.OFFERED)
    for made, deed in ((held, "bestaetigen"), (offered, "annehmen")):
        for _time in range(2):
            page = client.post_to(f"{page_of(made)}{deed}", follow=True)
            assert "Ihr Platz ist sicher." in page.text
            assert "nicht mehr frei" not in page.root.text
    for _time in range(2):
        page = client.post_to(f"{page_of(held)}absagen", follow=True)
        assert "Sie sind abgemeldet" in page.text
    assert len(mails(held.person.email)) == 2
    assert len(mails(offered.person.email)) == 1


def test_confirming_in_an_old_window_after_cancelling_says_nothing_wrong(client, make):
    made = make.registration(make.event(), make.person(proven=False), status=S.UNCONFIRMED)
    registrations.cancel(made, by=CancelledBy.PARTICIPANT)
    page = client.post_to(f"{page_of(made)}bestaetigen", follow=True)
    assert "Sie sind abgemeldet" in page.text
    assert "Sie sind angemeldet" not in page.root.text


def test_a_confirmation_that_crosses_with_the_calling_off_says_so(client, event, make):
    made = make.registration(event, make.person(proven=False), status=S.UNCONFIRMED)
    service.cancel_event(event)
    page = client.post_to(f"{page_of(made)}bestaetigen", follow=True)
    assert "Diese Veranstaltung ist abgesagt" in page.text
    assert made.status is S.UNCONFIRMED


@pytest.mark.parametrize("path", ["", "bestaetigen", "annehmen", "absagen", "termin.ics"])
def test_a_wrong_token_opens_nothing(client, event, make, path):
    made = make.registration(event)
    wrong = made.token[:-1] + ("A" if made.token[-1] != "A" else "B")
    for token in (wrong, made.token.swapcase(), "x", str(made.id), made.token + "x"):
        url = f"/anmeldung/{token}/{path}"
        if path in ("", "termin.ics"):
            client.get_page(url, status=404)
        if path != "termin.ics":
            client.post_to(url, {"party_size": "2"}, status=404)


def test_opening_the_links_changes_nothing(client, event, make):
    made = [make.registration(event, status=status) for status in S]
    event_id, before = event.id, [(one.status, one.sequence, one.proven_at, one.expires_at) for one in made]
    for one in made:
        client.get_page(page_of(one))
        client.get(f"{page_of(one)}termin.ics")
        for deed in ("bestaetigen", "annehmen", "absagen"):
            assert client.get(f"{page_of(one)}{deed}").status_code == 405
    db.session.expire_all()
    assert [(one.status, one.sequence, one.proven_at, one.expires_at) for one in made] == before
    assert service.find_revision(event_id) == 0
    assert db.session.query(Mail).count() == 0


@pytest.mark.parametrize("status", S)
def test_a_hidden_place_is_shown_only_to_who_is_coming(client, make, status):
    place = make.place(name="Schutzhaus", street="Geheimweg 7", stop="Geheimhalt", last_bus="Geheimbus")
    made = make.registration(make.event(place=place, hides_address=True), status=status)
    bodies = [client.get(url).get_data(as_text=True) for url in (page_of(made), f"{page_of(made)}termin.ics")]
    is_told = status in (S.CONFIRMED, S.ATTENDED)
    assert ("Schutzhaus" in bodies[0]) == is_told
    assert ("Geheim" in bodies[0]) == is_told
    assert ("Schutzhaus" in bodies[1].replace("\r\n ", "")) == is_told


def test_the_calendar_file_is_for_who_is_coming(client, event, make):
    made = make.registration(event)
    response = client.get(f"{page_of(made)}termin.ics")
    assert response.mimetype == "text/calendar"
    body = response.get_data(as_text=True).replace("\r\n ", "")
    assert "METHOD:PUBLISH\r\n" in body
    assert event.dates[0].uid in body
    for status in (S.WAITING, S.OFFERED, S.UNCONFIRMED, S.CANCELLED):
        client.get_page(f"{page_of(make.registration(event, status=status))}termin.ics", status=404)


def test_the_page_holds_nothing_of_other_people(client, event, make):
    made = make.registration(event, status=S.WAITING)
    karim = make.person(name="Karim Rotkehlchen", email="karim@example.org")
    other = make.registration(event, karim, note="Karimnotiz")
    body = client.get(page_of(made)).get_data(as_text=True)
    for secret in ("Karim", "karim@", other.token):
        assert secret not in body


# what somebody signed in sees


def test_my_registrations_are_mine(volunteer_client, event, make):
    mine = db.session.scalars(db.select(Person).filter_by(email="vera@example.org")).one()
    make.registration(make.event(title="Kommt noch"), mine)
    make.registration(make.event(title="War schon", starts_at=NOW - 9 * DAYS), mine)
    make.registration(make.event(title="Abgesagt von mir"), mine, status=S.CANCELLED)
    make.registration(make.event(title="Fremd"))
    page = volunteer_client.get_page("/anmeldung/meine/")
    headings = [heading.text for heading in page.main.all("h2", "h3")]
    assert headings == ["Ihre nächsten Termine", "Kommt noch", "Früher und abgesagt", "Abgesagt von mir", "War schon"]


def test_who_registered_for_nothing_is_shown_the_calendar(volunteer_client):
    page = volunteer_client.get_page("/anmeldung/meine/")
    assert "Sie haben sich noch für nichts angemeldet." in page.text
    assert page.links["Kalender ansehen"] == "/kalender/"


def test_strangers_are_sent_to_sign_in(client):
    response = client.get("/anmeldung/meine/")
    assert response.status_code == 302
    assert "/konto/" in response.location


def test_my_registrations_ask_as_often_for_30_as_for_one(volunteer_client, make, count_queries):
    def asked() -> int:
        with count_queries() as queries:
            volunteer_client.get_page("/anmeldung/meine/")
        return len(queries)

    mine = db.session.scalars(db.select(Person).filter_by(email="vera@example.org")).one()
    make.registration(make.event(), mine)
    one = asked()
    for number in range(29):
        make.registration(make.event(), mine, status=S.CANCELLED if number % 3 else S.CONFIRMED)
    assert asked() == one
