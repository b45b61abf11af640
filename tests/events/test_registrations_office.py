"""The office acts for people who phone: with or without an e-mail address, and nobody is kept twice."""

from datetime import timedelta

import pytest

from coordapp.accounts.models import Role
from coordapp.directory.models import Person
from coordapp.events import waiting_list
from coordapp.events.models import CancelledBy, Registration, RegistrationStatus
from coordapp.events.registration import AGAIN_AFTER
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock

from .conftest import NOW

S = RegistrationStatus
HOURS = timedelta(hours=1)
OMA = {"name": "Oma Anna", "phone": "03628 738100"}


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def event(make):
    return make.event(title="Runder Tisch", capacity=4)


def list_of(event, status: str = "") -> str:
    return f"/verwaltung/anmeldungen/veranstaltung/{event.id}/" + (f"?status={status}" if status else "")


def new_for(event) -> str:
    return f"/verwaltung/anmeldungen/veranstaltung/{event.id}/neu/"


def path_of(made: Registration, deed: str = "") -> str:
    return f"/verwaltung/anmeldungen/{made.id}/{deed}"


def the_registration() -> Registration:
    return db.session.scalars(db.select(Registration)).one()


# somebody phones


def test_somebody_without_an_address_is_registered_and_gets_a_letter(office, event, mails):
    page = office.post_form(new_for(event), OMA | {"party_size": "2", "note": "hört schlecht"}, status=200)
    assert "Oma Anna: angemeldet. Ohne E-Mail-Adresse: Sie können einen Brief drucken." in page.root.text
    made = the_registration()
    assert (made.status, made.party_size, made.note) == (S.CONFIRMED, 2, "hört schlecht")
    assert (made.person.email, made.person.phone, made.entered_by) == (None, "+493628738100", office.user)
    letter = office.get_page(page.links["Brief drucken"])
    assert "Sie sind angemeldet. Ihr Platz ist sicher." in letter.text
    assert mails() == []


def test_somebody_with_an_address_need_not_confirm_and_reads_their_language(office, event, mails):
    page = office.post_form(
        new_for(event), {"name": "Olha B.", "email": "Olha@Example.org", "language": "uk"}, status=200
    )
    assert "Olha B.: angemeldet. Die Bestätigung geht per E-Mail." in page.root.text
    assert the_registration().status is S.CONFIRMED
    assert the_registration().person.email_proven_at is None  # said on the telephone, not shown by a link
    (mail,) = mails()
    assert (mail.recipient, mail.language, mail.calendar_method) == ("olha@example.org", "uk", "REQUEST")


@pytest.mark.parametrize("caller", [OMA, {"name": "Oma Anna"}, {"name": "Oma Anna", "email": "oma@example.org"}])
def test_the_same_caller_twice_is_registered_once(office, event, caller, mails):
    office.post_form(new_for(event), caller, status=200)
    office.post_form(new_for(event), caller | {"name": " OMA  anna "}, status=200)
    with clock.stopped(NOW + 2 * AGAIN_AFTER):
        page = office.post_form(new_for(event), caller, status=200)
    assert "Oma Anna war schon eingetragen: angemeldet." in page.root.text
    assert db.session.query(Registration).count() == 1
    assert db.session.query(Person).count() == 1
    assert len(mails()) == (1 if "email" in caller else 0)


def test_two_of_one_name_are_told_apart_by_their_telephone(office, event):
    office.post_form(new_for(event), OMA, status=200)
    office.post_form(new_for(event), OMA | {"phone": "03677 12345"}, status=200)
    assert db.session.query(Registration).count() == 2


def test_who_registered_on_the_website_a_minute_ago_and_phones_is_known(office, client, event):
    client.post_form(f"/runde-tische/{event.id}/", {"name": "Olha B.", "email": "olha@example.org"}, status=200)
    page = office.post_form(new_for(event), {"name": "Olha B.", "email": "olha@example.org"}, status=200)
    assert "Olha B. war schon eingetragen: angemeldet." in page.root.text  # and is confirmed by that
    assert the_registration().status is S.CONFIRMED


def test_who_cancelled_and_phones_again_is_registered_anew(office, event, make):
    with clock.stopped(NOW - 9 * HOURS):
        made = make.registration(event, make.person(name="Oma Anna", email=None, phone="+493628738100"))
    office.post_to(path_of(made, "absagen"), status=302)
    page = office.get_page(path_of(made))
    again = office.get_page(page.links["Wieder anmelden"])
    assert (again.values["name"], again.values["phone"]) == ("Oma Anna", "+493628738100")
    done = office.send(again, again.form_with({"name"}), status=200)
    assert "Oma Anna: angemeldet." in done.root.text
    assert "war schon eingetragen" not in done.root.text
    assert the_registration().status is S.CONFIRMED


