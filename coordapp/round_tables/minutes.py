"""Minutes: written by several hands, sent once to everybody, shown to the public without names. Never commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from coordapp.accounts import service as accounts
from coordapp.accounts.models import User
from coordapp.directory.models import Person
from coordapp.events.models import Event, Registration, RegistrationStatus
from coordapp.events.occupancy import lock
from coordapp.events.service import EditedMeanwhile
from coordapp.extensions import db
from coordapp.round_tables import mails, rules
from coordapp.round_tables.models import AgendaItem, RoundTable, Task
from coordapp.round_tables.service import (
    Minutes,
    MinutesPoint,
    MinutesTask,
    list_agenda,
    list_invited,
    remember_round_table,
    round_table_of,
)
from coordapp.shared import clock, text


@dataclass(frozen=True)
class PointDraft:
    """What was typed about one point of the agenda."""

    item_id: int | None  # None for the open tasks of a round table that is not stored yet
    title: str
    notes: str
    decisions: str


@dataclass(frozen=True)
class TaskDraft:
    """A task as it was typed; one without words is dropped."""

    task_id: int | None
    text: str
    who: str
    due_on: date | None


@dataclass(frozen=True)
class Draft:
    """The whole form of the minutes."""

    introduction: str
    points: Sequence[PointDraft]
    tasks: Sequence[TaskDraft]


@dataclass(frozen=True)
class Recipients:
    """Whom the minutes go to, and who has no e-mail address and gets a letter; each by name."""

    by_mail: Sequence[Person]
    by_letter: Sequence[Person]

    def find(self, person_id: int) -> Person | None:
        """Return one of them."""
        return next((person for person in (*self.by_mail, *self.by_letter) if person.id == person_id), None)


@dataclass(frozen=True)
class Difference:
    """A field of the minutes that holds something else by now than what was typed."""

    label: str
    stored: str


# deeds


def save_minutes(event: Event, draft: Draft, *, version: int, by: User) -> RoundTable:
    """Store the minutes as a draft; raises EditedMeanwhile when somebody saved after `version` was read."""
    lock(event)
    round_table = remember_round_table(event)
    db.session.refresh(round_table)
    if round_table.minutes_version != version:
        raise EditedMeanwhile
    round_table.minutes_introduction = draft.introduction
    round_table.minutes_version += 1
    round_table.minutes_saved_at, round_table.minutes_saved_by = clock.now(), by
    items = {item.id: item for item in _list_items(event)}
    for point in draft.points:
        _save_point(event, point, items)
    _save_tasks(event, draft.tasks)
    db.session.flush()
    return round_table


def _save_point(event: Event, point: PointDraft, items: dict[int, AgendaItem]) -> None:
    item = items.get(point.item_id or 0)
    if item is None and point.item_id is None:
        item = next((item for item in items.values() if item.lists_open_tasks), None)
    if item is None:
        if not (point.notes or point.decisions):
            return
        last = max((item.position for item in items.values()), default=0)
        item = AgendaItem(event_id=event.id, position=last + 1, title=point.title, minutes_planned=0)
        db.session.add(item)  # taken off the agenda while this was written: what was written stays
    item.notes, item.decisions = point.notes, point.decisions


def _save_tasks(event: Event, drafts: Iterable[TaskDraft]) -> None:
    known = {task.id: task for task in list_tasks_of(event)}
    people, staff = _people_by_name(event), _staff_by_name()
    for draft in drafts:
        task = known.get(draft.task_id or 0)
        if not draft.text:
            if task is not None:
                db.session.delete(task)
            continue
        if task is None:
            task = Task(event=event)
            db.session.add(task)
        task.text, task.due_on = draft.text, draft.due_on
        if text.fold(draft.who) != text.fold(task.who if task.id else ""):
            name = text.fold(draft.who)
            task.assignee, task.staff = people.get(name), staff.get(name) if name not in people else None
            task.assignee_name = "" if task.assignee or task.staff else draft.who


def send_minutes(event: Event, *, version: int) -> int:
    """Publish the minutes and write them to everybody concerned; return how many mails were written.

    The same version sent again writes to nobody twice. Raises EditedMeanwhile when `version` is not the stored one.
    """
    lock(event)
    round_table = remember_round_table(event)
    db.session.refresh(round_table)
    if round_table.minutes_version != version:
        raise EditedMeanwhile
    if round_table.minutes_sent_version == version:
        return 0
    is_correction = round_table.minutes_sent_at is not None
    round_table.minutes_sent_at, round_table.minutes_sent_version = clock.now(), version
    round_table.published_minutes = compose(event, for_public=True).to_json()
    db.session.flush()
    shown = compose(event)
    return sum(
        mails.minutes(event, person, minutes=shown, version=version, is_correction=is_correction)
        for person in list_recipients(event).by_mail
    )


# questions


def compose(event: Event, *, for_public: bool = False) -> Minutes:
    """Put the minutes together as they are stored now: for those who were there, or for the public.

    Participants read the first name of who took on a task; the public only that the office did, or nothing.
    """
    named = _public_name if for_public else _short_name
    return Minutes(
        introduction=round_table_of(event).minutes_introduction,
        points=[
            MinutesPoint(title=item.title, notes=item.notes, decisions=item.decisions)
            for item in _list_items(event)
            if item.notes or item.decisions
        ],
        tasks=[
            MinutesTask(text=task.text, who=named(task), due_on=task.due_on) for task in list_tasks_of(event)
        ],
    )  # fmt: skip


def _public_name(task: Task) -> str:
    return task.who if task.staff is not None or rules.is_office(task.assignee_name) else ""


def _short_name(task: Task) -> str:
    return _public_name(task) or rules.first_name(task.who)


def list_recipients(event: Event) -> Recipients:
    """List whom the minutes concern: who registered and did not cancel, who was there, who was invited."""
    registered = (
        select(Person)
        .join(Registration, Registration.person_id == Person.id)
        .where(
            Registration.event_id == event.id,
            Registration.status != RegistrationStatus.CANCELLED,
            or_(Registration.proven_at.is_not(None), Registration.status == RegistrationStatus.ATTENDED),
        )
    )
    people = {person.id: person for person in (*db.session.scalars(registered), *list_invited(event))}
    ordered = sorted(people.values(), key=lambda person: (person.name_key, person.id))
    return Recipients(
        by_mail=[person for person in ordered if person.email],
        by_letter=[person for person in ordered if not person.email],
    )


def list_differences(event: Event, draft: Draft) -> list[Difference]:
    """List what somebody else has stored meanwhile and `draft` would overwrite or does not know of."""
    items = {item.id: item for item in _list_items(event)}
    pairs = [("Allgemeines", draft.introduction, round_table_of(event).minutes_introduction)]
    for point in draft.points:
        item = items.get(point.item_id or 0)
        if item is not None:
            pairs.append((f"{item.title}: Was wurde gesagt?", point.notes, item.notes))
            pairs.append((f"{item.title}: Beschlüsse", point.decisions, item.decisions))
    typed = {task.task_id: _task_words(task.text, task.who, task.due_on) for task in draft.tasks}
    pairs += [
        ("Aufgabe", typed.get(task.id, ""), _task_words(task.text, task.who, task.due_on))
        for task in list_tasks_of(event)
    ]
    return [Difference(label=label, stored=stored) for label, mine, stored in pairs if mine != stored]


def _task_words(words: str, who: str, due_on: date | None) -> str:
    return ", ".join(part for part in (words, who, f"bis {due_on:%d.%m.%Y}" if due_on else "") if part)


def list_points(event: Event) -> list[AgendaItem]:
    """List the points that the minutes may say something about: the agenda as shown, and what already has words."""
    shown = [line.item for line in list_agenda(event, drafts=True)]
    return [
        *shown,
        *(item for item in _list_items(event) if item not in shown and (item.notes or item.decisions)),
    ]


def list_tasks_of(event: Event) -> list[Task]:
    """List the tasks decided at a round table in the order they were written."""
    return list(db.session.scalars(select(Task).where(Task.event_id == event.id).order_by(Task.id)))


def list_helpers(event: Event) -> list[str]:
    """List the names that a task can be given to: who is registered, and the office's staff."""
    return [
        *(person.name for person in _people_by_name(event).values()),
        *(user.name for user in _staff_by_name().values()),
    ]


def _list_items(event: Event) -> list[AgendaItem]:
    query = select(AgendaItem).where(AgendaItem.event_id == event.id)
    return list(db.session.scalars(query.order_by(AgendaItem.position, AgendaItem.id)))


def _people_by_name(event: Event) -> dict[str, Person]:
    """Return who is registered by folded name; a name that two people have means neither."""
    query = (
        select(Person)
        .join(Registration, Registration.person_id == Person.id)
        .where(Registration.event_id == event.id, Registration.status != RegistrationStatus.CANCELLED)
        .order_by(Person.name_key, Person.id)
    )
    people = list(db.session.scalars(query))
    keys = [person.name_key for person in people]
    return {person.name_key: person for person in people if keys.count(person.name_key) == 1}


def _staff_by_name() -> dict[str, User]:
    return {text.fold(user.name): user for user in accounts.list_users() if user.is_staff and user.is_active}
