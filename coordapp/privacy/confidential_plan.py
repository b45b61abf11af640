"""The deletion plan of confidential events: a month after the last date nobody can tell any more who was there."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete, func, or_, select, update

from coordapp.events.models import Event, EventDate, Registration
from coordapp.extensions import count_rows, db
from coordapp.feedback.models import FeedbackAnswer
from coordapp.invitations.models import Invitation
from coordapp.invitations.models_mailing import Mailing
from coordapp.mailbox.models import MailboxMessage
from coordapp.outbox.models import Mail
from coordapp.trainings.models import Training, TrainingRequest

CONFIDENTIAL = timedelta(days=30)  # after the last date: all that names people, down to who asked for it
FEW = 50  # beginnings of keys in one statement: databases limit its depth

_count = partial(count_rows, synchronize=False)  # loaded objects are not brought up to date


def delete_due(now: datetime) -> int:
    """Delete what names people beside their registrations and invitations, which the plan of all events deletes next.

    Return how many rows were touched.
    """
    due = over_for_long(now)
    touched = _delete_mails(_beginnings_of_keys(due))
    touched += _count(delete(MailboxMessage).where(MailboxMessage.event_id.in_(due)))
    touched += _count(delete(TrainingRequest).where(TrainingRequest.id.in_(_asked_for(due))))
    touched += _count(
        update(FeedbackAnswer).where(FeedbackAnswer.event_id.in_(due), FeedbackAnswer.text != "").values(text="")
    )
    return touched


def over_for_long(now: datetime):
    """Select the ids of confidential events whose last date was a month ago."""
    return (
        select(EventDate.event_id)
        .join(EventDate.event)
        .where(Event.is_confidential)
        .group_by(EventDate.event_id)
        .having(func.max(EventDate.ends_at) < now - CONFIDENTIAL)
    )


def _asked_for(due):
    """Select the ids of the requests that some events came of."""
    return select(Training.request_id).where(Training.event_id.in_(due), Training.request_id.is_not(None))


def _beginnings_of_keys(due) -> list[str]:
    """Return how the keys of all mails about some events begin; see the rooms that write them."""
    made = db.session.scalars(select(Registration.id).where(Registration.event_id.in_(due)))
    beginnings = [f"registration:{number}:" for number in made]
    beginnings += [f"training-request:{number}:" for number in db.session.scalars(_asked_for(due))]
    for number in db.session.scalars(select(Invitation.id).where(Invitation.event_id.in_(due))):
        beginnings.append(f"invitation-changed:{number}:")
    for number in db.session.scalars(select(Mailing.id).where(Mailing.event_id.in_(due))):
        beginnings += [f"invitation:m{number}:", f"invitation-trial:{number}:"]
    return beginnings


def _delete_mails(beginnings: Iterable[str]) -> int:
    """Delete mails by how their keys begin; a month after the event none is on its way any more."""
    conditions = [Mail.key.startswith(beginning, autoescape=True) for beginning in beginnings]
    return sum(
        _count(delete(Mail).where(or_(*conditions[first : first + FEW]))) for first in range(0, len(conditions), FEW)
    )
