"""The office's pages of one mailing: checked, written, tried, sent, watched, stopped."""

from datetime import timedelta

import pytest

from coordapp.directory.models import Channel, Person
from coordapp.events import registration as registrations
from coordapp.events.models import Event, RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations import mailings, service, writing
from coordapp.invitations.audiences import Audience
from coordapp.invitations.models import Invitation
from coordapp.invitations.models_mailing import Mailing, MailingStatus
from coordapp.shared import clock


def url(mailing: Mailing, rest: str = "") -> str:
    return f"/verwaltung/einladungen/versand/{mailing.id}/{rest}"


def invited(event: Event) -> list[str]:
    return [person.name for person in service.list_invited(event)]


@pytest.fixture
def event(make) -> Event:
    return make.event(title="Runder Tisch in Ilmenau")


@pytest.fixture
def volunteers(make) -> list[Person]:
    return [
        make.volunteer(name="Anna Kern", municipality="Ilmenau", address_as="Frau Kern"),
        make.volunteer(name="Bernd Kern", municipality="Ilmenau"),
        make.volunteer(name="Nour Roth", municipality="Plaue", language="ar"),
    ]


@pytest.fixture
def mailing(event, volunteers, make) -> Mailing:
    return mailings.prepare(event, Audience(everybody=True), by=make.user())


def test_all_who_agreed_are_invited_in_one_click(office, event, mailing, mails):
    done = office.press(url(mailing), "Einladung senden (3)", status=200)
    assert "3 Einladungen gehen hinaus." in done.text
    assert invited(event) == ["Anna Kern", "Bernd Kern", "Nour Roth"]
    assert db.session.scalars(db.select(Invitation.invited_by_id).distinct()).all() == [office.user.id]
    assert mails("invitation:") == []
    writing.write_due()
    assert len(mails("invitation:")) == 3


def test_a_double_click_sends_once(office, event, mailing, mails):
    page = office.get_page(url(mailing))
    form = page.form_of("Einladung senden (3)")
    office.send(page, form)
    second = office.send(page, form, status=200)
    assert "Diese Einladung ist schon gesendet. Niemand bekommt eine zweite." in second.text
    assert len(invited(event)) == 3


def test_another_number_than_on_the_button_is_asked_for_again(office, event, mailing, make, mails):
    page = office.get_page(url(mailing))
    make.volunteer(name="Neu Dabei")
    again = office.send(page, page.form_of("Einladung senden (3)"), status=422)
    assert "Die Zahl hat sich geändert" in again.text
    assert "Noch ist nichts gesendet." in again.text
    assert invited(event) == []
    office.send(again, again.form_of("Einladung senden (4)"), status=200)
    assert len(invited(event)) == 4


def test_who_is_left_out_stands_there_with_the_reason(office, event, mailing, make):
    make.volunteer(name="Ohne Zustimmung", agreed=())
    by_phone = make.volunteer(name="Ohne Mail", email=None, phone="+493628738100")
    make.registration(event, make.volunteer(name="Schon Dabei"))
    make.person(name="Kein Ehrenamt")
    page = office.get_page(url(mailing))
    assert "Diese bekommen keine Einladung (3)" in page.text
    summaries = {summary.text for summary in page.main.all("summary")}
    assert summaries >= {
        "hat Einladungen nicht zugestimmt (1)", "hat keine E-Mail-Adresse (1)", "schon angemeldet (1)",
    }  # fmt: skip
    assert "Kein Ehrenamt" not in page.text
    assert "738100" not in page.text
    filled = office.get_page(page.links["anrufen und anmelden: Ohne Mail"])
    assert (filled.values["name"], filled.values["phone"]) == ("Ohne Mail", by_phone.phone)
    office.send(filled, filled.form_of("Anmelden"))
    assert registrations.find_registration_of(event, by_phone).status is RegistrationStatus.CONFIRMED


def test_the_mail_is_shown_as_a_chosen_person_reads_it_in_their_language_or_another(office, mailing, volunteers, mails):
    first = office.get_page(url(mailing)).main.one("pre")
    assert first.text.startswith("Einladung: Runder Tisch in Ilmenau, ")
    assert "Guten Tag Frau Kern," in first.text
    assert "Zusagen oder absagen" in first.text
    arabic = office.get_page(url(mailing) + f"?leser={volunteers[2].id}").main.one("pre")
    assert (arabic["lang"], arabic["dir"]) == ("ar", "rtl")
    assert "Nour Roth" in arabic.text
    english = office.get_page(url(mailing) + f"?leser={volunteers[2].id}&mailsprache=en").main.one("pre")
    assert english["lang"] == "en"
    assert office.get_page(url(mailing) + "?leser=999999&mailsprache=xx").main.one("pre")["lang"] == "de"
    assert mails() == []


