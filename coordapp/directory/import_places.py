"""Cells of a list to values: places of the county, postal codes, and telephone numbers that lack their area code."""

import re
from functools import cache, lru_cache

import phonenumbers

from coordapp.directory.import_cells import Cell, Unreadable, is_nothing
from coordapp.shared import text
from coordapp.shared.municipalities import AREA_CODES, MUNICIPALITIES, SHORT_NAMES, VILLAGES

LONGEST_PLACE = 80
KEPT = 2_000  # cells that were read, as lists name the same places again and again
FEWEST_DIGITS, FEWEST_LOCAL_DIGITS = 6, 3  # of a number in a cell with several; of one without area code
FEWEST_NATIONAL_DIGITS = 5  # behind the country code
_LOST_ZERO = re.compile(r"(36\d|1[567])\d{5,}")  # a number cell drops the first 0: 3677 5559
_PREFIXES = re.compile(r"\b(?:tel(?:efon)?|handy|mobil|fon|privat|priv|dienstl(?:ich)?|d|p)\b\.?\s*:?", re.IGNORECASE)


@cache
def _spots() -> dict[str, tuple[str, str]]:
    """Return all names of places, folded, with their municipality and the name in full."""
    spots = {text.fold(name): (name, name) for name in MUNICIPALITIES}
    for municipality, villages in VILLAGES.items():
        for village in filter(None, villages.split(", ")):
            spots.setdefault(text.fold(village), (municipality, village))
    return spots | {text.fold(short): (name, name) for short, name in SHORT_NAMES.items()}


def find_spot(written: str) -> tuple[str, str] | None:
    """Return the municipality and the full name of a place however it is abbreviated, or None."""
    folded = text.fold(written).strip(" .,")
    found = _spots().get(folded)
    if found or len(folded) < 4 or not written.strip().endswith("."):
        return found
    begun = {spot for name, spot in _spots().items() if name.startswith(folded)}
    return begun.pop() if len(begun) == 1 else None


@lru_cache(KEPT)
def read_place(written: str) -> Cell:
    """Read a place into {"municipality", "postal_code", "spot"}; villages become their municipality."""
    if is_nothing(written):
        return Cell(None)
    code = re.search(r"\b\d{5}\b", written)
    bare = text.one_line(re.sub(r"\b(D[- ])?\d{5}\b", " ", written)).strip(" ,;/")
    value = {"postal_code": code.group() if code else "", "municipality": "", "spot": ""}
    if not bare:
        return Cell(value)
    parts = [part.strip() for part in re.split(r"\s*[/,;(]\s*|\s+OT\s+", bare.rstrip(")")) if part.strip()]
    spots = [spot for part in parts if (spot := find_spot(part))]
    if not spots:
        shown = bare[:LONGEST_PLACE]
        return Cell(value | {"municipality": shown, "spot": shown}, (), (f"„{shown}“ ist kein Ort im Ilm-Kreis",))
    municipality, name = spots[0]
    spot = next((other for home, other in spots if home == municipality and other != municipality), name)
    notes = (f"Ort: {bare}",) if len(parts) > 1 or spot != municipality else ()
    is_same = text.fold(bare) == text.fold(municipality)
    guesses = () if is_same else (f"„{bare}“ gelesen als {municipality}",)
    return Cell(value | {"municipality": municipality, "spot": spot}, notes, guesses)


def area_code(spot: str, municipality: str) -> str:
    """Return the area code of a place of the county, or an empty text."""
    return AREA_CODES.get(spot) or AREA_CODES.get(municipality, "")


def read_postal_code(written: str) -> Cell:
    """Read a postal code; a number cell drops the first 0. Raises Unreadable."""
    digits = re.sub(r"^D[- ]?|\s", "", written, flags=re.IGNORECASE)
    if is_nothing(written):
        return Cell("")
    if not re.fullmatch(r"\d{4,5}", digits):
        raise Unreadable("Eine Postleitzahl hat fünf Ziffern.")
    return Cell(digits.zfill(5))


def read_phone(written: str, *, local_code: str = "") -> Cell:
    """Read a telephone number as E.164; of several the first is taken and the others become notes.

    `local_code` is put before numbers without an area code. Raises Unreadable.
    """
    if is_nothing(written):
        return Cell(None)
    words = [word.strip() for word in re.findall(r"\(([^()\d]*[^\W\d][^()]*)\)", written)]
    bare = re.sub(r"\([^()\d]*[^\W\d][^()]*\)", " ", written)
    bare = _PREFIXES.sub(" ", bare)
    words += [word.strip(" .:,;-") for word in re.findall(r"[^\W\d][^\d+(]*", bare)]
    bare = re.sub(r"[^\W\d][^\d+(]*", ";", bare)
    first, *others = _numbers(bare) or [""]
    if not re.search(r"\d", first):
        return Cell(None, tuple(f"Telefon: {word}" for word in words if word))
    number, guess = _dialled(first, local_code)
    notes = [f"weitere Nummer: {other}" for other in others] + [f"Telefon: {word}" for word in words if word]
    return Cell(number, tuple(notes), (guess,) if guess else ())


def _numbers(bare: str) -> list[str]:
    """Split several numbers; a slash may also stand behind the area code."""
    parts = [part.strip(" -/") for part in re.split(r"[;,]", bare) if re.search(r"\d", part)]
    split = []
    for part in parts:
        halves = [half.strip() for half in part.split("/")]
        are_whole = all(len(re.sub(r"\D", "", half)) >= FEWEST_DIGITS for half in halves)
        begin_anew = all(half.startswith(("0", "+", "(0")) for half in halves)
        split += halves if len(halves) > 1 and are_whole and begin_anew else [part]
    return split


def _dialled(written: str, local_code: str) -> tuple[str, str]:
    """Return a number as E.164 and what had to be guessed."""
    digits, guess = re.sub(r"\D", "", written), ""
    if not written.strip().startswith(("+", "0", "(0", "(+")):
        if _LOST_ZERO.fullmatch(digits):
            written, guess = f"0{digits}", "bei der Telefonnummer fehlte die 0 am Anfang"
        elif local_code and len(digits) >= FEWEST_LOCAL_DIGITS:
            written, guess = f"{local_code}{digits}", f"Vorwahl {local_code} ergänzt"
        elif len(digits) >= FEWEST_LOCAL_DIGITS:
            raise Unreadable("Der Telefonnummer fehlt die Vorwahl.")
    try:
        number = phonenumbers.parse(written, "DE")
    except phonenumbers.NumberParseException:
        number = None
    is_dialable = number is not None and phonenumbers.is_possible_number(number)
    if number is None or not is_dialable or len(str(number.national_number)) < FEWEST_NATIONAL_DIGITS:
        raise Unreadable("Diese Telefonnummer ist nicht vollständig.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), guess
