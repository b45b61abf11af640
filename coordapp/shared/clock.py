"""Time: stored in UTC, shown and entered in Europe/Berlin."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
_stopped_at: ContextVar[datetime | None] = ContextVar("stopped_at", default=None)


class NoSuchTime(ValueError):
    """Raised for a wall-clock time that the change to summer time skips."""


def now() -> datetime:
    """Return the present moment as an aware UTC time, whole seconds."""
    return _stopped_at.get() or datetime.now(UTC).replace(microsecond=0)


def today() -> date:
    """Return the date in Germany."""
    return local(now()).date()


def local(at: datetime) -> datetime:
    """Return the same moment on a clock in Germany."""
    return at.astimezone(BERLIN)


def from_local(day: date, at: time) -> datetime:
    """Return the UTC moment of a German wall-clock time; of an hour that comes twice, the first.

    Raises NoSuchTime for 02:00 to 02:59 on the last Sunday of March.
    """
    there = datetime.combine(day, at, tzinfo=BERLIN)
    moment = there.astimezone(UTC)
    if local(moment).replace(tzinfo=None) != there.replace(tzinfo=None):
        raise NoSuchTime(there.isoformat())
    return moment


@contextmanager
def stopped(at: datetime) -> Generator[None]:
    """Let `now` return one moment inside the block: a job asks once and decides everything by that answer."""
    token = _stopped_at.set(at.astimezone(UTC).replace(microsecond=0))
    try:
        yield
    finally:
        _stopped_at.reset(token)


def certain(there: datetime) -> datetime:
    """Return the UTC moment of a naive German wall-clock time; one that is skipped in March counts an hour later."""
    return there.replace(tzinfo=BERLIN).astimezone(UTC)
