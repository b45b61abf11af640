"""Making an account of one's own: without telling strangers who has one."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coordapp.accounts.models import Role, SignUpLink, User
from coordapp.accounts.sign_ins import purge_sign_ins
from coordapp.accounts.tokens import token_hash
from coordapp.directory.models import Person
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock

ASK = "/konto/anmelden/"
LINK = re.compile(r"http://localhost(/konto/neu/[\w-]+/)")


@pytest.fixture
def ask(client):
    """Return a function that asks for a link with an unknown address and gives the address in the mail."""

    def ask_for_link(email="nadia@example.org", address=ASK) -> str:
        client.post_form(address, {"email": email})
        mail = db.session.scalars(select(Mail).where(Mail.recipient == email).order_by(Mail.id.desc())).first()
        return LINK.search(mail.text).group(1)

    return ask_for_link


def users() -> list[User]:
    return list(db.session.scalars(select(User)))


def test_known_and_unknown_addresses_get_the_same_answer_and_one_mail_each(client, make):
    make.user(email="vera@example.org")
    make.user(email="zu@example.org", deactivated_at=clock.now())
    pages = {}
    for email in ("vera@example.org", "nadia@example.org", "zu@example.org"):
        page = client.post_form(ASK, {"email": email})
        pages[email] = (page.status, page.url, page.text.replace(email, "…"))
        assert db.session.scalar(select(func.count()).where(Mail.recipient == email)) == 1
    assert len(set(pages.values())) == 1


def test_the_mail_to_an_unknown_address_says_what_the_button_does_and_keeps_its_secret(ask):
    token = ask().split("/")[3]
    mail = db.session.scalars(select(Mail)).one()
    assert "Sie haben noch keinen Zugang. Mit diesem Knopf legen Sie einen an." in mail.text
    assert mail.is_secret
    assert mail.expires_at - mail.created_at == timedelta(minutes=15)
    assert db.session.scalars(select(SignUpLink.token_hash)).one() == token_hash(token)


def test_unknown_addresses_count_towards_the_same_limit(client):
    with clock.stopped(clock.now().replace(minute=0, second=0)):
        for _try in range(5):
            client.post_form(ASK, {"email": "nadia@example.org"})
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 3


def test_opening_the_link_makes_nothing(client, ask):
    address = ask()
    for _try in range(3):
        assert client.get_page(address).buttons == ["Zugang anlegen"]
    assert users() == []


def test_the_button_makes_a_volunteers_account_with_its_person_and_signs_in(client, ask):
    page = client.post_form(ask(), {"name": "Nadia  Neu"})
    assert page.url.endswith("/mein/")
    user = users()[0]
    assert (user.email, user.name, user.role) == ("nadia@example.org", "Nadia Neu", Role.VOLUNTEER)
    person = db.session.scalars(select(Person)).one()
    assert (person.user_id, person.email) == (user.id, "nadia@example.org")
    assert person.email_proven_at is not None
    assert user.last_signed_in_at is not None


def test_who_registered_before_finds_their_registration(client, make, ask):
    known = make.person(name="Nadia Neu", email="nadia@example.org", proven=False)
    made = make.registration(of_person=known)
    page = client.post_form(ask(), {"name": "Nadia Neu"})
    assert made.event.title in page.text
    assert db.session.scalars(select(Person)).all() == [known]


def test_the_language_of_the_page_becomes_the_language_of_the_mails(client, ask):
    client.post_form(ask() + "?sprache=ar", {"name": "نادية"})
    assert users()[0].language == "ar"


def test_without_a_name_nothing_is_made_and_the_link_still_works(client, ask):
    address = ask()
    assert "name" in client.post_form(address, {"name": " "}, status=422).errors
    assert users() == []
    assert client.post_form(address, {"name": "Nadia Neu"}).status == 200


def test_a_link_works_once(client, app, ask):
    address = ask()
    client.post_form(address, {"name": "Nadia Neu"})
    stranger = app.test_client()
    assert stranger.get_page(address, status=410).heading == "Dieser Link gilt nicht mehr"
    stranger.post_to(address, {"name": "Eva Fremd"}, status=410)
    assert len(users()) == 1
    assert client.get(address).location == "/mein/"  # pressed twice


def test_a_link_ends_after_fifteen_minutes(client, ask):
    address, begun = ask(), clock.now()
    with clock.stopped(begun + timedelta(minutes=15, seconds=1)):
        client.get_page(address, status=410)
        client.post_to(address, {"name": "Nadia Neu"}, status=410)
    assert users() == []


def test_a_link_that_never_was_offers_a_new_one(client):
    page = client.get_page("/konto/neu/gibt-es-nicht/", status=404)
    assert client.send(page, page.form_with(["email"]), {"email": "nadia@example.org"}).status == 200


def test_two_links_make_one_account(client, app, ask):
    first, second = ask(), ask()
    client.post_form(first, {"name": "Nadia Neu"})
    other = app.test_client()
    assert other.post_form(second, {"name": "Nadia N."}).url.endswith("/mein/")
    assert [user.name for user in users()] == ["Nadia Neu"]


def test_a_link_does_not_lead_into_an_account_of_staff(client, make, ask):
    address = ask("ina@example.org")
    make.user(email="ina@example.org", role=Role.COORDINATOR)
    client.post_to(address, {"name": "Ina"}, status=410)
    assert client.get("/verwaltung/").status_code == 302


def test_the_link_leads_to_where_somebody_wanted_to_go(client, ask):
    address = ask(address="/konto/anmelden/?next=/mein/mithelfen/")
    assert client.post_form(address, {"name": "Nadia Neu"}).heading == "Mithelfen und gefunden werden"


def test_old_links_are_forgotten_with_the_address(ask):
    ask()
    purge_sign_ins(clock.now() + timedelta(hours=1))
    assert db.session.scalars(select(SignUpLink)).all() == []


@pytest.mark.parametrize("language", ["en", "ar", "uk", "ru", "fa"])
def test_the_page_opens_in_every_language(client, ask, language):
    client.get_page(f"{ask()}?sprache={language}")
