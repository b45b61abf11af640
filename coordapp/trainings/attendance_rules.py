"""Decisions about the hours of a training: how they spread over its dates, and whether they are enough."""

from collections.abc import Sequence
from datetime import datetime

from coordapp.events.models import Event, EventDate, RegistrationStatus
from coordapp.shared import clock


def share_out(minutes: int, *, lengths: Sequence[int]) -> list[int]:
    """Spread the planned minutes over the dates in proportion to their lengths; the sum is kept."""
    total = sum(lengths)
    edges = [minutes * sum(lengths[:number]) // total for number in range(len(lengths) + 1)]
    return [end - begin for begin, end in zip(edges, edges[1:], strict=False)]


def planned_by_date(minutes: int, dates: Sequence[EventDate]) -> dict[int, int]:
    """Return the planned minutes of each date of a training, by the id of the date."""
    lengths = [int((date.ends_at - date.starts_at).total_seconds()) // 60 for date in dates]
    return dict(zip((date.id for date in dates), share_out(minutes, lengths=lengths), strict=True))


def minutes_there(planned: int, *, missed: int | None) -> int:
    """Return how long somebody was there on a date; None missed all of it."""
    return 0 if missed is None else max(0, planned - missed)


def is_enough(attended: int, *, planned: int, above_percent: int) -> bool:
    """Tell whether somebody was there long enough for a certificate: longer than the share, not just as long."""
    return attended * 100 > planned * above_percent


def is_date_open(event: Event, date: EventDate, *, at: datetime) -> bool:
    """Tell whether people can be ticked for a date: from the morning of its day on."""
    return not event.is_cancelled and clock.local(at).date() >= clock.local(date.starts_at).date()


def status_when_closed(attended: int) -> RegistrationStatus:
    """Return what a registration is when the list is closed: who was there for a minute attended."""
    return RegistrationStatus.ATTENDED if attended else RegistrationStatus.ABSENT