def test_a_test_goes_to_me_alone_and_sends_nothing_else(office, event, mailing, mails):
    page = office.press(url(mailing), "Test an mich", status=200)
    assert "Der Test geht an buero@example.org." in page.text
    (mail,) = mails()
    assert (mail.recipient, mail.subject[:17]) == ("buero@example.org", "Test: Einladung: ")
    assert f"http://localhost/runde-tische/{event.id}/" in mail.text
    assert "/einladung/" not in mail.text
    assert (invited(event), mail.unsubscribe_url) == ([], None)


def test_a_test_is_written_in_the_language_that_is_shown(office, mailing, volunteers, mails):
    page = office.get_page(url(mailing) + f"?leser={volunteers[2].id}")
    office.send(page, page.form_of("Test an mich"), {"trial": "ar"}, status=200)
    assert [mail.language for mail in mails()] == ["ar"]


def test_languages_are_counted_and_what_is_missing_is_named(office, mailing):
    mailings.write_texts(mailing, {"de": mailings.texts.Text("Komm", "Hallo {name}")}, version=0)
    page = office.get_page(url(mailing))
    rows = {row.all("th")[0].text: row.text for row in page.main.one("table").one("tbody").all("tr")}
    assert "2 eigener Text" in rows["Deutsch"]
    assert "kein eigener Text: diese Person liest unsere fertige Einladung." in rows["Arabisch"]


def test_own_words_are_written_and_stand_in_the_preview(office, mailing):
    page = office.get_page(url(mailing, "text/"))
    assert page.values["de-text"].startswith("Guten Tag {anrede},")
    data = {"de-subject": "Komm zum {veranstaltung}", "de-text": "Hallo {anrede},\n\nbis bald in {ort}."}
    done = office.press(url(mailing, "text/"), "Text speichern", data, status=200)
    assert "Hallo Frau Kern, bis bald in Arnstadt, Haus Nummer" in done.main.one("pre").text
    assert done.main.one("pre").text.startswith("Komm zum Runder Tisch in Ilmenau")


def test_our_own_words_left_as_they_are_stay_ours_in_every_language(office, mailing):
    office.press(url(mailing, "text/"), "Text speichern", status=200)
    db.session.expire_all()
    assert mailing.texts == {}


@pytest.mark.parametrize(("data", "field", "error"), [
    ({"de-text": "Hallo {vorname}"}, "de-text", "{vorname} gibt es nicht."),
    ({"de-subject": "Für {email}"}, "de-subject", "{email} gibt es nicht."),
    ({"de-text": ""}, "de-text", "Bitte einen Text schreiben."),
    ({"de-subject": ""}, "de-subject", "Bitte einen Betreff schreiben."),
    ({"ar-text": "مرحبا"}, "ar-subject", "Bitte auch einen Betreff schreiben"),
    ({"ar-subject": "مرحبا"}, "ar-text", "Bitte auch einen Text schreiben"),
])  # fmt: skip
def test_what_cannot_be_sent_is_said_beside_the_text_and_nothing_is_lost(office, mailing, data, field, error):
    page = office.press(url(mailing, "text/"), "Text speichern", data, status=422)
    assert error in page.errors[field]
    assert {name: page.values[name] for name in data} == data
    assert mailing.texts == {}


def test_a_field_without_content_for_the_chosen_people_is_an_error(office, event, mailing):
    event.place = None
    page = office.press(url(mailing, "text/"), "Text speichern", {"de-text": "In {ort}"}, status=422)
    assert "{ort} wäre bei 3 von 3 Personen leer." in page.errors["de-text"]


def test_two_who_edit_the_text_see_what_the_other_wrote(office, mailing):
    page = office.get_page(url(mailing, "text/"))
    office.press(url(mailing, "text/"), "Text speichern", {"de-text": "Vom anderen {name}"}, status=200)
    mine = office.send(page, page.form_of("Text speichern"), {"de-text": "Von mir {name}"}, status=409)
    assert "Inzwischen hat jemand diese Einladung geändert" in mine.text
    assert "Vom anderen {name}" in mine.text
    assert mine.values["de-text"] == "Von mir {name}"
    office.send(mine, mine.form_of("Text speichern"), status=200)
    db.session.expire_all()
    assert mailing.texts["de"]["text"] == "Von mir {name}"


