"""How staff sign in, set up their account, and look after password and codes."""

import re
import statistics
import time
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from coordapp.accounts import codes, links
from coordapp.accounts import staff as staff_routes
from coordapp.accounts.models import LinkPurpose, Role, SignIn, SignInLink
from coordapp.accounts.passwords import matches
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock
from tests.accounts.conftest import NOON, PASSWORD, SECRET

PAGE, CODE = "/konto/buero/", "/konto/code/"
WRONG = "Das passt nicht zusammen"
NEW = "vier Igel lesen Landkarten"


def is_signed_in(browser) -> bool:
    return browser.get("/konto/").status_code == 200


def test_password_and_code_sign_in(client, staff, sign_in_as_staff):
    page = sign_in_as_staff(client)
    assert page.heading == "Konten"
    assert is_signed_in(client)


def test_without_the_code_nobody_is_signed_in(client, staff):
    page = client.post_form(PAGE, {"email": staff.email, "password": PASSWORD})
    assert page.heading == "Code eingeben"
    assert not is_signed_in(client)


def test_nobody_learns_which_of_the_three_was_wrong(app, staff, make, code_now):
    make.user(email="vera@example.org")
    cases = {
        "all right but the code": (staff.email, PASSWORD, "000000"),
        "wrong password, right code": (staff.email, "falsch geraten 1", code_now()),
        "unknown address": ("niemand@example.org", PASSWORD, code_now()),
        "a volunteer": ("vera@example.org", PASSWORD, code_now()),
    }
    seen = set()
    for email, password, code in cases.values():
        browser = app.test_client()
        first = browser.post_form(PAGE, {"email": email, "password": password})
        second = browser.post_form(CODE, {"code": code})
        seen.add((first.status, first.text, second.status, second.text))
        assert not is_signed_in(browser)
    ((first_status, _first_text, second_status, second_text),) = seen
    assert (first_status, second_status) == (200, 422)
    assert WRONG in second_text


def test_the_right_password_takes_no_longer_than_a_wrong_one(client, staff):
    seconds = {staff.email: [], "niemand@example.org": []}
    for number in range(8):
        for email, times in seconds.items():
            data = {"email": email, "password": f"falsch {number}", "csrf_token": client.csrf_token()}
            begun = time.perf_counter()
            client.post(PAGE, data=data)
            times.append(time.perf_counter() - begun)
    known, unknown = map(statistics.median, seconds.values())
    assert abs(known - unknown) <= 0.060


def test_a_code_does_not_sign_in_twice(app, client, staff, sign_in_as_staff):
    with clock.stopped(NOON):
        assert sign_in_as_staff(client).status == 200
        page = sign_in_as_staff(app.test_client())
        assert page.status == 422
        assert WRONG in page.text


def test_a_recovery_code_signs_in_once(app, client, staff, sign_in_as_staff):
    code = codes.new_recovery_codes(staff)[0]
    assert sign_in_as_staff(client, code=code).heading == "Konten"
    assert sign_in_as_staff(app.test_client(), code=code).status == 422


def test_after_a_wrong_code_the_next_one_may_be_right(client, staff, code_now):
    client.post_form(PAGE, {"email": staff.email, "password": PASSWORD})
    assert client.post_form(CODE, {"code": "000000"}).status == 422
    assert client.post_form(CODE, {"code": code_now()}).heading == "Konten"


def test_the_code_page_waits_ten_minutes(client, staff, code_now):
    client.post_form(PAGE, {"email": staff.email, "password": PASSWORD})
    page = client.get_page(CODE)
    with clock.stopped(clock.now() + timedelta(minutes=11)):
        page = client.send(page, page.form_with(["code"]), {"code": code_now()})
        assert "Das hat zu lange gedauert" in page.text
        assert client.get(CODE).location == PAGE


