"""Staff with a password and an app, and what their app shows."""

from datetime import UTC, datetime

import pyotp
import pytest

from coordapp.accounts.models import Role
from coordapp.accounts.passwords import hash_password
from coordapp.shared import clock

PASSWORD = "Füße tragen Körbe"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2027, 3, 1, 12, 0, 10, tzinfo=UTC)


@pytest.fixture
def staff(make):
    """Return an administrator who can sign in."""
    return make.user(
        role=Role.ADMINISTRATOR,
        name="Adam Technik",
        email="adam@example.org",
        password_hash=hash_password(PASSWORD),
        totp_secret=SECRET,
    )


@pytest.fixture
def code_now():
    """Return a function that says what the app shows."""
    return lambda secret=SECRET: pyotp.TOTP(secret).at(clock.now())


@pytest.fixture
def sign_in_as_staff(code_now):
    """Return a function that walks through the sign-in of staff in a browser."""

    def sign_in(browser, *, email="adam@example.org", password=PASSWORD, code=None, address="/konto/buero/"):
        browser.post_form(address, {"email": email, "password": password})
        return browser.post_form("/konto/code/", {"code": code or code_now()})

    return sign_in
