"""Tables for the list at the door."""

from datetime import UTC, datetime

import pytest

from coordapp.events import attendance_rules
from coordapp.events.models import Event, EventDate, Registration, RegistrationStatus

START = datetime(2027, 3, 16, 14, tzinfo=UTC)


def test_sheet_rows_are_sorted_the_german_way_and_companions_stand_below_their_host():
    parties = [("Zoë", 1), ("Özlem", 3), ("Olaf", 1), ("Ärne", 1), ("Arno", 1), ("Юлія", 1)]
    assert attendance_rules.sheet_rows(parties) == [
        "Ärne", "Arno", "Olaf", "Özlem", "Begleitung von Özlem", "Begleitung von Özlem", "Zoë", "Юлія",
    ]  # fmt: skip


@pytest.mark.parametrize(("columns", "is_closed", "expected"), [
    ({"proven_at": START}, False, RegistrationStatus.CONFIRMED),
    ({"proven_at": START}, True, RegistrationStatus.ABSENT),
    ({"proven_at": START, "queued_at": START}, True, RegistrationStatus.WAITING),
    ({"proven_at": START, "queued_at": START, "expires_at": START}, False, RegistrationStatus.OFFERED),
    ({"proven_at": START, "queued_at": START, "confirmed_at": START}, False, RegistrationStatus.CONFIRMED),
    ({"expires_at": START}, False, RegistrationStatus.UNCONFIRMED),
])  # fmt: skip
def test_a_tick_taken_back_gives_nobody_a_place(columns, is_closed, expected):
    assert attendance_rules.status_when_unticked(Registration(**columns), is_closed=is_closed) is expected


@pytest.mark.parametrize(("at", "cancelled", "expected"), [
    (datetime(2027, 3, 15, 22, 59, tzinfo=UTC), False, False),  # 23:59 in Germany
    (datetime(2027, 3, 15, 23, 0, tzinfo=UTC), False, True),
    (datetime(2027, 4, 1, tzinfo=UTC), False, True),
    (datetime(2027, 4, 1, tzinfo=UTC), True, False),
])  # fmt: skip
def test_attendance_opens_on_the_day(at, cancelled, expected):
    event = Event(dates=[EventDate(starts_at=START, ends_at=START)], cancelled_at=START if cancelled else None)
    assert attendance_rules.is_attendance_open(event, at=at) is expected
