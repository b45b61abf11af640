"""Telephone numbers, which are stored as E.164 ("+493628738100")."""

import phonenumbers


def spoken(number: str | None) -> str:
    """Write a stored number as it is dialled within Germany, a foreign one with its country code: "03628 738100"."""
    try:
        parsed = phonenumbers.parse(number or "")
    except phonenumbers.NumberParseException:
        return number or ""
    is_german = parsed.country_code == phonenumbers.country_code_for_region("DE")
    style = phonenumbers.PhoneNumberFormat.NATIONAL if is_german else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)
