"""Decisions about invitations: whom they reach, and where each stands. No database is asked."""

from enum import StrEnum

from coordapp.directory.models import Person
from coordapp.events.models import CancelledBy, Registration, RegistrationStatus
from coordapp.invitations.models import Answer


class LeftOut(StrEnum):
    """Why somebody gets no invitation."""

    INVITED = "invited"
    REGISTERED = "registered"
    DECLINED = "declined"
    NO_CONSENT = "no_consent"
    NO_EMAIL = "no_email"


class State(StrEnum):
    """Where an invitation stands."""

    COMING = "coming"
    WAITING = "waiting"  # said yes, but all places are taken
    DECLINED = "declined"
    SILENT = "silent"


SAID_NO = (CancelledBy.PARTICIPANT, CancelledBy.OFFICE)  # other registrations lapsed without anybody saying anything
IN_LINE = (RegistrationStatus.WAITING, RegistrationStatus.OFFERED)


def left_out(
    person: Person, *, is_invited: bool, has_agreed: bool, registration: Registration | None
) -> LeftOut | None:
    """Say why a person gets no invitation to an event, or None when they get one."""
    answers = (
        (is_invited, LeftOut.INVITED),
        (registration is not None and registration.is_active, LeftOut.REGISTERED),
        (registration is not None and registration.cancelled_by in SAID_NO, LeftOut.DECLINED),
        (not has_agreed, LeftOut.NO_CONSENT),
        (not person.email, LeftOut.NO_EMAIL),
    )
    return next((reason for applies, reason in answers if applies), None)


def state(answer: Answer | None, registration: Registration | None) -> State:
    """Say where an invitation stands: what the person did last counts, also on other ways than its link."""
    if registration is None:
        return State.DECLINED if answer is Answer.NO else State.SILENT
    if registration.is_active:
        return State.WAITING if registration.status in IN_LINE else State.COMING
    if registration.cancelled_by in SAID_NO or answer is not None:
        return State.DECLINED
    return State.SILENT
