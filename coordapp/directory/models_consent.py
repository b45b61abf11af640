"""What people agreed to, and who saw or received their contact data."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.accounts.models import User
from coordapp.directory.models import Person
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import UtcDateTime, choice


class Purpose(StrEnum):
    """What somebody agrees to; one row each, refusing one costs nothing elsewhere."""

    DIRECTORY = "directory"  # the office keeps their profile
    BROKERING = "brokering"  # the office may ask them when somebody needs help
    INVITE_ROUND_TABLE = "invite_round_table"
    INVITE_TRAINING = "invite_training"
    INVITE_WEEK = "invite_week"  # Interkulturelle Woche
    INVITE_CLUB_DAY = "invite_club_day"
    PHOTO = "photo"


INVITATIONS = (
    Purpose.INVITE_ROUND_TABLE,
    Purpose.INVITE_TRAINING,
    Purpose.INVITE_WEEK,
    Purpose.INVITE_CLUB_DAY,
)


class GivenBy(StrEnum):
    """On which way somebody said it."""

    WEB = "web"
    PAPER = "paper"
    PHONE = "phone"


ACTIVE = text("withdrawn_at IS NULL")


class Consent(db.Model):
    """One purpose that somebody agreed to, with what Art. 7 DSGVO wants to be proved.

    A withdrawn one stays as it is; agreeing again makes a new row. The database keeps at most one that counts.
    """

    __tablename__ = "consent"
    __table_args__ = (
        Index("uq_consent_active", "person_id", "purpose", unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose, name="purpose"))
    wording: Mapped[int]  # version of the text, see wordings.py
    language: Mapped[str] = mapped_column(String(2))  # in which it was shown
    given_by: Mapped[GivenBy] = mapped_column(choice(GivenBy, name="given_by"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(String(200), default="")  # "am Telefon, 3.3.2027"
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[GivenBy | None] = mapped_column(choice(GivenBy, name="withdrawn_by"))
    withdrawal_recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))

    person: Mapped[Person] = relationship()
    recorded_by: Mapped[User | None] = relationship(foreign_keys=[recorded_by_id])
    withdrawal_recorded_by: Mapped[User | None] = relationship(foreign_keys=[withdrawal_recorded_by_id])


class DisclosureKind(StrEnum):
    """How contact data became known to somebody."""

    VIEWED = "viewed"  # the office looked at them
    EXPORTED = "exported"  # in a file
    GIVEN_OUT = "given_out"  # to somebody outside, with consent


class Disclosure(db.Model):
    """Who saw or received somebody's contact data, when and what for; the person can read it, it is kept a year."""

    __tablename__ = "disclosure"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[DisclosureKind] = mapped_column(choice(DisclosureKind, name="kind"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    recipient: Mapped[str] = mapped_column(String(200), default="")  # who got them, when it was not the office
    reason: Mapped[str] = mapped_column(String(300), default="")

    by: Mapped[User | None] = relationship()
