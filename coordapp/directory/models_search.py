"""What the office searches for: searches under a name, and a count of those that found nobody."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.accounts.models import User
from coordapp.directory.models import TargetGroup
from coordapp.directory.models_profile import DayPart, FieldOfAction, Level
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import UtcDateTime, choice


class SavedSearch(db.Model):
    """A search under a name, for everybody in the office."""

    __tablename__ = "saved_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    filters: Mapped[dict] = mapped_column(JSON, default=dict)  # search_filters.Filters.to_args
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    created_by: Mapped[User | None] = relationship()


class SearchMiss(db.Model):
    """A kind of help that was looked for and that nobody offers. Says nothing about people; kept for two years."""

    __tablename__ = "search_miss"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    once: Mapped[str] = mapped_column(String(64), unique=True)  # who, what and which hour, as a keyed hash
    language: Mapped[str] = mapped_column(String(8), default="")
    level: Mapped[Level | None] = mapped_column(choice(Level, name="level"))
    municipalities: Mapped[list] = mapped_column(JSON, default=list)
    weekday: Mapped[str] = mapped_column(String(9), default="")
    part: Mapped[DayPart | None] = mapped_column(choice(DayPart, name="part"))
    field: Mapped[FieldOfAction | None] = mapped_column(choice(FieldOfAction, name="field"))
    target_group: Mapped[TargetGroup | None] = mapped_column(choice(TargetGroup, name="target_group"))
