"""People whose data came from others are told within a month: by mail, by letter, on the telephone."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from coordapp.directory import attention, mails, profile
from coordapp.directory.models_consent import Disclosure
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock
from coordapp.shared.attention import Urgency

LIST = "/verwaltung/verzeichnis/personen/informieren/"
POST_ADDRESS = {"street": "Dorfstraße 3", "postal_code": "99326", "municipality": "Stadtilm"}


@pytest.fixture
def not_informed(make):
    """Return a function that makes a volunteer who does not know yet, and whose month ends in some days."""

    def build(*, days: int = 30, source: str = "Excel-Liste 2026", **columns):
        volunteer = profile.make_volunteer(make.person(**columns), source=source, is_informed=False)
        volunteer.inform_until = clock.now() + timedelta(days=days)
        return volunteer

    return build


def text_of(response) -> list[str]:
    assert response.mimetype == "application/pdf"
    return [page.extract_text() for page in PdfReader(io.BytesIO(response.data)).pages]


def post(client, url: str):
    return client.post(url, data={"csrf_token": client.csrf_token()})


def test_the_mail_says_what_is_held_what_for_and_how_to_object(app, not_informed):
    volunteer = not_informed(name="Olha Bondar", email="olha@example.org", phone="+4936281", language="de")
    volunteer.languages = {"uk": "speaks"}
    assert mails.inform(volunteer) is True
    (mail,) = db.session.scalars(db.select(Mail)).all()
    assert (mail.key, mail.recipient) == (f"inform:{volunteer.person_id}", "olha@example.org")
    for words in ("Guten Tag Olha Bondar,", "- Ihre Telefonnummer", "- welche Sprachen Sie können", "Excel-Liste 2026",
                  "widersprechen", "Artikel 6 Absatz 1 Buchstabe e DSGVO", "/konto/anmelden/"):  # fmt: skip
        assert words in " ".join(mail.text.split())
    assert "Ihre Anschrift" not in mail.text
    assert volunteer.informed_at is not None


def test_the_mail_goes_once_and_only_where_mail_arrives(app, not_informed):
    volunteer = not_informed(email="eins@example.org")
    assert [mails.inform(volunteer), mails.inform(volunteer)] == [True, False]
    bounced = not_informed(email="kaputt@example.org", email_bounced_at=clock.now())
    assert mails.inform(bounced) is False
    assert bounced.informed_at is None
    assert mails.inform(not_informed(email=None)) is False
    assert db.session.scalar(db.select(db.func.count(Mail.id))) == 1


def test_everybody_with_an_address_is_told_at_a_click(office, not_informed):
    for number in range(3):
        not_informed(email=f"person{number}@example.net")
    without = not_informed(name="Otto Ohnemail", email=None, **POST_ADDRESS)
    page = office.get_page(LIST)
    page = office.send(page, page.form_of("Nachricht senden (3)"), status=200)
    assert "3 Nachrichten liegen im Postausgang." in page.text
    assert "1 Person weiß noch nicht" in page.text
    assert page.links["Otto Ohnemail"] == f"/verwaltung/verzeichnis/personen/{without.person_id}/"


def test_the_letters_have_one_page_each_in_the_readers_language_and_are_logged(office, not_informed):
    not_informed(name="Otto Ohnemail", email=None, **POST_ADDRESS)
    not_informed(name="Amal Haddad", email=None, language="de", **POST_ADDRESS)
    not_informed(name="Mit Mail", email="mit@example.org", **POST_ADDRESS)
    not_informed(name="Ohne Alles", email=None)
    pages = text_of(post(office, f"{LIST}briefe.pdf"))
    assert [name in page for page, name in zip(pages, ("Amal Haddad", "Otto Ohnemail"), strict=True)] == [True, True]
    for words in ("Dorfstraße 3", "99326 Stadtilm", "Was wir über Sie gespeichert haben", "Ihre Anschrift"):
        assert words in pages[0]
    assert [row.reason for row in db.session.scalars(db.select(Disclosure))] == ["Brief gedruckt"] * 2


def test_a_letter_with_all_that_can_be_held_fits_on_a_page(office, not_informed):
    volunteer = not_informed(name="Olha Bondar " * 5, phone="+493628", source="Liste " * 19, **POST_ADDRESS)
    volunteer.languages, volunteer.note, volunteer.municipalities = {"uk": "speaks"}, "Notiz", ["Arnstadt"]
    volunteer.target_groups, volunteer.clearance_seen_on = ["women"], clock.today()
    (page,) = text_of(post(office, f"/verwaltung/verzeichnis/personen/{volunteer.person_id}/brief.pdf"))
    assert "dass wir Ihr Führungszeugnis gesehen haben" in page
    assert "Freundliche Grüße" in page


def test_no_letters_are_no_file(office):
    assert post(office, f"{LIST}briefe.pdf").status_code == 404


def test_who_was_told_on_the_telephone_is_ticked_off(office, not_informed):
    first, second = not_informed(name="Anna Eins"), not_informed(name="Berta Zwei")
    page = office.get_page(LIST)
    page = office.send(page, page.form_of("Angekreuzte als informiert vermerken"), {"person_id": str(first.person_id)})
    assert "1 Person ist als informiert vermerkt." in page.text
    assert "Anna Eins" not in page.links
    assert "Berta Zwei" in page.links
    page = office.get_page(f"/verwaltung/verzeichnis/personen/{second.person_id}/")
    page = office.send(page, page.form_of("Am Telefon gesagt oder Brief verschickt"), status=200)
    assert "Noch nicht informiert" not in page.text
    assert "Alle sind informiert." in office.get_page(LIST).text


def test_the_list_shows_no_contact_data_and_asks_as_often_for_30_people(office, not_informed, count_queries):
    def look(number: int) -> int:
        for one in range(number):
            not_informed(email=f"geheim{one}.{number}@example.org", phone="+493628777", street="Geheime Gasse")
        assert "geheim" not in office.get_page(LIST).response.text.casefold()
        with count_queries() as queries:
            office.get_page(LIST)
        return len(queries)

    assert look(1) == look(29)


@pytest.mark.parametrize(("days", "urgency"), [(11, None), (9, Urgency.WAITED_FOR), (-1, Urgency.BROKEN)])
def test_the_office_is_reminded_ten_days_before_the_month_ends(app, not_informed, make, days, urgency):
    with app.test_request_context():
        now = clock.now()
        with clock.stopped(now):
            volunteer = not_informed(days=days)
            not_informed(days=days + 20)
            not_informed(days=days, merged_into_id=make.person().id)
            lines = attention.list_lines(now)
            assert [(line.deed, line.urgency, line.until) for line in lines] == (
                [("1 Person informieren", urgency, volunteer.inform_until)] if urgency else []
            )
        profile.inform(volunteer)
        assert attention.list_lines(now) == []
