"""iCalendar feeds, kept ready: one small question tells whether anything changed since they were written."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager, lazyload

from coordapp.calendar import service
from coordapp.calendar.service import Choice, FeedState, Shown
from coordapp.events import ical
from coordapp.events.kinds import KINDS
from coordapp.events.models import Event, EventDate
from coordapp.extensions import db
from coordapp.shared import clock

FEEDS_KEPT = 32  # in the memory of each process
SETTLED = timedelta(seconds=2)  # stored times are whole seconds: what is younger could change within the same one


@dataclass(frozen=True)
class File:
    """An iCalendar file with what a client needs to know whether it has it already."""

    content: bytes
    etag: str
    changed_at: datetime | None  # None for a feed without any date


def feed(choice: Choice, *, language: str) -> File:
    """Return the feed of a choice in a language, written anew only when something in it changed."""
    now, state = clock.now(), service.feed_state()
    is_settled = state.changed_at is None or state.changed_at < now - SETTLED
    write = _kept if is_settled else _kept.__wrapped__
    config = current_app.config
    return write(choice, language, state, clock.today(), config["COUNTY_NAME"], config["BASE_URL"])


def single(event: Event, *, language: str) -> File:
    """Return the file of one event."""
    return _file(ical.single(event, language=language), event.changed_at)


@lru_cache(maxsize=FEEDS_KEPT)
def _kept(choice: Choice, language: str, _state: FeedState, _day: date, county: str, _base_url: str) -> File:
    loaded = contains_eager(EventDate.event).options(
        contains_eager(Event.place), lazyload(Event.dates), lazyload(Event.edition)
    )
    query = service.dates_of(choice, Shown.IN_FEED).options(loaded)
    dates = db.session.scalars(query, service.moments(clock.now())).all()
    content = ical.feed(dates, name=_name(choice, language, county), language=language)
    return _file(content, max((shown.event.changed_at for shown in dates), default=None))


def _name(choice: Choice, language: str, county: str) -> str:
    with force_locale(language):
        parts = [_("Termine: %(county)s", county=county), choice.municipality]
        if choice.kind is not None:
            parts.append(str(KINDS[choice.kind].label))
        return " – ".join(filter(None, parts))  # no comma: some programs show its escape


def _file(content: bytes, changed_at: datetime | None) -> File:
    return File(content, hashlib.sha256(content).hexdigest()[:32], changed_at)
