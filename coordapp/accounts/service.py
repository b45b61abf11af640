"""Accounts: find, make, change and close them."""

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from coordapp.accounts.codes import new_recovery_codes
from coordapp.accounts.models import STAFF, RecoveryCode, Role, User
from coordapp.accounts.passwords import hash_password
from coordapp.accounts.sign_ins import end_links, end_sign_ins
from coordapp.extensions import db
from coordapp.shared import clock, text


class EmailTaken(ValueError):
    """Raised when an address already belongs to an account."""


class LastAdministrator(ValueError):
    """Raised when nobody would be left who can look after the accounts."""


def find_user(email: str) -> User | None:
    """Return the account of an address, active or not."""
    return db.session.scalars(select(User).where(User.email == email.strip().lower())).first()


def list_users() -> list[User]:
    """List all accounts by name, the closed ones last."""
    return list(db.session.scalars(select(User).order_by(User.deactivated_at.is_not(None), func.lower(User.name))))


def create_user(*, email: str, name: str, role: Role, language: str = "de") -> User:
    """Make an account; raise EmailTaken."""
    user = User(email=email.strip().lower(), name=text.one_line(name), role=role, language=language)
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError as taken:
        raise EmailTaken(user.email) from taken
    return user


def change_user(user: User, *, name: str, role: Role, language: str) -> None:
    """Change name, role and language; raise LastAdministrator.

    Who becomes staff or stops being it proves who they are in another way from now on: their sessions end.
    """
    if user.role is Role.ADMINISTRATOR and role is not Role.ADMINISTRATOR:
        _keep_an_administrator(user)
    if user.is_staff != (role in STAFF):
        forget_proofs(user)
    user.name, user.role, user.language = text.one_line(name), role, language
    db.session.flush()


def change_email(user: User, email: str) -> None:
    """Change the address by which somebody signs in; what the old mailbox opened is closed."""
    user.email = email
    end_sign_ins(user)
    end_links(user)


def deactivate(user: User) -> None:
    """Close an account, end its sessions and one-time links; raise LastAdministrator."""
    _keep_an_administrator(user)
    user.deactivated_at = user.deactivated_at or clock.now()
    end_sign_ins(user)
    end_links(user)


def activate(user: User) -> None:
    """Open a closed account again."""
    user.deactivated_at = None


def set_password(user: User, password: str) -> None:
    """Store a password; whether it is a good one was asked before."""
    user.password_hash = hash_password(password)


def set_up(user: User, *, password: str, totp_secret: str, step: int) -> list[str]:
    """Store password and app of a member of staff, end older sessions; return the recovery codes to show once.

    `step` is that of the code which showed that the app is tied; it does not work a second time.
    """
    set_password(user, password)
    user.totp_secret, user.totp_last_step = totp_secret, step
    end_sign_ins(user)
    return new_recovery_codes(user)


def reset_proofs(user: User) -> None:
    """Take password and code away from somebody who lost them; raise LastAdministrator."""
    _keep_an_administrator(user)
    forget_proofs(user)


def forget_proofs(user: User) -> None:
    """Forget password, app and recovery codes of a user and end their sessions."""
    user.password_hash = user.totp_secret = user.totp_last_step = None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    end_sign_ins(user)


def _keep_an_administrator(user: User) -> None:
    """Raise LastAdministrator unless another administrator can sign in; holds their rows until the commit."""
    if user.role is not Role.ADMINISTRATOR or not user.is_active:
        return
    others = db.session.scalars(
        select(User).where(User.role == Role.ADMINISTRATOR, User.deactivated_at.is_(None)).order_by(User.id)
        .with_for_update().execution_options(populate_existing=True)
    )  # fmt: skip
    if not any(other.is_set_up for other in others if other.id != user.id):
        raise LastAdministrator(user.email)
