"""A mailing: the invitations to one event that are written and sent together."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.accounts.models import User
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import IDS_NEVER_COME_AGAIN, UtcDateTime, choice


class MailingStatus(StrEnum):
    """How far a mailing has come."""

    DRAFT = "draft"  # recipients and texts can still change
    SCHEDULED = "scheduled"  # the recipients are fixed, the sending begins at `scheduled_at`
    SENDING = "sending"  # the worker writes the mails
    PAUSED = "paused"
    SENT = "sent"  # all mails are written
    CANCELLED = "cancelled"  # stopped; who had got nothing by then is invited no more


class Mailing(db.Model):
    """Whom the office invites at one time and with which words. Its recipients are rows of `invitation`."""

    __tablename__ = "mailing"
    __table_args__ = (Index(None, "status"), IDS_NEVER_COME_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    audience: Mapped[dict] = mapped_column(JSON, default=dict)  # see audiences.Audience; no use once it is sent
    texts: Mapped[dict] = mapped_column(JSON, default=dict)  # language: {"subject", "text"}; none: ours, see texts.py
    left_out: Mapped[dict] = mapped_column(JSON, default=dict)  # rules.LeftOut: how many lost it before their turn
    status: Mapped[MailingStatus] = mapped_column(choice(MailingStatus, name="status"), default=MailingStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=0)  # raised by each edit; tells that two edited at once
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    scheduled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship(lazy="joined", innerjoin=True)
    created_by: Mapped[User | None] = relationship()

    @property
    def is_draft(self) -> bool:
        """Tell whether recipients and texts can still change."""
        return self.status is MailingStatus.DRAFT

    @property
    def is_under_way(self) -> bool:
        """Tell whether mails are still to be written."""
        return self.status in (MailingStatus.SCHEDULED, MailingStatus.SENDING, MailingStatus.PAUSED)
