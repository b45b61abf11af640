"""What only trainings ask those who register: for whom they come and in which field. Nothing here commits."""

from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from coordapp.directory import organisations
from coordapp.directory.models import Organisation, Person
from coordapp.events import visitors
from coordapp.events.models import Event, Registration
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
    """Return what somebody answered."""
    return db.session.get(TrainingAnswers, registration.id)


def find_organisation(name: str) -> Organisation | None:
    """Return the organisation that a name means, if we know it."""
    return organisations.find_by_name(name) if name else None


def list_of(event: Event) -> list[tuple[Registration, TrainingAnswers | None]]:
    """List all registrations of a training that are not cancelled, by name, with what they answered."""
    query = (
        select(Registration, TrainingAnswers)
        .join(Registration.person)
        .outerjoin(TrainingAnswers, TrainingAnswers.registration_id == Registration.id)
        .where(Registration.event_id == event.id, Registration.cancelled_at.is_(None))
        .options(joinedload(Registration.organisation))
        .order_by(Person.name_key, Registration.id)
    )
    return [(registration, answers) for registration, answers in db.session.execute(query)]
