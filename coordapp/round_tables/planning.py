"""The year's plan, and what the office sees of each round table. Nothing here commits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from coordapp.events import places
from coordapp.events import service as events
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event, EventDate, Place
from coordapp.events.occupancy import Occupancy, occupancies, occupancy_of
from coordapp.extensions import db
from coordapp.round_tables import rules
from coordapp.round_tables.models import AgendaItem, RoundTable, Topic, TopicStatus
from coordapp.round_tables.service import remember_round_table, round_table_of
from coordapp.shared import clock
from coordapp.shared.days import holidays_of, warnings_in_words


@dataclass(frozen=True)
class Slot:
    """One round table as the office wants it: begin and end in UTC."""

    starts_at: datetime
    ends_at: datetime
    place: Place
    capacity: int | None


@dataclass(frozen=True)
class Line:
    """What a list of round tables says about one."""

    event: Event
    occupancy: Occupancy
    state: rules.State


@dataclass(frozen=True)
class Overview:
    """What the office sees of one round table, and what it does next."""

    event: Event
    round_table: RoundTable
    occupancy: Occupancy
    state: rules.State
    next_step: rules.NextStep
    proposed_topics: int
    agenda_items: int


# deeds


def plan(slots: Iterable[Slot]) -> list[Event]:
    """Make drafts of round tables, each in the edition of its year."""
    return [_plan_one(slot) for slot in slots]


def _plan_one(slot: Slot) -> Event:
    year = clock.local(slot.starts_at).year
    event = events.create_event(
        kind=EventKind.ROUND_TABLE,
        title=f"Runder Tisch in {slot.place.municipality}",
        dates=[(slot.starts_at, slot.ends_at)],
        place=slot.place,
        edition=events.remember_edition(EventKind.ROUND_TABLE, year=year, title=f"Runde Tische {year}"),
        capacity=slot.capacity,
    )
    remember_round_table(event)
    return event


# questions


def list_lines() -> list[Line]:
    """List all round tables by date, drafts too, with how full they are."""
    found = events.list_events(EventKind.ROUND_TABLE, published_only=False)
    numbers, now = occupancies(found), clock.now()
    return [
        Line(event=event, occupancy=numbers.get(event.id, Occupancy()), state=rules.state(event, at=now))
        for event in found
    ]


def overview(event: Event) -> Overview:
    """Return what the office sees of one round table."""
    round_table, now = round_table_of(event), clock.now()
    proposed = _count(Topic, Topic.event_id == event.id, Topic.status == TopicStatus.PROPOSED)
    return Overview(
        event=event,
        round_table=round_table,
        occupancy=occupancy_of(event),
        state=rules.state(event, at=now),
        next_step=rules.next_step(
            event, proposed_topics=proposed, minutes_version=round_table.minutes_version,
            minutes_sent_version=round_table.minutes_sent_version, at=now,
        ),
        proposed_topics=proposed,
        agenda_items=_count(AgendaItem, AgendaItem.event_id == event.id, AgendaItem.lists_open_tasks.is_(False)),
    )  # fmt: skip


def _count(model, *conditions) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def list_planned(year: int) -> list[Event]:
    """List the round tables of a year that are not called off, drafts too."""
    return [
        event
        for event in events.list_events(EventKind.ROUND_TABLE, year=year, published_only=False)
        if not event.is_cancelled
    ]


def propose_year(year: int) -> list[rules.Proposal]:
    """Propose days and places for what is missing of a year's three round tables."""
    return rules.propose_dates(
        year, places=list_venues(), holidays=holidays_of(year), taken_dates=_taken_dates(), today=clock.today()
    )


def list_venues() -> list[rules.Venue]:
    """List all places with the day of the last round table there, planned ones counted."""
    latest = select(Event.place_id, func.max(EventDate.starts_at)).join(EventDate, EventDate.event_id == Event.id)
    latest = latest.where(Event.kind == EventKind.ROUND_TABLE, Event.cancelled_at.is_(None)).group_by(Event.place_id)
    last_at = {place_id: at for place_id, at in db.session.execute(latest)}
    return [
        rules.Venue(place=place, last_on=clock.local(last_at[place.id]).date() if place.id in last_at else None)
        for place in places.list_places()
    ]


def latest_by_place() -> dict[int, Event]:
    """Return the latest round table at each place that had one, drafts included."""
    planned = events.list_events(EventKind.ROUND_TABLE, published_only=False)
    return {event.place_id: event for event in planned if event.place_id is not None and not event.is_cancelled}


def day_warnings(days: Iterable[date]) -> dict[date, list[str]]:
    """Say in words what speaks against some days; days that are fine are left out."""
    return warnings_in_words(days, taken_dates=set(_taken_dates()), taken="An diesem Tag ist schon ein Runder Tisch.")


def _taken_dates() -> list[date]:
    starts = (
        select(EventDate.starts_at)
        .join(EventDate.event)
        .where(Event.kind == EventKind.ROUND_TABLE, Event.cancelled_at.is_(None))
        .order_by(EventDate.starts_at)
    )
    return [clock.local(at).date() for at in db.session.scalars(starts)]
