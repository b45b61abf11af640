"""The mails about wishes: the next group of a format, and trainings for one organisation. One function a mail."""

import hashlib
from datetime import datetime

from coordapp.directory.models import Person
from coordapp.events import mails as event_mails
from coordapp.events.mails import Sample
from coordapp.events.models import Event, RegistrationStatus
from coordapp.outbox import service as outbox
from coordapp.shared import clock
from coordapp.trainings.models import Training, TrainingFormat, TrainingInterest, TrainingRequest

# the next group


def interest_to_confirm(interest: TrainingInterest) -> bool:
    """Ask whether it was they who want to hear of the next group.

    Quotes nothing: a stranger may have typed the address, and their words must not go out in the name of the office.
    """
    return _write_interest(interest, "interest_to_confirm")


def interest_noted(interest: TrainingInterest) -> bool:
    """Say that we keep it in mind, with the link to take it back."""
    return _write_interest(interest, "interest_noted")


def _write_interest(interest: TrainingInterest, template: str) -> bool:
    """Write a mail about an interest; a double click, within one minute, is one mail."""
    minute, begun = f"{clock.now():%Y%m%d%H%M}", int(interest.created_at.timestamp())  # numbers of rows come again
    key = f"training-interest:{interest.id}:{begun}:{template.replace('_', '-')}:{minute}"
    return outbox.enqueue(
        f"trainings/mail/{template}.txt", to=interest.person.email, name=interest.person.name,
        language=interest.language, key=key, training_format=interest.format, token=interest.token,
    )  # fmt: skip


def precondition_missing(training: Training, person: Person, *, language: str) -> bool:
    """Tell somebody who waits that there is a group, which training they lack for it, and that they go on waiting."""
    return outbox.enqueue(
        "trainings/mail/precondition_missing.txt", to=person.email, name=person.name, language=language,
        key=f"training:{training.event_id}:precondition-missing:{person.id}", **_missing(training.format),
    )  # fmt: skip


def preview_precondition_missing(training_format: TrainingFormat) -> str:
    """Return subject and text of the mail to those who lack a training."""
    return outbox.preview("trainings/mail/precondition_missing.txt", language="de", **_missing(training_format))


def preview_offer(planned: Event, *, until: datetime | None) -> str:
    """Return subject and text of the mail to those who are offered a place of a group that is not made yet."""
    sample = Sample(status=RegistrationStatus.OFFERED, is_coming=False, expires_at=until)
    return event_mails.preview(planned, "place_offered", sample=sample, is_next_group=True)


def preview_waiting(planned: Event) -> str:
    """Return subject and text of the mail to those for whom a group that is not made yet has no place."""
    sample = Sample(status=RegistrationStatus.WAITING, is_coming=False)
    return event_mails.preview(planned, "waiting", sample=sample)


def _missing(training_format: TrainingFormat) -> dict:
    return {"training_format": training_format, "required": training_format.required_format}


# trainings for one organisation


def request_received(asked: TrainingRequest) -> bool:
    """Tell the contact person that their request arrived; quotes nothing of it, see `interest_to_confirm`."""
    return _write_to_asker(asked, "request_received")


def request_answered(asked: TrainingRequest) -> bool:
    """Send what the office wrote; the same words twice are one mail."""
    return _write_to_asker(asked, "request_answered", occasion=_digest(asked.answer))


def request_handed_on(asked: TrainingRequest) -> bool:
    """Say who can help instead, and how to reach them."""
    return _write_to_asker(asked, "request_handed_on", occasion=_digest(f"{asked.handed_to}\n{asked.answer}"))


def request_declined(asked: TrainingRequest) -> bool:
    """Say that it cannot be done, and why."""
    return _write_to_asker(asked, "request_declined", occasion=_digest(asked.answer))


def request_agreed(asked: TrainingRequest, training: Training) -> bool:
    """Send the dates and the link with which the group registers; what is confidential has none and is not named."""
    return _write_to_asker(
        asked, "request_agreed", occasion=str(training.event_id), event=training.event,
        group_token=training.group_token,
    )  # fmt: skip


def _write_to_asker(asked: TrainingRequest, template: str, *, occasion: str = "", **facts) -> bool:
    begun = int(asked.received_at.timestamp())  # numbers of rows come again
    return outbox.enqueue(
        f"trainings/mail/{template}.txt", to=asked.email, language=asked.language,
        key=f"training-request:{asked.id}:{begun}:{template.replace('_', '-')}:{occasion}", asked=asked, **facts,
    )  # fmt: skip


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]
