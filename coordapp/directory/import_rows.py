"""A row of a list to the values of a person: what is skipped, what is read, what is wrong. Without a database."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from coordapp.directory import import_cells, import_places, import_words
from coordapp.directory.import_cells import Cell, NameLore, Unreadable
from coordapp.directory.import_mapping import Target, is_surname_first
from coordapp.directory.models_profile import FieldOfAction
from coordapp.shared import text

LONGEST_STREET = 160
_CONSENT = re.compile(r"einwillig|einverstand|einverstanden|dsgvo|datenschutz")
_REFUSED = re.compile(r"\b(kein\w*|nicht|nein|fehlt|fehlend|offen|noch|widerruf\w*|ausstehend|abgelehnt)\b")
_NO_CALLS = re.compile(r"nicht anrufen|kein(?:e|en)? anruf|nicht telefonisch|nur (?:per )?e?-?mail")


@dataclass(frozen=True)
class Columns:
    """How the columns of a list are read."""

    headings: list[str]
    mapping: list[str]  # for each column a value of Target, or ""
    default_field: FieldOfAction = FieldOfAction.PARTICIPATION
    lore: NameLore = field(default_factory=NameLore)

    def of(self, target: Target) -> list[int]:
        """Return the columns that are read as something."""
        return [number for number, name in enumerate(self.mapping) if name == target]

    @property
    def is_surname_first(self) -> bool:
        """Tell whether the heading of the name says that the surname stands first."""
        return any(is_surname_first(self.headings[number]) for number in self.of(Target.NAME))


@dataclass
class ReadRow:
    """What was read in a row. `values` holds only what the row says; nothing in it erases anything."""

    values: dict = field(default_factory=dict)
    guesses: list[str] = field(default_factory=list)
    problems: list[dict] = field(default_factory=list)  # {"column", "reason", "suggestion"}


def learn_names(columns: Columns, rows: list[list[str]]) -> NameLore:
    """Return the names of a list that say themselves which part is which."""
    return NameLore.of(row[number] for row in rows for number in columns.of(Target.NAME) if number < len(row))


def why_skipped(cells: list[str], columns: Columns) -> str:
    """Say why nobody stands in a row, or return an empty text."""
    filled = [number for number, cell in enumerate(cells) if cell]
    if not filled:
        return "leere Zeile"
    if cells == columns.headings:
        return "Überschrift noch einmal"
    told = [number for number in filled if columns.mapping[number]]
    if not told:
        return "nichts in den Spalten, die übernommen werden"
    is_alone = len(filled) == 1 and len(columns.mapping) - columns.mapping.count("") > 1
    return "Zwischenüberschrift" if is_alone and "," not in cells[filled[0]] and "@" not in cells[filled[0]] else ""


def read_row(cells: list[str], columns: Columns) -> ReadRow:
    """Read a row; what cannot be used is named with its column."""
    row = ReadRow()
    notes: list[str] = []
    name = _read_whole_name(row, cells, columns, notes)
    place = _one(row, cells, columns.of(Target.PLACE), import_places.read_place, notes) or {}
    local_code = import_places.area_code(place.get("spot", ""), place.get("municipality", ""))
    salutation = _one(row, cells, columns.of(Target.SALUTATION), import_cells.read_salutation, notes)
    activities = _cells_of(cells, columns.of(Target.ACTIVITIES))
    is_interpreter = any(import_words.is_interpreting(activity) for activity in activities)
    row.values = {
        "name": name.whole if name else "",
        "address_as": f"{salutation} {name.surname}"[:120] if salutation and name else "",
        "email": _one(row, cells, columns.of(Target.EMAIL), import_cells.read_email, notes),
        "phone": _one(row, cells, columns.of(Target.PHONE), lambda cell: import_places.read_phone(
            cell, local_code=local_code), notes),
        "street": text.one_line(" ".join(_cells_of(cells, columns.of(Target.STREET))))[:LONGEST_STREET],
        "postal_code": _one(row, cells, columns.of(Target.POSTAL_CODE), import_places.read_postal_code, notes)
        or place.get("postal_code", ""),
        "municipality": place.get("municipality", ""),
        "engagements": _one(row, [", ".join(activities)], [0], lambda cell: import_words.read_activities(
            cell, default=columns.default_field), notes),
        "languages": _one(row, cells, columns.of(Target.LANGUAGES), lambda cell: import_words.read_languages(
            cell, interprets=is_interpreter), notes),
        "availability": _one(row, cells, columns.of(Target.TIMES), import_words.read_times, notes),
    }  # fmt: skip
    remarks = [cell for cell in _cells_of(cells, columns.of(Target.NOTE)) if cell]
    row.values["note"] = list(dict.fromkeys([*remarks, *notes]))
    row.values["consent"] = next((remark for remark in remarks if is_consent(remark)), "")
    row.values["no_calls"] = any(_NO_CALLS.search(text.fold(remark)) for remark in remarks)
    row.values = {key: value for key, value in row.values.items() if value}
    return row


def is_consent(remark: str) -> bool:
    """Tell whether a remark says that somebody agreed in writing."""
    folded = text.fold(remark)
    return bool(_CONSENT.search(folded)) and not _REFUSED.search(folded)


def _read_whole_name(
    row: ReadRow, cells: list[str], columns: Columns, notes: list[str]
) -> import_cells.ReadName | None:
    if columns.of(Target.NAME):
        return _one(row, cells, columns.of(Target.NAME), lambda cell: import_cells.read_name(
            cell, lore=columns.lore, surname_first=columns.is_surname_first), notes, is_needed=True)  # fmt: skip
    surname = " ".join(_cells_of(cells, columns.of(Target.SURNAME))).replace(",", " ")
    given = " ".join(_cells_of(cells, columns.of(Target.GIVEN_NAME))).replace(",", " ")
    joined = f"{surname}, {given}" if given else surname
    placed = {columns.of(Target.SURNAME)[0]: joined}
    return _one(row, [placed.get(number, "") for number in range(len(cells))], list(placed), lambda cell:
                import_cells.read_name(cell, lore=columns.lore), notes, is_needed=True)  # fmt: skip


def _cells_of(cells: list[str], numbers: list[int]) -> list[str]:
    return [cells[number] for number in numbers if cells[number].strip()]


def _one(row: ReadRow, cells: list[str], numbers: list[int], read: Callable[[str], Cell], notes: list[str], *,
         is_needed: bool = False):  # fmt: skip
    """Read the first of some columns that holds a value; what else they say goes into the notes."""
    found = None
    for number in numbers:
        if not cells[number].strip() and not is_needed:
            continue
        try:
            cell = read(cells[number])
        except Unreadable as problem:
            row.problems.append({"column": number, "reason": problem.reason, "suggestion": problem.suggestion})
            continue
        if found and cell.value:
            notes.append(f"außerdem: {cells[number]}")
            continue
        found = found or cell.value
        notes.extend(cell.notes)
        row.guesses.extend(cell.guesses)
    return found
