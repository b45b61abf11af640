"""Topics that volunteers propose, the agenda made of them, and the tasks that come up again. Nothing here commits.

The year's plan is in planning.py; attendance.py and minutes.py have what their names say.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from coordapp.directory.models import Person
from coordapp.events import service as events
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event, EventDate
from coordapp.events.occupancy import lock
from coordapp.extensions import db
from coordapp.invitations import service as invitations
from coordapp.round_tables import rules
from coordapp.round_tables.models import AgendaItem, RoundTable, Task, Topic, TopicStatus
from coordapp.shared import clock, text

TOPIC_LENGTH, TOPIC_MINUTES = 300, 20
DONE_SHOWN = 20
OPEN_TASKS_TITLE, OPEN_TASKS_MINUTES = "Offene Aufgaben aus früheren Runden", 15


class ItemHasMinutes(Exception):
    """Raised when a point of the agenda cannot go, because the minutes say something about it."""


@dataclass(frozen=True)
class AgendaLine:
    """A point of the agenda, when it begins (UTC), and for the point of open tasks which these are."""

    item: AgendaItem
    starts_at: datetime
    tasks: Sequence[Task] = ()


@dataclass(frozen=True)
class MinutesPoint:
    """What the minutes say about one point."""

    title: str
    notes: str
    decisions: str


@dataclass(frozen=True)
class MinutesTask:
    """What somebody took on; `who` is only what the reader may know."""

    text: str
    who: str
    due_on: date | None


@dataclass(frozen=True)
class Minutes:
    """The minutes of a round table as somebody may read them."""

    introduction: str
    points: Sequence[MinutesPoint]
    tasks: Sequence[MinutesTask]

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to read."""
        return not (self.introduction or self.points or self.tasks)

    def to_json(self) -> dict:
        """Return what is stored when they are published."""
        stored = asdict(self)
        for task in stored["tasks"]:
            task["due_on"] = task["due_on"] and task["due_on"].isoformat()
        return stored

    @classmethod
    def from_json(cls, stored: dict) -> "Minutes":
        """Return what was stored."""
        return cls(
            introduction=stored["introduction"],
            points=[MinutesPoint(**point) for point in stored["points"]],
            tasks=[
                MinutesTask(**task | {"due_on": date.fromisoformat(task["due_on"]) if task["due_on"] else None})
                for task in stored["tasks"]
            ],
        )


# deeds


def remember_round_table(event: Event) -> RoundTable:
    """Return the row of a round table, made now if there is none; a new one begins with the open tasks."""
    found = find_round_table(event)
    if found is not None:
        return found
    made = RoundTable(event=event)
    try:
        with db.session.begin_nested():
            db.session.add(made)
            db.session.flush()
            db.session.add(open_tasks_item(event))
    except IntegrityError:  # somebody else made it this moment
        return db.session.get_one(RoundTable, event.id)
    return made


def open_tasks_item(event: Event) -> AgendaItem:
    """Return a new point for what is still to be done from earlier round tables."""
    return AgendaItem(
        event_id=event.id, position=1, title=OPEN_TASKS_TITLE, minutes_planned=OPEN_TASKS_MINUTES,
        lists_open_tasks=True, notes="", decisions="",
    )  # fmt: skip


def propose_topic(event: Event, person: Person | None, words: str) -> Topic | None:
    """Remember what somebody wants to talk about; nothing for no words, and the same words twice are one topic."""
    words = text.one_line(words)[:TOPIC_LENGTH]
    if not words:
        return None
    lock(event)
    same = (Topic.event_id == event.id, Topic.text == words)
    mine = Topic.person_id == person.id if person is not None else Topic.person_id.is_(None)
    found = db.session.scalars(select(Topic).where(*same, mine)).first()
    if found is not None:
        return found
    topic = Topic(event_id=event.id, person=person, text=words)
    db.session.add(topic)
    db.session.flush()
    return topic


def accept_topic(event: Event, topic: Topic) -> AgendaItem:
    """Put a topic on the agenda, once."""
    lock(event)
    found = db.session.scalars(select(AgendaItem).where(AgendaItem.topic_id == topic.id)).first()
    topic.status = TopicStatus.ACCEPTED
    if found is not None:
        return found
    return add_item(event, title=topic.text, minutes_planned=TOPIC_MINUTES, topic=topic)


def decline_topic(event: Event, topic: Topic) -> None:
    """Leave a topic off the agenda; raises ItemHasMinutes when it was talked about."""
    lock(event)
    item = db.session.scalars(select(AgendaItem).where(AgendaItem.topic_id == topic.id)).first()
    if item is not None:
        remove_item(event, item)
    topic.status = TopicStatus.DECLINED
    db.session.flush()


def add_item(event: Event, *, title: str, minutes_planned: int, topic: Topic | None = None) -> AgendaItem:
    """Put a point at the end of the agenda."""
    lock(event)
    remember_round_table(event)
    last = db.session.scalar(select(func.max(AgendaItem.position)).where(AgendaItem.event_id == event.id)) or 0
    item = AgendaItem(
        event_id=event.id, position=last + 1, title=title, minutes_planned=minutes_planned, topic=topic,
        lists_open_tasks=False, notes="", decisions="",
    )  # fmt: skip
    db.session.add(item)
    db.session.flush()
    return item


