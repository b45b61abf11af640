"""Text: what is compared, searched and written on one line."""

import re
import unicodedata

_FOLDS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


def fold(text: str) -> str:
    """Return a text for comparing: no case, no accents, ß as ss, single spaces ("Müller " and "MULLER" are alike)."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDS))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def search_text(*parts: str | None) -> str:
    """Return the normalised text of a search column: each part folded, umlauts once as ä→a and once as ä→ae."""
    given = " ".join(part for part in parts if part)
    spelled = given.casefold().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"}))
    return " ".join(dict.fromkeys((fold(given), fold(spelled))))


def one_line(text: str) -> str:
    """Return a text without line breaks or control characters, spaces single: safe in a header or a list."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).split())


def clean(text: str) -> str:
    """Return a text of several lines without control characters and with plain line feeds."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", lines).strip()
