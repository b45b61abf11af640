"""What the office must do about round tables: topics, attendance, minutes, tasks, and planning the year."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import func, select

from coordapp.events import service as events
from coordapp.events.attendance_rules import is_attendance_open
from coordapp.events.attention import in_short
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.round_tables.models import RoundTable, Task, Topic, TopicStatus
from coordapp.round_tables.rules import NOTICE, TABLES_A_YEAR
from coordapp.shared import clock
from coordapp.shared.attention import Line, Urgency, counted

LOOKS_BACK = timedelta(days=365)  # older round tables are left alone: their registrations are deleted
NEXT_YEAR_FROM = 9  # in this month the office begins to plan the next year


def list_lines(now: datetime) -> list[Line]:
    """List what the round tables of the last and the coming year need."""
    known = events.list_events(EventKind.ROUND_TABLE, after=now - LOOKS_BACK, published_only=False)
    known = [event for event in known if not event.is_cancelled]
    over = [event for event in known if event.is_published and event.ends_at <= now]
    coming = [event for event in known if event.is_published and event.ends_at > now]
    return [*_today(coming, now), *_overdue_tasks(now), *_after(over), *_topics(coming[:1]), *_years(known, now)]


def _today(coming: Sequence[Event], now: datetime) -> Iterator[Line]:
    for event in coming:
        if is_attendance_open(event, at=now):
            url = url_for("attendance_office.show", event_id=event.id)
            yield Line("Anwesenheit abhaken", url, Urgency.BROKEN, about=in_short(event), until=event.ends_at)


def _after(over: Sequence[Event]) -> Iterator[Line]:
    ids = [event.id for event in over]
    rows = {row.event_id: row for row in db.session.scalars(select(RoundTable).where(RoundTable.event_id.in_(ids)))}
    for event in over:
        row = rows.get(event.id)
        if not event.is_attendance_closed:
            url = url_for("attendance_office.show", event_id=event.id)
            yield Line("Anwesenheit abhaken und abschließen", url, Urgency.TO_DO, about=in_short(event))
        if row is None or not row.has_minutes:
            url = url_for("minutes_office.edit", event_id=event.id)
            yield Line("Protokoll schreiben", url, Urgency.WAITED_FOR, about=in_short(event))
        elif row.has_unsent_minutes:
            url = url_for("minutes_office.check", event_id=event.id)
            yield Line("Protokoll prüfen und senden", url, Urgency.WAITED_FOR, about=in_short(event))


def _overdue_tasks(now: datetime) -> Iterator[Line]:
    today = clock.local(now).date()
    number, first = db.session.execute(
        select(func.count(), func.min(Task.due_on)).where(Task.done_at.is_(None), Task.due_on < today)
    ).one()
    if number:
        deed = counted(number, "überfällige Aufgabe", "überfällige Aufgaben") + " ansehen"
        yield Line(
            deed, url_for("agenda_office.tasks"), Urgency.WAITED_FOR, about="aus früheren Runden Tischen", until=first
        )  # fmt: skip


def _topics(coming: Sequence[Event]) -> Iterator[Line]:
    for event in coming:
        proposed = (Topic.event_id == event.id, Topic.status == TopicStatus.PROPOSED)
        number = db.session.scalar(select(func.count()).select_from(Topic).where(*proposed))
        if number:
            deed = counted(number, "Themenvorschlag", "Themenvorschläge") + " ansehen"
            url = url_for("agenda_office.show", event_id=event.id)
            yield Line(deed, url, Urgency.WAITED_FOR, about=in_short(event), until=event.starts_at)


def _years(known: Sequence[Event], now: datetime) -> Iterator[Line]:
    """Ask for the years that lack round tables, while there is time left to hold them."""
    today = clock.local(now).date()
    years = [today.year] if (today + NOTICE).year == today.year else []
    if today.month >= NEXT_YEAR_FROM:
        years.append(today.year + 1)
    for year in years:
        planned = sum(clock.local(event.starts_at).year == year for event in known)
        if planned < TABLES_A_YEAR:
            about = f"{planned} von {TABLES_A_YEAR} Runden Tischen geplant"
            url = url_for("round_tables_office.plan", jahr=year)
            yield Line(f"Jahr {year} planen", url, Urgency.TO_DO, about=about)
