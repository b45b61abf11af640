"""An invitation: one person, one event, one link, one answer that may change."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.accounts.models import User
from coordapp.directory.models import Person
from coordapp.events.models import Event, new_token
from coordapp.extensions import db
from coordapp.invitations.models_mailing import Mailing
from coordapp.shared import clock
from coordapp.shared.columns import IDS_NEVER_COME_AGAIN, UtcDateTime, choice


class Answer(StrEnum):
    """What somebody said; a yes is a registration as well."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


class Invitation(db.Model):
    """A person's invitation to an event, written once however often somebody presses the button.

    The token opens the page to answer on. It is kept as it is and not as a hash, because the reminder carries it too.
    A letter carries a short code besides. Two people who share a mailbox share a mail, which holds both their links.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("event_id", "person_id"), IDS_NEVER_COME_AGAIN)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True, default=new_token)
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    answer: Mapped[Answer | None] = mapped_column(choice(Answer, name="answer"))  # None: nothing yet
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))  # said by phone
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id", ondelete="SET NULL"), index=True)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the mail was written; None: not yet
    mail_key: Mapped[str | None] = mapped_column(String(120), index=True)  # of the mail in the outbox
    event_sequence: Mapped[int] = mapped_column(default=0)  # of the event that they were last told of, see changes.py
    by_letter: Mapped[bool] = mapped_column(default=False)
    code: Mapped[str | None] = mapped_column(String(8), unique=True)  # of a letter
    printed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    mailing: Mapped[Mailing | None] = relationship()
    entered_by: Mapped[User | None] = relationship(foreign_keys=[entered_by_id])
