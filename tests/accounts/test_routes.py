"""Signing in by a link in a mail, and one's own account."""

import re
import statistics
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coordapp.accounts import links
from coordapp.accounts.models import LinkPurpose, Role, SignIn, SignInLink
from coordapp.accounts.tokens import token_hash
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock

ASK = "/konto/anmelden/"
LINK = re.compile(r"http://localhost(/konto/link/[\w-]+/)")


def newest_mail(to: str) -> Mail:
    return db.session.scalars(select(Mail).where(Mail.recipient == to).order_by(Mail.id.desc())).first()


def count_mails() -> int:
    return db.session.scalar(select(func.count()).select_from(Mail))


@pytest.fixture
def vera(make):
    return make.user(name="Vera Hilft", email="vera@example.org")


@pytest.fixture
def ask(client):
    """Return a function that asks for a link and gives the address in the mail."""

    def ask_for_link(email="vera@example.org", address=ASK) -> str:
        client.post_form(address, {"email": email})
        return LINK.search(newest_mail(email).text).group(1)

    return ask_for_link


def test_a_link_by_mail_signs_in(client, vera, ask):
    page = client.post_form(ask(), {})
    assert page.url.endswith("/mein/")
    assert client.get_page("/konto/").heading == "Mein Zugang"
    assert db.session.scalars(select(SignIn)).one().user.last_signed_in_at is not None


def test_the_mail_keeps_its_secret_and_its_time(vera, ask):
    ask()
    mail = newest_mail("vera@example.org")
    assert mail.is_secret
    assert mail.expires_at - mail.created_at == timedelta(minutes=15)
    assert mail.language == vera.language


def test_the_address_may_be_typed_in_capitals(vera, client):
    client.post_form(ASK, {"email": " VERA@Example.org "})
    assert count_mails() == 1


def test_opening_the_link_uses_nothing_up(client, vera, ask):
    address = ask()
    for _ in range(3):
        assert client.get_page(address).buttons == ["Jetzt anmelden"]
    assert db.session.scalars(select(SignInLink)).one().used_at is None
    assert client.post_form(address, {}).status == 200


def test_a_link_works_once(client, vera, ask, app):
    address = ask()
    client.post_form(address, {})
    stranger = app.test_client()
    page = stranger.get_page(address, status=410)
    assert page.heading == "Dieser Link gilt nicht mehr"
    assert stranger.post_to(address, status=410).heading == "Dieser Link gilt nicht mehr"


def test_pressing_twice_leads_on_instead_of_to_an_error(client, vera, ask):
    address = ask()
    client.post_form(address, {})
    assert client.get(address).location == "/mein/"


def test_a_link_expires_after_fifteen_minutes(client, vera, ask):
    address = ask()
    begun = clock.now()
    with clock.stopped(begun + timedelta(minutes=14, seconds=50)):
        client.get_page(address)
    with clock.stopped(begun + timedelta(minutes=15, seconds=1)):
        client.get_page(address, status=410)
        client.post_to(address, status=410)
    assert db.session.scalars(select(SignIn)).all() == []


@pytest.mark.parametrize("change", [lambda t: t + "x", lambda t: t[:-1], lambda t: t.swapcase(), lambda t: "a"])
def test_a_changed_link_offers_a_new_one(client, vera, ask, change):
    token = ask().split("/")[3]
    page = client.get_page(f"/konto/link/{change(token)}/", status=404)
    assert client.send(page, page.form_with(["email"]), {"email": "vera@example.org"}).heading == (
        "Bitte schauen Sie in Ihr Postfach"
    )
    assert count_mails() == 2


def test_a_token_for_something_else_signs_nobody_in(client, vera):
    for purpose in (LinkPurpose.SET_UP, LinkPurpose.CODE):
        expires_at = clock.now() + timedelta(hours=1)
        link = SignInLink(user=vera, purpose=purpose, token_hash=token_hash(purpose), expires_at=expires_at)
        db.session.add(link)
        client.post_to(f"/konto/link/{purpose}/", status=404)


def test_the_token_is_stored_as_a_hash(vera, ask):
    token = ask().split("/")[3]
    assert db.session.scalars(select(SignInLink.token_hash)).one() == token_hash(token) != token


def test_a_link_to_a_closed_account_is_dead(client, vera, ask):
    address = ask()
    vera.deactivated_at = clock.now()
    client.post_to(address, status=410)


def test_a_link_is_dead_once_the_person_belongs_to_the_staff(client, vera, ask):
    address = ask()
    vera.role = Role.COORDINATOR
    client.post_to(address, status=410)


def test_the_link_leads_to_where_somebody_wanted_to_go(client, vera, ask):
    assert client.get("/konto/?x=1").location == "/konto/anmelden/?next=/konto/?x%3D1"
    address = ask(address="/konto/anmelden/?next=/konto/?x%3D1")
    assert client.post_form(address, {}, follow=False).response.location == "/konto/?x=1"


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"])
def test_the_link_never_leads_off_the_site(client, vera, ask, path):
    address = ask(address="/konto/anmelden/?next=" + path.replace("\t", "%09"))
    assert client.post_form(address, {}, follow=False).response.location == "/mein/"


