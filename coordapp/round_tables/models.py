"""What a round table has besides an event: topics, agenda, minutes and tasks."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.accounts.models import User
from coordapp.directory.models import Person
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import UtcDateTime, choice


class TopicStatus(StrEnum):
    """What became of a proposed topic."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"  # stands on the agenda
    DECLINED = "declined"


class RoundTable(db.Model):
    """The part of an event that only a round table has: its minutes."""

    __tablename__ = "round_table"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    minutes_introduction: Mapped[str] = mapped_column(Text, default="")
    minutes_version: Mapped[int] = mapped_column(default=0)  # raised by every saving; tells that two edited at once
    minutes_saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minutes_saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    minutes_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minutes_sent_version: Mapped[int | None]
    published_minutes: Mapped[dict | None] = mapped_column(JSON(none_as_null=True))  # as sent; no volunteer's name

    event: Mapped[Event] = relationship(lazy="joined", innerjoin=True)
    minutes_saved_by: Mapped[User | None] = relationship()

    @property
    def has_minutes(self) -> bool:
        """Tell whether anything was written."""
        return self.minutes_version > 0

    @property
    def has_unsent_minutes(self) -> bool:
        """Tell whether something was written since the minutes were last sent."""
        return self.has_minutes and self.minutes_version != self.minutes_sent_version


class Topic(db.Model):
    """Something a volunteer wants to talk about at a round table."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(String(300))
    status: Mapped[TopicStatus] = mapped_column(choice(TopicStatus, name="status"), default=TopicStatus.PROPOSED)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    person: Mapped[Person | None] = relationship(lazy="joined")


class AgendaItem(db.Model):
    """One point of the agenda, and what the minutes say about it."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint("minutes_planned >= 0", name="minutes_planned_not_negative"),
        Index(None, "event_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    minutes_planned: Mapped[int]
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id", ondelete="SET NULL"), unique=True)
    lists_open_tasks: Mapped[bool] = mapped_column(default=False)  # the point that names what is still to be done
    notes: Mapped[str] = mapped_column(Text, default="")
    decisions: Mapped[str] = mapped_column(Text, default="")

    topic: Mapped[Topic | None] = relationship()


class Task(db.Model):
    """Who does what until when, decided at a round table; open ones come up again at the next."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(300))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    assignee_name: Mapped[str] = mapped_column(String(120), default="")  # only where nobody known has this name
    due_on: Mapped[date | None] = mapped_column(index=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    event: Mapped[Event] = relationship(lazy="joined", innerjoin=True)
    assignee: Mapped[Person | None] = relationship(lazy="joined")
    staff: Mapped[User | None] = relationship(lazy="joined")

    @property
    def who(self) -> str:
        """Return who does it, as the office wrote it; empty for nobody."""
        known = self.assignee or self.staff
        return known.name if known is not None else self.assignee_name

    @property
    def is_done(self) -> bool:
        """Tell whether it is done."""
        return self.done_at is not None
