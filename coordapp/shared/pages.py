"""Whole pages kept in memory for readers nobody knows: on the day of an announcement they all ask for the same one."""

import secrets
from collections.abc import Callable, Hashable

from flask import g, request, session
from flask_wtf.csrf import generate_csrf

from coordapp.shared import clock, languages

MOST = 400  # pages kept by each process, some 15 KB each
ANONYMOUS = {"csrf_token", "received_registration"}  # what the session of a reader nobody knows may hold
TOKEN_GOES_HERE = f"token-{secrets.token_hex(16)}"  # a mark in the page that nobody can type
_kept: dict[Hashable, str] = {}


def kept_for_strangers(stamp: Hashable, make: Callable[[], str]) -> str:
    """Return a page, made anew only when its data (`stamp`), its language or the minute are new.

    Whoever is signed in or has a message waiting always gets a page of their own. What depends on the clock alone
    may be a minute old.
    """
    if session.keys() - ANONYMOUS:
        return make()
    key = (request.full_path, languages.current(), stamp, clock.now().replace(second=0))
    page = _kept.get(key)
    if page is None:
        g.csrf_token = TOKEN_GOES_HERE  # what generate_csrf then returns, without beginning a session
        try:
            page = make()
        finally:
            g.pop("csrf_token")
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = page
    return page.replace(TOKEN_GOES_HERE, generate_csrf()) if TOKEN_GOES_HERE in page else page
