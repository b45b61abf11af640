"""Delete somebody, or only their entry in the directory. Figures stay; nothing that leads to the person does."""

import re
from collections.abc import Sequence

from sqlalchemy import case, delete, or_, select, update

from coordapp.accounts.models import SignUpLink, User
from coordapp.directory import consents, erased, profile
from coordapp.directory.models import Channel, OrganisationReport, Person
from coordapp.directory.models_consent import Consent, Disclosure, GivenBy, Purpose
from coordapp.directory.models_doubles import Merger, NotSame
from coordapp.directory.models_import import ImportMemory, ImportRow
from coordapp.directory.models_training import TrainingRecord
from coordapp.directory.service import name_key
from coordapp.events import registration as registrations
from coordapp.events.models import CancelledBy, Registration, new_token
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.mailbox.models import MailboxMessage
from coordapp.outbox.models import Mail, MailStatus
from coordapp.privacy import mails_to
from coordapp.round_tables.models import Task, Topic
from coordapp.shared import clock, text
from coordapp.statements.models import BarrierReport
from coordapp.trainings import requests
from coordapp.trainings.models import Certificate, TrainingAnswers, TrainingInterest, TrainingRequest

WORD = re.compile(r"\w+")
NOBODY = "Gelöschte Person"  # the name of a row that only figures still need
GONE = "(gelöscht)"
OF_THE_DIRECTORY = (Purpose.DIRECTORY, Purpose.BROKERING)
OWNED = (  # rows that are only about the person whom this column names
    (Consent, "person_id"), (Disclosure, "person_id"), (Topic, "person_id"), (NotSame, "person_id"),
    (NotSame, "other_id"), (Merger, "kept_id"), (Merger, "merged_id"), (ImportRow, "person_id"),
    (ImportMemory, "person_id"), (MailboxMessage, "person_id"), (TrainingInterest, "person_id"),
    (TrainingRecord, "person_id"),
)  # fmt: skip


def leave_directory(person: Person, *, by: GivenBy, recorded_by: User | None = None) -> None:
    """Delete somebody's entry in the directory and what only it needed; registrations and invitations stay."""
    erased.remember(person)  # an old list must not bring the entry back
    volunteer = profile.find_volunteer(person)
    if volunteer is not None:
        db.session.delete(volunteer)
    consents.withdraw(person, OF_THE_DIRECTORY, withdrawn_by=by, recorded_by=recorded_by)
    person.street = person.postal_code = person.municipality = person.address_as = ""
    if person.channel is Channel.LETTER:
        person.channel = Channel.EMAIL
    db.session.flush()


def erase(person: Person) -> None:
    """Delete all that is held about somebody, the account too unless it is one of staff; cancels what is coming."""
    people = identities(person)
    for one in people:
        erased.remember(one)
    _cancel_coming(people)
    _erase_mails(people)
    _erase_words(people)
    _erase_rows_of_lists(people)
    ids = [one.id for one in people]
    for model, column in OWNED:
        db.session.execute(delete(model).where(model.__table__.c[column].in_(ids)))
    _erase_trainings(ids)
    for one in people:
        volunteer = profile.find_volunteer(one)
        if volunteer is not None:
            db.session.delete(volunteer)
    _erase_account(people)
    _erase_people(people)


def identities(person: Person) -> list[Person]:
    """Return a person and whoever turned out to be the same one."""
    people = [person]
    for one in people:  # grows while it is read: mergers of mergers
        people += db.session.scalars(select(Person).where(Person.merged_into_id == one.id))
    return people


def list_coming(person: Person) -> list[Registration]:
    """List the registrations that erasing cancels."""
    now = clock.now()
    made = registrations.list_registrations_of(person)
    return [one for one in made if one.is_active and one.event.ends_at > now]


def _cancel_coming(people: Sequence[Person]) -> None:
    coming = [one for person in people for one in list_coming(person)]
    for one in sorted(coming, key=lambda registration: registration.event_id):  # locks are always taken in this order
        registrations.cancel(one, by=CancelledBy.PARTICIPANT)


def _erase_mails(people: Sequence[Person]) -> None:
    """Drop mails that wait, and empty those that went; how many went stays known."""
    waits = Mail.status.in_((MailStatus.QUEUED, MailStatus.SENDING))
    blank = {
        "recipient": "", "recipient_name": GONE, "subject": GONE, "text": "", "html": "", "calendar": None,
        "unsubscribe_url": None, "last_error": "", "held_until": None,
        "status": case((waits, MailStatus.EXPIRED), else_=Mail.status),
    }  # fmt: skip
    ids = [mail.id for person in people for mail in mails_to.list_mails(person)]
    for first in range(0, len(ids), 500):  # databases limit the parameters of a statement
        some = ids[first : first + 500]
        db.session.execute(delete(MailboxMessage).where(MailboxMessage.mail_id.in_(some)))
        db.session.execute(update(Mail).where(Mail.id.in_(some)).values(blank))


