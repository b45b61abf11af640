"""Who was invited and can still say yes hears of a moved, cancelled or reinstated event: once for each change.

The worker does it, because an event does not know who was invited. Who is registered hears from the event itself.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select

from coordapp.directory import consents
from coordapp.events.models import Event, EventDate
from coordapp.events.occupancy import lock
from coordapp.extensions import db
from coordapp.invitations import mails, rules
from coordapp.invitations.models import Invitation
from coordapp.invitations.rules import State
from coordapp.invitations.selection import registrations_of
from coordapp.invitations.writing import by_mailbox, room
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock

UNDECIDED = (State.SILENT, State.MAYBE)


def write_due() -> int:
    """Write the next mails about an event that has changed; return how many invitations were dealt with."""
    event, most = _next_event(), room()
    if event is None or not most:
        return 0
    lock(event)
    due = _list_behind(event, most=most)
    for together in by_mailbox(_wanted(event, due)):
        if not (event.is_cancelled and mails.know_of_cancellation(together)):
            mails.changed(together)
    for invitation in due:
        invitation.event_sequence = event.sequence
    db.session.flush()
    return len(due)


def _next_event() -> Event | None:
    """Return an event that is not over and of whose last change somebody who was invited has not heard."""
    is_known = or_(Event.published_at.is_not(None), Event.cancelled_at.is_not(None))
    is_ahead = Event.dates.any(EventDate.ends_at > clock.now())
    query = select(Event).where(is_known, is_ahead, exists().where(_is_behind())).order_by(Event.id).limit(1)
    return db.session.scalars(query.execution_options(populate_existing=True)).first()


def _is_behind() -> ColumnElement[bool]:
    """Select the invitations that arrived by mail and tell of the event as it was before.

    Who has not got the invitation yet hears of the change after it, and never if it does not arrive.
    """
    not_there = exists().where(Mail.key == Invitation.mail_key, Mail.status != MailStatus.SENT)
    return and_(
        Invitation.event_id == Event.id, Invitation.mailed_at.is_not(None),
        Invitation.event_sequence < Event.sequence, ~not_there,
    )  # fmt: skip


def _list_behind(event: Event, *, most: int) -> list[Invitation]:
    """List the next invitations that are behind, and those that came with them in one mail."""
    query = select(Invitation).join(Event, _is_behind()).where(Event.id == event.id).order_by(Invitation.id)
    query = query.execution_options(populate_existing=True)  # under the lock nothing older counts
    first = list(db.session.scalars(query.limit(most)))
    keys = {invitation.mail_key for invitation in first}
    together = db.session.scalars(query.where(Invitation.mail_key.in_(keys))) if keys else ()
    return sorted({*first, *together}, key=lambda invitation: invitation.id)


def _wanted(event: Event, due: Sequence[Invitation]) -> list[Invitation]:
    """Leave out who has answered for good, wants no invitations any more, or cannot be reached."""
    registered, agreed = registrations_of(event), consents.list_agreed(event.rules.invitation_purpose)
    return [
        one for one in due
        if one.person_id in agreed and one.person.mail_address and one.person.merged_into_id is None
        and rules.state(one.answer, registered.get(one.person_id), answered_at=one.answered_at) in UNDECIDED
    ]  # fmt: skip
