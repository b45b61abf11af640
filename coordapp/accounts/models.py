"""Users, their sign-ins and the tokens that lead there. Tokens are stored as hashes only."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import UtcDateTime, choice


class Role(StrEnum):
    """What somebody may do, see the table of roles in the README."""

    VOLUNTEER = "volunteer"
    CLUB = "club"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


STAFF = (Role.COORDINATOR, Role.ADMINISTRATOR)


class LinkPurpose(StrEnum):
    """What a one-time token is good for."""

    SIGN_IN = "sign_in"  # mailed to volunteers and clubs
    SET_UP = "set_up"  # mailed to staff: choose a password, tie the app that shows codes
    CODE = "code"  # in the cookie of somebody who has given the right password: now the code


LIFETIMES = {
    LinkPurpose.SIGN_IN: timedelta(minutes=15),
    LinkPurpose.SET_UP: timedelta(hours=72),
    LinkPurpose.CODE: timedelta(minutes=10),
}


class User(db.Model):
    """Somebody who can sign in: volunteers and clubs by a link in a mail, staff with password and code."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(choice(Role, name="role"))
    language: Mapped[str] = mapped_column(String(2), default="de")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_last_step: Mapped[int | None]  # 30-second step of the last code taken, so that no code works twice
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deactivated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_staff(self) -> bool:
        """Tell whether password and code are needed."""
        return self.role in STAFF

    @property
    def is_active(self) -> bool:
        """Tell whether the account may be used."""
        return self.deactivated_at is None

    @property
    def is_authenticated(self) -> bool:
        """Tell Flask-Login that this is somebody, unlike its anonymous user."""
        return True

    @property
    def is_set_up(self) -> bool:
        """Tell whether a member of staff has chosen a password and tied an app that shows codes."""
        return self.password_hash is not None and self.totp_secret is not None


class SignIn(db.Model):
    """One signed-in browser: the cookie holds a token, this row its hash; ending the row ends the session."""

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class SignInLink(db.Model):
    """A token that works once and leads to a sign-in, see LinkPurpose."""

    __tablename__ = "sign_in_link"
    __table_args__ = (Index(None, "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose, name="purpose"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    next_path: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    def is_open(self, at: datetime) -> bool:
        """Tell whether it still leads somewhere at a moment."""
        return self.used_at is None and at < self.expires_at and self.user.is_active


class SignUpLink(db.Model):
    """A token mailed to an address without an account; who holds it may make one. Works once, like SignInLink."""

    __tablename__ = "sign_up_link"
    __table_args__ = (Index(None, "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))  # lower case
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    next_path: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def is_open(self, at: datetime) -> bool:
        """Tell whether it still leads somewhere at a moment."""
        return self.used_at is None and at < self.expires_at


class RecoveryCode(db.Model):
    """A code on paper for somebody whose telephone is gone; works once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(200))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Count(db.Model):
    """How often something was tried in a window of time; the key is a keyed hash, no address can be read from it."""

    __tablename__ = "attempt_count"
    __table_args__ = (UniqueConstraint("key", "window_starts_at"), Index(None, "window_starts_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    window_starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    number: Mapped[int] = mapped_column(default=0)
