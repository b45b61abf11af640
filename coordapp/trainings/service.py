"""Formats become groups: an event with its dates, for everybody, for one closed group, or confidential."""

from datetime import datetime

from sqlalchemy import select, update

from coordapp.events import service as events
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event, Place
from coordapp.events.occupancy import lock
from coordapp.extensions import count_rows, db
from coordapp.shared import clock
from coordapp.trainings.models import Training, TrainingFormat, TrainingRequest, new_token

# deeds


def hold_format(training_format: TrainingFormat, *, version: int) -> None:
    """Let one of several change a format: its version goes up, and it is held until the transaction ends.

    `version` is the one that the form was filled from. Raises events.EditedMeanwhile.
    """
    seen = (TrainingFormat.id == training_format.id, TrainingFormat.version == version)
    raised = update(TrainingFormat).where(*seen).values(version=version + 1)
    if count_rows(raised, synchronize=False) != 1:
        raise events.EditedMeanwhile
    db.session.refresh(training_format)


def plan_group(
    training_format: TrainingFormat, *, dates: events.Dates, place: Place | None = None, capacity: int | None = None,
    trainer: str = "", minutes: int | None = None, registration_closes_at: datetime | None = None,
    request: TrainingRequest | None = None,
) -> Training:  # fmt: skip
    """Make a draft of a group that runs a format; times are UTC.

    A group that was asked for is closed: who has its link registers. What is confidential is closed as well, and has
    no link: the office invites. What is not given is as in the catalogue.
    """
    db.session.flush()
    db.session.refresh(training_format, with_for_update={"of": TrainingFormat})  # it stays as confidential as it is
    is_closed = training_format.is_confidential or request is not None
    event = events.create_event(
        kind=EventKind.TRAINING, title=training_format.title, dates=dates, place=place or training_format.place,
        registration_closes_at=registration_closes_at, summary=training_format.summary,
        description=training_format.contents, language=training_format.language, audience=training_format.target_group,
        capacity=capacity or training_format.capacity, required_format_id=training_format.required_format_id,
        is_confidential=training_format.is_confidential, group_only=is_closed,
    )  # fmt: skip
    training = Training(
        event=event, format=training_format, request=request, trainer=trainer or training_format.trainer,
        minutes=minutes or training_format.minutes,
        group_token=new_token() if is_closed and not training_format.is_confidential else None,
    )  # fmt: skip
    db.session.add(training)
    db.session.flush()
    return training


def change_group(training: Training, *, version: int, trainer: str, minutes: int) -> None:
    """Change who leads a group and how long it takes, which its certificates say.

    `version` is that of the event when the form was filled. Raises events.EditedMeanwhile or events.AttendanceClosed.
    """
    event = training.event
    lock(event)
    if event.version != version:
        raise events.EditedMeanwhile
    if training.event.is_attendance_closed:
        raise events.AttendanceClosed
    training.trainer, training.minutes = trainer, minutes
    event.version += 1
    event.changed_at = clock.now()
    db.session.flush()


def renew_link(training: Training) -> None:
    """Give a closed group another link; the old one opens nothing any more."""
    if training.group_token is not None:
        training.group_token = new_token()
        db.session.flush()


# questions


def find_by_link(token: str) -> Training | None:
    """Return the training that the link of a closed group belongs to."""
    return db.session.scalars(select(Training).where(Training.group_token == token)).first()


def get_training(event_id: int) -> Training:
    """Return the training of an event; answer 404 where there is none."""
    return db.get_or_404(Training, event_id)


def find_training(event: Event) -> Training | None:
    """Return the training of an event, or None for another kind."""
    return db.session.get(Training, event.id)


def get_format(format_id: int) -> TrainingFormat:
    """Return an entry of the catalogue; answer 404 where there is none."""
    return db.get_or_404(TrainingFormat, format_id)


def list_formats(*, offered_only: bool) -> list[TrainingFormat]:
    """List the catalogue by title: all for the office, or what the public may see."""
    query = select(TrainingFormat).order_by(TrainingFormat.title, TrainingFormat.id)
    if offered_only:
        query = query.where(TrainingFormat.is_offered, TrainingFormat.is_confidential.is_(False))
    return list(db.session.scalars(query))
