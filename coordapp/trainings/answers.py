"""What only trainings ask those who register: for whom they come and in which field. Nothing here commits."""

from collections.abc import Collection

from flask_login import current_user
from sqlalchemy import case, select
from sqlalchemy.orm import joinedload

from coordapp.directory import organisations
from coordapp.directory.models import Organisation, Person
from coordapp.events import visitors
from coordapp.events.models import Event, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.trainings.models import TrainingAnswers

# deeds


def remember(registration: Registration, *, organisation_name: str, field_of_work: str) -> None:
    """Keep what somebody answered; an organisation whose name we know is tied to the registration."""
    answers = find(registration) or TrainingAnswers(registration=registration)
    answers.organisation_name, answers.field_of_work = organisation_name, field_of_work
    registration.organisation = find_organisation(organisation_name)
    db.session.add(answers)
    db.session.flush()


# questions


def may_be_remembered(registration: Registration) -> bool:
    """Tell whether what was just typed counts: not what a stranger typed with an address that is registered already."""
    sent = visitors.received()
    is_made_here = sent is not None and registration.made_with == sent.key_hash
    return current_user.is_authenticated or registration.waits_for_proof or is_made_here


def find(registration: Registration) -> TrainingAnswers | None:
    """Return what somebody answered for a training."""
    return db.session.get(TrainingAnswers, registration.id)


def find_latest(registration: Registration) -> TrainingAnswers | None:
    """Return what somebody answered for a training or, when nothing was asked, for the last one before."""
    return find(registration) or _earlier_of([registration.person_id]).get(registration.person_id)


def find_organisation(name: str) -> Organisation | None:
    """Return the organisation that a name means, if we know it."""
    return organisations.find_by_name(name) if name else None


def list_of(event: Event) -> list[tuple[Registration, TrainingAnswers | None]]:
    """List all registrations of a training that are not cancelled with the latest answers of each.

    Those with a place by name, then those who wait in their order.
    """
    is_waiting = Registration.status == RegistrationStatus.WAITING
    query = (
        select(Registration, TrainingAnswers)
        .join(Registration.person)
        .outerjoin(TrainingAnswers, TrainingAnswers.registration_id == Registration.id)
        .where(Registration.event_id == event.id, Registration.cancelled_at.is_(None))
        .options(joinedload(Registration.organisation))
        .order_by(is_waiting, case((is_waiting, Registration.queued_at)), Person.name_key, Registration.id)
    )
    found = [(registration, answers) for registration, answers in db.session.execute(query)]
    earlier = _earlier_of([registration.person_id for registration, answers in found if answers is None])
    return [(registration, answers or earlier.get(registration.person_id)) for registration, answers in found]


def _earlier_of(person_ids: Collection[int]) -> dict[int, TrainingAnswers]:
    """Return the last answers of people by their ids.

    What they said for a confidential training stays there, and what a stranger said in their name is not theirs.
    """
    query = (
        select(Registration.person_id, TrainingAnswers)
        .join(TrainingAnswers.registration)
        .join(Registration.event)
        .where(Registration.person_id.in_(person_ids), Registration.proven_at.is_not(None), ~Event.is_confidential)
        .order_by(Registration.id)
    )
    return {person_id: answers for person_id, answers in db.session.execute(query)} if person_ids else {}
