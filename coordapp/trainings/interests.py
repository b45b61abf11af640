"""Who wants to hear of the next group of a format: noted once, proven by a link, taken back by the same link."""

from datetime import datetime

from sqlalchemy import delete, or_, select

from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.extensions import count_rows, db, insert_into
from coordapp.shared import clock
from coordapp.trainings import mails
from coordapp.trainings.models import TrainingFormat, TrainingInterest

# deeds


def note(
    training_format: TrainingFormat, person: Person, *, organisation_name: str = "", field_of_work: str = "",
    proven: bool, by_account: bool = False, language: str = "de",
) -> TrainingInterest:  # fmt: skip
    """Note that somebody wants to hear of the next group, once, and write to them how it stands.

    `proven` says that the address is known to be theirs; otherwise the link in the mail must be used. What somebody
    said and confirmed is only changed by their account: anybody may type a known address.
    """
    said = {"organisation_name": organisation_name, "field_of_work": field_of_work, "language": language}
    one = {"format_id": training_format.id, "person_id": person.id}
    db.session.flush()
    db.session.execute(insert_into(TrainingInterest).values(one | said).on_conflict_do_nothing())
    interest = db.session.scalars(select(TrainingInterest).filter_by(**one)).one()
    if by_account or interest.proven_at is None:
        for name, value in said.items():
            setattr(interest, name, value)
    if proven and interest.proven_at is None:
        interest.proven_at = clock.now()
    db.session.flush()
    write = mails.interest_to_confirm if interest.proven_at is None else mails.interest_noted
    write(interest)
    return interest


def confirm(interest: TrainingInterest) -> None:
    """Count an interest whose link was used, and say so; twice is once."""
    if interest.proven_at is None:
        interest.proven_at = clock.now()
        directory.prove_email(interest.person)
        db.session.flush()
        mails.interest_noted(interest)


def take_back(interest: TrainingInterest) -> None:
    """Forget an interest."""
    db.session.execute(delete(TrainingInterest).where(TrainingInterest.id == interest.id))


def delete_old(*, unconfirmed_before: datetime, confirmed_before: datetime) -> int:
    """Delete interests that nobody confirmed, and those for which no group was opened for years; return how many."""
    table = TrainingInterest.__table__.c
    unconfirmed = (table.proven_at.is_(None)) & (table.created_at < unconfirmed_before)
    old = or_(unconfirmed, table.created_at < confirmed_before)
    return count_rows(delete(TrainingInterest).where(old), synchronize=False)


# questions


def find_interest(token: str) -> TrainingInterest | None:
    """Return the interest that a link belongs to; of what has become confidential nothing is shown."""
    query = select(TrainingInterest).join(TrainingInterest.format).where(TrainingFormat.is_confidential.is_(False))
    return db.session.scalars(query.where(TrainingInterest.token == token)).first()


def find_interest_of(training_format: TrainingFormat, person: Person) -> TrainingInterest | None:
    """Return what somebody wants to hear of a format."""
    mine = {"format_id": training_format.id, "person_id": person.id}
    return db.session.scalars(select(TrainingInterest).filter_by(**mine)).first()


def find_namesake(training_format: TrainingFormat, name: str) -> TrainingInterest | None:
    """Return the interest of somebody called so, however it is written, that counts: one that is confirmed."""
    query = select(TrainingInterest).join(TrainingInterest.person).where(
        TrainingInterest.format_id == training_format.id, TrainingInterest.proven_at.is_not(None),
        Person.name_key == directory.name_key(name),
    )  # fmt: skip
    return db.session.scalars(query).first()
