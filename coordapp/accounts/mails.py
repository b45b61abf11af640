"""The mails of the accounts: one function, one template, one key each."""

from coordapp.accounts.models import LIFETIMES, LinkPurpose, User
from coordapp.accounts.tokens import new_token, token_hash
from coordapp.outbox import service as outbox
from coordapp.shared import clock


def sign_in_link(user: User, token: str) -> bool:
    """Write the mail with a sign-in link for a volunteer or a club."""
    return outbox.enqueue(
        "accounts/mail/sign_in_link.txt",
        to=user.email,
        name=user.name,
        language=user.language,
        key=f"sign-in-link:{token_hash(token)[:32]}",
        is_secret=True,
        expires_at=clock.now() + LIFETIMES[LinkPurpose.SIGN_IN],
        token=token,
        minutes=int(LIFETIMES[LinkPurpose.SIGN_IN].total_seconds()) // 60,
    )


def sign_up_link(email: str, token: str, *, language: str) -> bool:
    """Write the mail with which somebody without an account makes one."""
    return outbox.enqueue(
        "accounts/mail/sign_up_link.txt",
        to=email,
        language=language,
        key=f"sign-up-link:{token_hash(token)[:32]}",
        is_secret=True,
        expires_at=clock.now() + LIFETIMES[LinkPurpose.SIGN_IN],
        token=token,
        minutes=int(LIFETIMES[LinkPurpose.SIGN_IN].total_seconds()) // 60,
    )


def closed_account(user: User) -> bool:
    """Write the mail for somebody whose account is closed: it says whom to call."""
    return outbox.enqueue(
        "accounts/mail/closed_account.txt",
        to=user.email,
        name=user.name,
        language=user.language,
        key=f"closed-account:{token_hash(new_token())[:32]}",
        expires_at=clock.now() + LIFETIMES[LinkPurpose.SIGN_IN],
    )


def staff_sign_in(user: User) -> bool:
    """Write the mail for a member of staff who asked for a link: it names the page with password and code."""
    return outbox.enqueue(
        "accounts/mail/staff_sign_in.txt",
        to=user.email,
        name=user.name,
        language=user.language,
        key=f"staff-sign-in:{token_hash(new_token())[:32]}",
        expires_at=clock.now() + LIFETIMES[LinkPurpose.SIGN_IN],
    )


def set_up_link(user: User, token: str) -> bool:
    """Write the mail with which a member of staff sets up their account."""
    return outbox.enqueue(
        "accounts/mail/set_up_link.txt",
        to=user.email,
        name=user.name,
        language=user.language,
        key=f"set-up-link:{token_hash(token)[:32]}",
        is_secret=True,
        expires_at=clock.now() + LIFETIMES[LinkPurpose.SET_UP],
        token=token,
        hours=int(LIFETIMES[LinkPurpose.SET_UP].total_seconds()) // 3600,
    )


def password_changed(user: User) -> bool:
    """Write the mail that tells a member of staff that their password or app was changed."""
    return outbox.enqueue(
        "accounts/mail/password_changed.txt",
        to=user.email,
        name=user.name,
        language=user.language,
        key=f"password-changed:{token_hash(new_token())[:32]}",
        changed_at=clock.now(),
    )
