"""People and organisations."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coordapp.accounts.models import User
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.columns import UtcDateTime, choice


class OrganisationKind(StrEnum):
    """What sort of organisation it is."""

    CLUB = "club"
    PROVIDER = "provider"
    OFFICE = "office"
    ADVICE_CENTRE = "advice_centre"
    SCHOOL = "school"
    KITA = "kita"
    INITIATIVE = "initiative"


class Organisation(db.Model):
    """A club, provider, office, advice centre, school, Kita or initiative."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind, name="kind"))
    municipality: Mapped[str] = mapped_column(String(80), default="")
    topics: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Person(db.Model):
    """Somebody the office deals with: registered for something, or in the directory as a volunteer.

    An e-mail address is no identity, couples share one: a person is told apart by address and folded name.
    """

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("email", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(240))  # shared.text.fold of the name
    email: Mapped[str | None] = mapped_column(String(254), index=True)  # lower case
    email_proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    phone: Mapped[str | None] = mapped_column(String(32))  # E.164
    municipality: Mapped[str] = mapped_column(String(80), default="")
    language: Mapped[str] = mapped_column(String(2), default="de")  # of mails and letters
    languages_spoken: Mapped[list] = mapped_column(JSON, default=list)  # codes
    is_volunteer: Mapped[bool] = mapped_column(default=False)
    invitations_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    invitations_agreed_note: Mapped[str] = mapped_column(String(200), default="")  # "am Telefon, 3.3.2027"
    search_text: Mapped[str] = mapped_column(String(800), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    user: Mapped[User | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
