"""The office's page of an event's invitations."""

from datetime import timedelta

import pytest

from coordapp.events import registration as registrations
from coordapp.events.models import CancelledBy, Event, RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations import service
from coordapp.invitations.models import Answer, Invitation
from coordapp.outbox.models import Mail
from coordapp.shared import clock


def url(event: Event, rest: str = "") -> str:
    return f"/verwaltung/einladungen/{event.id}/{rest}"


def invited(event: Event) -> list[str]:
    return [person.name for person in service.list_invited(event)]


@pytest.fixture
def event(make) -> Event:
    return make.event(title="Runder Tisch in Ilmenau")


@pytest.fixture
def volunteers(make) -> list:
    return [
        make.volunteer(name="Anna Kern", municipality="Ilmenau", languages={"de": "speaks", "ar": "speaks"}),
        make.volunteer(name="Bernd Kern", municipality="Ilmenau"),
        make.volunteer(name="Carla Roth", municipality="Plaue", languages={"ar": "speaks"}),
    ]


def test_all_who_agreed_are_invited_in_one_click(office, event, volunteers, mails):
    page = office.get_page(url(event))
    assert page.values["people"] == [str(person.id) for person in volunteers]
    done = office.press(url(event), "Einladung senden (3)", status=200)
    assert "3 Einladungen gehen hinaus." in done.text
    assert invited(event) == ["Anna Kern", "Bernd Kern", "Carla Roth"]
    assert len(mails("invitation:")) == 3
    assert db.session.scalars(db.select(Invitation.invited_by_id).distinct()).all() == [office.user.id]


def test_the_page_shows_the_mail_before_it_is_sent(office, event, volunteers, mails):
    preview = office.get_page(url(event)).main.one("pre").text
    assert preview.startswith("Einladung: Runder Tisch in Ilmenau, ")
    assert "Zusagen oder absagen" in preview
    assert mails() == []


def test_a_filter_chooses_without_script_and_stays_in_the_address(office, event, volunteers):
    page = office.get_page(url(event) + "?gemeinde=Ilmenau")
    assert page.values["people"] == [str(person.id) for person in volunteers[:2]]
    assert page.values["gemeinde"] == "Ilmenau"
    arabic = office.get_page(url(event) + "?spricht=ar")
    assert arabic.values["people"] == [str(volunteers[0].id), str(volunteers[2].id)]
    assert "Arabisch" in arabic.text
    office.press(url(event) + "?gemeinde=Ilmenau&spricht=ar", "Einladung senden (1)", status=200)
    assert invited(event) == ["Anna Kern"]


def test_who_stands_outside_the_filter_is_not_invited_even_if_named(office, event, volunteers):
    office.press(
        url(event) + "?gemeinde=Ilmenau", "Einladung senden (2)", {"people": [str(p.id) for p in volunteers]}
    )  # fmt: skip
    assert invited(event) == ["Anna Kern", "Bernd Kern"]


def test_a_changed_choice_is_counted_before_anything_is_sent(office, event, volunteers, mails):
    chosen = {"people": [str(volunteers[0].id), str(volunteers[1].id)]}
    page = office.press(url(event), "Einladung senden (3)", chosen, status=422)
    assert "Noch ist nichts gesendet." in page.text
    assert page.values["people"] == chosen["people"]
    assert mails() == []
    done = office.send(page, page.form_of("Einladung senden (2)"))
    assert "2 Einladungen gehen hinaus." in done.text
    assert invited(event) == ["Anna Kern", "Bernd Kern"]


def test_nobody_chosen_is_said(office, event, volunteers):
    page = office.press(url(event), "Einladung senden (3)", {"people": []}, status=422)
    assert "Es ist niemand ausgewählt" in page.text
    assert invited(event) == []


def test_a_double_click_sends_once(office, event, volunteers, mails):
    page = office.get_page(url(event))
    form = page.form_of("Einladung senden (3)")
    office.send(page, form)
    second = office.send(page, form, status=200)
    assert "Niemand bekommt eine zweite Einladung." in second.text
    assert len(mails("invitation:")) == 3


def test_who_is_left_out_stands_there_with_the_reason(office, event, volunteers, make):
    make.volunteer(name="Ohne Zustimmung", agreed=())
    by_phone = make.volunteer(name="Ohne Mail", email=None, phone="+493628738100")
    make.registration(event, make.volunteer(name="Schon Dabei"))
    make.person(name="Kein Ehrenamt")
    page = office.get_page(url(event))
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


def test_a_test_goes_to_me_alone_and_keeps_the_choice(office, event, volunteers, mails):
    page = office.press(url(event), "Test an mich", {"people": [str(volunteers[1].id)]}, status=200)
    assert "Der Test geht an buero@example.org." in page.text
    assert page.values["people"] == str(volunteers[1].id)
    assert "Einladung senden (1)" in page.buttons
    (mail,) = mails()
    assert (mail.recipient, mail.subject[:17]) == ("buero@example.org", "Test: Einladung: ")
    assert f"http://localhost/runde-tische/{event.id}/" in mail.text
    assert "/einladung/" not in mail.text
    assert invited(event) == []


