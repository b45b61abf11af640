"""The office's page of an event's invitations."""

import io
import zipfile
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook

from coordapp.events import registration as registrations
from coordapp.events.models import CancelledBy, Event, RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations import service
from coordapp.invitations.models import Answer
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock


def url(event: Event, rest: str = "") -> str:
    return f"/verwaltung/einladungen/{event.id}/{rest}"


@pytest.fixture
def event(make) -> Event:
    return make.event(title="Runder Tisch in Ilmenau")


def test_the_page_counts_the_answers_and_shows_each(office, event, invite, make):
    for name in ("Anna", "Bernd", "Carla", "Doris"):
        invite(event, make.volunteer(name=name))
    by_name = {line.invitation.person.name: line.invitation for line in service.list_lines(event)}
    service.accept(by_name["Anna"], registrations.Wishes(party_size=2), language="de")
    service.decline(by_name["Bernd"])
    page = office.get_page(url(event))
    tiles = [tile.text for tile in page.main.all("a", class_="tile")]
    assert tiles == [
        "4 eingeladen", "1 kommen", "0 kommen vielleicht", "1 kommen nicht", "2 noch keine Antwort",
    ]  # fmt: skip
    rows = {row.all("th")[0].text: row.text for row in page.main.all("table")[-1].one("tbody").all("tr")}
    assert "kommt zu 2" in rows["Anna"]
    assert "kommt nicht" in rows["Bernd"]
    assert "noch keine Antwort" in rows["Carla"]
    silent = office.get_page(url(event) + "?stand=silent")
    assert [row.all("th")[0].text for row in silent.main.all("table")[-1].one("tbody").all("tr")] == ["Carla", "Doris"]


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


def test_a_reminder_is_folded_away_as_long_as_nobody_had_time_to_answer(office, event, invite, make):
    invitation = invite(event, make.volunteer(name="Anna"))
    fresh = office.get_page(url(event))
    assert "Lassen Sie den Menschen besser noch Zeit." in fresh.text
    assert [fold.one("summary").text for fold in fresh.main.all("details")] == ["Erinnern"]
    invitation.mailed_at -= timedelta(days=2)
    db.session.commit()
    later = office.get_page(url(event))
    assert "Lassen Sie den Menschen besser noch Zeit." not in later.text
    assert later.main.all("details") == []
    assert "Alle ohne Antwort erinnern (1)" in later.buttons


def test_a_draft_leads_to_publishing_and_offers_no_inviting(office, make):
    draft = make.event(published=False)
    page = office.get_page(url(draft))
    assert "Diese Veranstaltung ist noch nicht veröffentlicht." in page.text
    assert page.links["Zuerst veröffentlichen"] == f"/verwaltung/runde-tische/{draft.id}/"
    assert page.buttons == []
    assert "Wen einladen?" not in page.links


def test_before_anybody_is_invited_the_page_offers_the_first_deed(office, event):
    page = office.get_page(url(event))
    assert "Es ist noch niemand eingeladen." in page.text
    assert page.links["Wen einladen?"] == url(event, "neu/")


def test_a_maybe_by_phone_is_entered_and_counted(office, event, invite, make):
    invitation = invite(event, make.volunteer(name="Anna"))
    done = office.press(url(event), "Vielleicht: Anna", status=200)
    assert "Anna kommt vielleicht." in done.text
    db.session.expire_all()
    assert (invitation.answer, invitation.entered_by_id) == (Answer.MAYBE, office.user.id)
    assert "1 kommen vielleicht" in [tile.text for tile in done.main.all("a", class_="tile")]
    assert registrations.find_registration_of(event, invitation.person) is None
    assert "Alle ohne Antwort erinnern (1)" not in done.buttons


def test_what_did_not_arrive_is_counted_and_can_be_listed(office, event, invite, make, mails):
    names = ("Anna", "Bernd", "Carla")
    failed, bounced, _fine = (invite(event, make.volunteer(name=name)) for name in names)
    next(mail for mail in mails() if mail.key == failed.mail_key).status = MailStatus.FAILED
    bounced.person.email_bounced_at = clock.now() + timedelta(minutes=1)
    page = office.get_page(url(event))
    assert "2 nicht zugestellt" in [tile.text for tile in page.main.all("a", class_="tile")]
    listed = office.get_page(url(event) + "?stand=nicht-zugestellt")
    assert names_in(listed) == ["Anna", "Bernd"]
    assert "E-Mail nicht zugestellt" in listed.text


def names_in(page) -> list[str]:
    return [row.all("th")[0].text for row in page.main.all("table")[-1].one("tbody").all("tr")]


def test_a_long_list_comes_in_pages_that_keep_the_filter(office, event, make):
    service.invite(event, [make.volunteer(name=f"Person {number:03}") for number in range(120)], by=make.user())
    first = office.get_page(url(event) + "?stand=silent")
    assert len(names_in(first)) == 100
    second = office.get_page(first.links["Weiter"])
    assert names_in(second)[0] == "Person 100"
    assert "stand=silent" in first.links["Weiter"]
    assert len(names_in(office.get_page(url(event) + "?seite=99"))) == 20


def test_the_answers_go_out_as_an_excel_file_without_contact_data_or_formulas(office, event, invite, make):
    invite(event, make.volunteer(name='=HYPERLINK("http://evil.example")', municipality="@Arnstadt"))
    anna = invite(event, make.volunteer(name="Anna", phone="+493628738100"))
    service.accept(anna, registrations.Wishes(party_size=2), language="de")
    response = office.get(url(event, "antworten.xlsx"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(response.data)).get_sheet_by_index(0).to_python()
    assert sheet[0][:4] == ["Name", "Gemeinde", "Stand", "Personen"]
    assert sheet[1][:3] == ['=HYPERLINK("http://evil.example")', "@Arnstadt", "noch keine Antwort"]
    assert sheet[2][:4] == ["Anna", "", "kommt", 2.0]
    unzipped = zipfile.ZipFile(io.BytesIO(response.data))
    inside = b"".join(unzipped.read(name) for name in unzipped.namelist())
    assert b"<f>" not in inside
    assert anna.person.email.encode() not in inside
    assert b"738100" not in inside
    only = office.get(url(event, "antworten.xlsx?stand=coming"))
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(only.data)).get_sheet_by_index(0).to_python()) == 2


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