def test_a_caller_to_a_full_event_waits(office, event, make):
    make.registration(event, party_size=4)
    page = office.post_form(new_for(event), OMA, status=200)
    assert "Oma Anna: auf der Warteliste." in page.root.text


@pytest.mark.parametrize("columns", [{"registration_closes_at": NOW}, {"registration_opens_at": NOW + HOURS}])
def test_the_office_may_outside_the_window(office, make, columns):
    office.post_form(new_for(make.event(**columns)), OMA, status=200)
    assert the_registration().status is S.CONFIRMED


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"cancelled": True}, "Diese Veranstaltung ist abgesagt."),
        ({"starts_at": NOW - 9 * HOURS}, "Diese Veranstaltung ist schon vorbei."),
        ({"capacity": 1}, "So viele Plätze gibt es hier nicht."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(office, make, columns, words):
    page = office.post_form(new_for(make.event(**columns)), OMA | {"party_size": "2", "note": "bleibt"}, status=422)
    assert words in page.text
    assert (page.values["name"], page.values["party_size"], page.values["note"]) == ("Oma Anna", "2", "bleibt")
    assert db.session.query(Registration).count() == 0
    assert db.session.query(Person).count() == 0


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"), ({"email": "oma@"}, "email"), ({"phone": "weiß ich nicht"}, "phone"),
        ({"party_size": "0"}, "party_size"), ({"needs": ["interpreter"]}, "interpreter_language"),
    ],
)  # fmt: skip
def test_an_error_is_said_beside_its_field(office, event, typed, field):
    page = office.post_form(new_for(event), OMA | {"note": "bleibt"} | typed, status=422)
    assert set(page.errors) == {field}
    assert page.values["note"] == "bleibt"


# changing, cancelling, confirming


def test_a_change_for_a_caller_is_told_to_them(office, event, make, kinds_of_mails):
    made = make.registration(event, note="alt")
    assert office.get_page(path_of(made)).values["note"] == "alt"
    typed = {"party_size": "3", "needs": ["step_free"], "note": "neu"}
    assert "Gespeichert." in office.post_form(path_of(made), typed, status=200).root.text
    assert (made.party_size, made.needs, made.note) == (3, ["step_free"], "neu")
    assert "Es gab nichts zu ändern." in office.post_form(path_of(made), {"party_size": "3"}).root.text
    assert kinds_of_mails() == ["registration_changed"]


def test_a_change_that_does_not_fit_says_so(office, event, make):
    made = make.registration(event)
    make.registration(event, party_size=3)
    page = office.post_form(path_of(made), {"party_size": "2"}, status=422)
    assert "Alle Plätze sind vergeben." in page.errors["party_size"]
    assert made.party_size == 1


def test_cancelling_for_a_caller_offers_the_place_to_the_next(office, event, make, mails):
    made, waiting = make.registration(event, party_size=4), make.registration(event, status=S.WAITING)
    page = office.press(path_of(made), "Für die Person absagen", status=200)
    assert "ist abgemeldet." in page.root.text
    office.post_to(path_of(made, "absagen"), status=302)
    assert (made.status, made.cancelled_by, waiting.status) == (S.CANCELLED, CancelledBy.OFFICE, S.OFFERED)
    assert "unser Büro hat Sie abgemeldet" in mails(made.person.email)[0].text
    assert len(mails()) == 2


def test_a_cancelled_registration_cannot_be_changed_in_an_old_window(office, event, make, mails):
    made = make.registration(event, status=S.CANCELLED)
    office.post_to(path_of(made), {"party_size": "3"}, follow=True)
    assert (made.party_size, made.status) == (1, S.CANCELLED)
    assert mails() == []


@pytest.mark.parametrize(
    ("status", "button"), [(S.UNCONFIRMED, "Für die Person bestätigen"), (S.OFFERED, "Platz annehmen")]
)
def test_the_office_confirms_for_a_caller(office, event, make, status, button, kinds_of_mails):
    made = make.registration(event, make.person(proven=False), status=status)
    page = office.press(path_of(made), button, status=200)
    assert f"{made.person.name}: angemeldet." in page.root.text
    assert made.status is S.CONFIRMED
    assert made.person.email_proven_at is None
    assert kinds_of_mails() == ["registered"]


