"""Certificates: who is due one, issuing, withdrawing, and whether a number is valid. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import abort, current_app
from flask_babel import force_locale
from sqlalchemy import exists, select

from coordapp.accounts.models import User
from coordapp.directory.models import Person
from coordapp.directory.models_training import TrainingRecord
from coordapp.events.models import Event
from coordapp.events.occupancy import lock
from coordapp.extensions import db
from coordapp.shared import clock, languages
from coordapp.trainings import attendance, certificate_mails
from coordapp.trainings.attendance import Hours
from coordapp.trainings.certificate_numbers import new_number, read_number
from coordapp.trainings.models import Certificate, Training


class CannotIssue(Exception):
    """Raised when the hours are not final yet, or of a confidential training."""


class WhyNot(StrEnum):
    """Why somebody gets no certificate."""

    ABSENT = "absent"
    TOO_SHORT = "too_short"
    GONE = "gone"  # asked to be deleted


@dataclass(frozen=True)
class Standing:
    """Where one person of a training stands: a valid certificate, due for one, or neither and why."""

    hours: Hours
    certificate: Certificate | None = None

    @property
    def why_not(self) -> WhyNot | None:
        """Return why no certificate is due, or None when one is."""
        if not self.hours.registration.person.name_key:
            return WhyNot.GONE
        if not self.hours.attended:
            return WhyNot.ABSENT
        return None if self.hours.is_enough else WhyNot.TOO_SHORT

    @property
    def can_be_written_to(self) -> bool:
        """Tell whether a link reaches them: there is an address, and it is known to be theirs."""
        registration = self.hours.registration
        return bool(registration.person.mail_address) and registration.has_known_address

    @property
    def is_due(self) -> bool:
        """Tell whether a certificate can be issued now."""
        return self.certificate is None and self.why_not is None

    @property
    def is_outdated(self) -> bool:
        """Tell whether a valid certificate says other hours than the list does by now."""
        held = self.certificate
        return held is not None and (self.why_not is not None or held.minutes_attended != self.hours.attended)


# deeds


def issue(training: Training, *, by: User) -> list[Certificate]:
    """Issue a certificate to everybody who is due one and has none, and write to each. Raises CannotIssue."""
    event = training.event
    lock(event)
    if event.is_confidential or event.is_cancelled or not training.event.is_attendance_closed:
        raise CannotIssue
    with force_locale("de"):
        due = [one for one in list_standings(training) if one.is_due]
        made = [_make(training, one.hours, by) for one in due]
    db.session.add_all(made)
    db.session.flush()
    for certificate, standing in zip(made, due, strict=True):
        if standing.can_be_written_to:
            certificate_mails.issued(certificate, language=standing.hours.registration.language)
    return made


def send_again(standing: Standing) -> bool:
    """Write once more where a valid certificate is, to somebody who can be written to; return whether a mail goes."""
    if standing.certificate is None or not standing.can_be_written_to:
        return False
    language = standing.hours.registration.language
    return certificate_mails.issued(standing.certificate, language=language, again_at=clock.now())


def withdraw(certificate: Certificate) -> None:
    """Take a certificate back; its number says so from now on. The mail is dropped when it has not gone yet."""
    if certificate.withdrawn_at is None:
        certificate.withdrawn_at = clock.now()
        certificate_mails.take_back(certificate)
        db.session.flush()


def _make(training: Training, hours: Hours, by: User) -> Certificate:
    event = training.event
    return Certificate(
        serial=_unused_number(), event_id=event.id, person=hours.registration.person, title=event.title,
        contents=training.format.contents, trainer=training.trainer,
        dates="\n".join(languages.span(date.starts_at, date.ends_at) for date in event.dates),
        place=_place(event), minutes_planned=hours.planned, minutes_attended=hours.attended,
        reduction=hours.reasons, issued_by_id=by.id, issued_at=clock.now(),
    )  # fmt: skip


def _place(event: Event) -> str:
    """Name the place; of one whose address only participants know, no more than the municipality."""
    place = event.place
    if place is None:
        return ""
    return place.municipality if event.hides_address else f"{place.name}, {place.municipality}"


def _unused_number() -> str:
    prefix, year = current_app.config["CERTIFICATE_PREFIX"], clock.today().year
    while True:
        number = new_number(prefix, year=year)
        if find_by_number(number) is None:
            return number


# questions


def list_standings(training: Training) -> list[Standing]:
    """List where everybody with a place stands, by name."""
    valid = {one.person_id: one for one in list_valid(training.event)}
    return [
        Standing(hours, valid.get(hours.registration.person_id)) for hours in attendance.list_hours(training)
    ]  # fmt: skip


def get_standing(training: Training, certificate: Certificate) -> Standing:
    """Return where the person of a valid certificate stands; answers 404 for one who is not registered any more."""
    mine = [one for one in list_standings(training) if one.certificate is certificate]
    return mine[0] if mine else abort(404)


def list_valid(event: Event) -> list[Certificate]:
    """List the valid certificates of a training whose people are still known, by name."""
    mine = (Certificate.event_id == event.id, Certificate.withdrawn_at.is_(None))
    query = select(Certificate).join(Person, Person.id == Certificate.person_id).where(*mine)
    return list(db.session.scalars(query.order_by(Person.name_key, Certificate.id)))


def list_withdrawn(event: Event) -> list[Certificate]:
    """List the certificates of a training that were taken back, the latest first."""
    mine = (Certificate.event_id == event.id, Certificate.withdrawn_at.is_not(None))
    return list(db.session.scalars(select(Certificate).where(*mine).order_by(Certificate.withdrawn_at.desc())))


def list_with_due(event_ids: Sequence[int]) -> set[int]:
    """Return which of these events have people who completed them and never got a certificate."""
    has_one = exists().where(
        Certificate.event_id == TrainingRecord.event_id, Certificate.person_id == TrainingRecord.person_id
    )
    due = select(TrainingRecord.event_id).where(TrainingRecord.event_id.in_(event_ids), ~has_one).distinct()
    return {event_id for event_id in db.session.scalars(due) if event_id is not None}


def find_by_token(token: str) -> Certificate | None:
    """Return the certificate that a link belongs to, unless its person is gone or the training is confidential."""
    mine = (Certificate.token == token, Certificate.person_id.is_not(None))
    return db.session.scalars(select(Certificate).where(*mine, ~_is_secret())).first()


def find_by_number(typed: str) -> Certificate | None:
    """Return the certificate with a number, typed in any way."""
    serial = read_number(typed, prefix=current_app.config["CERTIFICATE_PREFIX"])
    return db.session.scalars(select(Certificate).where(Certificate.serial == serial)).first() if serial else None


def list_valid_of(person: Person) -> list[Certificate]:
    """List the valid certificates of a person, the latest first."""
    mine = (Certificate.person_id == person.id, Certificate.withdrawn_at.is_(None))
    return list(db.session.scalars(select(Certificate).where(*mine, ~_is_secret()).order_by(Certificate.id.desc())))


def _is_secret():
    """Tell of certificates whose training was made confidential after they were issued."""
    return exists().where(Event.id == Certificate.event_id, Event.is_confidential)
