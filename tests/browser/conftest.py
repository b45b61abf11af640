"""A real Chromium in front of the real site: web server and sender as `make run` starts them, and a mail server."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import config
from coordapp.accounts import links
from coordapp.accounts import service as accounts
from coordapp.accounts.models import LinkPurpose, Role, User
from coordapp.app import create_app
from coordapp.demo import county
from coordapp.extensions import db
from coordapp.shared import clock
from tests.mail_server import MailServer
from tests.ports import free_port

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
AXE = (Path(__file__).parent / "axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, PHONE = 1280, 320  # pixels wide


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
    items.sort(key=lambda item: item.path.name != "test_every_page.py")  # the longest first: both cores stay busy


@pytest.fixture(scope="session")
def post() -> Iterator[MailServer]:
    """Run the mail server that the site sends through."""
    with MailServer() as server:
        yield server


@pytest.fixture(scope="session")
def live_site(post, tmp_path_factory) -> Iterator[str]:
    """Run the site with the demo county; return its address."""
    folder, port = tmp_path_factory.mktemp("live"), free_port()
    environment = os.environ | {
        "INSTANCE_PATH": str(folder), "HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": "", "BASE_URL": "",
        "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(post.port), "SMTP_SECURITY": "none", "MAIL_PER_MINUTE": "6000",
        "REGISTRATIONS_PER_HOUR": "1000",
    }  # fmt: skip
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "flask", "serve", "--demo", "--end-with-parent"]
        process = subprocess.Popen(command, env=environment, cwd=config.ROOT, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/", process, folder / "log")
            os.environ["LIVE_INSTANCE"] = str(folder)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    for _attempt in range(600):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the site does not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def live_app(live_site) -> Flask:
    """Return an application on the database of the running site, to look into it and to add to it."""
    folder = os.environ["LIVE_INSTANCE"]
    return create_app(
        {"INSTANCE_PATH": folder, "BASE_URL": live_site, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/coordapp.db",
         "SECRET_KEY": Path(folder, "secret_key").read_text()}
    )  # fmt: skip


@pytest.fixture
def app(live_app) -> Iterator[Flask]:
    """Enter the running site's application; its rows stay from test to test."""
    with live_app.app_context():
        yield live_app
        db.session.rollback()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Run Chromium."""
    assert Path(CHROMIUM).exists(), "Chromium is not installed: apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(live_app, live_site, chromium) -> Callable[[Role], dict]:
    """Return a function that signs in as the demo's account of a role, once, and returns the cookies to keep."""
    kept: dict[Role, dict] = {}

    def cookies_of(role: Role) -> dict:
        if role not in kept:
            context = chromium.new_context(base_url=live_site, locale="de-DE")
            (_sign_in_staff if role in (Role.COORDINATOR, Role.ADMINISTRATOR) else _sign_in_by_link)(
                live_app, context.new_page(), role
            )
            kept[role] = context.storage_state()
            context.close()
        return kept[role]

    return cookies_of


def _account(role: Role) -> User:
    return db.session.scalars(db.select(User).where(User.role == role).order_by(User.id)).first()


def _sign_in_by_link(app: Flask, page: Page, role: Role) -> None:
    with app.app_context():
        token = links.new_link(_account(role), LinkPurpose.SIGN_IN)
        db.session.commit()
    page.goto(f"/konto/link/{token}/")
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/konto/link/" not in url)


def _sign_in_staff(app: Flask, page: Page, role: Role) -> None:
    email = (county.OFFICE if role is Role.COORDINATOR else county.TECHNICIAN)[0]
    with app.app_context():
        password = json.loads(county.password_path().read_text())["password"]
        user = accounts.find_user(email)
        secret = user.totp_secret
    page.goto("/konto/buero/")
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(password)
    page.locator("main button[type=submit]").first.click()
    page.locator("input[autocomplete=one-time-code]").fill(pyotp.TOTP(secret).at(clock.now()))
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/buero/" not in url)


@pytest.fixture
def open_browser(chromium, live_site, signed_in) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a window; the test fails when any of its pages asks another host for anything.

    `role` signs in, `width` is in pixels, `script=False` switches JavaScript off.
    """
    contexts: list[BrowserContext] = []
    strangers: list[str] = []
    faults: list[str] = []

    def open_window(
        role: Role | None = None, *, width: int = DESKTOP, language: str = "de", script: bool = True, dark: bool = False
    ) -> Page:
        context = chromium.new_context(
            base_url=live_site, locale=language, viewport={"width": width, "height": 800}, java_script_enabled=script,
            color_scheme="dark" if dark else "light", storage_state=signed_in(role) if role else None,
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("request", lambda request: _note_stranger(request.url))
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _note_console(page, message))
        return page

    def _note_stranger(url: str) -> None:
        if not url.startswith((live_site + "/", "data:", "blob:")) and url != live_site:
            strangers.append(url)

    def _note_console(page: Page, message) -> None:
        if message.type == "error" and not re.search(r"status of (4\d\d)", message.text):
            faults.append(f"{page.url}: {message.text}")

    yield open_window
    for context in contexts:
        context.close()
    assert strangers == []
    assert faults == []


@pytest.fixture
def page(open_browser) -> Page:
    """Return the window of a visitor on a desktop."""
    return open_browser()


@pytest.fixture
def phone(open_browser) -> Page:
    """Return the window of a visitor on a small telephone."""
    return open_browser(width=PHONE)


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """Return a function that lists what axe-core finds wrong on a page, one line each."""

    def find(page: Page) -> list[str]:
        if page.evaluate("typeof window.axe") == "undefined":
            page.evaluate(AXE)
        found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", AXE_TAGS)
        path = urlsplit(page.url).path
        return [
            f"{path}: {violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return find


@pytest.fixture(scope="session")
def overflow() -> Callable[[Page], int]:
    """Return a function that tells by how many pixels a page is wider than its window."""
    return lambda page: page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture
def wait_for_mail(post) -> Callable[..., object]:
    """Return a function that waits for a mail to an address whose subject holds a word, and returns the last one."""

    def wait(address: str, word: str = "", *, seconds: float = 15):
        for _attempt in range(int(seconds * 10)):
            found = [message for message in post.sent_to(address) if word in message["Subject"]]
            if found:
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(f"no mail for {address} with {word!r}: {[m['Subject'] for m in post.sent_to(address)]}")

    return wait
