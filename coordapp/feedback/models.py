"""Anonymous answers after an event. Nothing here leads from an answer to a person, not even the order of the rows."""

import uuid
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coordapp.extensions import db
from coordapp.shared.columns import choice


class TextStatus(StrEnum):
    """What the office said about a free text."""

    UNREAD = "unread"
    SHOWN = "shown"  # others may read it
    HIDDEN = "hidden"


class FeedbackTicket(db.Model):
    """The right to answer once, for whoever has the link; deleted by answering. It names nobody."""

    __tablename__ = "feedback_ticket"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)


class FeedbackAnswer(db.Model):
    """One answer. Its id is random and it carries no time, so that it cannot be matched with who answered when."""

    __tablename__ = "feedback_answer"
    __table_args__ = (
        CheckConstraint("useful BETWEEN 1 AND 4", name="useful_in_range"),
        CheckConstraint("clear BETWEEN 1 AND 4", name="clear_in_range"),
        CheckConstraint("again BETWEEN 1 AND 4", name="again_in_range"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid.uuid4()))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    useful: Mapped[int | None]  # 1 (no) to 4 (yes): was it useful?
    clear: Mapped[int | None]  # was it easy to understand?
    again: Mapped[int | None]  # would they come again?
    text: Mapped[str] = mapped_column(Text, default="")
    text_status: Mapped[TextStatus] = mapped_column(choice(TextStatus, name="text_status"), default=TextStatus.UNREAD)


class FeedbackShare(db.Model):
    """A link with which somebody outside the office (the trainer, say) sees what came of the questions."""

    __tablename__ = "feedback_share"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
