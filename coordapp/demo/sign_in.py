"""How to sign in to the demo county: password and present code of staff, fresh links for volunteer and club."""

import json

import pyotp

from coordapp.accounts import links, passwords
from coordapp.accounts import service as accounts
from coordapp.accounts.models import LinkPurpose, User
from coordapp.demo import county
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.links import external


def describe() -> list[str]:
    """Return lines that say how to sign in; makes new links, so the caller commits."""
    lines = []
    for title, (email, _name, _role) in (("Office", county.OFFICE), ("Administrator", county.TECHNICIAN)):
        user = accounts.find_user(email)
        if user is not None:
            lines += [f"  {title}: {external('accounts_staff.sign_in')}", *_staff_lines(user)]
    for title, name in (("Volunteer", county.VOLUNTEER), ("Club", county.CLUB)):
        user = db.session.scalars(db.select(User).where(User.name == name).order_by(User.id)).first()
        if user is not None:
            token = links.new_link(user, LinkPurpose.SIGN_IN)
            lines += [f"  {title} ({user.email}), once and within 15 minutes:", f"      {_link_address(token)}"]
    return [*lines, "  Fresh codes and links: make sign-in"] if lines else []


def _staff_lines(user: User) -> list[str]:
    password = _kept_password()
    if password is None or not passwords.matches(user.password_hash, password) or user.totp_secret is None:
        return [f"      {user.email}, with the password and app that were chosen since"]
    code = pyotp.TOTP(user.totp_secret).at(clock.now())
    return [
        f"      E-mail {user.email}   Password {password}",
        f"      Code {code}   (changes every 30 seconds; key for an app: {user.totp_secret})",
    ]


def _kept_password() -> str | None:
    try:
        return json.loads(county.password_path().read_text())["password"]
    except (OSError, ValueError, KeyError):
        return None


def _link_address(token: str) -> str:
    return external("accounts.link", token=token)
