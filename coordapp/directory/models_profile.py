"""What volunteers offer: the profile that makes a person a volunteer of the directory."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.directory.models import Organisation, Person
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import UtcDateTime, choice


class FieldOfAction(StrEnum):
    """The six fields of action of the Integrationskonzept."""

    PARTICIPATION = "participation"  # opening and participation
    EDUCATION = "education"  # language and education
    WORK = "work"
    HOUSING = "housing"
    HEALTH = "health"  # health and social matters
    LEISURE = "leisure"  # culture, leisure, religion, sport


class Level(StrEnum):
    """How well somebody knows a language; each includes those before it."""

    UNDERSTANDS = "understands"
    SPEAKS = "speaks"
    INTERPRETS = "interprets"


class DayPart(StrEnum):
    """A part of a day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Frequency(StrEnum):
    """How often somebody has time."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    SOMETIMES = "sometimes"


class Mobility(StrEnum):
    """How somebody gets around."""

    ON_FOOT = "on_foot"  # or by bicycle
    BUS = "bus"
    CAR = "car"


class Volunteer(db.Model):
    """The profile of a person in the directory. Never: origin, religion, health.

    The lists are JSON, and `facets` repeats what the search asks for as one line of words; see profile.save.
    """

    __tablename__ = "volunteer"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    languages: Mapped[dict] = mapped_column(JSON, default=dict)  # code: value of Level
    target_groups: Mapped[list] = mapped_column(JSON, default=list)  # values of TargetGroup; none: everybody
    municipalities: Mapped[list] = mapped_column(JSON, default=list)  # places served
    serves_whole_county: Mapped[bool] = mapped_column(default=False)
    serves_online: Mapped[bool] = mapped_column(default=False)
    mobility: Mapped[Mobility | None] = mapped_column(choice(Mobility, name="mobility"))
    availability: Mapped[list] = mapped_column(JSON, default=list)  # "tuesday-evening"; none: not said
    frequency: Mapped[Frequency | None] = mapped_column(choice(Frequency, name="frequency"))
    paused_until: Mapped[date | None]  # the first day on which they may be asked again
    clearance_seen_on: Mapped[date | None]  # Führungszeugnis: when the office saw it; no file is kept
    clearance_fits: Mapped[bool | None]
    note: Mapped[str] = mapped_column(Text, default="")  # of the office; the person can read it
    source: Mapped[str] = mapped_column(String(120), default="")  # where the office has the data from
    inform_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # Art. 14 DSGVO: must know by then
    informed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # knows that the office holds their data
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # "Stimmt das noch?"
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)  # last said that all is right
    facets: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    engagements: Mapped[list["Engagement"]] = relationship(
        order_by="Engagement.id", lazy="selectin", cascade="all, delete-orphan", back_populates="volunteer"
    )


class Engagement(db.Model):
    """One thing that a volunteer does or offers."""

    __tablename__ = "engagement"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("volunteer.person_id", ondelete="CASCADE"), index=True)
    field: Mapped[FieldOfAction] = mapped_column(choice(FieldOfAction, name="field"))
    activity: Mapped[str] = mapped_column(String(200), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)

    volunteer: Mapped[Volunteer] = relationship(back_populates="engagements")
    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
