import pytest

from coordapp.events.models import CancelledBy, Registration, RegistrationStatus
from coordapp.invitations.models import Answer
from coordapp.invitations.rules import LeftOut, State, left_out, state


def registered(status: RegistrationStatus, cancelled_by: CancelledBy | None = None) -> Registration:
    return Registration(status=status, cancelled_by=cancelled_by)


CONFIRMED = registered(RegistrationStatus.CONFIRMED)
UNCONFIRMED = registered(RegistrationStatus.UNCONFIRMED)
WAITING = registered(RegistrationStatus.WAITING)
OFFERED = registered(RegistrationStatus.OFFERED)
SAID_NO = registered(RegistrationStatus.CANCELLED, CancelledBy.PARTICIPANT)
SAID_NO_BY_PHONE = registered(RegistrationStatus.CANCELLED, CancelledBy.OFFICE)
LAPSED = registered(RegistrationStatus.CANCELLED, CancelledBy.NOT_CONFIRMED)
OFFER_LAPSED = registered(RegistrationStatus.CANCELLED, CancelledBy.OFFER_EXPIRED)


@pytest.mark.parametrize(("given", "is_invited", "registration", "expected"), [
    ({}, False, None, None),
    ({}, True, None, LeftOut.INVITED),
    ({}, True, CONFIRMED, LeftOut.INVITED),
    ({}, False, CONFIRMED, LeftOut.REGISTERED),
    ({}, False, WAITING, LeftOut.REGISTERED),
    ({}, False, SAID_NO, LeftOut.DECLINED),
    ({}, False, SAID_NO_BY_PHONE, LeftOut.DECLINED),
    ({}, False, LAPSED, None),                                   # never confirmed: may be asked
    ({"email": None}, False, None, LeftOut.NO_EMAIL),
])  # fmt: skip
def test_left_out_names_why_somebody_gets_no_invitation(make, given, is_invited, registration, expected):
    assert left_out(
        make.volunteer(**given), is_invited=is_invited, has_agreed=True, registration=registration
    ) is expected  # fmt: skip


@pytest.mark.parametrize("email", ["olha@example.org", None])
def test_nobody_is_invited_who_has_not_agreed(make, email):
    reason = left_out(make.volunteer(email=email), is_invited=False, has_agreed=False, registration=None)
    assert reason is LeftOut.NO_CONSENT


@pytest.mark.parametrize(("answer", "registration", "expected"), [
    (None, None, State.SILENT),
    (Answer.NO, None, State.DECLINED),
    (Answer.YES, CONFIRMED, State.COMING),
    (None, CONFIRMED, State.COMING),          # registered on the public page instead
    (Answer.NO, CONFIRMED, State.COMING),     # no first, then registered
    (None, UNCONFIRMED, State.COMING),
    (Answer.YES, WAITING, State.WAITING),
    (Answer.YES, OFFERED, State.WAITING),
    (Answer.YES, SAID_NO, State.DECLINED),    # yes first, then cancelled
    (None, SAID_NO_BY_PHONE, State.DECLINED),
    (None, LAPSED, State.SILENT),
    (Answer.YES, OFFER_LAPSED, State.DECLINED),
    (Answer.YES, None, State.SILENT),         # the registration was deleted after its time
])  # fmt: skip
def test_state_is_what_the_person_did_last(answer, registration, expected):
    assert state(answer, registration) is expected
