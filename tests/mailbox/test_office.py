"""The office's page "Postfach", and what the start page says."""

import pytest

from coordapp.directory.models_consent import Disclosure, DisclosureKind
from coordapp.extensions import db
from coordapp.mailbox import attention, reader
from coordapp.mailbox.models import MailboxMessage, MessageKind
from coordapp.shared import clock
from tests.mailbox.conftest import raw

INDEX, ADDRESSES = "/verwaltung/postfach/", "/verwaltung/postfach/adressen/"


@pytest.fixture
def dead(make):
    def dead(number: int = 1, **columns):
        return make.person(
            name=f"Vera Hilft {number}", email=f"vera{number}@example.org", phone="+493628738100",
            email_bounced_at=clock.now(), email_trouble="Das Postfach gibt es nicht.", **columns,
        )  # fmt: skip

    return dead


def lines() -> list[str]:
    with db.session.no_autoflush:
        return [line.deed for line in attention.list_lines(clock.now())]


@pytest.fixture
def in_page(app):
    with app.test_request_context():
        yield


def test_an_empty_postfach_says_what_to_do_next(office):
    page = office.get_page(INDEX)
    assert "Es ist keines eingestellt" in page.text
    assert page.links["Zum Postausgang"] == "/verwaltung/postausgang/"


def test_the_page_counts_what_was_read_and_says_when(office, vera, imap):
    imap.deliver(raw("postfix_unknown"))
    imap.deliver(raw("human"))
    reader.read_new()
    page = office.get_page(INDEX)
    assert "Zuletzt gelesen:" in page.text
    assert "kam zurück, die Adresse stimmt nicht mehr" in page.text
    assert "1 Adresse kommt zurück" in page.text


def test_what_is_wrong_with_the_mailbox_is_said_in_german(app, office, imap, in_page):
    app.config["IMAP_PASSWORD"] = "falsch"
    reader.read_new()
    assert "Das Postfach nimmt Name oder Kennwort nicht an." in office.get_page(INDEX).text
    assert lines() == ["Das Postfach wird nicht gelesen: Postfach öffnen"]


def test_unclear_answers_are_shown_until_somebody_settled_them(make, office, in_page):
    event = make.event(title="Runder Tisch Arnstadt")
    message = MailboxMessage(digest="a", kind=MessageKind.UNCLEAR, note="2 Personen haben diese Adresse.", event=event)
    db.session.add(message)
    db.session.flush()
    assert lines() == ["1 Antwort aus einem Kalender klären"]
    page = office.get_page(INDEX)
    assert "Runder Tisch Arnstadt" in page.text
    assert "2 Personen haben diese Adresse." in page.text
    office.press(INDEX, "Erledigt")
    db.session.expire_all()
    assert lines() == []
    assert db.session.get_one(MailboxMessage, message.id).settled_at is not None


@pytest.mark.parametrize("chosen", ["", "x", "99999999999999999999", "-1"])
def test_settling_what_is_not_there_does_nothing(office, chosen):
    office.post_to("/verwaltung/postfach/erledigt/", {"message": chosen}, status=302)


def test_refused_mails_are_shown(office, vera, take_in, in_page):
    take_in(raw("gmx_policy"))
    assert lines() == ["1 abgewiesene Mail ansehen"]
    assert "Er hält sie für unerwünscht." in office.get_page(INDEX).text


def test_the_start_page_asks_for_new_addresses(make, dead, in_page):
    dead(1)
    dead(2)
    make.person(email_bounced_at=clock.now(), merged_into_id=dead(3).id)
    assert lines() == ["3 Adressen kommen zurück: neue Adresse erfragen"]


def test_the_list_shows_initials_and_no_contact_data(office, dead):
    dead(1, municipality="Ilmenau")
    page = office.get_page(ADDRESSES)
    assert "V. H. 1" in page.text
    assert "Ilmenau" in page.text
    assert "Das Postfach gibt es nicht." in page.text
    assert not any(secret in page.response.text for secret in ("vera1@example.org", "738100", "Vera Hilft"))


def test_the_list_asks_the_database_as_often_for_many_as_for_one(office, dead, count_queries):
    dead(1)
    with count_queries() as one:
        office.get_page(ADDRESSES)
    for number in range(2, 32):
        dead(number)
    with count_queries() as many:
        office.get_page(ADDRESSES)
    assert len(many) == len(one)


def test_no_dead_address_is_said_too(office):
    assert "Keine Adresse kommt zurück." in office.get_page(ADDRESSES).text


def test_contact_data_is_shown_on_a_click_that_is_logged(office, dead):
    person = dead()
    url = f"{ADDRESSES}{person.id}/"
    assert not any(secret in office.get_page(url).response.text for secret in ("vera1@example.org", "738100"))
    page = office.press(url, "Telefon und Adresse zeigen")
    assert "vera1@example.org" in page.text
    assert "738100" in page.text
    seen = db.session.scalars(db.select(Disclosure)).one()
    assert (seen.person_id, seen.kind, seen.by_id) == (person.id, DisclosureKind.VIEWED, office.user.id)


def test_a_new_address_is_stored_and_mails_go_there(office, dead):
    person = dead()
    page = office.post_form(f"{ADDRESSES}{person.id}/", {"email": "Neu@Example.org "})
    assert "Die neue Adresse ist gespeichert." in page.text
    db.session.refresh(person)
    assert (person.mail_address, person.email_trouble, person.email_bounces) == ("neu@example.org", "", 0)
    assert person.email_proven_at is None
    assert person.phone == "+493628738100"


def test_an_address_that_cannot_be_is_refused_and_kept_in_the_field(office, dead):
    person = dead()
    page = office.post_form(f"{ADDRESSES}{person.id}/", {"email": "neu@"}, status=422)
    assert page.errors["email"]
    assert page.values["email"] == "neu@"


def test_an_address_of_a_namesake_is_refused_beside_the_field(make, office, dead):
    person = dead()
    make.person(name=person.name, email="andere@example.org")
    page = office.post_form(f"{ADDRESSES}{person.id}/", {"email": "andere@example.org"}, status=422)
    assert "steht schon im Verzeichnis" in page.errors["email"]


def test_an_address_that_works_after_all_is_written_to_again(office, dead):
    person = dead(email_bounces=3)
    office.press(f"{ADDRESSES}{person.id}/", "Die Adresse stimmt")
    db.session.refresh(person)
    assert (person.mail_address, person.email_bounces) == ("vera1@example.org", 0)


def test_only_the_office_opens_it(client, volunteer_client):
    assert client.get(INDEX).status_code == 302
    assert volunteer_client.get(INDEX).status_code == 404
