"""The catalogue: entries made, changed, archived, deleted, and which groups of them are coming. Nothing commits."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.exc import IntegrityError

from coordapp.directory.models_training import TrainingRecord
from coordapp.events import words as event_words
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event, EventDate
from coordapp.events.occupancy import Occupancy, occupancies
from coordapp.events.rules import refusal
from coordapp.extensions import db
from coordapp.trainings.models import Training, TrainingFormat, TrainingInterest
from coordapp.trainings.service import hold_format, list_formats


class InUse(Exception):
    """Raised when an entry cannot be deleted, because groups, people or other entries depend on it."""


class ConfidentialityIsSettled(Exception):
    """Raised when an entry that is in use would become confidential, or no longer be."""


class Uses(NamedTuple):
    """How many things depend on an entry of the catalogue."""

    groups: int
    waiting: int
    completed: int  # people in whose history it stands
    followers: int  # entries that ask for it
    asked_for: int  # groups that ask for it, whatever their entry does by now


@dataclass(frozen=True)
class Line:
    """What the office's list says about an entry."""

    format: TrainingFormat
    coming: int
    over: int


@dataclass(frozen=True)
class Group:
    """A coming group that everybody may know of, and in words whether one can still come."""

    training: Training
    free: str
    is_open: bool
    is_full: bool

    @property
    def event(self) -> Event:
        """Return its event."""
        return self.training.event


@dataclass(frozen=True)
class Offer:
    """An entry that everybody may see, with its coming groups, the next first."""

    format: TrainingFormat
    groups: list[Group]


# deeds


def create(values: Mapping) -> TrainingFormat:
    """Make an entry."""
    made = TrainingFormat(**values)
    db.session.add(made)
    db.session.flush()
    return made


def change(entry: TrainingFormat, values: Mapping, *, version: int) -> None:
    """Change an entry; groups that are planned stay as they are.

    `version` is the one the form was filled from. Raises EditedMeanwhile or ConfidentialityIsSettled.
    """
    hold_format(entry, version=version)
    is_confidential = values.get("is_confidential", entry.is_confidential)
    if is_confidential != entry.is_confidential and any(uses_of(entry)):
        raise ConfidentialityIsSettled
    for name, value in values.items():
        setattr(entry, name, value)
    db.session.flush()


def offer(entry: TrainingFormat, *, is_offered: bool) -> None:
    """Put an entry into the public catalogue, or into the archive; its groups stay as they are."""
    entry.is_offered = is_offered
    entry.version += 1
    db.session.flush()


def delete(entry: TrainingFormat) -> None:
    """Delete an entry that nothing depends on. Raises InUse."""
    if any(uses_of(entry)):
        raise InUse
    try:
        db.session.delete(entry)
        db.session.flush()
    except IntegrityError as planned:
        raise InUse from planned


# questions of the office


def uses_of(entry: TrainingFormat) -> Uses:
    """Return how many things depend on an entry."""
    of_it = (
        select(func.count()).select_from(Training).where(Training.format_id == entry.id),
        select(func.count()).select_from(TrainingInterest).where(TrainingInterest.format_id == entry.id),
        select(func.count()).select_from(TrainingRecord).where(TrainingRecord.format_id == entry.id),
        select(func.count()).select_from(TrainingFormat).where(TrainingFormat.required_format_id == entry.id),
        select(func.count()).select_from(Event).where(Event.required_format_id == entry.id),
    )
    return Uses(*(db.session.scalar(count) or 0 for count in of_it))


def list_lines(*, at: datetime) -> list[Line]:
    """List the whole catalogue by title with the numbers of its groups, each counted at once; drafts are coming."""
    ends = select(EventDate.event_id, func.max(EventDate.ends_at).label("at")).group_by(EventDate.event_id).subquery()
    counted = (
        select(
            Training.format_id,
            func.sum(case((ends.c.at > at, 1), else_=0)),
            func.sum(case((ends.c.at <= at, 1), else_=0)),
        )
        .join(ends, ends.c.event_id == Training.event_id)
        .join(Event, Event.id == Training.event_id)
        .where(Event.cancelled_at.is_(None))
        .group_by(Training.format_id)
    )
    groups = {format_id: (coming, over) for format_id, coming, over in db.session.execute(counted)}
    return [Line(entry, *groups.get(entry.id, (0, 0))) for entry in list_formats(offered_only=False)]