def test_sending_later_asks_for_a_time_that_makes_sense(office, event, mailing):
    tomorrow = clock.local(clock.now() + timedelta(days=1))
    for data, error in (
        ({}, "Bitte Tag und Uhrzeit angeben."),
        ({"day": "2020-01-01", "at": "08:00"}, "Diese Zeit ist schon vorbei."),
        ({"day": f"{clock.local(event.starts_at):%Y-%m-%d}", "at": "08:00"}, "Dann ist die Anmeldung schon beendet."),
    ):
        page = office.press(url(mailing), "Zu dieser Zeit senden (3)", data, status=422)
        assert error in page.errors["day"]
    data = {"day": f"{tomorrow:%Y-%m-%d}", "at": "08:00"}
    done = office.press(url(mailing), "Zu dieser Zeit senden (3)", data, status=200)
    assert "Der Versand beginnt am" in done.text
    db.session.expire_all()
    assert mailing.status is MailingStatus.SCHEDULED


def test_the_progress_is_shown_and_the_sending_can_be_paused_resumed_and_stopped(office, event, mailing, mails):
    page = office.press(url(mailing), "Einladung senden (3)", status=200)
    bar = page.main.one("progress")
    assert (bar["value"], bar["max"]) == ("0", "3")
    assert "0 von 3 Personen per E-Mail erreicht." in page.text
    assert "Es ist kein Mailserver eingestellt" in page.text
    assert "Noch ungefähr" not in page.text
    office.application.config["SMTP_HOST"] = "127.0.0.1"
    assert "Noch ungefähr 1 Minute." in office.get_page(url(mailing)).text
    paused = office.press(url(mailing), "Anhalten", status=200)
    assert "angehalten" in paused.text
    writing.write_due()
    assert mails("invitation:") == []
    assert "Anhalten" in office.press(url(mailing), "Fortsetzen", status=200).buttons
    gone = office.press(url(mailing), "Abbrechen: 3 Personen nicht einladen", status=200)
    assert "Abgebrochen. 3 Personen ohne Einladung." in gone.text
    assert invited(event) == []
    assert "Anhalten" not in gone.buttons
    late = office.post_to(url(mailing, "fortsetzen"), follow=True)
    assert "Inzwischen hat sich etwas geändert." in late.text


def test_a_draft_can_be_thrown_away_and_what_is_sent_cannot(office, event, mailing, make):
    other = mailings.prepare(event, Audience(everybody=True), by=make.user())
    mailings.send(other, by=office.user)
    done = office.press(url(mailing), "Entwurf löschen", status=200)
    assert "Der Entwurf ist gelöscht." in done.text
    office.post_to(url(other, "verwerfen"), follow=True)
    assert db.session.scalars(db.select(Mailing.id)).all() == [other.id]


def test_a_closed_event_can_be_prepared_but_not_sent(office, event, mailing):
    event.registration_closes_at = clock.now() - timedelta(hours=1)
    page = office.get_page(url(mailing))
    assert "Einladen geht nur, solange sich jemand anmelden kann." in page.text
    assert not [button for button in page.buttons if button.startswith("Einladung senden")]
    late = office.post_to(url(mailing), {"counted": "3"}, follow=True)
    assert "Die Zeit für die Anmeldung ist vorbei." in late.text
    assert invited(event) == []


def test_pages_ask_as_often_for_thirty_people_as_for_one(office, event, make, count_queries):
    def fill(number: int) -> Mailing:
        people = [make.volunteer() for _each in range(number)]
        people += [make.volunteer(channel=Channel.LETTER) for _each in range(number)]
        made = mailings.prepare(event, Audience(people=tuple(p.id for p in people)), by=make.user())
        db.session.commit()
        return made

    def ask(mailing: Mailing) -> int:
        address = url(mailing)
        office.get_page(address)
        with count_queries() as queries:
            office.get_page(address)
        return len(queries)

    few, many = fill(1), fill(30)
    assert ask(few) == ask(many)
    for mailing in (few, many):
        mailings.send(mailing, by=make.user())
    assert ask(few) == ask(many)


def test_the_office_is_told_of_paused_mailings_and_of_letters_to_print(office, event, make):
    make.volunteer(channel=Channel.LETTER)
    mailing = mailings.prepare(event, Audience(everybody=True), by=make.user())
    mailings.send(mailing, by=make.user())
    mailings.pause(mailing)
    links = office.get_page("/verwaltung/").links
    assert links["1 Brief drucken"] == links["Angehaltene Einladung fortsetzen"] == url(mailing)


def test_where_only_letters_are_left_printing_is_the_deed_and_nothing_can_be_stopped(office, event, make):
    make.volunteer(channel=Channel.LETTER)
    letters_only = mailings.prepare(event, Audience(everybody=True), by=make.user())
    mailings.send(letters_only, by=make.user())
    db.session.commit()
    page = office.get_page(url(letters_only))
    assert page.main.one("button", class_="kern-btn--primary").text == "Briefe drucken (1)"
    assert "Anhalten" not in page.buttons
    assert not [button for button in page.buttons if button.startswith("Abbrechen")]
