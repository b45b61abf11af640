"""What the office's start page and its search show. Everything here is a question; nothing is changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import func, select

from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.events import service as events
from coordapp.events.models import HOLDING, Event, EventDate, Need, Place, Registration
from coordapp.events.occupancy import Occupancy, occupancy_of
from coordapp.extensions import db
from coordapp.office import rules
from coordapp.shared import clock, languages, text
from coordapp.shared.attention import Line, in_order

MOST = 20  # hits shown of each sort
REGISTRATIONS_SHOWN = 5  # of each person


@dataclass(frozen=True)
class Needs:
    """What is needed at an event: people by need, and the languages to be interpreted."""

    numbers: dict[Need, int]
    languages: Sequence[str]


@dataclass(frozen=True)
class Upcoming:
    """The next event with its numbers."""

    event: Event
    occupancy: Occupancy
    needs: Needs


@dataclass(frozen=True)
class PersonHit:
    """A person that was found, with their last registrations, and whether they can be registered for the next event."""

    person: Person
    registrations: Sequence[Registration]
    is_registered: bool


@dataclass(frozen=True)
class Hits:
    """What a search found; `next_event` is what somebody who phones is most likely to want."""

    events: Sequence[Event]
    people: Sequence[PersonHit]
    next_event: Event | None
    free: Mapping[int, str]  # by the id of an event: whether one can still come

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was found."""
        return not self.events and not self.people


def list_attention(now: datetime) -> list[Line]:
    """List what needs somebody now, of all rooms that `app.py` names, the most urgent first."""
    return in_order(line for list_lines in current_app.extensions["attention"] for line in list_lines(now))


def find_next_event(now: datetime) -> Event | None:
    """Return the published event of any kind that begins next and is not called off."""
    starts = select(func.min(EventDate.starts_at)).where(EventDate.event_id == Event.id).scalar_subquery()
    coming = (Event.published_at.is_not(None), Event.cancelled_at.is_(None), starts > now)
    return db.session.scalars(select(Event).where(*coming).order_by(starts, Event.id).limit(1)).first()


def find_upcoming(now: datetime) -> Upcoming | None:
    """Return the next event with its numbers."""
    event = find_next_event(now)
    return Upcoming(event, occupancy_of(event), _needs_at(event)) if event is not None else None


def _needs_at(event: Event) -> Needs:
    """Count what those with a place need; each registration counts once for each need."""
    rows = db.session.execute(
        select(Registration.needs, Registration.interpreter_language).where(
            Registration.event_id == event.id, Registration.status.in_(HOLDING)
        )
    )
    numbers, spoken = dict.fromkeys(Need, 0), set()
    for needs, language in rows:
        for need in needs:
            numbers[Need(need)] += 1
        if Need.INTERPRETER in needs and language:
            spoken.add(language)
    return Needs(numbers, sorted(spoken))


def search(typed: str, now: datetime) -> Hits:
    """Find events by title, place or day, and people by name, address or municipality."""
    people = directory.search_people(typed, limit=MOST) if text.fold(typed) else []
    next_event = find_next_event(now)
    found = _find_events(rules.parse(typed), now)
    free = events.free_places(found, at=now) if found else {}
    return Hits(found, _with_registrations(people, next_event), next_event, free)


def _find_events(query: rules.Query, now: datetime) -> list[Event]:
    """List events, the next ones first, then those that are over, the last one first.

    Names and days of all events are read and compared here: the databases fold letters in different ways.
    """
    if not query.words and query.day is None:
        return []
    rows = db.session.execute(
        select(Event.id, Event.title, Place.name, Place.municipality, EventDate.starts_at)
        .join(EventDate, EventDate.event_id == Event.id)
        .outerjoin(Place, Event.place_id == Place.id)
    )
    words, starts = {}, defaultdict(list)
    for event_id, title, place, municipality, starts_at in rows:
        words[event_id] = (title, place, municipality)
        starts[event_id].append(starts_at)
    found = [
        event_id
        for event_id, parts in words.items()
        if query.matches(
            text.search_text(*parts, *(languages.day(at) for at in starts[event_id])),
            [clock.local(at).date() for at in starts[event_id]],
        )
    ]  # fmt: skip
    found.sort(key=lambda event_id: (max(starts[event_id]) < now, abs(min(starts[event_id]) - now)))
    shown = {event.id: event for event in db.session.scalars(select(Event).where(Event.id.in_(found[:MOST])))}
    return [shown[event_id] for event_id in found[:MOST]]


def _with_registrations(people: Iterable[Person], next_event: Event | None) -> list[PersonHit]:
    found = {person.id: person for person in people}
    made: dict[int, list[Registration]] = defaultdict(list)
    query = select(Registration).where(Registration.person_id.in_(found)).order_by(Registration.id.desc())
    for registration in db.session.scalars(query) if found else ():
        made[registration.person_id].append(registration)
    return [
        PersonHit(
            person, made[person.id][:REGISTRATIONS_SHOWN],
            any(one.is_active and one.event is next_event for one in made[person.id]),
        )
        for person in found.values()
    ]  # fmt: skip
