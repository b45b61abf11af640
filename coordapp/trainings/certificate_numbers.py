"""The numbers of certificates: readable on paper, typed back in any way, impossible to guess."""

import re
import secrets
import unicodedata

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, O, 1 and I, which look alike: 5 bits a letter
LETTERS, BLOCK = 8, 4
NUMBER = re.compile(rf"([A-Z]*)([0-9]{{4}})([{ALPHABET}]{{{LETTERS}}})")


def new_number(prefix: str, *, year: int) -> str:
    """Return a number like "IK-2026-7F3K-9QXD", with 40 bits of chance."""
    drawn = "".join(secrets.choice(ALPHABET) for _letter in range(LETTERS))
    return _written(prefix, f"{year:04d}", drawn)


def read_number(typed: str, *, prefix: str) -> str | None:
    """Return the number that somebody typed: in any case, with or without dashes, spaces and prefix; None for none."""
    plain = "".join(_letter(sign) for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    found = NUMBER.fullmatch(plain)
    return _written(found[1] or prefix, found[2], found[3]) if found else None


def _letter(sign: str) -> str:
    """Return a digit of any script as a European one."""
    return str(unicodedata.digit(sign)) if sign.isdigit() else sign


def _written(prefix: str, year: str, drawn: str) -> str:
    return "-".join((prefix, year, drawn[:BLOCK], drawn[BLOCK:]))
