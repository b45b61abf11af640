"""What holds when two people turn out to be one: decisions without a database."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum

from coordapp.directory.models_profile import WEEKDAYS, DayPart, Level, Volunteer

SLOTS = [f"{day}-{part}" for day in WEEKDAYS for part in DayPart]


class Stand(StrEnum):
    """What somebody says to a purpose now."""

    NEVER_ASKED = "never_asked"
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"


def strictest(one: Stand, other: Stand) -> Stand:
    """Return what holds of two: a withdrawal by either; else what either agreed to."""
    for stand in (Stand.WITHDRAWN, Stand.AGREED):
        if stand in (one, other):
            return stand
    return Stand.NEVER_ASKED


def unite_profiles(kept: Volunteer, merged: Volunteer) -> dict:
    """Return the values of the one profile that holds what both say."""
    newer_clearance = max((kept, merged), key=lambda one: one.clearance_seen_on or date.min)
    return {
        "languages": _higher_levels(kept.languages, merged.languages),
        "target_groups": _both(kept.target_groups, merged.target_groups),
        "municipalities": _both(kept.municipalities, merged.municipalities),
        "serves_whole_county": kept.serves_whole_county or merged.serves_whole_county,
        "serves_online": kept.serves_online or merged.serves_online,
        "mobility": kept.mobility or merged.mobility,
        "availability": [slot for slot in SLOTS if slot in (*kept.availability, *merged.availability)],
        "frequency": kept.frequency or merged.frequency,
        "paused_until": _latest(kept.paused_until, merged.paused_until),
        "clearance_seen_on": newer_clearance.clearance_seen_on,
        "clearance_fits": newer_clearance.clearance_fits,
        "note": join_notes(kept.note, merged.note),
        "source": join_sources(kept.source, merged.source),
        "inform_until": _earliest(kept.inform_until, merged.inform_until),
        "informed_at": _earliest(kept.informed_at, merged.informed_at),
        "asked_at": _latest(kept.asked_at, merged.asked_at),
        "confirmed_at": max(kept.confirmed_at, merged.confirmed_at),
        "created_at": min(kept.created_at, merged.created_at),
    }


def join_notes(*notes: str) -> str:
    """Return notes one below the other, each once."""
    return "\n".join(dict.fromkeys(note for note in notes if note))


def join_sources(one: str, other: str, *, most: int = 120) -> str:
    """Return where data come from on one line; what does not fit is left out."""
    joined = ", ".join(dict.fromkeys(source for source in (one, other) if source))
    return joined if len(joined) <= most else one or other


def _higher_levels(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    order = list(Level)
    return {
        code: max((known[code] for known in (one, other) if code in known), key=lambda level: order.index(Level(level)))
        for code in dict.fromkeys((*one, *other))
    }


def _both(one: Sequence[str], other: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*one, *other)))


def _latest(*moments):
    return max(_known(moments), default=None)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min(_known(moments), default=None)


def _known(moments: Iterable) -> list:
    return [moment for moment in moments if moment is not None]
