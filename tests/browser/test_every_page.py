"""Every page of the site, for those who may see it: axe finds nothing, nothing sticks out, nobody else is asked."""

from itertools import islice

import pytest

from coordapp.accounts.guards import ROLES, Access
from coordapp.accounts.models import Role
from coordapp.extensions import db
from tests.browser.conftest import DESKTOP, PHONE
from tests.house.addresses import addresses_of, all_tokens, rules_of

VIEWERS = {Access.EVERYONE: None, Access.SIGNED_IN: Role.VOLUNTEER}
PAGES_OF_A_ROUTE = 2


def _addresses(app, *accesses: Access) -> list[tuple[Role | None, list[str]]]:
    """Return the addresses of each route with whom to open them as."""
    tokens = all_tokens()
    found = []
    for access in accesses:
        viewer = VIEWERS.get(access) or (None if access is Access.EVERYONE else next(iter(ROLES[access])))
        for rule in rules_of(app, method="GET", access=access):
            found.append((viewer, list(addresses_of(app, rule, tokens=tokens))))
    db.session.rollback()  # the site must be able to write while we look
    return found


def _walk(app, open_browser, axe, overflow, *accesses, language) -> list[str]:
    problems, windows = [], {}
    for viewer, addresses in _addresses(app, *accesses):
        if viewer not in windows:
            windows[viewer] = open_browser(viewer, language=language)
        window = windows[viewer]
        for address in islice((a for a in addresses if _is_page(window, a)), PAGES_OF_A_ROUTE):
            window.set_viewport_size({"width": DESKTOP, "height": 800})
            window.goto(address)
            problems += axe(window)
            window.emulate_media(color_scheme="dark")
            problems += [f"in the dark: {problem}" for problem in axe(window, rules=["color-contrast"])]
            window.emulate_media(color_scheme="light")
            window.set_viewport_size({"width": PHONE, "height": 800})
            problems += [f"on a telephone: {problem}" for problem in axe(window)]
            if overflow(window) > 0:
                problems.append(f"{address} is {overflow(window)} px too wide")
    return problems


def _is_page(window, address: str) -> bool:
    answer = window.request.get(address)
    return answer.ok and "text/html" in answer.headers.get("content-type", "")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", ["de", "ar", "uk"])
def test_public_pages(app, open_browser, axe, overflow, language):
    accesses = (Access.EVERYONE, Access.SIGNED_IN)
    assert _walk(app, open_browser, axe, overflow, *accesses, language=language) == []


@pytest.mark.timeout(600)
def test_pages_of_the_office(app, open_browser, axe, overflow):
    accesses = (Access.OFFICE, Access.ADMINISTRATION)
    assert _walk(app, open_browser, axe, overflow, *accesses, language="de") == []
