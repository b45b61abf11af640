"""The mails of the directory: one function, one template, one key each."""

from functools import partial

from coordapp.directory import notices, profile
from coordapp.directory.models_profile import Volunteer
from coordapp.outbox import service as outbox


def inform(volunteer: Volunteer) -> bool:
    """Tell somebody once what the office holds about them (Art. 14 DSGVO); return whether a mail was written.

    Whoever has no working address, or knows already, gets none. Once it is written they count as informed.
    """
    person = volunteer.person
    if volunteer.informed_at is not None or person.mail_address is None:
        return False
    is_written = outbox.enqueue(
        "directory/mail/inform.txt",
        to=person.mail_address,
        name=person.name,
        language=person.language,
        key=f"inform:{person.id}",
        greeting=partial(notices.greeting, volunteer),  # called in the reader's language
        introduction=notices.introduction,
        sections=partial(notices.sections, volunteer),
    )
    if is_written:
        profile.inform(volunteer)
    return is_written