def list_groups_of(entry: TrainingFormat) -> list[Training]:
    """List all groups of an entry, drafts too, the latest first."""
    found = db.session.scalars(select(Training).where(Training.format_id == entry.id)).all()
    return sorted(found, key=lambda training: (training.event.starts_at, training.event_id), reverse=True)


def list_possible_preconditions(entry: TrainingFormat | None) -> list[TrainingFormat]:
    """List by title what an entry may ask for: not itself, nothing that asks for it, nothing confidential."""
    entries = list_formats(offered_only=False)
    asks_for = {one.id: one.required_format_id for one in entries}
    left_out = followers(entry.id, asks_for) | {entry.id} if entry is not None else set()
    return [one for one in entries if one.id not in left_out and not one.is_confidential]


def followers(entry_id: int, asks_for: Mapping[int, int | None]) -> set[int]:
    """Return the ids of all that ask for an entry, or for one that does; `asks_for` says what each asks for."""
    found: set[int] = set()
    nearest = {entry_id}
    while nearest:
        nearest = {one for one, needed in asks_for.items() if needed in nearest} - found
        found |= nearest
    return found


# questions of everybody


def state() -> tuple:
    """Return the state of all that the public pages show, which every registration and every change moves on."""
    of_events = (func.count(Event.id), *(_sum(column) for column in (Event.id, Event.version, Event.revision)))
    of_formats = (func.count(TrainingFormat.id), _sum(TrainingFormat.id), _sum(TrainingFormat.version))
    events = db.session.execute(select(*of_events).where(Event.kind == EventKind.TRAINING)).one()
    return (*events, *db.session.execute(select(*of_formats)).one())


def _sum(column):
    return func.coalesce(func.sum(column), 0)


def is_public(entry: TrainingFormat) -> bool:
    """Tell whether everybody may see an entry."""
    return entry.is_offered and not entry.is_confidential


def list_offers(entries: Iterable[TrainingFormat], *, at: datetime) -> list[Offer]:
    """Return entries with their coming groups, in two queries for all."""
    listed = list(entries)
    groups = _coming_groups([entry.id for entry in listed], at=at)
    return [Offer(entry, [group for group in groups if group.training.format_id == entry.id]) for entry in listed]


def list_coming(entry: TrainingFormat, *, at: datetime) -> list[Group]:
    """List the groups of an entry that everybody may know of and that have not begun, the next first."""
    return _coming_groups([entry.id], at=at)


def _coming_groups(format_ids: Collection[int], *, at: datetime) -> list[Group]:
    query = (
        select(Training)
        .join(Training.event)
        .where(
            Training.format_id.in_(format_ids), Event.published_at.is_not(None), Event.group_only.is_(False),
            Event.cancelled_at.is_(None), ~Event.dates.any(EventDate.starts_at <= at),
        )
    )  # fmt: skip
    found = sorted(db.session.scalars(query), key=lambda training: (training.event.starts_at, training.event_id))
    numbers = occupancies(training.event for training in found)
    return [_group(training, numbers.get(training.event_id, Occupancy()), at=at) for training in found]


def _group(training: Training, occupancy: Occupancy, *, at: datetime) -> Group:
    event = training.event
    free = event_words.free_places(event, taken=occupancy.taken, waiting=occupancy.waiting, at=at)
    return Group(training, free, is_open=refusal(event, at=at) is None, is_full=occupancy.is_full(event))


def next_group(entry: TrainingFormat, *, at: datetime, besides: Event | None = None) -> Group | None:
    """Return the next group of an entry that one can register for, rather one with a free place."""
    groups = [group for group in list_coming(entry, at=at) if group.is_open and group.event != besides]
    return next((group for group in groups if not group.is_full), groups[0] if groups else None)


def find_precondition(event: Event) -> TrainingFormat | None:
    """Return what somebody must have completed before they may register."""
    needed = event.required_format_id
    return None if needed is None else db.session.get(TrainingFormat, needed)