def _erase_words(people: Sequence[Person]) -> None:
    """Delete what somebody wrote to the office, and their name and address where they stand as plain words."""
    ids, keys = [person.id for person in people], {person.name_key for person in people}
    addresses = [person.email for person in people if person.email and not mails_to.shares_address(person)]
    named = db.session.scalars(select(Task).where(Task.assignee_name != ""))
    for task in named:
        if name_key(task.assignee_name) in keys:
            task.assignee_name = ""
    db.session.execute(update(Task).where(Task.assignee_id.in_(ids)).values(assignee_id=None))
    db.session.execute(delete(BarrierReport).where(BarrierReport.email.in_(addresses)))
    db.session.execute(delete(SignUpLink).where(SignUpLink.email.in_(addresses)))
    accounts = [person.user_id for person in people if person.user_id]
    phoned = [one.id for one in requests.list_phoned(people)]
    asked = or_(
        TrainingRequest.email.in_(addresses), TrainingRequest.user_id.in_(accounts), TrainingRequest.id.in_(phoned)
    )  # fmt: skip
    db.session.execute(delete(TrainingRequest).where(asked))
    written = or_(OrganisationReport.reporter_email.in_(addresses), OrganisationReport.reported_by_id.in_(accounts))
    unsigned = {"reporter_name": "", "reporter_email": None, "reported_by_id": None, "note": ""}
    db.session.execute(update(OrganisationReport).where(written).values(unsigned))


def _erase_trainings(ids: Sequence[int]) -> None:
    """Delete what somebody said about their work; of certificates the number stays, which nobody is tied to any more.

    How long somebody was there stays with the registration, as a figure of nobody.
    """
    made = select(Registration.id).where(Registration.person_id.in_(ids))
    db.session.execute(delete(TrainingAnswers).where(TrainingAnswers.registration_id.in_(made)))
    for certificate in db.session.scalars(select(Certificate).where(Certificate.person_id.in_(ids))):
        certificate.person, certificate.token, certificate.reduction = None, new_token(), ""
    db.session.flush()


def _erase_rows_of_lists(people: Sequence[Person]) -> None:
    """Delete rows of the office's lists that nobody has tied to a person yet, known by address or whole name."""
    marks = {person.email for person in people if person.email and not mails_to.shares_address(person)}
    names = [set(WORD.findall(person.name_key)) for person in people if " " in person.name_key]
    found = []
    for row_id, cells in db.session.execute(select(ImportRow.id, ImportRow.cells)):
        written = text.fold(" ".join(str(cell) for cell in cells))
        words = set(WORD.findall(written))  # the surname may stand first, or in a column of its own
        if any(mark in written for mark in marks) or any(name <= words for name in names):
            found.append(row_id)
    for row_id in found:
        db.session.execute(delete(ImportRow).where(ImportRow.id == row_id))


def _erase_account(people: Sequence[Person]) -> None:
    users = [person.user for person in people if person.user is not None]
    for person in people:
        person.user = None
    db.session.flush()
    for user in users:
        if not user.is_staff:  # theirs is the administrator's to close
            db.session.execute(delete(User).where(User.id == user.id))
            db.session.expunge(user)


def _erase_people(people: Sequence[Person]) -> None:
    """Delete the rows of people, or empty them where registrations and invitations are still counted."""
    for person in people:
        person.merged_into_id = None
    db.session.flush()
    for person in people:
        counted = _empty_counted(person)
        if counted:
            _empty(person)
        else:
            db.session.delete(person)
    db.session.flush()


def _empty_counted(person: Person) -> int:
    """Empty registrations and invitations of all but what is counted; return how many there are."""
    made = db.session.scalars(select(Registration).where(Registration.person_id == person.id)).all()
    for registration in made:
        registration.needs, registration.note, registration.interpreter_language = [], "", ""
        registration.token, registration.made_with, registration.organisation_id = new_token(), None, None
        registration.language = "de"
    invitations = db.session.scalars(select(Invitation).where(Invitation.person_id == person.id)).all()
    for invitation in invitations:
        invitation.token, invitation.code = new_token(), None
    return len(made) + len(invitations)


def _empty(person: Person) -> None:
    blank = Person(name=NOBODY, name_key="")  # no key: nobody is taken for them
    kept = {"id", "user_id", "merged_into_id", "created_at"}
    person.created_at = clock.now()  # signed links hold the old moment, and open nothing any more
    for column in Person.__table__.columns:
        if column.key not in kept:
            default = column.default.arg if column.default is not None and column.default.is_scalar else None
            value = getattr(blank, column.key)
            setattr(person, column.key, default if value is None else value)
