"""Which column of a list means what: guessed from headings and values, and known again by the headings."""

import hashlib
import re
from collections import Counter
from enum import StrEnum

from coordapp.shared import text

LOOKED_AT = 30  # rows, to guess what a column holds


class Target(StrEnum):
    """What a column can be taken over as."""

    NAME = "name"
    SURNAME = "surname"
    GIVEN_NAME = "given_name"
    SALUTATION = "salutation"
    EMAIL = "email"
    PHONE = "phone"
    STREET = "street"
    POSTAL_CODE = "postal_code"
    PLACE = "place"
    ACTIVITIES = "activities"
    LANGUAGES = "languages"
    TIMES = "times"
    NOTE = "note"


LABELS = {
    Target.NAME: "Name (Vor- und Nachname in einer Spalte)",
    Target.SURNAME: "Nachname",
    Target.GIVEN_NAME: "Vorname",
    Target.SALUTATION: "Anrede",
    Target.EMAIL: "E-Mail",
    Target.PHONE: "Telefon",
    Target.STREET: "Straße und Hausnummer",
    Target.POSTAL_CODE: "Postleitzahl",
    Target.PLACE: "Ort",
    Target.ACTIVITIES: "Tätigkeiten",
    Target.LANGUAGES: "Sprachen",
    Target.TIMES: "Zeiten",
    Target.NOTE: "Bemerkung",
}
SEVERAL = (Target.PHONE, Target.EMAIL, Target.ACTIVITIES, Target.NOTE)  # may stand in more than one column
_HEADINGS = (  # the first that fits wins; on folded headings
    (None, r"^(lfd|nr|nummer|#|id|stand|datum|geburt|alter|herkunft|nation|religion)"),
    (Target.SALUTATION, r"anrede|^titel"),
    (Target.GIVEN_NAME, r"^(vorname|rufname|given|first)[^,]*$"),
    (Target.SURNAME, r"^(nachname|familienname|zuname|surname|last)[^,]*$"),
    (Target.EMAIL, r"mail"),
    (Target.PHONE, r"tel|handy|mobil|phone|fon\b|rufnummer|festnetz"),
    (Target.STREET, r"stra(ss|s)e|\bstr\b|anschrift|adresse"),
    (Target.POSTAL_CODE, r"^plz|postleitzahl"),
    (Target.PLACE, r"\bort|wohnort|gemeinde|stadt|einsatzort"),
    (Target.LANGUAGES, r"sprach(?!cafe|kurs)"),
    (Target.TIMES, r"wann|zeit|verfugbar|tage?\b"),
    (Target.ACTIVITIES, r"^was\b|tatig|aufgabe|angebot|einsatz|engagement|hilft|bereich|macht"),
    (Target.NAME, r"name|ehrenamtliche|person"),
    (Target.NOTE, r"bemerk|notiz|hinweis|anmerk|sonstig|kommentar|info|einwillig|dsgvo"),
)
_PHONE = re.compile(r"[+(]?[\d][\d /().-]{5,}")


def guess_header_row(rows: list[list[str]]) -> int:
    """Return the number of the row (from 1) that looks most like headings; the first one when in doubt."""

    def score(row: list[str]) -> int:
        known = {guess for cell in row if cell and len(cell) < 60 and (guess := _by_heading(cell))}
        has_values = any("@" in cell or cell.isdigit() for cell in row)
        return 0 if has_values or sum(map(bool, row)) < 2 else len(known)

    scores = [score(row) for row in rows[:LOOKED_AT]]
    best = max(scores, default=0)
    return scores.index(best) + 1 if best else 1


def guess_mapping(headings: list[str], rows: list[list[str]]) -> list[str]:
    """Return for each column the value of the Target it looks like, or "" for what is not taken over."""
    guessed, used = [], set()
    for column, heading in enumerate(headings):
        values = [row[column] for row in rows[:LOOKED_AT] if column < len(row) and row[column]]
        target = _by_heading(heading) if heading else _by_values(values)
        if target in used and target not in SEVERAL:
            target = None
        used.add(target)
        guessed.append(str(target) if target else "")
    return guessed


def _by_heading(heading: str) -> Target | None:
    folded = text.fold(heading)
    return next((target for target, pattern in _HEADINGS if re.search(pattern, folded)), None)


def _by_values(values: list[str]) -> Target | None:
    if not values:
        return None
    kinds = Counter("email" if "@" in value else "phone" if _PHONE.fullmatch(value) else "" for value in values)
    kind, number = kinds.most_common(1)[0]
    return Target(kind) if kind and number * 2 > len(values) else None


def is_surname_first(heading: str) -> bool:
    """Tell whether a heading like "Name, Vorname" says in which order names stand."""
    return bool(re.match(r"(nach|familien|zu)?name\W+.*vorname", text.fold(heading)))


def fingerprint(headings: list[str]) -> str:
    """Return what a list is known again by, however its headings are capitalised."""
    return hashlib.sha256("\n".join(text.fold(heading) for heading in headings).encode()).hexdigest()


def is_complete(mapping: list[str]) -> bool:
    """Tell whether there is a column for the name."""
    return Target.NAME in mapping or Target.SURNAME in mapping


def repeated(mapping: list[str]) -> list[Target]:
    """List what is named more often than it can be."""
    return [target for target in Target if target not in SEVERAL and mapping.count(target) > 1]
