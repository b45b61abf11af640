"""A mail is a row, written in the transaction of what caused it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import UtcDateTime, choice


class MailStatus(StrEnum):
    """Where a mail is on its way."""

    QUEUED = "queued"  # waits for its turn, `next_attempt_at`
    SENDING = "sending"  # a sender holds it until `held_until`
    SENT = "sent"  # the mail server took it
    FAILED = "failed"  # refused for good, or tried for two days; somebody must look
    EXPIRED = "expired"  # would have come too late to be of use


class Mail(db.Model):
    """One mail to one recipient, complete as it will be sent."""

    __tablename__ = "mail"
    __table_args__ = (Index(None, "status", "next_attempt_at"), Index(None, "tried_at"), Index(None, "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)  # what it is about: the same key is never written twice
    template: Mapped[str] = mapped_column(String(80))
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    recipient_name: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(250))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str | None] = mapped_column(Text)  # iCalendar objects, one for each date, sent as text/calendar
    calendar_method: Mapped[str | None] = mapped_column(String(16))  # of the first: REQUEST or CANCEL
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    in_reply_to: Mapped[str | None] = mapped_column(String(200))  # Message-ID of the first mail about the same thing
    unsubscribe_url: Mapped[str | None] = mapped_column(String(500))  # only in bulk mail: ends it, see RFC 8058
    is_secret: Mapped[bool] = mapped_column(default=False)  # holds a sign-in link: its text goes when it is sent
    status: Mapped[MailStatus] = mapped_column(choice(MailStatus, name="status"), default=MailStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)  # those that count: not the ones the mail server is to blame for
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # not sent from then on
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last time; what the rate per minute counts
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(String(500), default="")  # the server's words, or a rules.Fault
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a failed mail that the office has dealt with

    def can_be_resent(self, *, at: datetime) -> bool:
        """Tell whether it did not arrive and would still be of use."""
        is_late = self.expires_at is not None and self.expires_at <= at
        return self.status is MailStatus.FAILED and bool(self.text) and not is_late


class SendingState(db.Model):
    """What holds for all senders together: one row, which a sender locks while it takes a mail."""

    __tablename__ = "sending_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    troubles: Mapped[int] = mapped_column(default=0)  # with the mail server, in a row
    trouble_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(String(500), default="")
