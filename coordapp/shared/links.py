"""Addresses of the site for mails, calendars and QR codes: always from BASE_URL, never from a request."""

from flask import current_app

from coordapp.shared import languages


def external(endpoint: str, **values) -> str:
    """Return the full address of an endpoint; works without a request."""
    adapter = current_app.url_map.bind("base.invalid")
    return current_app.config["BASE_URL"] + adapter.build(endpoint, values)


def external_in(language: str, endpoint: str, **values) -> str:
    """Return the full address of an endpoint that opens in a language, whatever the reader's browser prefers."""
    if language != "de":
        values.setdefault(languages.COOKIE, language)
    return external(endpoint, **values)
