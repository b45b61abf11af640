"""Delete what is no longer needed. The times are those of the page "Datenschutz"; figures for the report stay."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, or_, select, update

from coordapp.directory import import_service as imports
from coordapp.directory.models import OrganisationReport, Person
from coordapp.directory.models_profile import Volunteer
from coordapp.directory.models_search import SearchMiss
from coordapp.directory.models_training import TrainingRecord
from coordapp.events.models import (
    HOLDING,
    CancelledBy,
    Event,
    EventDate,
    EventFigures,
    Registration,
    RegistrationStatus,
)
from coordapp.extensions import count_rows, db
from coordapp.feedback.models import FeedbackAnswer, FeedbackShare, FeedbackTicket
from coordapp.feedback.rules import LINKS_LAST
from coordapp.invitations.models import Invitation
from coordapp.invitations.models_mailing import Mailing
from coordapp.mailbox.models import MailboxMessage
from coordapp.outbox.models import Mail, MailStatus
from coordapp.privacy import confidential_plan, directory_plan, training_plan
from coordapp.shared import clock
from coordapp.statements.models import BarrierReport
from coordapp.trainings import interests, requests
from coordapp.trainings.models import Certificate, TrainingInterest

REGISTRATIONS = timedelta(days=365)  # and invitations, after the last date; of what is confidential see there
NEEDS = timedelta(days=14)  # after the last date: interpreter, wheelchair, food and the like
UNCONFIRMED = timedelta(days=14)  # after the place was given up because nobody confirmed
MAIL_TEXTS = timedelta(days=90)  # after sending
MAILS = timedelta(days=365)  # who got what and when
BARRIERS = timedelta(days=365)  # after the answer
ORGANISATION_REPORTS = timedelta(days=365)  # after the decision
FEEDBACK_TEXTS = timedelta(days=365)  # and links to the results, after the last date; the figures stay
TRAINING_REQUESTS = timedelta(days=365)  # after the decision
TRAINING_INTERESTS = timedelta(days=730)  # after somebody said that they wait for a group
SEARCH_MISSES = timedelta(days=730)  # what was looked for and not found; figures without people

_count = partial(count_rows, synchronize=False)  # loaded objects are not brought up to date


def delete_due() -> int:
    """Delete everything whose time is over; return how many rows were touched. Nothing happens the second time."""
    now = clock.now()
    touched = _keep_figures(now)
    touched += confidential_plan.delete_due(now)
    touched += _delete_registrations(now)
    touched += _count(delete(Invitation).where(_is_of_the_past(Invitation.event_id, now)))
    touched += _count(delete(Mailing).where(_is_of_the_past(Mailing.event_id, now)))
    touched += _forget_needs(now - NEEDS)
    touched += _forget_feedback(now)
    touched += _empty_mails(now)
    touched += _count(delete(MailboxMessage).where(MailboxMessage.read_at < now - MAILS))
    touched += _count(delete(SearchMiss).where(SearchMiss.at < now - SEARCH_MISSES))
    touched += _count(delete(BarrierReport).where(BarrierReport.answered_at < now - BARRIERS))
    touched += _count(delete(OrganisationReport).where(OrganisationReport.decided_at < now - ORGANISATION_REPORTS))
    touched += requests.delete_decided(now - TRAINING_REQUESTS)
    touched += interests.delete_old(unconfirmed_before=now - UNCONFIRMED, confirmed_before=now - TRAINING_INTERESTS)
    touched += directory_plan.delete_due(now)
    touched += training_plan.delete_due(now)
    touched += imports.forget_due()
    return touched + _delete_strangers(now)


def _over_before(moment: datetime):
    """Select the ids of events whose last date ended before a moment."""
    return select(EventDate.event_id).group_by(EventDate.event_id).having(func.max(EventDate.ends_at) < moment)


def _is_of_the_past(event_id, now: datetime) -> ColumnElement[bool]:
    """Select the rows of events so long over that nobody needs to know who was there."""
    return or_(event_id.in_(_over_before(now - REGISTRATIONS)), event_id.in_(confidential_plan.over_for_long(now)))


def _keep_figures(now: datetime) -> int:
    """Write down the numbers of events whose registrations are about to go."""
    due = db.session.scalars(
        select(Event.id).where(
            _is_of_the_past(Event.id, now),
            exists().where(Registration.event_id == Event.id),
            ~exists().where(EventFigures.event_id == Event.id),
        )
    ).all()
    for event_id in due:
        db.session.add(EventFigures(event_id=event_id, **_figures(event_id)))
    db.session.flush()
    return len(due)


def _figures(event_id: int) -> dict[str, int]:
    statuses = {
        "registered": HOLDING, "attended": (RegistrationStatus.ATTENDED,), "waited": (RegistrationStatus.WAITING,),
        "cancelled": (RegistrationStatus.CANCELLED,),
    }  # fmt: skip
    rows = db.session.execute(
        select(Registration.status, func.sum(Registration.party_size))
        .where(Registration.event_id == event_id)
        .group_by(Registration.status)
    )
    people = {status: number for status, number in rows}
    return {name: sum(people.get(status, 0) for status in members) for name, members in statuses.items()}


def _delete_registrations(now: datetime) -> int:
    """Delete registrations a year or a month after the event, and what nobody ever confirmed after two weeks."""
    return _count(
        delete(Registration).where(
            or_(
                _is_of_the_past(Registration.event_id, now),
                and_(
                    Registration.cancelled_by == CancelledBy.NOT_CONFIRMED,
                    Registration.cancelled_at < now - UNCONFIRMED,
                ),
            )
        )
    )


def _forget_needs(moment: datetime) -> int:
    """Empty what people needed to be able to come: nobody needs to know it afterwards."""
    kept = or_(Registration.note != "", Registration.interpreter_language != "", func.length(_text_of_needs()) > 2)
    return _count(
        update(Registration)
        .where(Registration.event_id.in_(_over_before(moment)), kept)
        .values(needs=[], note="", interpreter_language="")
    )


def _text_of_needs():
    return func.coalesce(Registration.needs.cast(db.String), "[]")


def _forget_feedback(now: datetime) -> int:
    """Delete links to the questions after two months (confidential: one), texts and links to results after a year."""
    old = _over_before(now - FEEDBACK_TEXTS)
    has_text = (FeedbackAnswer.text != "", FeedbackAnswer.event_id.in_(old))
    ended = or_(
        FeedbackTicket.event_id.in_(_over_before(now - LINKS_LAST)),
        FeedbackTicket.event_id.in_(confidential_plan.over_for_long(now)),
    )
    gone = _count(delete(FeedbackTicket).where(ended))
    gone += _count(delete(FeedbackShare).where(FeedbackShare.event_id.in_(old)))
    return gone + _count(update(FeedbackAnswer).where(*has_text).values(text=""))


def _empty_mails(now: datetime) -> int:
    """Blank the texts of mails after three months and forget the mails after a year; none is sent empty.

    What waited so long to be sent is dropped. A mail that is being sent this moment keeps its text until it is sent.
    """
    settled_at = func.coalesce(Mail.sent_at, Mail.created_at)
    status = case((Mail.status == MailStatus.QUEUED, MailStatus.EXPIRED), else_=Mail.status)
    blank = {"text": "", "html": "", "calendar": None, "status": status}
    is_full = or_(Mail.text != "", Mail.status == MailStatus.QUEUED)
    old = (settled_at < now - MAIL_TEXTS, Mail.status != MailStatus.SENDING, is_full)
    emptied = _count(update(Mail).where(*old).values(**blank))
    return emptied + _count(delete(Mail).where(settled_at < now - MAILS))


def _delete_strangers(now: datetime) -> int:
    """Delete people whom nothing ties to the office any more: no registration, invitation, account or directory."""
    return _count(
        delete(Person).where(
            ~exists().where(Volunteer.person_id == Person.id),
            Person.merged_into_id.is_(None),
            Person.user_id.is_(None),
            Person.created_at < now - UNCONFIRMED,
            ~exists().where(Registration.person_id == Person.id),
            ~exists().where(Invitation.person_id == Person.id),
            ~exists().where(TrainingInterest.person_id == Person.id),
            ~exists().where(TrainingRecord.person_id == Person.id),
            ~exists().where(Certificate.person_id == Person.id),
        )
    )
