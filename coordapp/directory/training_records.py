"""The training history of people: what they completed, and whether that opens the next training to them."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, exists, select

from coordapp.accounts.models import User
from coordapp.directory.models import Person
from coordapp.directory.models_training import TrainingRecord
from coordapp.extensions import count_rows, db

# deeds


def remember(
    person: Person, *, title: str, completed_on: date, minutes: int, format_id: int | None = None,
    event_id: int | None = None, provider: str = "", by: User | None = None,
) -> TrainingRecord:  # fmt: skip
    """Note that somebody completed a training; one event is noted once, and again with what is known now."""
    found = _find_of_event(person, event_id) if event_id is not None else None
    record = found or TrainingRecord(person=person, event_id=event_id, recorded_by_id=by.id if by else None)
    record.title, record.completed_on, record.minutes = title, completed_on, minutes
    record.format_id, record.provider = format_id, provider
    db.session.add(record)
    db.session.flush()
    return record


def forget(record: TrainingRecord) -> None:
    """Take back one line of somebody's history."""
    db.session.delete(record)
    db.session.flush()


def forget_event(event_id: int, *, of: Iterable[int]) -> int:
    """Take back that some people (ids) completed the training of an event; return of how many."""
    mine = (TrainingRecord.event_id == event_id, TrainingRecord.person_id.in_(list(of)))
    return count_rows(delete(TrainingRecord).where(*mine))


# questions


def _find_of_event(person: Person, event_id: int) -> TrainingRecord | None:
    mine = (TrainingRecord.person_id == person.id, TrainingRecord.event_id == event_id)
    return db.session.scalars(select(TrainingRecord).where(*mine)).first()


def has_completed(person: Person, format_id: int) -> bool:
    """Tell whether somebody completed a training of a format."""
    mine = (TrainingRecord.person_id == person.id, TrainingRecord.format_id == format_id)
    return bool(db.session.scalar(select(exists().where(*mine))))


def list_completed(format_id: int) -> set[int]:
    """Return the ids of everybody who completed a training of a format."""
    query = select(TrainingRecord.person_id).where(TrainingRecord.format_id == format_id)
    return set(db.session.scalars(query))


def list_records(person: Person) -> list[TrainingRecord]:
    """List what somebody completed, the latest first."""
    query = select(TrainingRecord).where(TrainingRecord.person_id == person.id)
    return list(db.session.scalars(query.order_by(TrainingRecord.completed_on.desc(), TrainingRecord.id.desc())))
