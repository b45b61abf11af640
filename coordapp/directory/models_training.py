"""What trainings somebody has completed: written by the trainings room, or by the office for what was elsewhere."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.directory.models import Person
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import UtcDateTime


class TrainingRecord(db.Model):
    """One completed training of a person. Never of a confidential one: supervision, coaching."""

    __tablename__ = "training_record"
    __table_args__ = (
        UniqueConstraint("person_id", "event_id"),
        CheckConstraint("minutes >= 0", name="minutes_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    format_id: Mapped[int | None] = mapped_column(ForeignKey("training_format.id", ondelete="SET NULL"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    completed_on: Mapped[date]  # the last date, in German time
    minutes: Mapped[int] = mapped_column(default=0)  # attended
    provider: Mapped[str] = mapped_column(String(160), default="")  # where it was held, when not by the county
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    person: Mapped[Person] = relationship()
