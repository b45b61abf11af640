"""The mail that thanks and asks."""

from coordapp.events.models import Registration
from coordapp.feedback import rules
from coordapp.outbox import service as outbox


def thank_you(registration: Registration, *, token: str) -> bool:
    """Thank somebody for having come and give them the link to the questions; return whether it was written.

    The mail is secret: once it is sent its text goes, so that nothing is left here that ties the link to the person.
    """
    person, event = registration.person, registration.event
    return outbox.enqueue(
        "feedback/mail/thank_you.txt", to=person.mail_address, name=person.name, language=registration.language,
        key=thank_you_key(registration), expires_at=event.ends_at + rules.THANKED_UNTIL, is_secret=True,
        in_reply_to=outbox.first_message_id(_thread(registration), to=person.mail_address),
        event=event, token=token, links_end_on=rules.links_end_on(event),
    )  # fmt: skip


def thank_you_key(registration: Registration) -> str:
    """Return what makes the mail the same one, however often the list of attendance is closed: the registration."""
    return f"{_thread(registration)}thank-you"


def _thread(registration: Registration) -> str:
    """Return how the keys of all mails about a registration begin; see events/mails.py and privacy/mails_to.py."""
    return f"registration:{registration.id}:"
