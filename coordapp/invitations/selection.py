"""Whom an invitation would reach, and why not the others."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from coordapp.directory import consents, training_records
from coordapp.directory.models import Person
from coordapp.directory.models_profile import Volunteer
from coordapp.events import registration as registrations
from coordapp.events.models import Event, Registration
from coordapp.extensions import db
from coordapp.invitations import rules
from coordapp.invitations.models import Invitation
from coordapp.invitations.rules import LeftOut, Standing
from coordapp.shared import clock


@dataclass(frozen=True)
class Selection:
    """Whom an invitation reaches, and for everybody else why it does not."""

    reachable: Sequence[Person]
    left_out: Sequence[tuple[Person, LeftOut]]

    @property
    def by_letter(self) -> list[Person]:
        """List those who get a letter."""
        return [person for person in self.reachable if rules.gets_letter(person)]

    @property
    def by_mail(self) -> list[Person]:
        """List those who get a mail."""
        return [person for person in self.reachable if not rules.gets_letter(person)]


def check(
    event: Event, people: Iterable[Person], *, without: Collection[int] = (), counts_invited: bool = True
) -> Selection:  # fmt: skip
    """Say whom of these people an invitation would reach, and why not the others; `without` are taken out by hand.

    The sender asks again before each mail, and then whoever is invited is right here.
    """
    invited = _list_invited_ids(event) if counts_invited else set()
    registered, agreed = registrations_of(event), consents.list_agreed(event.rules.invitation_purpose)
    paused, today = _pauses(), clock.today()
    needed = event.required_format_id
    admitted = training_records.list_completed(needed) if needed is not None else set()
    reachable, left_out = [], []
    for person in people:
        standing = Standing(
            is_invited=person.id in invited, has_agreed=person.id in agreed, paused_until=paused.get(person.id),
            registration=registered.get(person.id), is_taken_out=person.id in without,
            lacks_training=needed is not None and person.id not in admitted,
        )  # fmt: skip
        reason = rules.left_out(person, standing, today=today)
        if reason is None:
            reachable.append(person)
        else:
            left_out.append((person, reason))
    return Selection(reachable, left_out)


def _list_invited_ids(event: Event) -> set[int]:
    return set(db.session.scalars(select(Invitation.person_id).where(Invitation.event_id == event.id)))


def _pauses() -> dict:
    """Return until when those pause who do, by person."""
    rows = select(Volunteer.person_id, Volunteer.paused_until).where(Volunteer.paused_until > clock.today())
    return {person_id: paused_until for person_id, paused_until in db.session.execute(rows)}


def registrations_of(event: Event) -> dict[int, Registration]:
    """Return who registered for an event, the cancelled too, by person."""
    return {registration.person_id: registration for registration in registrations.list_registrations(event)}
