"""iCalendar feeds, kept ready: one small question tells whether anything changed since they were written."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import contains_eager, lazyload

from coordapp.calendar.service import Choice, dates_of
from coordapp.events import ical
from coordapp.events.kinds import KINDS
from coordapp.events.models import Event, EventDate
from coordapp.extensions import db
from coordapp.shared import clock

PAST_DAYS = 365  # what is over stays in the readers' calendars for a year
CANCELLED_DAYS = 30  # a cancelled date stays so long after it was called off, and until its day is over
FEEDS_KEPT = 32  # in the memory of each process
SETTLED = timedelta(seconds=2)  # stored times are whole seconds: what is younger could change within the same one


@dataclass(frozen=True)
class File:
    """An iCalendar file with what a client needs to know whether it has it already."""

    content: bytes
    etag: str
    changed_at: datetime | None  # None for a feed without any date


class State(NamedTuple):
    """What tells one content of a feed from another without writing it."""

    number: int
    ids: int
    uid: str
    changed_at: datetime | None
    versions: int
    sequences: int


def feed(choice: Choice, *, language: str) -> File:
    """Return the feed of a choice in a language, written anew only when something in it changed."""
    state = _state(choice)
    is_settled = state.changed_at is None or state.changed_at < clock.now() - SETTLED
    write = _kept if is_settled else _kept.__wrapped__
    return write(choice, language, state, _name(choice, language), current_app.config["BASE_URL"])


def single(event: Event, *, language: str) -> File:
    """Return the file of one event."""
    return _file(ical.single(event, language=language), event.changed_at)


def _state(choice: Choice) -> State:
    columns = (
        func.count(EventDate.id),
        func.coalesce(func.sum(EventDate.id), 0),
        func.coalesce(func.max(EventDate.uid), ""),
        func.max(Event.changed_at),
        func.coalesce(func.sum(Event.version), 0),
        func.coalesce(func.sum(Event.sequence), 0),
    )
    return State(*db.session.execute(dates_of(choice, _is_shown()).with_only_columns(*columns)).one())


@lru_cache(maxsize=FEEDS_KEPT)
def _kept(choice: Choice, language: str, state: State, name: str, _base_url: str) -> File:
    query = dates_of(choice, _is_shown()).order_by(EventDate.starts_at, EventDate.id)
    query = query.options(contains_eager(EventDate.event).options(lazyload(Event.dates), lazyload(Event.edition)))
    return _file(ical.feed(db.session.scalars(query), name=name, language=language), state.changed_at)


def _is_shown() -> ColumnElement[bool]:
    """Say which dates stand in a feed today; the answer changes at midnight in Germany and not in between."""
    midnight = clock.from_local(clock.today(), time(0))
    return or_(
        and_(Event.cancelled_at.is_(None), EventDate.ends_at > midnight - timedelta(days=PAST_DAYS)),
        Event.cancelled_at > midnight - timedelta(days=CANCELLED_DAYS),
        and_(Event.cancelled_at.is_not(None), EventDate.ends_at > midnight),
    )


def _name(choice: Choice, language: str) -> str:
    with force_locale(language):
        parts = [_("Termine: %(county)s", county=current_app.config["COUNTY_NAME"]), choice.municipality]
        if choice.kind is not None:
            parts.append(str(KINDS[choice.kind].label))
        return " – ".join(filter(None, parts))  # no comma: some programs show its escape


def _file(content: bytes, changed_at: datetime | None) -> File:
    return File(content, hashlib.sha256(content).hexdigest()[:32], changed_at)
