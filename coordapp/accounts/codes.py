"""The second proof of staff: a code from an app (TOTP, RFC 6238), or one of ten recovery codes on paper."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import current_app
from sqlalchemy import delete, func, or_, select, update

from coordapp.accounts.models import RecoveryCode, User
from coordapp.extensions import count_rows, db
from coordapp.shared import clock

STEP = 30  # seconds a code is shown
DRIFT = (0, -1, 1)  # steps a telephone's clock may be off
CODES_ON_PAPER = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_hasher = PasswordHasher(time_cost=5, memory_cost=7168, parallelism=1)  # 7 MiB: ten at once must not be slow


def secret_for(set_up_token: str) -> str:
    """Return the TOTP secret offered to who holds a set-up token (base32).

    Worked out and not stored, so that opening the page changes nothing; kept once the first code was right.
    """
    key = current_app.config["SECRET_KEY"].encode()
    return base64.b32encode(hmac.new(key, f"totp\0{set_up_token}".encode(), hashlib.sha256).digest()[:20]).decode()


def app_address(user: User, secret: str) -> str:
    """Return the otpauth: address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=current_app.config["COUNTY_NAME"])


def matching_step(secret: str, code: str, *, at: datetime) -> int | None:
    """Return the 30-second step that a code of six digits belongs to, or None when it is wrong."""
    now = int(at.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    return next((now + off for off in DRIFT if hmac.compare_digest(totp.generate_otp(now + off), code)), None)


def accept(user: User, code: str) -> bool:
    """Take a code from the app or from the paper; each works once."""
    code = "".join(character for character in code.lower() if character.isalnum() and character.isascii())
    if len(code) == 6 and code.isdigit():  # noqa: PLR2004 - as RFC 6238 and the apps have it
        return _take_step(user, code)
    return _take_recovery_code(user, code)


def new_recovery_codes(user: User) -> list[str]:
    """Replace a user's recovery codes; return the new ones, which can be read only now."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(CODES_ON_PAPER)]
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=_hasher.hash(code)) for code in codes)
    db.session.flush()
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def count_recovery_codes(user: User) -> int:
    """Count a user's unused recovery codes."""
    unused = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0


def _take_step(user: User, code: str) -> bool:
    step = matching_step(user.totp_secret, code, at=clock.now()) if user.totp_secret else None
    if step is None:
        return False
    taken = count_rows(
        update(User)
        .where(User.id == user.id, or_(User.totp_last_step.is_(None), User.totp_last_step < step))
        .values(totp_last_step=step)
    )
    return taken == 1


def _take_recovery_code(user: User, code: str) -> bool:
    if len(code) != 10:  # noqa: PLR2004 - as new_recovery_codes makes them
        return False
    unused = select(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    for kept in db.session.scalars(unused):
        try:
            _hasher.verify(kept.code_hash, code)
        except VerificationError:
            continue
        taken = count_rows(
            update(RecoveryCode)
            .where(RecoveryCode.id == kept.id, RecoveryCode.used_at.is_(None))
            .values(used_at=clock.now())
        )
        return taken == 1
    return False