def test_the_page_counts_the_answers_and_shows_each(office, event, invite, make):
    for name in ("Anna", "Bernd", "Carla", "Doris"):
        invite(event, make.volunteer(name=name))
    by_name = {line.invitation.person.name: line.invitation for line in service.list_lines(event)}
    service.accept(by_name["Anna"], registrations.Wishes(party_size=2), language="de")
    service.decline(by_name["Bernd"])
    page = office.get_page(url(event))
    tiles = [tile.text for tile in page.main.all("a", class_="tile")]
    assert tiles == ["4 eingeladen", "1 kommen", "1 kommen nicht", "2 noch keine Antwort"]
    rows = {row.all("th")[0].text: row.text for row in page.main.one("table").one("tbody").all("tr")}
    assert "kommt zu 2" in rows["Anna"]
    assert "kommt nicht" in rows["Bernd"]
    assert "noch keine Antwort" in rows["Carla"]
    silent = office.get_page(url(event) + "?stand=silent")
    assert [row.all("th")[0].text for row in silent.main.one("table").one("tbody").all("tr")] == ["Carla", "Doris"]


def test_answers_given_by_phone_are_entered_at_the_end_of_the_line(office, event, invite, make):
    invitation = invite(event, make.volunteer(name="Anna"))
    done = office.press(url(event), "Ja: Anna", status=200)
    assert "Anna: angemeldet." in done.text
    made = registrations.find_registration_of(event, invitation.person)
    db.session.expire_all()
    assert (made.status, made.entered_by_id) == (RegistrationStatus.CONFIRMED, office.user.id)
    assert (invitation.answer, invitation.entered_by_id) == (Answer.YES, office.user.id)
    done = office.press(url(event), "Nein: Anna", status=200)
    assert "Anna kommt nicht." in done.text
    db.session.expire_all()
    assert (made.status, made.cancelled_by) == (RegistrationStatus.CANCELLED, CancelledBy.OFFICE)
    assert invitation.answer is Answer.NO


def test_an_answer_by_phone_is_taken_after_the_deadline_but_not_after_the_event(office, event, invite, make):
    invitation = invite(event, make.volunteer(name="Anna"))
    event.registration_closes_at = clock.now() - timedelta(hours=1)
    assert "Anna: angemeldet." in office.press(url(event), "Ja: Anna").text
    office.press(url(event), "Nein: Anna")
    event.dates[0].starts_at, event.dates[0].ends_at = make.in_days(-2), make.in_days(-1)
    assert "Ja: Anna" not in office.get_page(url(event)).buttons
    late = office.post_to(url(event, f"antwort/{invitation.id}"), {"answer": "yes"}, follow=True)
    assert "Diese Veranstaltung ist schon vorbei." in late.text


def test_an_answer_belongs_to_its_event(office, event, invite, make):
    other = invite(make.event())
    office.post_to(url(event, f"antwort/{other.id}"), {"answer": "yes"}, status=404)


def test_only_the_silent_are_reminded_and_the_button_goes(office, event, invite, make, mails):
    invite(event, make.volunteer(name="Anna")), invite(event, make.volunteer(name="Bernd"))
    office.press(url(event), "Nein: Anna")
    done = office.press(url(event), "Alle ohne Antwort erinnern (1)", status=200)
    assert "1 Person wird erinnert." in done.text
    assert not [button for button in done.buttons if button.startswith("Alle ohne Antwort")]
    assert len([mail for mail in mails("invitation:") if mail.key.endswith(":reminder")]) == 1
    again = office.post_to(url(event, "erinnern"), follow=True)
    assert "0 Personen werden erinnert." in again.text


def test_a_draft_invites_nobody_and_leads_to_publishing(office, make, volunteers, mails):
    draft = make.event(published=False)
    page = office.get_page(url(draft))
    assert "Diese Veranstaltung ist noch nicht veröffentlicht." in page.text
    assert page.links["Zuerst veröffentlichen"] == f"/verwaltung/runde-tische/{draft.id}/"
    assert page.buttons == []
    ids = [str(person.id) for person in volunteers]
    late = office.post_to(url(draft), {"people": ids, "counted": "3"}, follow=True)
    assert "noch nicht veröffentlicht" in late.text
    assert mails() == []


def test_without_volunteers_the_page_says_why_it_is_empty(office, event):
    assert "Im Verzeichnis stehen noch keine Ehrenamtlichen." in office.get_page(url(event)).text


def test_the_page_asks_as_often_for_thirty_people_as_for_one(office, event, invite, make, count_queries):
    def fill(number: int) -> None:
        for _each in range(number):
            invite(event), make.volunteer(), make.volunteer(email=None)
            make.registration(event, make.volunteer())
        db.session.commit()
        db.session.expire_all()

    fill(1)
    office.get_page(url(event))
    with count_queries() as few:
        office.get_page(url(event))
    fill(30)
    with count_queries() as many:
        office.get_page(url(event))
    assert len(many) == len(few)


def test_the_page_of_the_round_table_leads_to_its_invitations(office, event):
    page = office.get_page(f"/verwaltung/runde-tische/{event.id}/")
    assert page.links["Einladungen"] == url(event)


def test_a_mail_that_is_in_no_language_we_know_is_german(event, make, mails):
    service.invite(event, [make.volunteer(language="xx")], by=make.user())
    assert db.session.scalars(db.select(Mail.language)).all() == ["de"]
