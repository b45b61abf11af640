"""People and organisations. What volunteers offer: models_profile.py. What they agreed to: models_consent.py."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.accounts.models import User
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import IDS_NEVER_COME_AGAIN, UtcDateTime, choice


class OrganisationKind(StrEnum):
    """What sort of organisation it is."""

    CLUB = "club"
    PROVIDER = "provider"
    OFFICE = "office"
    ADVICE_CENTRE = "advice_centre"
    SCHOOL = "school"
    KITA = "kita"
    INITIATIVE = "initiative"


class TargetGroup(StrEnum):
    """For whom somebody is there."""

    CHILDREN = "children"
    YOUTH = "youth"
    FAMILIES = "families"
    WOMEN = "women"
    MEN = "men"
    ELDERLY = "elderly"
    REFUGEES = "refugees"
    DISABLED = "disabled"


class Channel(StrEnum):
    """How somebody wants to hear from the office."""

    EMAIL = "email"
    PHONE = "phone"
    LETTER = "letter"


class Organisation(db.Model):
    """A club, provider, office, advice centre, school, Kita or initiative.

    Its address, telephone and e-mail are those of a function ("info@…"), not of a person; they are public with it.
    """

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind, name="kind"))
    topics: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(Text, default="")  # in plain German
    target_groups: Mapped[list] = mapped_column(JSON, default=list)  # values of TargetGroup
    languages: Mapped[list] = mapped_column(JSON, default=list)  # codes
    street: Mapped[str] = mapped_column(String(160), default="")
    postal_code: Mapped[str] = mapped_column(String(5), default="")
    municipality: Mapped[str] = mapped_column(String(80), default="")
    is_step_free: Mapped[bool] = mapped_column(default=False)
    has_accessible_wc: Mapped[bool] = mapped_column(default=False)
    opening_hours: Mapped[str] = mapped_column(String(300), default="")
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(32))  # E.164
    website: Mapped[str] = mapped_column(String(300), default="")
    is_public: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when somebody last said that all is right
    search_text: Mapped[str] = mapped_column(String(1500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Representative(db.Model):
    """An account that speaks for an organisation."""

    __tablename__ = "representative"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True)

    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class OrganisationReport(db.Model):
    """What somebody outside says about an organisation, new ones too; the office checks it before anybody sees it."""

    __tablename__ = "organisation_report"
    __table_args__ = IDS_NEVER_COME_AGAIN

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    values: Mapped[dict] = mapped_column(JSON, default=dict)  # column of Organisation: new value
    note: Mapped[str] = mapped_column(Text, default="")
    reporter_name: Mapped[str] = mapped_column(String(120), default="")
    reporter_email: Mapped[str | None] = mapped_column(String(254))
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    language: Mapped[str] = mapped_column(String(2), default="de")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    is_taken: Mapped[bool] = mapped_column(default=False)

    organisation: Mapped[Organisation | None] = relationship()
    reported_by: Mapped[User | None] = relationship(foreign_keys=[reported_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


GERMAN_TITLES = ("Frau ", "Herr ")
MERGED = text("merged_into_id IS NOT NULL")


class Person(db.Model):
    """Somebody the office deals with: registered for something, or in the directory as a volunteer.

    An e-mail address is no identity, couples share one: a person is told apart by address and folded name. Who was
    merged into somebody else stays as a signpost with `merged_into`, so that the merger can be undone.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("email", "name_key"),
        Index(None, "name_key"),
        Index(None, "phone"),
        Index(None, "merged_into_id", sqlite_where=MERGED, postgresql_where=MERGED),
        IDS_NEVER_COME_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(240))  # shared.text.fold of the name
    address_as: Mapped[str] = mapped_column(String(120), default="")  # "Frau Kaya", "Olha"; empty: by the whole name
    email: Mapped[str | None] = mapped_column(String(254), index=True)  # lower case
    email_proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    email_bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # mail came back for good: nothing is sent
    email_trouble: Mapped[str] = mapped_column(String(300), default="")  # why it came back
    email_bounces: Mapped[int] = mapped_column(default=0)  # that came back for a while, since the last that arrived
    phone: Mapped[str | None] = mapped_column(String(32))  # E.164
    street: Mapped[str] = mapped_column(String(160), default="")
    postal_code: Mapped[str] = mapped_column(String(5), default="")
    municipality: Mapped[str] = mapped_column(String(80), default="")
    channel: Mapped[Channel] = mapped_column(choice(Channel, name="channel"), default=Channel.EMAIL)
    language: Mapped[str] = mapped_column(String(2), default="de")  # of mails and letters
    wants_plain_language: Mapped[bool] = mapped_column(default=False)
    search_text: Mapped[str] = mapped_column(String(800), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    user: Mapped[User | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    @property
    def mail_address(self) -> str | None:
        """Return where mails go, or None where there is no address or mails to it came back for good."""
        return None if self.email_bounced_at is not None else self.email

    def addressed(self, language: str) -> str:
        """Return what stands after "Guten Tag": as they want it, but no German "Frau" in another language."""
        in_german = self.address_as.startswith(GERMAN_TITLES)
        return self.name if not self.address_as or (in_german and language != "de") else self.address_as

    @property
    def initials(self) -> str:
        """Return what lists show before somebody asks for more: "O. B."."""
        return " ".join(f"{word[0].upper()}." for word in self.name.replace("-", " ").split())
