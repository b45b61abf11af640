"""Decisions about the list at the door, for every kind of event: when it opens, what a tick taken back means."""

from collections.abc import Iterable
from datetime import datetime

from coordapp.events.models import Event, Registration, RegistrationStatus
from coordapp.shared import clock, text

BLANK_ROWS = 8  # on a sign-in sheet, for those nobody expects


def is_attendance_open(event: Event, *, at: datetime) -> bool:
    """Tell whether people can be ticked: from the morning of the first day on, a helper is early."""
    return not event.is_cancelled and clock.local(at).date() >= clock.local(event.starts_at).date()


def status_when_unticked(registration: Registration, *, is_closed: bool) -> RegistrationStatus:
    """Return what a registration is when its tick is taken back: absent on a closed list, else what it was before."""
    if registration.queued_at is not None and registration.confirmed_at is None:
        return RegistrationStatus.WAITING if registration.expires_at is None else RegistrationStatus.OFFERED
    if registration.proven_at is None:
        return RegistrationStatus.UNCONFIRMED
    return RegistrationStatus.ABSENT if is_closed else RegistrationStatus.CONFIRMED


def sheet_rows(parties: Iterable[tuple[str, int]]) -> list[str]:
    """Return the names of a sign-in sheet in German order; who brings others has a line for each of them below."""
    rows = []
    for name, size in sorted(parties, key=lambda party: (text.fold(party[0]), party[0])):
        rows += [name, *[f"Begleitung von {name}"] * (size - 1)]
    return rows
