"""The attendance list in a real browser on a phone: a tap is stored at once, and again when the connection was gone."""

import threading

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from coordapp.accounts.models import Role
from coordapp.events.models import Registration, RegistrationStatus
from coordapp.extensions import db
from tests import make as factories
from tests.sign_in import sign_in

PHONE = {"width": 360, "height": 640}


@pytest.fixture
def server(fresh_app):
    """Serve the site on a free port; return its address."""
    made = make_server("127.0.0.1", 0, fresh_app, threaded=True)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def page(fresh_app, server, chromium):
    """Return a phone's browser in which a coordinator is signed in."""
    client = sign_in(fresh_app.test_client(), factories.user(role=Role.COORDINATOR))
    cookie = client.get_cookie("session")
    context = chromium.new_context(viewport=PHONE, has_touch=True, base_url=server)
    context.add_cookies([{"name": "session", "value": cookie.value, "url": server}])
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    context.close()
    assert problems == []


def open_list(page: Page, *names: str) -> list[int]:
    event = factories.event(starts_at=factories.in_days(0, 12), capacity=None)
    made = [factories.registration(event, factories.person(name=name)) for name in names]
    ids = [registration.id for registration in made]
    path = f"/verwaltung/runde-tische/{event.id}/anwesenheit/"
    db.session.commit()
    page.goto(path)
    return ids


def statuses() -> list[RegistrationStatus]:
    found = list(db.session.scalars(db.select(Registration.status).order_by(Registration.id)))
    db.session.rollback()  # nobody else could write while this session holds the file
    return found


def wait_for_state(page: Page, words: str) -> None:
    page.wait_for_function("words => document.querySelector('[data-state]').textContent.startsWith(words)", arg=words)


def test_a_tap_is_stored_at_once_and_the_whole_line_can_be_tapped(page):
    open_list(page, "Anna", "Bert")
    page.get_by_text("Anna").tap()
    wait_for_state(page, "Alles gespeichert")
    assert statuses() == ["attended", "confirmed"]
    assert page.locator("[data-came]").text_content() == "1"
    assert page.locator(".attendance__person label").first.bounding_box()["height"] >= 48
    page.get_by_text("Anna").tap()
    wait_for_state(page, "Alles gespeichert")
    page.wait_for_function("document.querySelector('[data-came]').textContent === '0'")
    assert statuses() == ["confirmed", "confirmed"]


def test_taps_without_a_connection_are_kept_and_sent_when_it_is_back(page):
    open_list(page, "Anna", "Bert", "Cem")
    page.context.set_offline(True)
    for name in ("Anna", "Bert", "Cem"):
        page.get_by_text(name).tap()
    page.get_by_text("Bert").tap()
    wait_for_state(page, "3 noch nicht gespeichert")
    assert statuses() == ["confirmed"] * 3
    page.context.set_offline(False)
    wait_for_state(page, "Alles gespeichert")
    assert statuses() == ["attended", "confirmed", "attended"]


def test_what_another_helper_ticked_appears_and_the_button_sends_only_the_rest(page):
    ids = open_list(page, "Anna", "Bert", "Cem")
    db.session.get(Registration, ids[1]).status = RegistrationStatus.ATTENDED
    db.session.commit()
    page.get_by_text("Anna").tap()
    wait_for_state(page, "Alles gespeichert")
    assert page.get_by_label("Bert").is_checked()
    page.route("**/anwesenheit/*", lambda route: route.abort() if route.request.resource_type == "fetch" else None)
    page.get_by_text("Cem").tap()
    wait_for_state(page, "1 noch nicht gespeichert")
    page.unroute("**/anwesenheit/*")
    page.get_by_role("button", name="Speichern").tap()
    page.get_by_text("Gespeichert: ").wait_for()
    assert statuses() == ["attended"] * 3


def test_when_the_sign_in_has_run_out_nothing_claims_to_be_stored(page):
    open_list(page, "Anna")
    page.context.clear_cookies()
    page.get_by_text("Anna").tap()
    wait_for_state(page, "1 noch nicht gespeichert. Bitte melden Sie sich")
    assert statuses() == ["confirmed"]
