"""Addresses of the site for mails, calendars and QR codes: always from BASE_URL, never from a request."""

from flask import current_app


def external(endpoint: str, **values) -> str:
    """Return the full address of an endpoint; works without a request."""
    adapter = current_app.url_map.bind("base.invalid")
    return current_app.config["BASE_URL"] + adapter.build(endpoint, values)
