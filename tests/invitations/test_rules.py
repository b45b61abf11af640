from datetime import UTC, date, datetime, timedelta

import pytest

from coordapp.directory.models import Channel
from coordapp.events.models import CancelledBy, Registration, RegistrationStatus
from coordapp.invitations.models import Answer
from coordapp.invitations.rules import LeftOut, Standing, State, gets_letter, left_out, minutes_left, state


def registered(status: RegistrationStatus, cancelled_by: CancelledBy | None = None) -> Registration:
    return Registration(status=status, cancelled_by=cancelled_by)


NOW = datetime(2027, 3, 16, 12, tzinfo=UTC)
CONFIRMED = registered(RegistrationStatus.CONFIRMED)
UNCONFIRMED = registered(RegistrationStatus.UNCONFIRMED)
WAITING = registered(RegistrationStatus.WAITING)
OFFERED = registered(RegistrationStatus.OFFERED)
SAID_NO = registered(RegistrationStatus.CANCELLED, CancelledBy.PARTICIPANT)
SAID_NO_BY_PHONE = registered(RegistrationStatus.CANCELLED, CancelledBy.OFFICE)
LAPSED = registered(RegistrationStatus.CANCELLED, CancelledBy.NOT_CONFIRMED)
OFFER_LAPSED = registered(RegistrationStatus.CANCELLED, CancelledBy.OFFER_EXPIRED)


TODAY = date(2027, 3, 16)
EMAIL, LETTER, PHONE = Channel.EMAIL, Channel.LETTER, Channel.PHONE
AT_HOME = {"street": "Markt 1", "postal_code": "98693"}
NUMBER = "+493628738100"


@pytest.mark.parametrize(("given", "standing", "expected"), [
    ({}, {}, None),
    ({}, {"is_invited": True}, LeftOut.INVITED),
    ({}, {"is_invited": True, "registration": CONFIRMED}, LeftOut.INVITED),
    ({}, {"registration": CONFIRMED}, LeftOut.REGISTERED),
    ({}, {"registration": WAITING}, LeftOut.REGISTERED),
    ({}, {"registration": SAID_NO}, LeftOut.DECLINED),
    ({}, {"registration": SAID_NO_BY_PHONE}, LeftOut.DECLINED),
    ({}, {"registration": LAPSED}, None),                        # never confirmed: may be asked
    ({}, {"lacks_training": True}, LeftOut.LACKS_TRAINING),
    ({}, {"lacks_training": True, "registration": CONFIRMED}, LeftOut.REGISTERED),
    ({}, {"has_agreed": False}, LeftOut.NO_CONSENT),
    ({"email": None}, {"has_agreed": False}, LeftOut.NO_CONSENT),
    ({}, {"paused_until": date(2027, 3, 17)}, LeftOut.PAUSED),
    ({}, {"paused_until": TODAY}, None),                         # may be asked again from today on
    ({}, {"is_taken_out": True}, LeftOut.CHOSEN),
    ({}, {"is_taken_out": True, "registration": CONFIRMED}, LeftOut.REGISTERED),
    ({"email": None}, {}, LeftOut.NO_EMAIL),
    ({"email": None, **AT_HOME}, {}, None),                      # gets a letter
    ({"email_bounced_at": NOW}, {}, LeftOut.BOUNCED),
    ({"email_bounced_at": NOW, **AT_HOME}, {}, None),
    ({"channel": LETTER}, {}, None),                             # handed over where no address is known
    ({"channel": PHONE, "phone": NUMBER}, {}, LeftOut.BY_PHONE),
    ({"channel": PHONE}, {}, None),                              # wants calls, but gave no number
    ({"channel": PHONE, "phone": NUMBER, "email": None, **AT_HOME}, {}, LeftOut.BY_PHONE),
])  # fmt: skip
def test_left_out_names_why_somebody_gets_no_invitation(make, given, standing, expected):
    assert left_out(make.volunteer(**given), Standing(**standing), today=TODAY) is expected


def test_who_was_merged_into_somebody_else_gets_nothing(make):
    merged = make.volunteer(merged_into_id=make.person().id)
    assert left_out(merged, Standing(), today=TODAY) is LeftOut.MERGED


@pytest.mark.parametrize(("given", "expected"), [
    ({}, False),
    ({"email": None}, False),
    ({"email": None, **AT_HOME}, True),
    ({"channel": LETTER}, True),
    ({"channel": LETTER, "email": None}, True),
    ({**AT_HOME}, False),
    ({"email_bounced_at": NOW, **AT_HOME}, True),
    ({"channel": PHONE, "phone": NUMBER, "email": None, **AT_HOME}, False),
])  # fmt: skip
def test_letters_go_to_those_who_want_them_or_whom_no_mail_reaches(make, given, expected):
    assert gets_letter(make.volunteer(**given)) is expected


@pytest.mark.parametrize(("waiting", "sent_lately", "per_minute", "expected"), [
    (0, 0, 300, 0),
    (1, 0, 300, 1),
    (1000, 0, 300, 4),       # as the setting says
    (1000, 100, 300, 10),    # as measured
    (1000, 900, 300, 4),     # no faster than allowed
    (10, 0, 0, 10),
])  # fmt: skip
def test_the_time_left_is_estimated_by_the_pace_of_the_last_minute(waiting, sent_lately, per_minute, expected):
    assert minutes_left(waiting, sent_lately=sent_lately, per_minute=per_minute) == expected


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
    (Answer.MAYBE, None, State.MAYBE),
    (Answer.MAYBE, CONFIRMED, State.COMING),  # maybe first, then registered
    (Answer.MAYBE, LAPSED, State.MAYBE),
])  # fmt: skip
def test_state_is_what_the_person_did_last(answer, registration, expected):
    assert state(answer, registration) is expected


@pytest.mark.parametrize(("minutes", "expected"), [(-1, State.MAYBE), (0, State.MAYBE), (1, State.DECLINED)])
def test_a_maybe_counts_until_the_registration_that_followed_is_cancelled(minutes, expected):
    cancelled = Registration(
        status=RegistrationStatus.CANCELLED, cancelled_by=CancelledBy.PARTICIPANT,
        cancelled_at=NOW + timedelta(minutes=minutes),
    )  # fmt: skip
    assert state(Answer.MAYBE, cancelled, answered_at=NOW) is expected