def test_what_lapsed_is_taken_up_again_for_a_caller_even_after_closing(office, make):
    event = make.event(registration_closes_at=NOW - HOURS)
    made = make.registration(event, make.person(proven=False), status=S.UNCONFIRMED, expires_at=NOW)
    waiting_list.expire_due()
    assert made.status is S.CANCELLED
    office.press(path_of(made), "Für die Person bestätigen", status=200)
    assert made.status is S.CONFIRMED


def test_what_cannot_be_confirmed_is_said(office, make):
    made = make.registration(make.event(cancelled=True), status=S.UNCONFIRMED)
    page = office.press(path_of(made), "Für die Person bestätigen", status=200)
    assert "Diese Veranstaltung ist abgesagt." in page.root.text
    assert made.status is S.UNCONFIRMED


# moving


def test_moving_a_caller_to_another_date(office, event, make, kinds_of_mails):
    other = make.event(title="Anderer Tisch", starts_at=make.in_days(60))
    make.event(title="Entwurf", published=False)
    make.event(title="Abgesagt", cancelled=True)
    made = make.registration(event, party_size=2)
    page = office.get_page(path_of(made, "umbuchen/"))
    offered = [option.text for option in page.main.all("option")]
    assert len(offered) == 1
    assert offered[0].startswith("Anderer Tisch")
    assert offered[0].endswith("Plätze frei)")
    done = office.post_form(path_of(made, "umbuchen/"), {"event_id": str(other.id)}, status=200)
    assert f"{made.person.name}: angemeldet." in done.root.text
    moved = db.session.scalars(db.select(Registration).filter_by(event_id=other.id)).one()
    assert (made.status, moved.status, moved.party_size) == (S.CANCELLED, S.CONFIRMED, 2)
    assert kinds_of_mails() == ["registered", "registration_cancelled"]


@pytest.mark.parametrize("target", ["", "999999", "x"])
def test_moving_to_nowhere_is_refused(office, event, make, target):
    make.event()
    made = make.registration(event)
    office.post_form(path_of(made, "umbuchen/"), {"event_id": target}, status=422)
    assert made.status is S.CONFIRMED


def test_moving_a_party_to_where_it_does_not_fit_leaves_it(office, event, make):
    other = make.event(capacity=1)
    made = make.registration(event, party_size=2)
    page = office.post_form(path_of(made, "umbuchen/"), {"event_id": str(other.id)}, status=422)
    assert "So viele Plätze gibt es hier nicht." in page.errors["event_id"]
    assert made.status is S.CONFIRMED


def test_whoever_is_moved_to_a_full_event_is_seen_to_wait_before_it_happens(office, event, make):
    other = make.event(capacity=1)
    make.registration(other)
    page = office.get_page(path_of(make.registration(event), "umbuchen/"))
    assert page.main.one("option").text.endswith("(ausgebucht, Warteliste möglich)")


def test_on_the_form_for_who_phones_the_button_says_that_it_is_the_waiting_list(office, make):
    full = make.event(capacity=1)
    make.registration(full)
    assert "Auf die Warteliste setzen" in office.get_page(f"{list_of(full)}neu/").buttons


def test_without_another_date_moving_says_so(office, event, make):
    page = office.get_page(path_of(make.registration(event), "umbuchen/"))
    assert "Es gibt keinen anderen Termin." in page.text


# the list


def test_the_list_shows_who_comes_and_filters_by_state(office, event, make):
    make.registration(
        event, make.person(name="Olha B."), needs=["interpreter", "step_free"], interpreter_language="Dari"
    )
    make.registration(event, make.person(name="Karim K.", email=None), party_size=2)
    make.registration(event, make.person(name="Zora wartet"), status=S.WAITING)
    make.registration(event, make.person(name="Nicht mehr"), status=S.CANCELLED)
    page = office.get_page(list_of(event))
    assert "3 Plätze vergeben von 4, 1 auf der Warteliste." in page.text
    rows = [[cell.text for cell in row.all("th", "td")][:4] for row in page.main.one("tbody").all("tr")]
    assert rows == [
        ["Karim K. (keine E-Mail)", "2", "angemeldet", "–"],
        ["Olha B.", "1", "angemeldet", "Dolmetschen (Dari), stufenlos"],
        ["Zora wartet", "1", "auf der Warteliste", "–"],
    ]
    assert "Nicht mehr" in office.get_page(list_of(event, "cancelled")).text
    assert "Olha" not in office.get_page(list_of(event, "waiting")).text
    assert len(office.get_page(list_of(event, "unsinn")).main.one("tbody").all("tr")) == 3