def test_a_stolen_waiting_cookie_does_not_sign_in_a_second_time(app, client, staff, code_now):
    with clock.stopped(NOON):
        client.post_form(PAGE, {"email": staff.email, "password": PASSWORD})
        kept = client.get_cookie("session").value
        client.post_form(CODE, {"code": code_now()})
    with clock.stopped(NOON + timedelta(seconds=60)):
        thief = app.test_client()
        thief.set_cookie("session", kept)
        assert thief.post_form(CODE, {"code": code_now()}).status == 422


def test_a_closed_account_cannot_sign_in(client, staff, sign_in_as_staff):
    staff.deactivated_at = clock.now()
    assert sign_in_as_staff(client).status == 422


def test_the_eleventh_try_is_refused_and_the_right_person_elsewhere_is_not(app, client, staff, sign_in_as_staff):
    with clock.stopped(NOON):
        for _ in range(10):
            client.post_form(PAGE, {"email": staff.email, "password": "falsch geraten 1"}, status=200)
        page = client.post_form(PAGE, {"email": staff.email, "password": PASSWORD}, status=429)
        assert page.heading == "Das waren zu viele Versuche"
        elsewhere = app.test_client()
        elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"
        assert sign_in_as_staff(elsewhere).heading == "Konten"
    with clock.stopped(NOON + timedelta(minutes=15)):
        assert sign_in_as_staff(client).heading == "Konten"


def test_codes_cannot_be_guessed_either(client, staff, code_now):
    with clock.stopped(NOON):
        client.post_form(PAGE, {"email": staff.email, "password": PASSWORD})
        for number in range(10):
            client.post_form(CODE, {"code": f"{number:06}"}, status=422)
        client.post_form(CODE, {"code": code_now()}, status=429)
        assert not is_signed_in(client)


def test_a_stranger_without_the_password_locks_nobody_out(app, staff, sign_in_as_staff):
    with clock.stopped(NOON):
        for number in range(105):
            if number % 10 == 0:
                stranger = from_network(app, f"192.0.2.{number}")
                stranger.post_form(PAGE, {"email": staff.email, "password": "falsch geraten 1"})
            stranger.post_to(CODE, {"code": f"{number:06}"}, status=422)
        assert sign_in_as_staff(from_network(app, "198.51.100.1")).heading == "Konten"


def test_who_knows_the_password_guesses_a_hundred_codes_a_day_and_is_not_told_that_it_is_right(
    app, staff, sign_in_as_staff, code_now
):
    with clock.stopped(NOON):
        for number in range(100):
            if number % 10 == 0:
                thief = from_network(app, f"192.0.2.{number}")
                thief.post_form(PAGE, {"email": staff.email, "password": PASSWORD})
            thief.post_to(CODE, {"code": f"{number:06}"}, status=422)
        page = sign_in_as_staff(from_network(app, "198.51.100.1"))
        assert (page.status, WRONG in page.text) == (422, True)
    with clock.stopped(NOON + timedelta(days=1)):
        assert sign_in_as_staff(from_network(app, "198.51.100.1")).heading == "Konten"


def test_refused_codes_do_not_use_up_those_of_the_day(app, staff, sign_in_as_staff, monkeypatch):
    monkeypatch.setattr(staff_routes, "CODES_A_DAY", 11)
    with clock.stopped(NOON):
        thief = from_network(app, "192.0.2.1")
        thief.post_form(PAGE, {"email": staff.email, "password": PASSWORD})
        for number in range(15):
            thief.post_to(CODE, {"code": f"{number:06}"}, status=422 if number < 10 else 429)
        assert sign_in_as_staff(from_network(app, "198.51.100.1")).heading == "Konten"


def test_one_network_tries_sixty_passwords_whosever_they_are(app, staff, sign_in_as_staff):
    addresses = [f"2001:db8:1:2::{number:x}" for number in range(61)]  # all of one customer
    with clock.stopped(NOON):
        for number, address in enumerate(addresses):
            data = {"email": f"wer{number}@example.org", "password": "falsch geraten 1"}
            from_network(app, address).post_to(PAGE, data, status=302 if number < 60 else 429)
        assert sign_in_as_staff(from_network(app, "2001:db8:1:3::1")).heading == "Konten"


