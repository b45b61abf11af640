"""Editions, places, events, their dates and who is registered. One table of each serves every kind."""

import secrets
import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.accounts.models import User
from coordapp.directory.models import Organisation, Person
from coordapp.events.kinds import KINDS, EventKind, KindRules
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import IDS_NEVER_COME_AGAIN, UtcDateTime, choice

CONFIRMATION_HOURS = 48  # how long a place is held for an address that is not proven


class RegistrationStatus(StrEnum):
    """Where a registration stands."""

    UNCONFIRMED = "unconfirmed"  # a place is held until `expires_at`; the address must be proven
    CONFIRMED = "confirmed"
    WAITING = "waiting"  # on the waiting list; in line once `proven_at` is set
    OFFERED = "offered"  # a place is held until `expires_at`; it must be accepted
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    ABSENT = "absent"


HOLDING = tuple(status for status in RegistrationStatus if status not in ("waiting", "cancelled"))  # these take places
COMING = (RegistrationStatus.CONFIRMED, RegistrationStatus.ATTENDED)


def new_token() -> str:
    """Return a secret for the link to a registration (192 bits)."""
    return secrets.token_urlsafe(24)


class CancelledBy(StrEnum):
    """Why a registration ended."""

    PARTICIPANT = "participant"
    OFFICE = "office"
    NOT_CONFIRMED = "not_confirmed"  # the address was not proven in time
    OFFER_EXPIRED = "offer_expired"  # the freed place was not accepted in time


class Need(StrEnum):
    """What somebody needs or brings so that everybody can come."""

    INTERPRETER = "interpreter"  # which language: `interpreter_language`
    SIGN_LANGUAGE = "sign_language"
    CHILD_CARE = "child_care"
    STEP_FREE = "step_free"
    FOOD = "food"
    LIFT_OFFERED = "lift_offered"
    LIFT_WANTED = "lift_wanted"


class Edition(db.Model):
    """A year of a kind: "Runde Tische 2027". Membership is chosen, not a range of dates."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("kind", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EventKind] = mapped_column(choice(EventKind, name="kind"))
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    motto: Mapped[str] = mapped_column(String(200), default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    call_closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Place(db.Model):
    """Where events happen, and what somebody must know to get in and home again."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("name", "municipality"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    street: Mapped[str] = mapped_column(String(160), default="")
    postal_code: Mapped[str] = mapped_column(String(5), default="")
    municipality: Mapped[str] = mapped_column(String(80))
    is_step_free: Mapped[bool] = mapped_column(default=False)
    has_accessible_wc: Mapped[bool] = mapped_column(default=False)
    has_hearing_loop: Mapped[bool] = mapped_column(default=False)
    stop: Mapped[str] = mapped_column(String(200), default="")  # nearest bus or train stop and the way from it
    last_bus: Mapped[str] = mapped_column(String(200), default="")  # the last ways home
    directions: Mapped[str] = mapped_column(Text, default="")

    @property
    def address(self) -> str:
        """Return street, postal code and municipality on one line."""
        return ", ".join(part for part in (self.street, f"{self.postal_code} {self.municipality}".strip()) if part)


