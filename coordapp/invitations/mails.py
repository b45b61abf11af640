"""The mails of invitations: one mail, one function, one template, one key."""

from coordapp.accounts.models import User
from coordapp.events.models import Event
from coordapp.invitations.models import Invitation
from coordapp.outbox import service as outbox
from coordapp.shared import clock

TEMPLATE = "invitations/mail/invitation.txt"


def invitation(invitation: Invitation) -> bool:
    """Invite one person, in their language."""
    return _write(invitation, key=invitation_key(invitation))


def reminder(invitation: Invitation) -> bool:
    """Ask once more, in the thread of the invitation."""
    first = invitation_key(invitation)
    in_reply_to = outbox.message_id_of(first)
    return _write(invitation, key=f"{first}:reminder", is_reminder=True, in_reply_to=in_reply_to)


def invitation_key(invitation: Invitation) -> str:
    """Return what makes a mail the one invitation of a person to an event."""
    return f"invitation:{invitation.id}"


def trial(event: Event, user: User) -> bool:
    """Write the invitation to who is about to send it; its link opens the public page. Once a minute."""
    return outbox.enqueue(
        TEMPLATE, to=user.email, name=user.name, language="de",
        key=f"invitation-trial:{event.id}:{user.id}:{clock.now():%Y%m%d%H%M}",
        **_facts(event, name=user.name, is_trial=True),
    )  # fmt: skip


def preview(event: Event, *, name: str) -> str:
    """Return subject and text of the invitation as somebody of this name would read it in German."""
    return outbox.preview(TEMPLATE, language="de", **_facts(event, name=name))


def _write(
    invitation: Invitation, *, key: str, is_reminder: bool = False, in_reply_to: str | None = None
) -> bool:  # fmt: skip
    event, person = invitation.event, invitation.person
    return outbox.enqueue(
        TEMPLATE, to=person.email, name=person.name, language=person.language, key=key, in_reply_to=in_reply_to,
        expires_at=event.registration_closes_at,
        **_facts(event, name=person.name, token=invitation.token, is_reminder=is_reminder),
    )  # fmt: skip


def _facts(event: Event, *, name: str, token: str = "", is_reminder: bool = False, is_trial: bool = False) -> dict:
    return {
        "event": event, "reader": name, "token": token, "place_known": not event.hides_address,
        "is_reminder": is_reminder, "is_trial": is_trial,
    }  # fmt: skip
