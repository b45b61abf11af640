"""What a good password is."""

import pytest

from coordapp.accounts import passwords


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("kurz", "Bitte nehmen Sie mindestens 12 Zeichen."),
        ("elf Zeichen", "Bitte nehmen Sie mindestens 12 Zeichen."),
        ("x" * 129, "Bitte nehmen Sie höchstens 128 Zeichen."),
        ("Ilm-Kreis trifft Bergwelt", "Namen"),
        ("mein ilmkreis bergwelt", "Namen"),
        ("INA.BUERO-bergwelt", "Namen"),
        ("Sonnenschein heißt Sandmann", "Namen"),
        ("Passwort2026!", "leicht zu erraten"),
        ("Willkommen123", "leicht zu erraten"),
        ("HalloHallo1234", "leicht zu erraten"),
        ("Sommer2026Winter", "leicht zu erraten"),
        ("123456789012", "leicht zu erraten"),
        ("098765432109", "leicht zu erraten"),
        ("aaaaaaaaaaaaaa", "leicht zu erraten"),
        ("abababababab", "leicht zu erraten"),
        ("qwertzuiopasdf", "leicht zu erraten"),
        ("blumenQWERTZUI", "leicht zu erraten"),
        ("Füße tragen Körbe", ""),
        ("korrekt Pferd Batterie Heftklammer", ""),
        ("xK9#mPvL2$qRtZ", ""),
        ("сонце річка гора хліб", ""),
        ("           x!Mondlicht", ""),
    ],
)
def test_weakness_says_what_is_wrong(app, password, message):
    with app.test_request_context():
        said = passwords.weakness(password, email="ina.buero@example.org", name="Ina Sandmann")
    assert (message in said) if message else said == ""


def test_only_the_right_password_matches():
    stored = passwords.hash_password("Füße tragen Körbe")
    assert passwords.matches(stored, "Füße tragen Körbe")
    assert not passwords.matches(stored, "Füße tragen Korbe")
    assert not passwords.matches(None, "somebody who has no account")
    assert not passwords.matches("no hash at all", "anything")


def test_what_is_stored_is_argon2id_with_a_salt():
    first, second = (passwords.hash_password("Füße tragen Körbe") for _ in range(2))
    assert first.startswith("$argon2id$")
    assert first != second
