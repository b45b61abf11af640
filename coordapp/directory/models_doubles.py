"""People who were there twice, people who are not the same, and the traces of those who were erased."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.accounts.models import User
from coordapp.directory.models import Person
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import UtcDateTime


class NotSame(db.Model):
    """Two people of whom the office said that they are two; the smaller id first."""

    __tablename__ = "not_same"
    __table_args__ = (
        UniqueConstraint("person_id", "other_id"),
        CheckConstraint("person_id < other_id", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Merger(db.Model):
    """Somebody who was there twice was made one; how to undo it is kept for a month and then emptied."""

    __tablename__ = "merger"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    moved: Mapped[dict] = mapped_column(JSON, default=dict)  # "table.column": primary keys of the rows that moved
    before: Mapped[dict] = mapped_column(JSON, default=dict)  # table: rows that were changed, as they were
    after: Mapped[dict] = mapped_column(JSON, default=dict)  # the same rows as the merger left them
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    kept: Mapped[Person] = relationship(foreign_keys=[kept_id])
    merged: Mapped[Person] = relationship(foreign_keys=[merged_id])
    merged_by: Mapped[User | None] = relationship()


class ErasedPerson(db.Model):
    """A keyed hash of what an erased person could be known by; an import is compared with it, nobody can read it."""

    __tablename__ = "erased_person"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    erased_on: Mapped[date] = mapped_column(default=clock.today)
