"""Who waits for which format, in which order, and opening the next group for them in one step.

Waiting are those who said so (interests) and those on the waiting lists of groups that are for everybody. Formats that
are confidential have no demand here: nobody may say publicly that they wait, and the office invites.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select

from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.directory.models_training import TrainingRecord
from coordapp.events import mails as event_mails
from coordapp.events import service as events
from coordapp.events import waiting_list
from coordapp.events.kinds import EventKind
from coordapp.events.models import CancelledBy, Event, EventDate, Registration, RegistrationStatus
from coordapp.events.occupancy import lock
from coordapp.events.rules import offer_expires_at
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.trainings import answers, mails, service
from coordapp.trainings.models import Training, TrainingAnswers, TrainingFormat, TrainingInterest

HAVE_A_PLACE = (RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED, RegistrationStatus.ATTENDED)


@dataclass
class Waiter:
    """Somebody who waits for a format, with all that says so."""

    person: Person
    since: datetime
    language: str
    organisation_name: str = ""
    field_of_work: str = ""
    interests: list[TrainingInterest] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)


@dataclass(frozen=True)
class Demand:
    """What the office sees of one format."""

    format: TrainingFormat
    waiters: Sequence[Waiter]

    @property
    def since(self) -> datetime | None:
        """Return since when the first of them waits."""
        return self.waiters[0].since if self.waiters else None

    @property
    def organisations(self) -> list[str]:
        """List which organisations they come from, each once."""
        return list(dict.fromkeys(one.organisation_name for one in self.waiters if one.organisation_name))

    @property
    def fields(self) -> list[str]:
        """List in which fields they work, each once."""
        return list(dict.fromkeys(one.field_of_work for one in self.waiters if one.field_of_work))


@dataclass(frozen=True)
class Plan:
    """What opening a group means for those who wait, each in their order."""

    offered: Sequence[Waiter]
    waiting: Sequence[Waiter]
    lacking: Sequence[Waiter]  # have not completed what must be completed before; they go on waiting

    @property
    def without_address(self) -> list[Waiter]:
        """List who must be told by telephone or letter."""
        return [one for one in (*self.offered, *self.waiting, *self.lacking) if not one.person.email]


@dataclass(frozen=True)
class Preview:
    """Whom opening a group would concern, until when they could answer, and what they would read, each if anybody."""

    plan: Plan
    until: datetime | None
    offer: str
    waiting: str
    lacking: str


@dataclass(frozen=True)
class Opened:
    """A group that was just opened, and for whom."""

    training: Training
    plan: Plan


# deeds


def open_next_group(training_format: TrainingFormat, *, version: int, group: Mapping) -> Opened:
    """Make and publish the next group, and offer its places to those who wait, in their order; one mail to each.

    Who gets none waits for this group. Who lacks a precondition is told so and goes on waiting. `version` is that of
    the format when the office looked, `group` what `service.plan_group` wants. Raises events.EditedMeanwhile when the
    format was changed since, or the group is open already.
    """
    service.hold_format(training_format, version=version)
    for event in _list_groups_waited_for(training_format):
        lock(event)
    training = service.plan_group(training_format, **group)
    events.publish(training.event)
    plan = plan_for(training_format, capacity=training.event.capacity)
    entered = [_enter(training, waiter) for waiter in (*plan.offered, *plan.waiting)]
    waiting_list.offer_places(training.event)
    for registration in entered:
        if registration.status is RegistrationStatus.WAITING:
            event_mails.registration_received(registration, is_first=True)
    for waiter in plan.lacking:
        mails.precondition_missing(training, waiter.person, language=waiter.language)
    return Opened(training, plan)


def _enter(training: Training, waiter: Waiter) -> Registration:
    """Put somebody in the line of a new group; what said that they wait is used up."""
    registration = waiting_list.enter(
        training.event, waiter.person, since=waiter.since, language=waiter.language
    )  # fmt: skip
    answers.remember(
        registration, organisation_name=waiter.organisation_name, field_of_work=waiter.field_of_work
    )  # fmt: skip
    ids = [interest.id for interest in waiter.interests]
    db.session.execute(delete(TrainingInterest).where(TrainingInterest.id.in_(ids)))
    for earlier in waiter.registrations:
        _leave(earlier)
    return registration


def _leave(registration: Registration) -> None:
    """End the waiting for a group that can offer no place any more; the mail about the new group says enough."""
    if offer_expires_at(registration.event, at=clock.now()) is None:
        registration.status, registration.cancelled_at = RegistrationStatus.CANCELLED, clock.now()
        registration.cancelled_by = CancelledBy.OFFICE
        registration.sequence += 1


# questions


def list_demand() -> list[Demand]:
    """List the formats with who waits for each, the most wanted first; what is not offered only if somebody waits."""
    formats = [one for one in service.list_formats(offered_only=False) if not one.is_confidential]
    waiting = _waiters_of(formats)
    found = [Demand(one, waiting[one.id]) for one in formats if one.is_offered or waiting[one.id]]
    return sorted(found, key=lambda demand: -len(demand.waiters))


def demand_for(training_format: TrainingFormat) -> Demand:
    """Return who waits for a format, the first in line first."""
    return Demand(training_format, _waiters_of([training_format])[training_format.id])


def plan_for(training_format: TrainingFormat, *, capacity: int | None) -> Plan:
    """Say who would be offered one of so many places (None: no limit), who would wait, and who lacks something."""
    waiters = demand_for(training_format).waiters
    lacking = who_lack(training_format, waiters)
    ready = [one for one in waiters if one.person.id not in lacking]
    places = len(ready) if capacity is None else capacity
    return Plan(ready[:places], ready[places:], [one for one in waiters if one.person.id in lacking])


def preview_opening(training_format: TrainingFormat, *, group: Mapping) -> Preview:
    """Say whom opening the next group would concern and what they would read; nothing is made."""
    sketch = Event(  # never stored
        id=0, kind=EventKind.TRAINING, title=training_format.title, place=group["place"] or training_format.place,
        dates=[EventDate(starts_at=begin, ends_at=end) for begin, end in group["dates"]], group_only=False,
        is_confidential=False, hides_address=False,
    )  # fmt: skip
    plan = plan_for(training_format, capacity=group["capacity"] or training_format.capacity)
    until = offer_expires_at(sketch, at=clock.now())
    return Preview(
        plan, until, offer=mails.preview_offer(sketch, until=until) if plan.offered else "",
        waiting=mails.preview_waiting(sketch) if plan.waiting else "",
        lacking=mails.preview_precondition_missing(training_format) if plan.lacking else "",
    )  # fmt: skip


def find_latest_group(training_format: TrainingFormat) -> Event | None:
    """Return the group of a format that was planned last."""
    latest = select(Event).join(Training, Training.event_id == Event.id).where(Training.format_id == training_format.id)
    return db.session.scalars(latest.order_by(Event.id.desc()).limit(1)).first()


def who_lack(training_format: TrainingFormat, waiters: Iterable[Waiter]) -> set[int]:
    """Return the ids of those who have not completed what a format asks for."""
    if training_format.required_format_id is None:
        return set()
    completed = select(TrainingRecord.person_id).where(TrainingRecord.format_id == training_format.required_format_id)
    return {one.person.id for one in waiters} - set(db.session.scalars(completed))


def _list_groups_waited_for(training_format: TrainingFormat) -> list[Event]:
    """List the groups that somebody waits for, in the order in which locks are always taken."""
    waited_for = _waiting().with_only_columns(Registration.event_id).where(Training.format_id == training_format.id)
    return list(db.session.scalars(select(Event).where(Event.id.in_(waited_for)).order_by(Event.id)))


def _waiting():
    """Select the waiting lists of groups for everybody that were not called off."""
    return (
        select(Registration, Training.format_id, TrainingAnswers)
        .join(Training, Training.event_id == Registration.event_id)
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(TrainingAnswers, TrainingAnswers.registration_id == Registration.id)
        .where(
            Registration.status == RegistrationStatus.WAITING, Registration.proven_at.is_not(None),
            Event.published_at.is_not(None), Event.cancelled_at.is_(None), Event.group_only.is_(False),
        )
    )  # fmt: skip


def _waiters_of(formats: Sequence[TrainingFormat]) -> dict[int, list[Waiter]]:
    """Return who waits for each of some formats, everybody once, by since when, then by who was known first."""
    ids = [one.id for one in formats]
    found: dict[int, dict[int, Waiter]] = defaultdict(dict)
    interests = select(TrainingInterest).where(
        TrainingInterest.format_id.in_(ids), TrainingInterest.proven_at.is_not(None)
    )
    for interest in db.session.scalars(interests):
        one = Waiter(
            directory.follow_mergers(interest.person), interest.created_at, interest.language,
            interest.organisation_name, interest.field_of_work, interests=[interest],
        )  # fmt: skip
        _add(found[interest.format_id], one)
    waiting = _waiting().where(Training.format_id.in_(ids)).execution_options(populate_existing=True)  # under the lock
    for registration, format_id, said in db.session.execute(waiting):
        one = Waiter(
            directory.follow_mergers(registration.person), registration.queued_at or registration.created_at,
            registration.language, said.organisation_name if said else "", said.field_of_work if said else "",
            registrations=[registration],
        )  # fmt: skip
        _add(found[format_id], one)
    served = _served_at(ids)
    return {
        format_id: sorted(
            (one for one in found[format_id].values() if not _is_served(one, served.get((format_id, one.person.id)))),
            key=lambda one: (one.since, one.person.id),
        )
        for format_id in ids
    }


def _add(known: dict[int, Waiter], one: Waiter) -> None:
    """Add somebody who waits, or what else says so of somebody who is there."""
    there = known.setdefault(one.person.id, one)
    if there is one:
        return
    there.since = min(there.since, one.since)
    there.organisation_name = there.organisation_name or one.organisation_name
    there.field_of_work = there.field_of_work or one.field_of_work
    there.interests += one.interests
    there.registrations += one.registrations


def _served_at(format_ids: Sequence[int]) -> dict[tuple[int, int], datetime]:
    """Return when people who have, had or are offered a place in a group of a format registered for it, the latest."""
    rows = db.session.execute(
        select(Training.format_id, Registration.person_id, func.max(Registration.created_at))
        .join(Training, Training.event_id == Registration.event_id)
        .join(Event, Event.id == Registration.event_id)
        .where(Training.format_id.in_(format_ids), Registration.status.in_(HAVE_A_PLACE), Event.cancelled_at.is_(None))
        .group_by(Training.format_id, Registration.person_id)
    )
    return {(format_id, person_id): at for format_id, person_id, at in rows}


def _is_served(waiter: Waiter, served_at: datetime | None) -> bool:
    """Tell whether somebody got a place after they began to wait."""
    return served_at is not None and served_at >= waiter.since
