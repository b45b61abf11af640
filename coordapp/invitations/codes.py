"""The short codes on letters: eight letters that nobody mistakes for another, in place of a long link."""

import secrets

from sqlalchemy import select

from coordapp.extensions import db
from coordapp.invitations.models import Invitation

LETTERS = "ABCDEFGHKMNPRSTUWXYZ"  # no I, J, L, O, Q, V: 20 of them, so that eight make 25 billion
LENGTH = 8
LOOK_ALIKES = str.maketrans("АВСЕНКМРТХУЗ", "ABCEHKMPTXYZ")  # Cyrillic ones, from a keyboard left as it was


def new_code() -> str:
    """Return a code by chance (34 bits); tries are counted, see code_routes.py."""
    return "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))


def shown(code: str) -> str:
    """Return a code as it is printed: "ABCD-EFGH"."""
    return f"{code[:4]}-{code[4:]}"


def read(typed: str) -> str:
    """Return a code as it is kept, however it was typed."""
    return "".join(letter for letter in typed.upper().translate(LOOK_ALIKES) if letter in LETTERS)[: LENGTH + 1]


def find_invitation(typed: str) -> Invitation | None:
    """Return the invitation that a code belongs to."""
    code = read(typed)
    if len(code) != LENGTH:
        return None
    return db.session.scalars(select(Invitation).where(Invitation.code == code)).first()
