"""What was read from the mailbox: no texts and no addresses, only what became of each message."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.directory.models import Person
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock
from coordapp.shared.columns import UtcDateTime, choice


class MessageKind(StrEnum):
    """What a message was, and so what was done."""

    HARD = "hard"  # came back for good: nothing more is sent to the address
    SOFT = "soft"  # came back, but may arrive another time: counted
    POLICY = "policy"  # the other side does not want our mail; no fault of the address
    DELAYED = "delayed"  # not yet delivered, tried on
    STRAY = "stray"  # came back, but is no mail of ours, or one long forgotten
    AUTO_REPLY = "auto_reply"  # out of office and the like
    ANSWER = "answer"  # from a calendar program, and it counted
    OUTDATED = "outdated"  # from a calendar program, about what is no longer so
    UNCLEAR = "unclear"  # from a calendar program; the office must look
    OTHER = "other"  # somebody wrote to the office: left alone
    UNREADABLE = "unreadable"


BOUNCES = (MessageKind.HARD, MessageKind.SOFT, MessageKind.POLICY)


class MailboxMessage(db.Model):
    """A message that was read, once however often and on whichever way it comes; or a refusal of the mail server."""

    __tablename__ = "mailbox_message"
    __table_args__ = (Index(None, "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # of its Message-ID
    kind: Mapped[MessageKind] = mapped_column(choice(MessageKind, name="kind"))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail.id", ondelete="SET NULL"), index=True)  # came back
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)  # answered
    stamped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # DTSTAMP of an answer
    note: Mapped[str] = mapped_column(String(300), default="")  # for the office
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the office has dealt with it

    mail: Mapped[Mail | None] = relationship()
    event: Mapped[Event | None] = relationship()
    person: Mapped[Person | None] = relationship()


class MailboxState(db.Model):
    """How far the mailbox is read, and whether that works: one row."""

    __tablename__ = "mailbox_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uid_validity: Mapped[int | None] = mapped_column(BigInteger)  # a new one: the numbers began anew (RFC 3501 2.3.1.1)
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str] = mapped_column(String(40), default="")  # an imap.Trouble
    trouble_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