class Event(db.Model):
    """Anything with a date that people may come to."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
        CheckConstraint("group_only OR NOT is_confidential", name="confidential_is_for_a_group"),
        Index(None, "kind", "published_at"),
        Index(None, "group_only", "published_at", "changed_at"),  # all that a feed asks to know whether it changed
        IDS_NEVER_COME_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EventKind] = mapped_column(choice(EventKind, name="kind"))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(2), default="de")  # spoken there
    audience: Mapped[str] = mapped_column(String(200), default="")
    group_only: Mapped[bool] = mapped_column(default=False)  # for a closed group: in no public list
    is_confidential: Mapped[bool] = mapped_column(default=False)  # nobody but the invited and the office may know of it
    required_format_id: Mapped[int | None] = mapped_column(  # a training that one must have completed before
        ForeignKey("training_format.id", ondelete="SET NULL"), index=True
    )
    hides_address: Mapped[bool] = mapped_column(default=False)  # only confirmed participants are told the place
    capacity: Mapped[int | None]  # None: no limit
    registration_opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    registration_closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminder_days: Mapped[list | None] = mapped_column(JSON(none_as_null=True))  # None: as the kind says
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancellation_reason: Mapped[str] = mapped_column(String(500), default="")
    sequence: Mapped[int] = mapped_column(default=0)  # SEQUENCE of RFC 5545: raised when time, place or status change
    revision: Mapped[int] = mapped_column(default=0)  # raised by everything, registrations too; see service.lock
    version: Mapped[int] = mapped_column(default=0)  # raised by each deed of the office; tells that two edited at once
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)  # of what the public sees
    attendance_closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since when who came is settled

    edition: Mapped[Edition | None] = relationship(lazy="joined")
    place: Mapped[Place | None] = relationship(lazy="joined")
    dates: Mapped[list["EventDate"]] = relationship(
        back_populates="event", order_by="EventDate.starts_at", lazy="selectin", cascade="all, delete-orphan"
    )

    @property
    def rules(self) -> KindRules:
        """Return what holds for its kind."""
        return KINDS[self.kind]

    @property
    def starts_at(self) -> datetime:
        """Return when its first date begins (UTC)."""
        return self.dates[0].starts_at

    @property
    def ends_at(self) -> datetime:
        """Return when its last date ends (UTC)."""
        return self.dates[-1].ends_at

    @property
    def is_published(self) -> bool:
        """Tell whether the public may know of it."""
        return self.published_at is not None

    @property
    def is_cancelled(self) -> bool:
        """Tell whether it was called off."""
        return self.cancelled_at is not None

    @property
    def is_attendance_closed(self) -> bool:
        """Tell whether who came is settled: who was not ticked counts as absent, and the dates stay as they are."""
        return self.attendance_closed_at is not None

    @property
    def reminds_days_before(self) -> tuple[int, ...]:
        """Return how many days before the start reminders are due, largest first."""
        days = self.rules.reminder_days if self.reminder_days is None else self.reminder_days
        return tuple(sorted(days, reverse=True))


class EventDate(db.Model):
    """One date of an event; the calendar is a list of these, each with a UID of its own that never changes."""

    __tablename__ = "event_date"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid.uuid4()))  # RFC 7986 5.3
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship(back_populates="dates", lazy="joined", innerjoin=True)


class Registration(db.Model):
    """A person's registration for an event, alone or with a party; one row, however often they change their mind.

    The token opens the page that shows, changes and cancels it. It stands in every later mail about the
    registration, so it is kept as it is and not as a hash.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        CheckConstraint("party_size > 0", name="party_size_positive"),
        Index(None, "status", "expires_at"),
        IDS_NEVER_COME_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))  # by the office
    party_size: Mapped[int] = mapped_column(default=1)
    status: Mapped[RegistrationStatus] = mapped_column(choice(RegistrationStatus, name="status"))
    needs: Mapped[list] = mapped_column(JSON, default=list)  # values of Need
    interpreter_language: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")
    language: Mapped[str] = mapped_column(String(2), default="de")  # of the mails about it
    token: Mapped[str] = mapped_column(String(64), unique=True, default=new_token)
    made_with: Mapped[str | None] = mapped_column(String(64), index=True)  # hash of a key in the browser it came from
    sequence: Mapped[int] = mapped_column(default=0)  # raised by every change that is written to them
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since when on the waiting list
    proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since when the address is known to be theirs
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since when the place is theirs
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of what is held or must be confirmed
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[CancelledBy | None] = mapped_column(choice(CancelledBy, name="cancelled_by"))

    event: Mapped[Event] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    organisation: Mapped[Organisation | None] = relationship()
    entered_by: Mapped[User | None] = relationship()

    def renew_token(self) -> None:
        """Make the link that was sent open nothing any more."""
        self.token = new_token()

    @property
    def is_coming(self) -> bool:
        """Tell whether a place is theirs for good."""
        return self.status in COMING

    @property
    def is_active(self) -> bool:
        """Tell whether it is not cancelled."""
        return self.status is not RegistrationStatus.CANCELLED

    @property
    def has_known_address(self) -> bool:
        """Tell whether mails about it reach the right person: the address was proven, or the office typed it."""
        return self.person.email_proven_at is not None or self.entered_by_id is not None

    @property
    def waits_for_proof(self) -> bool:
        """Tell whether the link in the first mail has still to be used."""
        return self.is_active and self.proven_at is None


class EventFigures(db.Model):
    """How many people an event had, kept for the yearly report when the registrations themselves are deleted."""

    __tablename__ = "event_figures"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    registered: Mapped[int] = mapped_column(default=0)  # had a place, parties counted as people
    attended: Mapped[int] = mapped_column(default=0)
    waited: Mapped[int] = mapped_column(default=0)  # never got one
    cancelled: Mapped[int] = mapped_column(default=0)
