"""Who gets in, and what happens to a form whose session ran out."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from coordapp.accounts.guards import Access, access_of, open_to
from coordapp.accounts.models import Role, User
from coordapp.extensions import db
from coordapp.shared import clock

HERE = {"Sec-Fetch-Site": "same-origin"}
NEW_ACCOUNT = "/verwaltung/konten/neu/"
TYPED = {"name": "Olha <b>Beispiel</b>", "email": "olha@example.org", "role": "volunteer", "language": "uk"}


@pytest.mark.parametrize(
    ("role", "status"),
    [(None, 302), (Role.VOLUNTEER, 404), (Role.CLUB, 404), (Role.COORDINATOR, 404), (Role.ADMINISTRATOR, 200)],
)
def test_the_accounts_are_open_to_administrators_only(make, browser_of, client, role, status):
    browser = browser_of(make.user(role=role)) if role else client
    assert browser.get("/verwaltung/konten/").status_code == status


def test_a_stranger_sees_no_navigation_of_the_office_on_the_404(volunteer_client):
    page = volunteer_client.get_page("/verwaltung/konten/", status=404)
    assert "/verwaltung/konten/" not in {link.get("href") for link in page.root.all("a")}


def test_strangers_are_sent_to_the_sign_in_that_fits(client):
    assert client.get("/konto/").location == "/konto/anmelden/?next=/konto/"
    assert client.get("/verwaltung/konten/?a=b").location == "/konto/buero/?next=/verwaltung/konten/?a%3Db"


def test_a_route_without_a_mark_opens_for_nobody():
    app = Flask("test")
    app.add_url_rule("/marked", "marked", open_to(Access.EVERYONE)(lambda: ""))
    app.add_url_rule("/unmarked", "unmarked", lambda: "")
    assert access_of(app, "marked") is Access.EVERYONE
    assert access_of(app, "unmarked") is None


def test_what_was_typed_is_sent_again_after_signing_in_anew(client, staff, sign_in_as_staff):
    begun = clock.now()
    sign_in_as_staff(client)
    form_page = client.get_page(NEW_ACCOUNT)
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    with clock.stopped(begun + timedelta(minutes=31)):
        kept = client.send(form_page, form_page.form_with(TYPED), TYPED, status=403)
        assert kept.heading == "Noch nicht gespeichert"
        assert kept.values == TYPED
        assert kept.main.one("form")["action"] == NEW_ACCOUNT
        assert kept.response.headers["Cache-Control"] == "no-store"
        assert find("olha@example.org") is None

        sign_in_as_staff(client, address=kept.links["Melden Sie sich in einem neuen Fenster an"])
        saved = client.send(kept, kept.form_of("Noch einmal senden"), status=200)
    assert "ist angelegt" in saved.text
    assert find("olha@example.org").name == "Olha <b>Beispiel</b>"


def test_a_form_whose_whole_cookie_is_gone_is_kept_too(client, staff, sign_in_as_staff):
    sign_in_as_staff(client)
    form_page = client.get_page(NEW_ACCOUNT)
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    client.delete_cookie("session")
    kept = client.send(form_page, form_page.form_with(TYPED), TYPED, status=403)
    with clock.stopped(clock.now() + timedelta(seconds=60)):
        sign_in_as_staff(client)
        once_more = client.send(kept, kept.form_of("Noch einmal senden"), status=400)
        assert once_more.values == TYPED
        client.send(once_more, once_more.form_of("Noch einmal senden"), status=200)
    assert find("olha@example.org").role is Role.VOLUNTEER


def test_passwords_and_tokens_are_not_sent_back(client):
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    page = client.post_to(
        "/konto/passwort/", {"password": "geheim eins", "new_password": "geheim zwei", "a": "b"}, status=403
    )
    assert page.values == {"a": "b"}
    assert "geheim" not in page.response.text


def test_fields_with_several_values_keep_them_all(client):
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    page = client.post_to(
        "/verwaltung/konten/neu/?von=hier", {"needs": ["food", "child_care"], "note": 'a\n"b"'}, status=403
    )
    assert page.values == {"needs": ["food", "child_care"], "note": 'a\n"b"'}
    assert page.main.one("form")["action"] == "/verwaltung/konten/neu/?von=hier"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/localhost"},
        {"Referer": "http://["},
        {"Origin": "http://["},
    ],
)
def test_another_site_cannot_fill_in_a_form_for_somebody(client, headers):
    answer = client.post(NEW_ACCOUNT, data=TYPED, headers=headers)
    assert (answer.status_code, answer.location) == (302, "/konto/buero/")
    answer = client.post("/konto/anmelden/", data={"email": "a@example.org"}, headers=headers)
    assert answer.status_code == 400
    assert "a@example.org" not in answer.text


@pytest.mark.parametrize(
    "headers", [HERE, {"Origin": "http://localhost"}, {"Referer": "http://localhost/konto/anmelden/"}]
)
def test_a_public_form_with_an_old_token_is_kept_as_well(client, headers):
    data = {"email": "a@example.org", "csrf_token": "old"}
    answer = client.post("/konto/anmelden/", data=data, headers=headers)
    assert answer.status_code == 400
    assert "Noch nicht gespeichert" in answer.text
    assert 'value="a@example.org"' in answer.text
    assert 'value="old"' not in answer.text


def find(email: str) -> User | None:
    return db.session.scalars(select(User).where(User.email == email)).first()