def test_an_empty_list_offers_the_first_deed(office, event):
    page = office.get_page(list_of(event))
    assert "Hier ist noch niemand angemeldet." in page.text
    assert page.links["Jemanden anmelden"] == new_for(event)


def test_the_list_asks_as_often_for_30_as_for_one(office, event, make, count_queries):
    def asked() -> int:
        with count_queries() as queries:
            office.get_page(list_of(event))
        return len(queries)

    make.registration(event)
    one = asked()
    for number in range(29):
        person = make.person(organisation=make.organisation())
        make.registration(
            event, person, status=list(S)[number % 4], organisation=person.organisation, entered_by=office.user
        )
    assert asked() == one


@pytest.mark.parametrize("status", S)
def test_each_state_has_its_page_and_its_letter(office, make, status):
    place = make.place(name="Schutzhaus")
    made = make.registration(make.event(place=place, hides_address=True), make.person(email=None), status=status)
    office.get_page(path_of(made))
    letter = office.get_page(path_of(made, "brief/")).text
    assert ("Ihr Platz ist sicher." in letter) == (status in (S.CONFIRMED, S.ATTENDED, S.ABSENT))
    assert ("Schutzhaus" in letter) == made.is_coming
    assert ("rufen Sie uns bitte bis" in letter) == (status in (S.OFFERED, S.UNCONFIRMED))


def test_the_letter_says_that_the_event_is_called_off(office, make):
    made = make.registration(make.event(cancelled=True, cancellation_reason="Das Haus ist zu."))
    assert "Der Grund: Das Haus ist zu." in office.get_page(path_of(made, "brief/")).text


# who may


@pytest.mark.parametrize("deed", ["", "absagen", "bestaetigen", "umbuchen/"])
def test_only_the_office_may(browser_of, client, event, make, deed):
    made = make.registration(event, status=S.UNCONFIRMED)
    other = make.event()
    for role in (Role.VOLUNTEER, Role.CLUB, Role.ADMINISTRATOR):
        browser_of(make.user(role=role)).post_to(
            path_of(made, deed), {"party_size": "2", "event_id": str(other.id)}, status=404
        )
    assert client.post_to(path_of(made, deed)).status in (302, 403)
    db.session.refresh(made)
    assert (made.status, made.party_size) == (S.UNCONFIRMED, 1)
    assert db.session.query(Registration).count() == 1
    assert db.session.query(Mail).count() == 0


def test_strangers_see_neither_list_nor_letter(volunteer_client, client, event, make):
    made = make.registration(event, make.person(name="Olha Kanarienvogel"))
    for url in (list_of(event), new_for(event), path_of(made), path_of(made, "brief/"), path_of(made, "umbuchen/")):
        volunteer_client.get_page(url, status=404)
        response = client.get(url)
        assert response.status_code == 302
        assert "Kanarienvogel" not in response.get_data(as_text=True)


# drafts, and what was typed


def test_a_draft_takes_nobody_and_offers_no_button_for_it(office, make, event):
    hub, search = "/verwaltung/runde-tische/{}/", "/verwaltung/suche/?q=Tisch"
    assert "Jemanden anmelden" in office.get_page(hub.format(event.id)).text
    assert "Jemanden anmelden" in office.get_page(search).text
    event.published_at = None
    old = make.registration(event, status=S.CANCELLED)
    for address in (hub.format(event.id), list_of(event), list_of(event, "waiting"), search):
        assert "Jemanden anmelden" not in office.get_page(address).text
    assert "Das ist ein Entwurf." in office.get_page(list_of(event)).text
    assert "Wieder anmelden" not in office.get_page(path_of(old)).text
    page = office.post_form(new_for(event), OMA, status=422)
    assert "Diese Veranstaltung ist noch nicht veröffentlicht." in page.text
    assert old.status is S.CANCELLED


def test_the_telephone_of_somebody_known_is_noted_when_there_was_none(office, event, make):
    known = make.person(name="Olha B.", email="olha@example.org")
    typed = {"name": "Olha B.", "email": "olha@example.org"}
    office.post_form(new_for(event), typed | {"phone": "03628 738100"}, status=200)
    assert known.phone == "+493628738100"
    office.post_form(new_for(event), typed | {"phone": "03628 999999"}, status=200)
    assert known.phone == "+493628738100"


@pytest.mark.parametrize("person_id", ["99999999999999999999999", "2147483648", "-1", "x", "999999"])
def test_a_person_who_cannot_be_is_nobody(office, event, person_id):
    assert office.get_page(f"{new_for(event)}?person_id={person_id}").values["name"] == ""