def from_network(app, address: str):
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = address
    return browser


def test_who_signs_in_rightly_is_never_refused(client, staff, sign_in_as_staff):
    for number in range(12):
        with clock.stopped(NOON + timedelta(seconds=30 * number)):
            assert sign_in_as_staff(client).heading == "Konten"
            client.post_form("/konto/abmelden/", {})


def test_staff_go_where_they_wanted_to(client, staff, sign_in_as_staff):
    address = client.get("/verwaltung/konten/neu/").location
    assert address == "/konto/buero/?next=/verwaltung/konten/neu/"
    assert sign_in_as_staff(client, address=address).heading == "Neues Konto"


def test_staff_never_go_off_the_site(client, staff, sign_in_as_staff):
    page = sign_in_as_staff(client, address="/konto/buero/?next=//evil.example")
    assert page.heading == "Konten"


@pytest.fixture
def newcomer(make):
    return make.user(role=Role.COORDINATOR, name="Nadja Neu", email="nadja@example.org")


@pytest.fixture
def set_up_address(newcomer):
    return f"/konto/einrichten/{links.new_link(newcomer, LinkPurpose.SET_UP)}/"


def secret_on(page) -> str:
    return re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.text).group().replace(" ", "")


def test_setting_up_stores_password_and_app_and_shows_recovery_codes_once(client, newcomer, set_up_address, code_now):
    page = client.get_page(set_up_address)
    secret = secret_on(page)
    assert page.main.one("img")["src"].startswith("data:image/svg+xml")
    page = client.post_form(set_up_address, {"new_password": NEW, "code": code_now(secret)})
    shown = [item.text for item in page.main.all("li")]
    assert page.heading == "Ihre Ersatzcodes"
    assert len(shown) == 10
    assert newcomer.totp_secret == secret
    assert matches(newcomer.password_hash, NEW)
    assert codes.accept(newcomer, shown[0])
    assert is_signed_in(client)
    client.get_page(set_up_address, status=410)


def test_opening_the_set_up_page_changes_nothing_and_shows_the_same_secret(client, newcomer, set_up_address):
    first, second = client.get_page(set_up_address), client.get_page(set_up_address)
    assert secret_on(first) == secret_on(second)
    assert newcomer.totp_secret is None
    assert first.response.headers["Cache-Control"] == "no-store"


def test_the_code_of_the_set_up_does_not_work_again(app, client, newcomer, set_up_address, sign_in_as_staff, code_now):
    with clock.stopped(clock.now()):
        secret = secret_on(client.get_page(set_up_address))
        client.post_form(set_up_address, {"new_password": NEW, "code": code_now(secret)})
        again = sign_in_as_staff(app.test_client(), email=newcomer.email, password=NEW, code=code_now(secret))
        assert again.status == 422


@pytest.mark.parametrize(
    ("password", "code", "field"),
    [
        ("kurz", None, "new_password"),
        ("nadja bergwelt 77", None, "new_password"),
        (NEW, "000000", "code"),
        (NEW, "", "code"),
    ],
)
def test_setting_up_refuses_weak_passwords_and_wrong_codes(
    client, newcomer, set_up_address, code_now, password, code, field
):
    secret = secret_on(client.get_page(set_up_address))
    data = {"new_password": password, "code": code_now(secret) if code is None else code}
    page = client.post_form(set_up_address, data, status=422)
    assert list(page.errors) == [field]
    assert not newcomer.is_set_up
    assert not is_signed_in(client)


