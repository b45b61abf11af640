"""Factories: one line makes a row that is valid; what a test is about is said, the rest is filled in.

They work on `db.session` of the current application context and flush; the test client commits before it asks.
"""

import itertools
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from coordapp.accounts.models import Role, User
from coordapp.directory import consents, organisations, profile
from coordapp.directory.models import Organisation, OrganisationKind, Person
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.events.kinds import EventKind
from coordapp.events.models import (
    CONFIRMATION_HOURS,
    CancelledBy,
    Edition,
    Event,
    EventDate,
    Place,
    Registration,
    RegistrationStatus,
)
from coordapp.extensions import db
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock, text
from coordapp.trainings import service as trainings
from coordapp.trainings.models import FormatType, Training, TrainingFormat

_numbers = itertools.count(1)


def _add(row):
    db.session.add(row)
    db.session.flush()
    return row


def user(*, role: Role = Role.VOLUNTEER, email: str | None = None, name: str | None = None, **columns) -> User:
    """Make an account."""
    number = next(_numbers)
    return _add(
        User(role=role, email=email or f"konto{number}@example.org", name=name or f"Konto Nummer {number}", **columns)
    )


def organisation(*, name: str | None = None, kind: OrganisationKind = OrganisationKind.CLUB, **columns) -> Organisation:
    """Make an organisation."""
    made = Organisation(name=name or f"Verein Nummer {next(_numbers)} e.V.", kind=kind, **columns)
    organisations.refresh_search_text(made)
    return _add(made)


def person(*, name: str | None = None, email: str | None = "", proven: bool = True, **columns) -> Person:
    """Make a person with an address of their own; `email=None` for somebody without one."""
    number = next(_numbers)
    name = name or f"Olha Beispiel {number}"
    email = f"person{number}@example.org" if email == "" else email
    columns.setdefault("email_proven_at", clock.now() if proven and email else None)
    columns.setdefault("search_text", text.search_text(name, email))
    return _add(Person(name=name, name_key=text.fold(name), email=email, **columns))


def volunteer(
    *, agreed: Iterable[Purpose] = (Purpose.INVITE_ROUND_TABLE,), languages: dict[str, str] | None = None, **columns
) -> Person:
    """Make a person of the directory who agreed to be invited."""
    made = profile.make_volunteer(person(**columns))
    made.languages = dict(languages or {})
    profile.save(made)
    for purpose in agreed:
        consents.give(made.person, purpose, given_by=GivenBy.PAPER)
    return made.person


def place(*, name: str | None = None, municipality: str = "Arnstadt", **columns) -> Place:
    """Make a place."""
    columns.setdefault("street", "Ritterstraße 14")
    columns.setdefault("postal_code", "99310")
    return _add(Place(name=name or f"Haus Nummer {next(_numbers)}", municipality=municipality, **columns))


def edition(*, kind: EventKind = EventKind.ROUND_TABLE, year: int | None = None, **columns) -> Edition:
    """Return the edition of a year, made now if there is none."""
    year = year or clock.today().year
    found = db.session.scalars(db.select(Edition).filter_by(kind=kind, year=year)).first()
    return found or _add(Edition(kind=kind, year=year, title=columns.pop("title", f"Runde Tische {year}"), **columns))


def in_days(days: int, hour: int = 15, minute: int = 0) -> datetime:
    """Return a German wall-clock time so many days from now (UTC)."""
    return clock.from_local(clock.today() + timedelta(days=days), time(hour, minute))


def event(
    *,
    kind: EventKind = EventKind.ROUND_TABLE,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    capacity: int | None = 20,
    published: bool = True,
    cancelled: bool = False,
    **columns,
) -> Event:
    """Make an event of one date, published and open for registration: in 30 days at 15:00, three hours, 20 places."""
    starts_at = starts_at or in_days(30)
    columns.setdefault("title", f"Runder Tisch Nummer {next(_numbers)}")
    columns.setdefault("registration_closes_at", starts_at - timedelta(days=1))
    if "place" not in columns and "place_id" not in columns:
        columns["place"] = place()
    if "edition" not in columns and "edition_id" not in columns:
        columns["edition"] = edition(kind=kind, year=clock.local(starts_at).year)
    return _add(
        Event(
            kind=kind,
            capacity=capacity,
            published_at=clock.now() if published else None,
            cancelled_at=clock.now() if cancelled else None,
            dates=[EventDate(starts_at=starts_at, ends_at=ends_at or starts_at + timedelta(hours=3))],
            **columns,
        )
    )


def registration(
    for_event: Event | None = None,
    of_person: Person | None = None,
    *,
    status: RegistrationStatus = RegistrationStatus.CONFIRMED,
    **columns,
) -> Registration:
    """Make a registration as its status demands: proven, held until, queued or cancelled."""
    now = clock.now()
    match status:
        case RegistrationStatus.UNCONFIRMED:
            columns.setdefault("expires_at", now + timedelta(hours=CONFIRMATION_HOURS))
        case RegistrationStatus.OFFERED:
            columns = {"proven_at": now, "queued_at": now, "expires_at": now + timedelta(hours=48)} | columns
        case RegistrationStatus.WAITING:
            columns = {"proven_at": now, "queued_at": now} | columns
        case RegistrationStatus.CANCELLED:
            columns = {"proven_at": now, "cancelled_at": now, "cancelled_by": CancelledBy.PARTICIPANT} | columns
        case _:
            columns = {"proven_at": now, "confirmed_at": now} | columns
    return _add(Registration(event=for_event or event(), person=of_person or person(), status=status, **columns))


def mail(*, to: str, status: MailStatus = MailStatus.SENT, key: str = "", **columns) -> Mail:
    """Make a mail, sent unless a status is given; `unsubscribe_url` makes it bulk mail."""
    number, now = next(_numbers), clock.now()
    columns = {"recipient_name": "Vera Hilft", "language": "de", "subject": f"Mail {number}"} | columns
    columns.setdefault("message_id", f"<mail{number}@ehrenamt.example>")
    columns.setdefault("sent_at", now if status is MailStatus.SENT else None)
    return _add(
        Mail(
            key=key or f"mail:{number}", template="outbox/mail/frame.html", recipient=to, status=status,
            text="Guten Tag", html="<p>Guten Tag</p>", **columns,
        )
    )  # fmt: skip


def training_format(*, title: str | None = None, type: FormatType = FormatType.TRAINING, **columns) -> TrainingFormat:
    """Make an entry of the catalogue: four evenings of 90 minutes for 12, unless said otherwise."""
    columns = {
        "minutes": 360, "capacity": 12, "contents": "Zuhören\nNachfragen", "trainer": "Ute Muster",
    } | columns  # fmt: skip
    return _add(TrainingFormat(title=title or f"Schulung Nummer {next(_numbers)}", type=type, **columns))


def training(
    training_format_: TrainingFormat | None = None, *, days: Iterable[int] = (30, 37, 44, 51), hour: int = 18,
    published: bool = True, **given,
) -> Training:  # fmt: skip
    """Make a group that runs a format on evenings so many days from now, 90 minutes each; published."""
    dates = [(in_days(day, hour), in_days(day, hour) + timedelta(minutes=90)) for day in days]
    made = trainings.plan_group(training_format_ or training_format(), dates=dates, place=place(), **given)
    if published:
        made.event.published_at = made.event.changed_at = clock.now()
    db.session.flush()
    return made