def test_moved_twice_in_an_old_window_is_moved_once(office, event, make, kinds_of_mails):
    other, third = make.event(starts_at=make.in_days(60)), make.event(starts_at=make.in_days(70))
    made = make.registration(event)
    office.post_form(path_of(made, "umbuchen/"), {"event_id": str(other.id)}, status=200)
    page = office.post_to(path_of(made, "umbuchen/"), {"event_id": str(third.id)}, follow=True)
    assert "ist hier schon abgemeldet. Es wurde nichts umgebucht." in page.root.text
    assert db.session.query(Registration).filter_by(event_id=third.id).count() == 0
    assert kinds_of_mails() == ["registered", "registration_cancelled"]


def test_who_is_moved_reads_where_to_and_is_not_asked_whether_it_was_a_mistake(office, event, make, mails):
    other = make.event(title="Runder Tisch in Stadtilm", starts_at=make.in_days(60))
    made = make.registration(event)
    office.post_form(path_of(made, "umbuchen/"), {"event_id": str(other.id)}, status=200)
    (moved,) = [mail for mail in mails() if mail.template == "events/mail/registration_cancelled.txt"]
    assert moved.subject == f"Umgebucht: {event.title}"
    assert "Runder Tisch in Stadtilm" in moved.text
    assert "Irrtum" not in moved.text
    assert "METHOD:CANCEL" in (moved.calendar or "")


def test_the_office_hears_that_a_freed_place_was_offered(office, make):
    event = make.event(capacity=1)
    made, _waits = make.registration(event), make.registration(event, status=RegistrationStatus.WAITING)
    page = office.press(path_of(made), "Für die Person absagen")
    assert "Der freie Platz ist der nächsten Person auf der Warteliste angeboten." in page.root.text


# correcting how somebody is reached


def test_a_wrong_address_is_corrected_and_the_new_one_hears_how_things_stand(office, make, mails):
    made = make.registration(of_person=make.person(name="Anke Falsch", email="falsch@example.org"))
    page = f"/verwaltung/anmeldungen/{made.id}/kontakt/"
    typed = {"name": "Anke Richtig", "email": "Richtig@Example.org", "phone": "03628 738100"}
    done = office.post_form(page, typed, status=200)
    assert "An die neue Adresse geht eine E-Mail." in done.root.text
    db.session.expire_all()
    assert (made.person.name, made.person.email, made.person.phone) == (
        "Anke Richtig", "richtig@example.org", "+493628738100",
    )  # fmt: skip
    assert made.person.email_proven_at is None
    assert [mail.recipient for mail in mails()] == ["richtig@example.org"]
    assert office.post_form(page, {"phone": "03628 738200"}, status=200)
    assert len(mails()) == 1


def test_the_link_that_went_to_a_wrong_address_opens_nothing_once_it_is_corrected(office, make, client):
    made = make.registration(of_person=make.person(proven=False), status=RegistrationStatus.UNCONFIRMED)
    wrong = made.token
    office.post_form(f"/verwaltung/anmeldungen/{made.id}/kontakt/", {"email": "richtig@example.org"}, status=200)
    assert client.get(f"/anmeldung/{wrong}/").status_code == 404


def test_an_address_that_is_somebody_elses_under_the_same_name_is_an_error_and_nothing_is_lost(office, make, mails):
    make.person(name="Anke Doppelt", email="doppelt@example.org")
    made = make.registration(of_person=make.person(name="Anke Doppelt", email="anders@example.org"))
    page = office.post_form(f"/verwaltung/anmeldungen/{made.id}/kontakt/", {"email": "doppelt@example.org"}, status=422)
    assert "Diesen Namen mit dieser Adresse gibt es schon." in page.errors["email"]
    assert page.values["email"] == "doppelt@example.org"
    assert mails() == []


def test_the_waiting_list_is_shown_in_its_order(office, make):
    event = make.event(capacity=1)
    make.registration(event)
    now = clock.now()
    for name, minutes in (("Anna Zuletzt", 1), ("Zoe Zuerst", 9), ("Mia Mitte", 5)):
        make.registration(
            event, make.person(name=name), status=RegistrationStatus.WAITING,
            queued_at=now - timedelta(minutes=minutes),
        )  # fmt: skip
    page = office.get_page(f"/verwaltung/anmeldungen/veranstaltung/{event.id}/?status=waiting")
    places = [page.text.index(words) for words in ("Zoe Zuerst", "Mia Mitte", "Anna Zuletzt")]
    assert places == sorted(places)
    assert "Stelle 1" in page.text
