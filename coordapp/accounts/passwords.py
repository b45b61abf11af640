"""Passwords of staff: what is a good one, and how it is kept."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from flask_babel import gettext as _

from coordapp.shared import text

SHORTEST, LONGEST = 12, 128  # characters
FEWEST_DIFFERENT = 5  # characters
LEAST_OWN = 6  # characters that are left when digits and common words are taken away
COMMON_WORDS = (
    "passwort", "password", "kennwort", "geheim", "secret", "willkommen", "welcome", "hallo", "hello", "start", "admin",
    "administrator", "landratsamt", "integration", "ehrenamt", "thueringen", "thuringen", "arnstadt", "ilmenau",
    "deutschland", "germany", "sommer", "winter", "herbst", "frueling", "fruehling", "fruhling", "januar", "montag",
    "iloveyou", "ichliebedich", "schatz", "princess", "prinzessin", "sunshine", "dragon", "monkey", "superman",
    "football", "fussball", "schalke", "bayern", "muenchen", "munchen", "letmein", "trustno", "changeme",
    "bitteaendern", "qwertz", "qwerty", "asdf", "abc",
)  # fmt: skip
RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertzuiopasdfghjklyxcvbnm", "qwertyuiopasdfghjklzxcvbnm", "01234567890" * 4)
BAD_RUN = 6  # neighbouring keys or letters
_hasher = PasswordHasher(time_cost=3, memory_cost=19456, parallelism=1)  # 19 MiB: many at once must not fill memory
_nobodys_hash = _hasher.hash("somebody who has no account")


def hash_password(password: str) -> str:
    """Return what is stored of a password (argon2id)."""
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Tell whether a password fits what is stored; takes as long when nothing is."""
    try:
        return _hasher.verify(stored or _nobodys_hash, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def weakness(password: str, *, email: str, name: str) -> str:
    """Say in a sentence what is wrong with a password that somebody chose, or return ""."""
    if len(password) < SHORTEST:
        return _("Bitte nehmen Sie mindestens %(number)s Zeichen.", number=SHORTEST)
    if len(password) > LONGEST:
        return _("Bitte nehmen Sie höchstens %(number)s Zeichen.", number=LONGEST)
    plain = _letters(password)
    if any(part in plain for part in _own_words(email, name)):
        return _("Bitte nehmen Sie ein Passwort ohne Ihren Namen, Ihre E-Mail-Adresse und den Namen des Kreises.")
    if _is_easy(plain):
        return _(
            "Dieses Passwort ist leicht zu erraten. "
            "Nehmen Sie zum Beispiel vier Wörter, die nichts miteinander zu tun haben."
        )
    return ""


def _own_words(email: str, name: str) -> set[str]:
    given = (email.partition("@")[0], *name.split(), current_app.config["COUNTY_NAME"])
    return {word for word in map(_letters, given) if len(word) > 3}


def _is_easy(plain: str) -> bool:
    rest = "".join(character for character in plain if not character.isdigit())
    for word in COMMON_WORDS:
        rest = rest.replace(word, "")
    runs = [direction for run in RUNS for direction in (run, run[::-1])]
    has_run = any(plain[at : at + BAD_RUN] in run for at in range(len(plain) - BAD_RUN + 1) for run in runs)
    return len(rest) < LEAST_OWN or len(set(plain)) < FEWEST_DIFFERENT or has_run


def _letters(given: str) -> str:
    """Return the letters and digits of a text, folded, so that "Ilm-Kreis" and "ilmkreis" are alike."""
    return "".join(character for character in text.fold(given) if character.isalnum())
