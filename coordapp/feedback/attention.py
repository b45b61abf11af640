"""What the office must do here: read what guests wrote."""

from datetime import datetime

from flask import url_for
from sqlalchemy import select

from coordapp.events.attention import in_short
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.feedback import results
from coordapp.shared.attention import Line, Urgency, counted


def list_lines(now: datetime) -> list[Line]:  # noqa: ARG001 - texts do not wait for a moment
    """Say for each event how many texts nobody has read, once there are enough answers to see them."""
    unread = results.list_unread()
    events = db.session.scalars(select(Event).where(Event.id.in_(unread)).order_by(Event.id)) if unread else ()
    return [
        Line(
            counted(unread[event.id], "neue Rückmeldung", "neue Rückmeldungen") + " lesen",
            url_for("feedback_office.show", event_id=event.id), Urgency.TO_DO, about=in_short(event),
        )
        for event in events
    ]  # fmt: skip
