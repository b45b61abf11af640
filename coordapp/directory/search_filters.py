"""What the office looks for in the directory: filters as they stand in an address or in a saved search."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from coordapp.directory.models import TargetGroup
from coordapp.directory.models_consent import INVITATIONS, Purpose
from coordapp.directory.models_profile import WEEKDAYS, DayPart, FieldOfAction, Level
from coordapp.directory.profile_words import LANGUAGES_OFFERED
from coordapp.shared import text
from coordapp.shared.municipalities import MUNICIPALITIES

LONGEST_WORDS = 80
LARGEST_ID, LONGEST_ID = 2**31 - 1, 10
PURPOSES_ASKED = (Purpose.BROKERING, *INVITATIONS)
NAMES = {  # part of Filters: its name in an address
    "language": "spricht",
    "level": "stufe",
    "places": "ort",
    "weekday": "tag",
    "part": "zeit",
    "field": "feld",
    "words": "wort",
    "group": "gruppe",
    "is_online": "online",
    "lives_in": "wohnort",
    "organisation_id": "verein",
    "purpose": "darf",
    "is_informed": "informiert",
    "paused": "pause",
    "silent": "still",
}
YES, NO = "ja", "nein"


class Show(StrEnum):
    """What to do with people who are left out as a rule."""

    HIDE = ""
    ALSO = "auch"
    ONLY = "nur"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a volunteer must fit to be found; what is not said fits everybody."""

    language: str = ""  # code
    level: Level | None = None  # at least; only together with a language
    places: tuple[str, ...] = ()  # serves one of these municipalities, or the whole county
    weekday: str = ""  # of WEEKDAYS
    part: DayPart | None = None
    field: FieldOfAction | None = None
    words: str = ""  # all of them in name, address, activities or note
    group: TargetGroup | None = None
    is_online: bool = False
    lives_in: str = ""
    organisation_id: int | None = None
    purpose: Purpose | None = None  # agrees to it
    is_informed: bool | None = None  # knows that the office holds their data
    paused: Show = Show.HIDE
    silent: Show = Show.HIDE  # have not said for 13 months that all is right

    @classmethod
    def from_args(cls, args: Mapping[str, Any]) -> "Filters":
        """Read filters from an address, a form or a saved search; what nobody knows is ignored."""
        one = {part: _first(args, name) for part, name in NAMES.items()}
        language = one["language"] if one["language"] in LANGUAGES_OFFERED else ""
        return cls(
            language=language,
            level=_member(Level, one["level"]) if language else None,
            places=tuple(dict.fromkeys(name for name in _all(args, NAMES["places"]) if name in MUNICIPALITIES)),
            weekday=one["weekday"] if one["weekday"] in WEEKDAYS else "",
            part=_member(DayPart, one["part"]),
            field=_member(FieldOfAction, one["field"]),
            words=text.one_line(one["words"])[:LONGEST_WORDS].strip(),
            group=_member(TargetGroup, one["group"]),
            is_online=one["is_online"] == YES,
            lives_in=one["lives_in"] if one["lives_in"] in MUNICIPALITIES else "",
            organisation_id=_id(one["organisation_id"]),
            purpose=_member(Purpose, one["purpose"]) if one["purpose"] in PURPOSES_ASKED else None,
            is_informed={YES: True, NO: False}.get(one["is_informed"]),
            paused=_member(Show, one["paused"]) or Show.HIDE,
            silent=_member(Show, one["silent"]) or Show.HIDE,
        )

    def to_args(self) -> dict[str, str | list[str]]:
        """Return what is asked for as plain text under the names of an address; fit for JSON."""
        return {NAMES[part]: _as_text(getattr(self, part)) for part in self.active()}

    def active(self) -> list[str]:
        """List the parts that ask for something."""
        return [part for part in NAMES if getattr(self, part) not in ("", None, (), False) or self._says_no(part)]

    def _says_no(self, part: str) -> bool:
        return part == "is_informed" and self.is_informed is False

    def without(self, part: str) -> "Filters":
        """Return the same filters with one of them dropped; who is left out as a rule is then found too."""
        dropped = Show.ALSO if part in ("paused", "silent") else getattr(NOTHING, part)
        return replace(self, **{part: dropped}, **({"level": None} if part == "language" else {}))

    def looser(self) -> dict[str, "Filters"]:
        """Return the filters with one part dropped each, by what is dropped; also with those left out as a rule."""
        parts = ["level"] if self.level else []
        parts += [part for part in self.active() if part not in ("paused", "silent", "level")]
        parts += [part for part in ("paused", "silent") if getattr(self, part) is not Show.ALSO]
        return {part: self.without(part) for part in parts}

    def demand(self) -> "Filters":
        """Return the part that says what sort of help is sought, by which the office counts what is missing."""
        return Filters(
            language=self.language, level=self.level, places=self.places, weekday=self.weekday, part=self.part,
            field=self.field, group=self.group,
        )  # fmt: skip


NOTHING = Filters()


def _first(args: Mapping[str, Any], name: str) -> str:
    """Return the first value of a name that says something."""
    return next((value for value in _all(args, name) if value), "")


def _all(args: Mapping[str, Any], name: str) -> list[str]:
    """Return all values of a name, from an address (which may repeat it) as from JSON."""
    getlist = getattr(args, "getlist", None)
    values = getlist(name) if getlist else args.get(name, "")
    return [value for value in (values if isinstance(values, list | tuple) else [values]) if isinstance(value, str)]


def _member(kind: type[StrEnum], value: str):
    return kind(value) if value in list(kind) else None


def _id(value: str) -> int | None:
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= LONGEST_ID else 0
    return number if 0 < number <= LARGEST_ID else None


def _as_text(value) -> str | list[str]:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, bool):
        return YES if value else NO
    return str(value)
