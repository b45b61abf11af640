"""A checked row in words for the office: its verdict, what it changes, who it might be."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from coordapp.directory.import_compare import CONTACT, GROWING, LABELS
from coordapp.directory.models import Channel, Person
from coordapp.directory.models_import import ImportRow, Verdict
from coordapp.directory.models_profile import FieldOfAction, Level
from coordapp.directory.profile_words import CHANNELS, FIELDS, LEVELS, language_name, times_by_day
from coordapp.shared import phones

VERDICTS = {
    Verdict.NEW: "neu",
    Verdict.CHANGED: "Änderungen",
    Verdict.SAME: "gleich",
    Verdict.DOUBLE: "zu entscheiden",
    Verdict.ERROR: "Fehler",
    Verdict.LEFT_OUT: "weggelassen",
    Verdict.SKIPPED: "keine Person",
}
KINDS = {  # of the badge
    Verdict.NEW: "success",
    Verdict.CHANGED: "info",
    Verdict.SAME: "neutral",
    Verdict.DOUBLE: "warning",
    Verdict.ERROR: "danger",
    Verdict.LEFT_OUT: "neutral",
    Verdict.SKIPPED: "neutral",
}
SLUGS = {  # in addresses
    Verdict.NEW: "neu",
    Verdict.CHANGED: "aenderungen",
    Verdict.SAME: "gleich",
    Verdict.DOUBLE: "entscheiden",
    Verdict.ERROR: "fehler",
    Verdict.LEFT_OUT: "weggelassen",
    Verdict.SKIPPED: "keine-person",
}
HIDDEN = "(verdeckt)"


@dataclass(frozen=True)
class ShownChange:
    """One change, as it reads."""

    field: str
    label: str
    old: str
    new: str
    is_taken: bool


@dataclass(frozen=True)
class ShownCandidate:
    """Somebody a row might be about, with the fields that say so in a form."""

    text: str
    why: str
    fields: dict[str, str]


def verdict_of(slug: str | None) -> Verdict | None:
    """Return the verdict that an address names."""
    return next((verdict for verdict, known in SLUGS.items() if known == slug), None)


def name_of(row: ImportRow) -> str:
    """Return who stands in a row, or the first text in it."""
    return row.values.get("name") or next((cell for cell in row.cells if cell and not cell.isdigit()), "–")


def changes_of(row: ImportRow, *, with_contact: bool) -> list[ShownChange]:
    """Return what a row changes; what was known of ways to reach somebody stays hidden until it is asked for."""
    shown = []
    for change in row.changes:
        name = change["field"]
        is_hidden = name in CONTACT and bool(change["old"]) and not with_contact
        is_added = name in GROWING
        old = HIDDEN if is_hidden else value_in_words(name, None if is_added else change["old"])
        new = _without(name, change["new"], change["old"])
        shown.append(ShownChange(name, LABELS[name], old, new, change["is_taken"]))
    return shown


def has_hidden(rows: list[ImportRow]) -> bool:
    """Tell whether some changes are of ways to reach somebody."""
    return any(change["field"] in CONTACT and change["old"] for row in rows for change in row.changes)


def _without(name: str, new: Any, old: Any) -> str:
    """Write a new value; of notes, activities and languages only what is added."""
    if name == "note":
        return "dazu: " + "; ".join(line for line in new.splitlines() if line not in (old or "").splitlines())
    if name == "engagements":
        return "dazu: " + value_in_words(name, [pair for pair in new if pair not in (old or [])])
    if name == "languages":
        return "dazu: " + value_in_words(
            name, {code: level for code, level in new.items() if (old or {}).get(code) != level}
        )
    return value_in_words(name, new)


def value_in_words(name: str, value: Any) -> str:
    """Write a value of a field; "–" where there is none."""
    if name == "profile":
        return "steht im Verzeichnis" if value else "noch nicht im Verzeichnis"
    return _WRITERS.get(name, str)(value) if value else "–"


def _several(value: list[str] | str, *, between: str) -> str:
    return between.join(value if isinstance(value, list) else value.splitlines())


_WRITERS: dict[str, Callable[[Any], str]] = {  # all others are texts
    "phone": phones.spoken,
    "channel": lambda value: str(CHANNELS[Channel(value)]),
    "engagements": lambda value: ", ".join(f"{activity} ({FIELDS[FieldOfAction(field)]})" for field, activity in value),
    "languages": lambda value: ", ".join(
        f"{language_name(code)} ({LEVELS[Level(level)]})" for code, level in value.items()
    ),
    "availability": lambda value: "; ".join(times_by_day(value)),
    "municipalities": partial(_several, between=", "),
    "note": partial(_several, between="; "),
}


def values_in_words(row: ImportRow) -> list[tuple[str, str]]:
    """Return what was read in a row, label and value."""
    return [(label, value_in_words(name, row.values[name])) for name, label in LABELS.items() if row.values.get(name)]


def candidates_of(row: ImportRow, people: dict[int, Person], names: dict[int, str]) -> list[ShownCandidate]:
    """Return who a row might be about: people of the directory, and earlier rows of the list."""
    shown = []
    for candidate in row.candidates:
        person = people.get(candidate["person_id"] or 0)
        if person is not None:
            place = f", {person.municipality}" if person.municipality else ""
            fields = {"person_id": str(person.id)}
            shown.append(ShownCandidate(f"{person.name}{place} (im Verzeichnis)", candidate["why"], fields))
        elif candidate["row"]:
            number = candidate["row"]
            text = f"Zeile {number}: {names.get(number, '')}"
            shown.append(ShownCandidate(text, candidate["why"], {"twin_number": str(number)}))
    return shown
