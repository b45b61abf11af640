"""What the office must do about trainings: tick who is there today, close the list, issue certificates."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import select

from coordapp.events import service as events
from coordapp.events.attention import in_short
from coordapp.events.kinds import EventKind
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.attention import Line, Urgency
from coordapp.trainings import certificates
from coordapp.trainings.models import Training

LOOKS_BACK = timedelta(days=365)  # older trainings are left alone: their registrations are deleted


def list_lines(now: datetime) -> list[Line]:
    """List what the trainings of today and of the last year need."""
    known = events.list_events(EventKind.TRAINING, after=now - LOOKS_BACK, published_only=False)
    held = [event for event in known if event.is_published and not event.is_cancelled]
    return [*_today(held, now), *_after([event for event in held if event.ends_at <= now])]


def _today(held: Sequence[Event], now: datetime) -> Iterator[Line]:
    today = clock.local(now).date()
    for event in held:
        for date in event.dates:
            if clock.local(date.starts_at).date() == today and date.ends_at > now:
                url = url_for("training_attendance_office.date", event_id=event.id, event_date_id=date.id)
                yield Line("Anwesenheit abhaken", url, Urgency.BROKEN, about=in_short(event), until=date.ends_at)


def _after(over: Sequence[Event]) -> Iterator[Line]:
    ids = [event.id for event in over]
    rows = {one.event_id: one for one in db.session.scalars(select(Training).where(Training.event_id.in_(ids)))}
    due = certificates.list_with_due(ids)
    for event in over:
        training = rows.get(event.id)
        if training is None:
            continue
        if not training.event.is_attendance_closed:
            url = url_for("training_attendance_office.show", event_id=event.id)
            yield Line("Anwesenheit prüfen und Liste abschließen", url, Urgency.TO_DO, about=in_short(event))
        elif event.id in due and not event.is_confidential:
            url = url_for("certificates_office.show", event_id=event.id)
            yield Line("Bescheinigungen ausstellen", url, Urgency.WAITED_FOR, about=in_short(event))
