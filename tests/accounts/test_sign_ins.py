"""Sessions: who a cookie belongs to, and until when."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from coordapp.accounts import sign_ins
from coordapp.accounts.models import Role, SignIn
from coordapp.extensions import db
from coordapp.shared import clock

PAGE = "/konto/"


def cookie_of(client) -> str:
    return client.get_cookie("session").value


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//",
        "https://evil.example",
        "https:evil.example",
        "evil.example",
        "@evil.example",
        "/\x00/evil.example",
        "/" + "a" * 500,
        "",
        None,
    ],
)
def test_safe_next_refuses_what_could_lead_elsewhere(path):
    assert sign_ins.safe_next(path) == ""


@pytest.mark.parametrize(
    "path", ["/", "/konto/", "/runde-tische/3/?sprache=en", "/@somebody", "/a:b", "/kalender/?ort=Gro%C3%9F#unten"]
)
def test_safe_next_keeps_paths_of_this_site(path):
    assert sign_ins.safe_next(path) == path


def test_a_visitor_costs_no_query(client, count_queries):
    with count_queries() as queries:
        client.get_page("/konto/anmelden/")
    assert queries == []


def test_somebody_signed_in_costs_one_query(make, browser_of, count_queries):
    browser = browser_of(make.user())
    with count_queries() as queries:
        browser.get_page("/konto/abmelden/")
    assert len(queries) == 1


def test_a_forged_token_belongs_to_nobody(client):
    with client.session_transaction() as session:
        session["_user_id"] = "made up"
    assert client.get(PAGE).location == "/konto/anmelden/?next=/konto/"


def test_the_old_cookie_is_dead_after_signing_out(make, browser_of, app):
    browser = browser_of(make.user())
    kept = cookie_of(browser)
    browser.get_page(PAGE)
    browser.post_form("/konto/abmelden/", {})
    thief = app.test_client()
    thief.set_cookie("session", kept)
    assert thief.get(PAGE).status_code == 302


def test_signing_out_everywhere_ends_all_sessions_of_this_person_only(make, browser_of):
    user = make.user()
    here, there, somebody_else = browser_of(user), browser_of(user), browser_of(make.user())
    page = here.press("/konto/ueberall-abmelden/", "Überall abmelden")
    assert page.status == 200
    assert [browser.get(PAGE).status_code for browser in (here, there, somebody_else)] == [302, 302, 200]


def test_a_closed_account_is_signed_out_at_once(make, browser_of):
    user = make.user()
    browser = browser_of(user)
    browser.get_page(PAGE)
    user.deactivated_at = clock.now()
    assert browser.get(PAGE).status_code == 302


@pytest.mark.parametrize(
    ("role", "minutes", "status"),
    [
        (Role.COORDINATOR, 29, 200),
        (Role.COORDINATOR, 31, 302),
        (Role.ADMINISTRATOR, 31, 302),
        (Role.VOLUNTEER, 31, 200),
    ],
)
def test_staff_who_are_away_for_half_an_hour_are_signed_out(make, browser_of, role, minutes, status):
    browser = browser_of(make.user(role=role))
    browser.get_page(PAGE)
    with clock.stopped(clock.now() + timedelta(minutes=minutes)):
        assert browser.get(PAGE).status_code == status


def test_staff_who_keep_working_stay_signed_in_and_nothing_is_written(make, browser_of, count_queries):
    browser = browser_of(make.user(role=Role.COORDINATOR))
    browser.get_page(PAGE)
    begun = clock.now()
    with count_queries() as queries:
        for minutes in range(20, 200, 20):
            with clock.stopped(begun + timedelta(minutes=minutes)):
                assert browser.get(PAGE).status_code == 200
    assert [query for query in queries if not query.startswith("SELECT")] == []


@pytest.mark.parametrize(
    ("role", "longest"),
    [(Role.COORDINATOR, timedelta(hours=12)), (Role.VOLUNTEER, timedelta(days=30)), (Role.CLUB, timedelta(days=30))],
)
def test_a_session_ends_after_its_longest_time(app, make, role, longest):
    with app.test_request_context():
        sign_ins.sign_in_user(make.user(role=role))
        row = db.session.scalars(select(SignIn)).one()
    assert row.expires_at - row.created_at == longest


def test_each_sign_in_has_a_token_of_its_own_and_ends_the_one_before(app, make):
    user = make.user()
    with app.test_request_context():
        from flask import session

        sign_ins.sign_in_user(user)
        first = session["_user_id"]
        sign_ins.sign_in_user(user)
        assert session["_user_id"] != first
        assert sign_ins.load_user(first) is None
        assert sign_ins.load_user(session["_user_id"]) is user
    stored = db.session.scalars(select(SignIn.token_hash)).all()
    assert first not in stored


def test_signing_in_forgets_what_the_cookie_held_for_somebody_else(app, make):
    with app.test_request_context():
        from flask import session

        session["csrf_token"] = "planted"
        sign_ins.sign_in_user(make.user())
        assert "csrf_token" not in session


def test_flask_logins_own_cookie_opens_nothing(client, make):
    client.set_cookie("remember_token", f"{make.user().id}|abc")
    assert client.get(PAGE).status_code == 302


def test_purge_deletes_sessions_that_are_over(app, make):
    at = clock.now()
    for hours in (-1, 1):
        db.session.add(SignIn(user=make.user(), token_hash=str(hours), expires_at=at + timedelta(hours=hours)))
    db.session.flush()
    assert sign_ins.purge_sign_ins(at) == 1
    assert db.session.scalars(select(SignIn.token_hash)).all() == ["1"]
