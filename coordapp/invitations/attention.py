"""What the office must do about invitations: invite, go on with what was paused, print letters."""

from datetime import datetime, timedelta

from flask import url_for
from sqlalchemy import exists, func, select

from coordapp.events.attention import in_short
from coordapp.events.models import Event, EventDate
from coordapp.events.occupancy import Occupancy, occupancies
from coordapp.events.rules import refusal
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.invitations.models_mailing import Mailing, MailingStatus
from coordapp.shared.attention import Line, Urgency, counted

NOTICE = timedelta(days=56)  # so long before an event people should hear of it


def list_lines(now: datetime) -> list[Line]:
    """List what is to be done for the events that people can still register for."""
    return [*_not_invited(now), *_paused(now), *_letters(now)]


def _not_invited(now: datetime) -> list[Line]:
    """List the events of the next eight weeks with free places that nobody was invited to while one can register."""
    soon = Event.dates.any((EventDate.starts_at > now) & (EventDate.starts_at <= now + NOTICE))
    nobody = ~exists().where(Invitation.event_id == Event.id)
    events = [event for event in db.session.scalars(select(Event).where(soon, nobody)) if not refusal(event, at=now)]
    held = occupancies(events)
    events = [event for event in events if not held.get(event.id, Occupancy()).is_full(event)]
    return [
        Line(
            "Ehrenamtliche einladen", url_for("invitations_office.show", event_id=event.id), Urgency.TO_DO,
            about=in_short(event), until=event.registration_closes_at,
        )
        for event in sorted(events, key=lambda event: event.starts_at)
    ]  # fmt: skip


def _paused(now: datetime) -> list[Line]:
    """List the mailings that were paused and wait for somebody to go on."""
    paused = db.session.scalars(select(Mailing).where(Mailing.status == MailingStatus.PAUSED).order_by(Mailing.id))
    return [
        Line(
            "Angehaltene Einladung fortsetzen", url_for("mailings_office.show", mailing_id=mailing.id),
            Urgency.WAITED_FOR, about=in_short(mailing.event), until=mailing.event.registration_closes_at,
        )
        for mailing in paused if not refusal(mailing.event, at=now)
    ]  # fmt: skip


def _letters(now: datetime) -> list[Line]:
    """List the mailings with letters that are not printed yet."""
    waiting = (Invitation.by_letter, Invitation.printed_at.is_(None), Invitation.answer.is_(None))
    number = func.count(Invitation.id)
    counts = select(Invitation.mailing_id, number).where(*waiting).group_by(Invitation.mailing_id)
    numbers = {mailing_id: count for mailing_id, count in db.session.execute(counts)}
    mailings = db.session.scalars(select(Mailing).where(Mailing.id.in_(numbers)).order_by(Mailing.id))
    return [
        Line(
            counted(numbers[mailing.id], "Brief drucken", "Briefe drucken"),
            url_for("mailings_office.show", mailing_id=mailing.id), Urgency.WAITED_FOR, about=in_short(mailing.event),
            until=mailing.event.registration_closes_at,
        )
        for mailing in mailings if not refusal(mailing.event, at=now)
    ]  # fmt: skip
