"""Decisions about invitations: whom they reach and how, where each stands, how long it takes. No database is asked."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from coordapp.directory.models import Channel, Person
from coordapp.events.models import CancelledBy, Registration, RegistrationStatus
from coordapp.invitations.models import Answer


class LeftOut(StrEnum):
    """Why somebody gets no invitation."""

    MERGED = "merged"
    INVITED = "invited"
    REGISTERED = "registered"
    DECLINED = "declined"
    LACKS_TRAINING = "lacks_training"  # that the event asks for: they would be refused
    NO_CONSENT = "no_consent"
    PAUSED = "paused"
    BY_PHONE = "by_phone"
    BOUNCED = "bounced"
    NO_EMAIL = "no_email"
    CHOSEN = "chosen"  # the office takes them out of this mailing
    EVENT_CLOSED = "event_closed"  # nobody can register any more


class State(StrEnum):
    """Where an invitation stands."""

    COMING = "coming"
    WAITING = "waiting"  # said yes, but all places are taken
    MAYBE = "maybe"
    DECLINED = "declined"
    SILENT = "silent"


@dataclass(frozen=True)
class Standing:
    """What is known about somebody before they are invited to an event."""

    is_invited: bool = False
    has_agreed: bool = True  # to invitations to events of this kind
    paused_until: date | None = None
    registration: Registration | None = None
    lacks_training: bool = False
    is_taken_out: bool = False


SAID_NO = (CancelledBy.PARTICIPANT, CancelledBy.OFFICE)  # other registrations lapsed without anybody saying anything
IN_LINE = (RegistrationStatus.WAITING, RegistrationStatus.OFFERED)


def left_out(person: Person, standing: Standing, *, today: date) -> LeftOut | None:
    """Say why a person gets no invitation to an event, or None when they get one."""
    registration = standing.registration
    answers = (
        (person.merged_into_id is not None, LeftOut.MERGED),
        (standing.is_invited, LeftOut.INVITED),
        (registration is not None and registration.is_active, LeftOut.REGISTERED),
        (registration is not None and registration.cancelled_by in SAID_NO, LeftOut.DECLINED),
        (standing.lacks_training, LeftOut.LACKS_TRAINING),
        (not standing.has_agreed, LeftOut.NO_CONSENT),
        (standing.paused_until is not None and today < standing.paused_until, LeftOut.PAUSED),
        (standing.is_taken_out, LeftOut.CHOSEN),
    )
    return next((reason for applies, reason in answers if applies), None) or _unreachable(person)


def _unreachable(person: Person) -> LeftOut | None:
    """Say why neither a mail nor a letter reaches a person."""
    if gets_letter(person):
        return None
    if person.channel is Channel.PHONE and person.phone:
        return LeftOut.BY_PHONE
    if person.mail_address:
        return None
    return LeftOut.BOUNCED if person.email else LeftOut.NO_EMAIL


def gets_letter(person: Person) -> bool:
    """Tell whether somebody is invited by letter: they want it so, or mails do not reach them and the post does."""
    if person.channel is Channel.LETTER:
        return True
    wants_calls = person.channel is Channel.PHONE and bool(person.phone)
    return not wants_calls and person.mail_address is None and bool(person.street)


def state(
    answer: Answer | None, registration: Registration | None, *, answered_at: datetime | None = None
) -> State:  # fmt: skip
    """Say where an invitation stands: what the person did last counts, also on other ways than its link."""
    if registration is not None and registration.is_active:
        return State.WAITING if registration.status in IN_LINE else State.COMING
    if answer is Answer.MAYBE and not _is_later(registration, answered_at):
        return State.MAYBE
    if registration is None:
        return State.DECLINED if answer is Answer.NO else State.SILENT
    return State.DECLINED if registration.cancelled_by in SAID_NO or answer is not None else State.SILENT


def _is_later(registration: Registration | None, answered_at: datetime | None) -> bool:
    """Tell whether somebody cancelled a registration after an answer."""
    if registration is None or registration.cancelled_at is None or answered_at is None:
        return False
    return registration.cancelled_by in SAID_NO and registration.cancelled_at > answered_at


def minutes_left(waiting: int, *, sent_lately: int, per_minute: int) -> int:
    """Estimate how many minutes so many mails take.

    `sent_lately` were sent in the last minute, which is the pace measured; without any, the setting counts.
    """
    pace = min(sent_lately, per_minute) if sent_lately else per_minute
    return math.ceil(waiting / max(pace, 1))
