"""Cells of a list to values: names, salutations, e-mail addresses. Without a database; what is guessed says so.

Telephone numbers and places: import_places.py. Words for activities, languages and times: import_words.py.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from email_validator import EmailNotValidError, validate_email

from coordapp.shared import text

LONGEST_NAME, LONGEST_NOTHING = 120, 20
NOTHING = {
    "", "-", "--", "–", "—", "/", "./.", "?", "??", "x", "n/a", "k.a.", "k. a.", "keine", "kein", "keins",
    "keine e-mail", "keine mail", "nein", "ohne", "entfallt", "unbekannt", "nicht bekannt", "nicht vorhanden",
    "hat keine", "fehlt",
}  # fmt: skip
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_PARTICLES = {
    "von",
    "vom",
    "der",
    "den",
    "dem",
    "de",
    "van",
    "zu",
    "zur",
    "al",
    "el",
    "bin",
    "ibn",
    "da",
    "di",
    "dos",
    "ter",
}
_TWO_PEOPLE = re.compile(r"(?:^|\s)(?:und|u\.|&|\+)(?:\s|$)|/", re.IGNORECASE)
_SALUTATIONS = {
    **dict.fromkeys(("frau", "fr", "fr.", "f.", "w"), "Frau"),
    **dict.fromkeys(("herr", "herrn", "hr", "hr.", "hrn.", "h.", "m"), "Herr"),
    **dict.fromkeys(("familie", "fam."), "Familie"),
}


class Unreadable(ValueError):
    """Raised for a cell that cannot be used, with a German reason and, where there is one, a suggestion."""

    def __init__(self, reason: str, suggestion: str = "") -> None:
        super().__init__(reason)
        self.reason, self.suggestion = reason, suggestion


@dataclass(frozen=True)
class Cell:
    """What was read in a cell: the value, what else stood there, and what was understood without being certain."""

    value: Any = None
    notes: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadName:
    """A name in its parts."""

    given: str
    surname: str

    @property
    def whole(self) -> str:
        """Return the name as it is spoken."""
        return f"{self.given} {self.surname}".strip()


@dataclass
class NameLore:
    """Which given names and surnames a list has where it says so by a comma: they tell the order elsewhere."""

    given: set[str] = field(default_factory=set)
    surnames: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, written: Iterable[str]) -> "NameLore":
        """Learn from all names of a list."""
        lore = cls()
        for name in written:
            surname, comma, given = name.partition(",")
            if comma and given.strip() and surname.strip():
                lore.given.add(text.fold(given))
                lore.surnames.add(text.fold(surname))
        return lore


def is_nothing(written: str) -> bool:
    """Tell whether a cell says in words that there is nothing."""
    if len(written) > LONGEST_NOTHING:
        return False
    folded = text.fold(written)
    return folded.strip(" .!") in NOTHING or folded in NOTHING


def without_brackets(written: str) -> tuple[str, list[str]]:
    """Return a text without its brackets, and what stood in them."""
    inside = [part.strip() for part in _BRACKETS.findall(written) if part.strip()]
    return text.one_line(_BRACKETS.sub(" ", written)), inside


def read_name(written: str, *, lore: NameLore, surname_first: bool = False) -> Cell:
    """Read "Nachname, Vorname" or "Vorname Nachname" into a ReadName.

    Without a comma the other names of the list tell the order; where they do not, it is taken as it is spoken.
    Raises Unreadable.
    """
    bare, asides = without_brackets(written)
    bare = bare.strip(" ,;")
    if not bare:
        raise Unreadable("Der Name fehlt.")
    if re.search(r"[\d@]", bare):
        raise Unreadable("Das ist kein Name.")
    if len(bare) > LONGEST_NAME:
        raise Unreadable(f"Der Name ist länger als {LONGEST_NAME} Zeichen.")
    if _TWO_PEOPLE.search(bare):
        raise Unreadable(
            "Das sind wohl zwei Personen. Lassen Sie hier eine stehen, die andere braucht eine eigene Zeile."
        )
    if bare.count(",") > 1:
        raise Unreadable("Der Name hat mehr als ein Komma.", " ".join(bare.replace(",", " ").split()))
    guesses: list[str] = []
    name = _in_order(bare, lore, surname_first=surname_first, guesses=guesses)
    calm = ReadName(_calm(name.given), _calm(name.surname))
    if calm != name:
        guesses.append(f"Name gelesen als „{calm.whole}“")
    return Cell(calm, tuple(f"Name: {aside}" for aside in asides), tuple(guesses))


def _in_order(bare: str, lore: NameLore, *, surname_first: bool, guesses: list[str]) -> ReadName:
    surname, comma, given = (part.strip() for part in bare.partition(","))
    if comma:
        return ReadName(given, surname)
    words = bare.split()
    if len(words) == 1:
        guesses.append("nur ein Name, ohne Vor- oder Nachnamen")
        return ReadName("", bare)
    as_spoken, turned = _split_spoken(words), _split_turned(words)
    if _knows(turned, lore) > _knows(as_spoken, lore):
        guesses.append(f"Name gelesen als „{turned.whole}“, weil andere Zeilen so heißen")
        return turned
    if surname_first and not _knows(as_spoken, lore):
        guesses.append(f"Vorname „{as_spoken.given}“, Nachname „{as_spoken.surname}“: ohne Komma so verstanden")
    return as_spoken


def _split_spoken(words: list[str]) -> ReadName:
    """Split "Nguyễn von der Heide": the surname is the last word and the particles before it."""
    start = len(words) - 1
    while start > 1 and text.fold(words[start - 1]) in _PARTICLES:
        start -= 1
    return ReadName(" ".join(words[:start]), " ".join(words[start:]))


def _split_turned(words: list[str]) -> ReadName:
    return ReadName(words[-1], " ".join(words[:-1]))


def _knows(name: ReadName, lore: NameLore) -> int:
    return (text.fold(name.given) in lore.given) + (text.fold(name.surname) in lore.surnames)


def _calm(name: str) -> str:
    """Return "SCHMIDT" and "schmidt" as "Schmidt"; a name in mixed letters stays as it is."""
    shouts = name.isupper() and len(name) > 2
    return "-".join(part.title() for part in name.split("-")) if shouts or name.islower() else name


def read_salutation(written: str) -> Cell:
    """Read "Fr.", "Hr.", "Herrn" into "Frau" or "Herr"; anything else becomes a note."""
    if is_nothing(written) and text.fold(written) not in _SALUTATIONS:
        return Cell("")
    words = written.split()
    known = _SALUTATIONS.get(text.fold(words[0]), "") if words else ""
    rest = " ".join(words[1:] if known else words)
    return Cell(" ".join([known, rest]) if known and rest else known, () if known or not rest else (f"Anrede: {rest}",))


def read_email(written: str) -> Cell:
    """Read an address; of several the first is taken and the others become notes. Raises Unreadable."""
    if is_nothing(written):
        return Cell(None)
    tidy = re.sub(r"\s*[(\[{<]\s*(?:at|ät)\s*[)\]}>]\s*", "@", written, flags=re.IGNORECASE)
    tidy = re.sub(r"\s*[(\[{<]\s*(?:dot|punkt)\s*[)\]}>]\s*", ".", tidy, flags=re.IGNORECASE)
    is_repaired = tidy != written
    tidy, asides = without_brackets(tidy.replace("mailto:", " "))
    if is_nothing(tidy):
        return Cell(None, tuple(f"E-Mail: {aside}" for aside in asides))
    words = [word for word in re.split(r"[;,/\s<>]+", re.sub(r"\s*@\s*", "@", tidy)) if word]
    parts = [word for word in words if "@" in word]
    addresses = [address for part in parts if (address := _address(part))]
    is_torn = "<" not in tidy and words[:1] != parts[:1]  # "gisela weiss@example.org" is not weiss@example.org
    if not parts or len(addresses) < len(parts) or is_torn:
        raise Unreadable("Diese E-Mail-Adresse ist nicht vollständig.", _mended(tidy))
    rest = " ".join(word for word in words if "@" not in word)
    notes = [f"weitere E-Mail: {address}" for address in dict.fromkeys(addresses) if address != addresses[0]]
    notes += [f"E-Mail: {aside}" for aside in (*asides, rest) if aside]
    return Cell(addresses[0], tuple(notes), (f"E-Mail gelesen als „{addresses[0]}“",) if is_repaired else ())


def _address(written: str) -> str | None:
    try:
        checked = validate_email(written.strip(".,;:"), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return checked.normalized.lower()


def _mended(written: str) -> str:
    """Suggest an address: without spaces, points for commas, one @."""
    mended = re.sub(r"\s+", "", written).replace(",", ".").replace("..", ".").replace("@@", "@").lower()
    return _address(mended) or ""