def test_a_set_up_link_lasts_three_days_and_a_newer_one_replaces_it(client, newcomer, set_up_address):
    with clock.stopped(clock.now() + timedelta(hours=71)):
        client.get_page(set_up_address)
    with clock.stopped(clock.now() + timedelta(hours=73)):
        client.get_page(set_up_address, status=410)
    links.mail_set_up_link(newcomer)
    client.get_page(set_up_address, status=410)
    client.get_page("/konto/einrichten/erfunden/", status=404)
    client.post_to("/konto/einrichten/erfunden/", status=404)


def test_a_new_password_ends_the_other_sessions_and_is_told_by_mail(staff, browser_of):
    here, there = browser_of(staff), browser_of(staff)
    page = here.post_form("/konto/passwort/", {"password": PASSWORD, "new_password": NEW})
    assert "Ihr neues Passwort gilt" in page.text
    assert [is_signed_in(here), is_signed_in(there)] == [True, False]
    assert matches(staff.password_hash, NEW)
    assert db.session.scalars(select(Mail.recipient)).all() == [staff.email]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("falsch geraten 1", NEW, "password"),
        (PASSWORD, "kurz", "new_password"),
        (PASSWORD, "adam bergwelt", "new_password"),
    ],
)
def test_a_new_password_needs_the_old_one_and_must_be_good(staff, browser_of, old, new, field):
    page = browser_of(staff).post_form("/konto/passwort/", {"password": old, "new_password": new}, status=422)
    assert list(page.errors) == [field]
    assert matches(staff.password_hash, PASSWORD)


def test_the_old_password_cannot_be_guessed_in_an_open_session(staff, browser_of):
    browser = browser_of(staff)
    with clock.stopped(clock.now().replace(minute=0)):
        for number in range(10):
            browser.post_form("/konto/passwort/", {"password": f"falsch {number}", "new_password": NEW}, status=422)
        browser.post_form("/konto/passwort/", {"password": PASSWORD, "new_password": NEW}, status=429)


def test_new_recovery_codes_need_the_password(staff, browser_of):
    browser = browser_of(staff)
    browser.post_form("/konto/ersatzcodes/", {"password": "falsch geraten 1"}, status=422)
    assert codes.count_recovery_codes(staff) == 0
    page = browser.post_form("/konto/ersatzcodes/", {"password": PASSWORD})
    assert len(page.main.all("li")) == 10
    assert "noch 10 gültig" in browser.get_page("/konto/").text


def test_a_new_telephone_is_tied_through_a_mail(staff, browser_of, client):
    browser = browser_of(staff)
    page = browser.press("/konto/", "Link zum Einrichten schicken")
    assert "Wir haben Ihnen eine E-Mail" in page.text
    text = db.session.scalars(select(Mail)).one().text
    client.get_page(re.search(r"/konto/einrichten/[\w-]+/", text).group())
    assert staff.totp_secret == SECRET


@pytest.mark.parametrize("path", ["/konto/passwort/", "/konto/ersatzcodes/"])
def test_volunteers_have_no_password(volunteer_client, path):
    volunteer_client.get_page(path, status=404)
    volunteer_client.post_to(path, status=404)


def test_tokens_of_the_password_step_are_stored_as_hashes_and_only_for_the_right_password(client, staff):
    client.post_form(PAGE, {"email": staff.email, "password": "falsch geraten 1"})
    assert db.session.scalars(select(SignInLink)).all() == []
    client.post_form(PAGE, {"email": staff.email, "password": PASSWORD})
    with client.session_transaction() as session:
        token = session["pending"]["token"]
    assert token not in db.session.scalars(select(SignInLink.token_hash)).one()
    assert db.session.scalars(select(SignIn)).all() == []


def test_the_app_reads_the_county_and_the_address(app, newcomer):
    address = codes.app_address(newcomer, SECRET)
    read = pyotp.parse_uri(address)
    assert (read.secret, read.name, read.issuer) == (SECRET, "nadja@example.org", app.config["COUNTY_NAME"])
