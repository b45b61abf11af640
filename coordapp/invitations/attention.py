"""What the office must do about invitations: an event comes near and nobody was invited."""

from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import exists, select

from coordapp.events.attention import in_short
from coordapp.events.models import Event, EventDate
from coordapp.events.rules import refusal
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.shared.attention import Line, Urgency

NOTICE = timedelta(days=56)  # so long before an event people should hear of it


def list_lines(now: datetime) -> list[Line]:
    """List the events of the next eight weeks that nobody was invited to while registration is open."""
    soon = Event.dates.any((EventDate.starts_at > now) & (EventDate.starts_at <= now + NOTICE))
    nobody = ~exists().where(Invitation.event_id == Event.id)
    events = [event for event in db.session.scalars(select(Event).where(soon, nobody)) if not refusal(event, at=now)]
    return [
        Line(
            "Ehrenamtliche einladen", url_for("invitations_office.show", event_id=event.id), Urgency.TO_DO,
            about=in_short(event), until=event.registration_closes_at,
        )
        for event in sorted(events, key=lambda event: event.starts_at)
    ]  # fmt: skip
