"""The mails of round tables: one mail, one function, one template, one key."""

from coordapp.directory.models import Person
from coordapp.events.models import Event
from coordapp.outbox import service as outbox
from coordapp.round_tables.service import Minutes


def minutes(event: Event, person: Person, *, minutes: Minutes, version: int, is_correction: bool) -> bool:
    """Send the minutes to one person, once for each version; the frame in their language, the minutes in German."""
    return outbox.enqueue(
        "round_tables/mail/minutes.txt", to=person.email, name=person.name, language=person.language,
        key=f"minutes:{event.id}:{version}:{person.id}", event=event, minutes=minutes, is_correction=is_correction,
    )  # fmt: skip
