"""Once a year volunteers are asked whether their profile is still right ("Stimmt das noch?")."""

from datetime import datetime, timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from coordapp.directory.models import Person
from coordapp.directory.models_profile import Volunteer
from coordapp.directory.service import follow_mergers
from coordapp.extensions import db
from coordapp.outbox import service as outbox
from coordapp.shared import clock
from coordapp.shared.links import external_in

ASK_AFTER = timedelta(days=365)  # since they last said that all is right, and since they were last asked
AT_A_TIME = 50  # mails in one transaction


def write_due() -> int:
    """Ask those who are due, some at a time; return how many, 0 when there is nobody left."""
    now = clock.now()
    due = list_due(now, limit=AT_A_TIME)
    for volunteer in due:
        volunteer.asked_at = now
        ask(volunteer)
    db.session.flush()
    return len(due)


def ask(volunteer: Volunteer) -> bool:
    """Write the mail with the one button."""
    person, asked_at = volunteer.person, volunteer.asked_at or clock.now()
    return outbox.enqueue(
        "directory/mail/still_right.txt", to=person.mail_address, name=person.name, language=person.language,
        key=f"still-right:{person.id}:{asked_at:%Y%m%d}",
        link=external_in(person.language, "still_right.show", token=token_of(volunteer)),
        address_as=person.addressed(person.language),
    )  # fmt: skip


def list_due(now: datetime, *, limit: int) -> list[Volunteer]:
    """List who has to be asked: known to be in the directory, reachable by mail, silent and not asked for a year."""
    before = now - ASK_AFTER
    query = (
        select(Volunteer).join(Volunteer.person).options(joinedload(Volunteer.person))
        .where(
            Volunteer.confirmed_at < before, or_(Volunteer.asked_at.is_(None), Volunteer.asked_at < before),
            Volunteer.informed_at.is_not(None), Person.merged_into_id.is_(None), Person.email.is_not(None),
            Person.email_bounced_at.is_(None),
        ).order_by(Volunteer.confirmed_at, Volunteer.person_id).limit(limit)
    )  # fmt: skip
    return list(db.session.scalars(query))


def token_of(volunteer: Volunteer) -> str:
    """Return the signed part of a volunteer's link; it holds when they were added, as ids may come again."""
    person = volunteer.person
    return _serializer().dumps([person.id, int(person.created_at.timestamp())])


def find_volunteer(token: str) -> Volunteer | None:
    """Return whose link this is; None for one that is not ours, was changed, or whose profile is gone."""
    try:
        person_id, added = _serializer().loads(token)
    except BadData:
        return None
    person = db.session.get(Person, person_id)
    if person is None or int(person.created_at.timestamp()) != added:
        return None
    return db.session.get(Volunteer, follow_mergers(person).id)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="still-right")
