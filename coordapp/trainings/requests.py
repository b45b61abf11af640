"""Requests for trainings of one organisation: received, answered, handed on, declined, agreed. None is lost."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import joinedload

from coordapp.directory.models import Person
from coordapp.directory.service import name_key
from coordapp.events import service as events
from coordapp.extensions import count_rows, db
from coordapp.shared import clock, languages
from coordapp.trainings import catalogue, mails, service
from coordapp.trainings.models import FormatType, RequestStatus, Training, TrainingFormat, TrainingRequest

DOUBLE = timedelta(hours=1)  # the same once more within this time is the same request
OPEN = (RequestStatus.NEW, RequestStatus.IN_TALKS)


class AlreadyDecided(Exception):
    """Raised when a request is no longer open: somebody else was quicker, or a button was pressed twice."""


# deeds of those who ask


def receive(**said) -> TrainingRequest:
    """Keep a request (columns of TrainingRequest) and send a receipt; a form that is sent twice makes one.

    The caller has counted the try, which lets one of two wait.
    """
    recently = TrainingRequest.received_at > clock.now() - DOUBLE
    same = db.session.scalars(select(TrainingRequest).filter_by(**said).where(recently)).first()
    if same is not None:
        return same
    asked = TrainingRequest(**said, language=languages.current())
    db.session.add(asked)
    db.session.flush()
    mails.request_received(asked)
    return asked


# deeds of the office; all but the notes raise AlreadyDecided


def answer(asked: TrainingRequest, *, words: str) -> None:
    """Write to the contact person; the request is then being talked about."""
    _move(asked, RequestStatus.IN_TALKS, answer=words)
    mails.request_answered(asked)


def hand_on(asked: TrainingRequest, *, to: str, words: str) -> None:
    """Tell the contact person who can help instead; nobody else gets their contact data."""
    _move(asked, RequestStatus.HANDED_ON, handed_to=to, answer=words)
    mails.request_handed_on(asked)


def decline(asked: TrainingRequest, *, reason: str) -> None:
    """Say no, and why."""
    _move(asked, RequestStatus.DECLINED, answer=reason)
    mails.request_declined(asked)


def agree(asked: TrainingRequest, training_format: TrainingFormat, *, group: Mapping) -> Training:
    """Plan and publish the closed group that was asked for, and send its dates and its link to the contact person.

    `group` is what `service.plan_group` wants.
    """
    _move(asked, RequestStatus.AGREED, format_id=training_format.id)
    training = service.plan_group(training_format, **group, request=asked)
    events.publish(training.event)
    mails.request_agreed(asked, training)
    return training


def make_format(asked: TrainingRequest, *, title: str, dates: events.Dates) -> TrainingFormat:
    """Make an entry of the catalogue, as long as its dates, which the public does not see.

    The contents are the office's to write: they are printed on certificates, which a stranger's words must not be.
    """
    minutes = sum((ends - begins for begins, ends in dates), timedelta()) // timedelta(minutes=1)
    return catalogue.create({
        "type": FormatType.TRAINING, "title": title, "minutes": minutes,
        "capacity": asked.group_size, "is_offered": False,
    })  # fmt: skip


def reopen(asked: TrainingRequest) -> bool:
    """Talk about a request again that was handed on or declined; return whether it could be."""
    closed = (RequestStatus.HANDED_ON, RequestStatus.DECLINED)
    again = {"status": RequestStatus.IN_TALKS, "decided_at": None}
    return _set(asked, closed, again)


def take_notes(asked: TrainingRequest, *, note: str) -> None:
    """Keep what the office notes for itself."""
    asked.note = note


def delete_decided(before: datetime) -> int:
    """Delete the requests that were decided before a moment; return how many."""
    return count_rows(delete(TrainingRequest).where(TrainingRequest.decided_at < before), synchronize=False)


def _move(asked: TrainingRequest, status: RequestStatus, **values) -> None:
    """Bring an open request into another state."""
    now = clock.now()
    decided_at = None if status in OPEN else now
    first_answer = func.coalesce(TrainingRequest.answered_at, now)
    values |= {"status": status, "decided_at": decided_at, "answered_at": first_answer}
    if not _set(asked, OPEN, values):
        raise AlreadyDecided


def _set(asked: TrainingRequest, states: tuple[RequestStatus, ...], values: dict) -> bool:
    """Change a request if it is in one of these states; of two who do it at once, the second is refused."""
    db.session.flush()
    there = (TrainingRequest.id == asked.id, TrainingRequest.status.in_(states))
    done = count_rows(update(TrainingRequest).where(*there).values(values), synchronize=False) == 1
    db.session.refresh(asked)
    return done


# questions


def find_request(token: str) -> TrainingRequest | None:
    """Return the request that a link belongs to."""
    return db.session.scalars(select(TrainingRequest).where(TrainingRequest.token == token)).first()


def list_phoned(people: Iterable[Person]) -> list[TrainingRequest]:
    """List what these people asked for on the telephone, known by number and name only."""
    named = {(person.phone, person.name_key) for person in people if person.phone}
    query = select(TrainingRequest).where(
        TrainingRequest.email == "", TrainingRequest.phone.in_({phone for phone, _key in named})
    )  # fmt: skip
    found = db.session.scalars(query.order_by(TrainingRequest.id))
    return [asked for asked in found if (asked.phone, name_key(asked.contact_name)) in named]


def list_requests() -> list[TrainingRequest]:
    """List all requests: the open ones, the oldest first; then those decided, the latest first."""
    is_decided = case((TrainingRequest.status.in_(OPEN), 0), else_=1)
    query = select(TrainingRequest).options(joinedload(TrainingRequest.format)).order_by(
        is_decided, TrainingRequest.decided_at.desc(), TrainingRequest.received_at, TrainingRequest.id
    )  # fmt: skip
    return list(db.session.scalars(query))


def list_open() -> list[TrainingRequest]:
    """List the requests that nobody has decided on, the oldest first."""
    query = select(TrainingRequest).where(TrainingRequest.status.in_(OPEN))
    return list(db.session.scalars(query.order_by(TrainingRequest.received_at, TrainingRequest.id)))


def list_trainings_of(asked: TrainingRequest) -> list[Training]:
    """List the groups that came of a request."""
    return list(db.session.scalars(select(Training).filter_by(request_id=asked.id).order_by(Training.event_id)))