def test_who_is_signed_in_is_not_asked_again(volunteer_client):
    assert volunteer_client.get(ASK).location == "/mein/"
    assert volunteer_client.get(ASK + "?next=//evil.example").location == "/mein/"


def test_three_mails_in_a_quarter_of_an_hour_and_the_answer_stays_the_same(client, vera):
    begun = clock.now().replace(minute=0, second=0)
    with clock.stopped(begun):
        pages = [client.post_form(ASK, {"email": "vera@example.org"}) for _ in range(5)]
    assert {page.text for page in pages} == {pages[0].text}
    assert count_mails() == 3
    with clock.stopped(begun + timedelta(minutes=15)):
        client.post_form(ASK, {"email": "vera@example.org"})
    assert count_mails() == 4


def test_one_network_gets_sixty_mails_in_a_quarter_of_an_hour_and_another_still_some(client, make, monkeypatch):
    monkeypatch.setattr(links, "MAILS_OF_NETWORK", 2)
    for number in range(4):
        make.user(email=f"v{number}@example.org")
    with clock.stopped(clock.now().replace(minute=0, second=0)):
        pages = [client.post_form(ASK, {"email": f"v{number}@example.org"}) for number in range(3)]
        assert count_mails() == 2
        assert len({page.text.replace(f"v{number}@", "…") for number, page in enumerate(pages)}) == 1
        client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
        client.post_form(ASK, {"email": "v3@example.org"})
        assert count_mails() == 3


def test_staff_get_a_mail_that_names_their_page_and_no_link(client, make):
    make.user(role=Role.COORDINATOR, email="buero@example.org")
    client.post_form(ASK, {"email": "buero@example.org"})
    mail = newest_mail("buero@example.org")
    assert "http://localhost/konto/buero/" in mail.text
    assert "/konto/link/" not in mail.text
    assert db.session.scalars(select(SignInLink)).all() == []


def test_who_has_an_account_shows_neither_in_the_answer_nor_in_the_time(client, make):
    seconds = {"known": [], "unknown": [], "staff": [], "closed": []}
    answers = set()
    for number in range(12):
        make.user(email=f"known{number}@example.org")
        make.user(email=f"staff{number}@example.org", role=Role.COORDINATOR)
        make.user(email=f"closed{number}@example.org", deactivated_at=clock.now())
        for kind in seconds:
            email = f"{kind}{number}@example.org"
            data = {"email": email, "csrf_token": client.csrf_token()}
            begun = time.perf_counter()
            response = client.post(ASK, data=data)
            seconds[kind].append(time.perf_counter() - begun)
            page = client.get_page(response.location)
            answers.add((response.status_code, response.location, page.text.replace(email, "…")))
    assert len(answers) == 1
    assert count_mails() == 48  # one each, whoever asked
    medians = [statistics.median(times) for times in seconds.values()]
    assert max(medians) - min(medians) <= 0.060


def test_no_address_and_a_wrong_one_keep_what_was_typed(client):
    page = client.post_form(ASK, {"email": "vera@"}, status=422)
    assert page.values["email"] == "vera@"
    assert "email" in page.errors
    assert "email" in client.post_form(ASK, {"email": ""}, status=422).errors


def test_the_page_after_asking_shows_the_address_and_a_way_to_correct_it(client):
    page = client.post_form(ASK, {"email": "vera@example.org"})
    assert "vera@example.org" in page.text
    assert page.links["Andere Adresse eingeben"] == ASK
    assert client.get("/konto/anmelden/gesendet/").status_code == 200


def test_pages_with_secrets_are_kept_by_nobody(client, vera, ask):
    for path in (ask(), "/konto/link/x/", "/konto/einrichten/x/"):
        headers = client.get(path).headers
        assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_signing_out_asks_first_and_then_does_it(volunteer_client):
    page = volunteer_client.post_form("/konto/abmelden/", {})
    assert "Sie sind aus Ihrem Bereich abgemeldet." in page.text
    assert volunteer_client.get("/konto/abmelden/").status_code == 302


def test_the_language_of_mails_can_be_changed(volunteer_client):
    page = volunteer_client.post_form("/konto/", {"language": "uk"})
    assert "Gespeichert" in page.text
    assert page.values["language"] == "uk"
    assert volunteer_client.user.language == "uk"


def test_an_unknown_language_is_refused(volunteer_client):
    volunteer_client.post_form("/konto/", {"language": "xx"}, status=422)
    assert volunteer_client.user.language == "de"


@pytest.mark.parametrize("language", ["en", "ar", "uk", "ru", "fa"])
def test_the_pages_open_in_every_language(client, language):
    for path in (ASK, "/konto/anmelden/gesendet/", "/konto/buero/", "/konto/link/x/", "/konto/einrichten/x/"):
        assert client.get(f"{path}?sprache={language}").status_code in (200, 404)