def change_item(event: Event, item: AgendaItem, *, title: str, minutes_planned: int) -> None:
    """Change what a point says and how long it takes."""
    lock(event)
    item.title, item.minutes_planned = title, minutes_planned
    db.session.flush()


def move_item(event: Event, item: AgendaItem, *, by: int) -> None:
    """Move a point one step earlier (-1) or later (1) among those that are shown."""
    lock(event)
    shown = [line.item for line in list_agenda(event, drafts=True)]
    order = rules.moved([other.id for other in shown], item.id, by=by)
    for position, other in enumerate(sorted(shown, key=lambda other: order.index(other.id)), start=1):
        other.position = position
    db.session.flush()


def remove_item(event: Event, item: AgendaItem) -> None:
    """Take a point off the agenda; its topic can be chosen again. Raises ItemHasMinutes."""
    lock(event)
    if item.notes or item.decisions:
        raise ItemHasMinutes
    if item.topic is not None:
        item.topic.status = TopicStatus.PROPOSED
    db.session.delete(item)
    db.session.flush()


def set_done(task: Task, *, done: bool) -> None:
    """Tick a task off, or open it again."""
    if task.is_done != done:
        task.done_at = clock.now() if done else None


# questions


def find_round_table(event: Event) -> RoundTable | None:
    """Return the row of a round table."""
    return db.session.get(RoundTable, event.id)


def round_table_of(event: Event) -> RoundTable:
    """Return the row of a round table, or an empty one that is not stored: for pages, which only read."""
    return find_round_table(event) or RoundTable(
        event_id=event.id, minutes_introduction="", minutes_version=0, published_minutes=None
    )  # fmt: skip


def get_round_table(event_id: int) -> Event:
    """Return the event of a round table; answer 404 where there is none."""
    return events.get_event(event_id, kind=EventKind.ROUND_TABLE)


def list_topics(event: Event) -> list[Topic]:
    """List what was proposed for a round table, the first first."""
    return list(db.session.scalars(select(Topic).where(Topic.event_id == event.id).order_by(Topic.id)))


def list_topics_of(event: Event, person: Person) -> list[Topic]:
    """List what a person wants to talk about at a round table."""
    mine = (Topic.event_id == event.id, Topic.person_id == person.id)
    return list(db.session.scalars(select(Topic).where(*mine).order_by(Topic.id)))


def list_agenda(event: Event, *, drafts: bool = False) -> list[AgendaLine]:
    """List the points of a round table with their times.

    The point of open tasks is only there while there are any; what minutes say that nobody was sent yet is left out
    unless `drafts` are wanted, as in the office.
    """
    items = list_items(event)
    tasks = list_open_tasks(event, drafts=drafts) if any(item.lists_open_tasks for item in items) else []
    shown = [item for item in items if tasks or not item.lists_open_tasks]
    times = rules.agenda_times(event.starts_at, [item.minutes_planned for item in shown])
    return [
        AgendaLine(item=item, starts_at=at, tasks=tasks if item.lists_open_tasks else ())
        for item, at in zip(shown, times, strict=True)
    ]


def list_items(event: Event) -> list[AgendaItem]:
    """List all points; a round table that nobody has touched yet has the one of open tasks, which is not stored."""
    query = select(AgendaItem).where(AgendaItem.event_id == event.id).order_by(AgendaItem.position, AgendaItem.id)
    items = list(db.session.scalars(query))
    if not items and find_round_table(event) is None:
        return [open_tasks_item(event)]
    return items


def list_open_tasks(before_event: Event, *, drafts: bool = False) -> list[Task]:
    """List what earlier round tables left to do and was not done when this one began, the most urgent first."""
    earlier = select(EventDate.event_id).where(EventDate.starts_at < before_event.starts_at)
    query = (
        select(Task)
        .outerjoin(RoundTable, RoundTable.event_id == Task.event_id)
        .where(
            Task.event_id.in_(earlier),
            Task.event_id != before_event.id,
            or_(Task.done_at.is_(None), Task.done_at >= before_event.starts_at),
        )
    )
    if not drafts:
        query = query.where(RoundTable.minutes_sent_at.is_not(None))
    return list(db.session.scalars(query.order_by(*_most_urgent_first())))


def list_tasks(*, done: bool) -> list[Task]:
    """List the open tasks of all round tables, the most urgent first, or the last ones done."""
    if done:
        query = select(Task).where(Task.done_at.is_not(None)).order_by(Task.done_at.desc(), Task.id).limit(DONE_SHOWN)
    else:
        query = select(Task).where(Task.done_at.is_(None)).order_by(*_most_urgent_first())
    return list(db.session.scalars(query))


def _most_urgent_first():
    return Task.due_on.is_(None), Task.due_on, Task.id


def find_minutes(event: Event) -> Minutes | None:
    """Return the minutes that were published: as they were sent, without the names of volunteers."""
    stored = round_table_of(event).published_minutes
    return Minutes.from_json(stored) if stored else None


def list_invited(event: Event) -> list[Person]:
    """List who was invited to a round table: they get its minutes too."""
    return invitations.list_invited(event)
