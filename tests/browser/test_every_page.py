"""Every page of the site, for those who may see it: axe finds nothing, nothing sticks out, nobody else is asked."""

from itertools import islice

import pytest

from coordapp.accounts import links, sign_ups
from coordapp.accounts.guards import ROLES, Access
from coordapp.accounts.models import LinkPurpose, Role, User
from coordapp.directory import representatives, still_right
from coordapp.directory.models_consent import Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.extensions import db
from coordapp.invitations.unsubscribe import unsubscribe_url
from coordapp.shared.links import external
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
    if Access.EVERYONE in accesses:
        found += [(viewer, [address]) for viewer, address in _known_only_to_their_reader()]
    db.session.rollback()  # the site must be able to write while we look
    return found


def _known_only_to_their_reader() -> list[tuple[Role | None, str]]:
    """Return pages whose link is signed or kept as a hash, and those of somebody who speaks for a club."""
    account = db.session.scalars(db.select(User).filter_by(role=Role.CLUB).order_by(User.id)).first()
    club = representatives.list_represented(account)[0]
    volunteers = list(db.session.scalars(db.select(Volunteer).order_by(Volunteer.person_id).limit(2)))
    sign_in, sign_up = links.new_link(account, LinkPurpose.SIGN_IN), sign_ups.new_link("neu@example.org")
    db.session.commit()
    people = [volunteer.person for volunteer in volunteers]
    return [
        (None, external("accounts.link", token=sign_in)), (None, external("sign_up.show", token=sign_up)),
        (None, external("still_right.show", token=still_right.token_of(volunteers[0]))),
        (None, unsubscribe_url(people[0], Purpose.INVITE_ROUND_TABLE)),
        (None, unsubscribe_url(people, Purpose.INVITE_ROUND_TABLE)),  # who share a mailbox
        (Role.CLUB, external("organisations_own.index")),
        (Role.CLUB, external("organisations_own.edit", organisation_id=club.id)),
    ]  # fmt: skip


def _walk(app, open_browser, axe, overflow, *accesses, language, views=(DESKTOP, PHONE)) -> list[str]:
    problems, windows = [], {}
    for viewer, addresses in _addresses(app, *accesses):
        if viewer not in windows:
            windows[viewer] = open_browser(viewer, language=language)
        window = windows[viewer]
        for address in islice((a for a in addresses if _is_page(window, a)), PAGES_OF_A_ROUTE):
            window.goto(address)
            for width in views:  # light on a desktop, dark on a telephone: colours do not depend on the width
                window.emulate_media(color_scheme="dark" if width == PHONE else "light")
                window.set_viewport_size({"width": width, "height": 800})
                problems += [f"{width} px wide: {problem}" for problem in axe(window)]
                if overflow(window) > 0:
                    problems.append(f"{address} is {overflow(window)} px too wide at {width} px")
    return problems


def _is_page(window, address: str) -> bool:
    answer = window.request.get(address)
    return answer.ok and "text/html" in answer.headers.get("content-type", "")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("language", "views"), [("de", (DESKTOP, PHONE)), ("ar", (DESKTOP, PHONE)), ("uk", (PHONE,))])
def test_public_pages(app, open_browser, axe, overflow, language, views):
    accesses = (Access.EVERYONE, Access.SIGNED_IN)
    assert _walk(app, open_browser, axe, overflow, *accesses, language=language, views=views) == []


@pytest.mark.timeout(600)
def test_pages_of_the_office(app, open_browser, axe, overflow):
    accesses = (Access.OFFICE, Access.ADMINISTRATION)
    assert _walk(app, open_browser, axe, overflow, *accesses, language="de") == []
