"""What trainings have besides an event: the catalogue they come from, who pays, what was asked, who waits."""

import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from coordapp.directory.models import Organisation, Person
from coordapp.events.models import Event, Place, Registration
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import IDS_NEVER_COME_AGAIN, UtcDateTime, choice

VALID = text("withdrawn_at IS NULL")


def new_token() -> str:
    """Return a secret for a link (192 bits)."""
    return secrets.token_urlsafe(24)


class FormatType(StrEnum):
    """What sort of training it is."""

    TRAINING = "training"
    SUPERVISION = "supervision"
    COACHING = "coaching"


format_funder = Table(
    "format_funder",
    db.metadata,
    Column("format_id", ForeignKey("training_format.id", ondelete="CASCADE"), primary_key=True),
    Column("funder_id", ForeignKey("funder.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Funder(db.Model):
    """Who pays for trainings, and the logo that must be shown for it."""

    __tablename__ = "funder"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160), unique=True)
    logo: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))  # PNG or JPEG
    logo_type: Mapped[str] = mapped_column(String(20), default="")  # "image/png"; empty: no logo
    logo_digest: Mapped[str] = mapped_column(String(64), default="")  # SHA-256, part of its address


class TrainingFormat(db.Model):
    """An entry of the catalogue, which can be run again and again with new dates."""

    __tablename__ = "training_format"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes_positive"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[FormatType] = mapped_column(choice(FormatType, name="type"))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(300), default="")
    contents: Mapped[str] = mapped_column(Text, default="")  # one line each; they stand on the certificate
    minutes: Mapped[int]  # of all dates together, breaks not counted
    trainer: Mapped[str] = mapped_column(String(160), default="")
    target_group: Mapped[str] = mapped_column(String(200), default="")
    required_format_id: Mapped[int | None] = mapped_column(
        ForeignKey("training_format.id", ondelete="SET NULL"), index=True
    )
    language: Mapped[str] = mapped_column(String(2), default="de")  # spoken there
    cost: Mapped[str] = mapped_column(String(160), default="")  # empty: nothing to pay
    capacity: Mapped[int | None]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id", ondelete="SET NULL"), index=True)  # usual place
    is_confidential: Mapped[bool] = mapped_column(default=False)  # in no list; only the invited and the office know
    is_offered: Mapped[bool] = mapped_column(default=True)  # stands in the public catalogue unless confidential
    version: Mapped[int] = mapped_column(default=0)  # raised by every saving; tells that two edited at once
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    required_format: Mapped["TrainingFormat | None"] = relationship(remote_side=[id])
    place: Mapped[Place | None] = relationship()
    funders: Mapped[list[Funder]] = relationship(secondary=format_funder, order_by=Funder.name, lazy="selectin")


class RequestStatus(StrEnum):
    """Where a request for an in-house training stands."""

    NEW = "new"
    IN_TALKS = "in_talks"
    HANDED_ON = "handed_on"  # somebody else does it, see `handed_to`
    AGREED = "agreed"  # it has become an event
    DECLINED = "declined"


class TrainingRequest(db.Model):
    """What a club, an office or a firm asks for: a training of its own."""

    __tablename__ = "training_request"
    __table_args__ = (CheckConstraint("group_size > 0", name="group_size_positive"), Index(None, "status"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True, default=new_token)
    format_id: Mapped[int | None] = mapped_column(ForeignKey("training_format.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)  # signed in
    organisation_name: Mapped[str] = mapped_column(String(160))
    contact_name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(32))  # E.164
    topic: Mapped[str] = mapped_column(Text)
    group_size: Mapped[int]
    wanted_when: Mapped[str] = mapped_column(String(300))
    wanted_where: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(2), default="de")  # of the mails about it
    status: Mapped[RequestStatus] = mapped_column(choice(RequestStatus, name="status"), default=RequestStatus.NEW)
    handed_to: Mapped[str] = mapped_column(String(160), default="")
    answer: Mapped[str] = mapped_column(Text, default="")  # what the office last wrote to them
    note: Mapped[str] = mapped_column(Text, default="")  # of the office, for itself
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # first reaction of the office
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    format: Mapped[TrainingFormat | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class Training(db.Model):
    """The part of an event that only a training has; what the certificate says is kept as it was planned."""

    __tablename__ = "training"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes_positive"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    format_id: Mapped[int] = mapped_column(ForeignKey("training_format.id"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("training_request.id", ondelete="SET NULL"), index=True)
    trainer: Mapped[str] = mapped_column(String(160), default="")
    minutes: Mapped[int]  # of all dates together, breaks not counted
    group_token: Mapped[str | None] = mapped_column(String(64), unique=True)  # link with which a closed group registers

    event: Mapped[Event] = relationship(lazy="joined", innerjoin=True)
    format: Mapped[TrainingFormat] = relationship(lazy="joined", innerjoin=True)
    request: Mapped[TrainingRequest | None] = relationship()


class TrainingAnswers(db.Model):
    """What only trainings ask those who register."""

    __tablename__ = "training_answers"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    organisation_name: Mapped[str] = mapped_column(String(160), default="")
    field_of_work: Mapped[str] = mapped_column(String(160), default="")

    registration: Mapped[Registration] = relationship()


class TrainingInterest(db.Model):
    """Somebody who wants to hear of the next group of a format."""

    __tablename__ = "training_interest"
    __table_args__ = (UniqueConstraint("format_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    format_id: Mapped[int] = mapped_column(ForeignKey("training_format.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True, default=new_token)
    organisation_name: Mapped[str] = mapped_column(String(160), default="")
    field_of_work: Mapped[str] = mapped_column(String(160), default="")
    language: Mapped[str] = mapped_column(String(2), default="de")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)  # the order in which they are asked
    proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since when the address is known to be theirs

    format: Mapped[TrainingFormat] = relationship()
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Attendance(db.Model):
    """Whether somebody was there on one date of a training; no row: nobody has said yet.

    Kept is what they missed, not how long they were there: the planned hours may be corrected afterwards.
    """

    __tablename__ = "training_attendance"
    __table_args__ = (CheckConstraint("missed >= 0", name="missed_not_negative"),)

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    event_date_id: Mapped[int] = mapped_column(
        ForeignKey("event_date.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    missed: Mapped[int | None]  # minutes, 0: there all the time; None: was not there


class Certificate(db.Model):
    """A certificate that was issued, with what it said, so that it can be printed again.

    The name is the person's, the birth date is never stored. When the person is deleted, the number stays valid. One
    that was withdrawn stays as it is; another may follow it.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        Index("uq_certificate_valid", "event_id", "person_id", unique=True, sqlite_where=VALID, postgresql_where=VALID),
        IDS_NEVER_COME_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(String(24), unique=True)
    token: Mapped[str] = mapped_column(String(64), unique=True, default=new_token)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    contents: Mapped[str] = mapped_column(Text, default="")
    trainer: Mapped[str] = mapped_column(String(160), default="")
    dates: Mapped[str] = mapped_column(Text, default="")  # one line each, as printed
    place: Mapped[str] = mapped_column(String(300), default="")
    minutes_planned: Mapped[int]
    minutes_attended: Mapped[int]
    reduction: Mapped[str] = mapped_column(Text, default="")  # why hours are missing, as printed; empty: none are
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person | None] = relationship(lazy="joined")

    @property
    def is_valid(self) -> bool:
        """Tell whether it was not taken back."""
        return self.withdrawn_at is None
