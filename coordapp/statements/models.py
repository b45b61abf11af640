"""Barriers that readers met and told us about."""

from datetime import date, datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import IDS_NEVER_COME_AGAIN, UtcDateTime


class BarrierReport(db.Model):
    """Something on the site that somebody cannot use; the law gives the office a month to answer."""

    __tablename__ = "barrier_report"
    __table_args__ = (Index(None, "answered_at", "due_on"), IDS_NEVER_COME_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    description: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(String(300), default="")  # where, as the reader wrote it or as a path
    email: Mapped[str | None] = mapped_column(String(254))  # lower case; None: no answer wanted
    language: Mapped[str] = mapped_column(String(2), default="de")  # of the answer
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    due_on: Mapped[date]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has dealt with it yet."""
        return self.answered_at is None
