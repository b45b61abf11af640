"""A GET never changes anything, whoever asks and however the address was found: mail scanners open every link."""

import pytest

from coordapp.accounts import sign_ups
from coordapp.accounts.guards import ROLES, Access, access_of
from coordapp.accounts.links import new_link
from coordapp.accounts.models import LinkPurpose, Role, User
from coordapp.directory import still_right
from coordapp.directory.models import Person
from coordapp.directory.models_consent import Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.feedback import service as feedback
from coordapp.invitations.unsubscribe import unsubscribe_url
from coordapp.shared.languages import LANGUAGES
from tests.house.addresses import addresses_of, all_tokens, dump, rules_of

NEVER_A_PAGE = {"events.received"}  # shows what this browser has just sent


@pytest.fixture
def tokens(full_house) -> list[str]:
    users = db.session.scalars(db.select(User).order_by(User.id)).all()
    links = [new_link(user, LinkPurpose.SIGN_IN) for user in users if user.role is Role.VOLUNTEER][:1]
    links += [new_link(user, LinkPurpose.SET_UP) for user in users if user.is_staff][:1]
    reader = db.session.scalars(db.select(Person).order_by(Person.id).limit(1)).one()
    links.append(unsubscribe_url(reader, Purpose.INVITE_ROUND_TABLE).split("/")[-2])
    links.append(sign_ups.new_link("neu@example.org"))
    links.append(feedback.make_ticket(db.session.scalars(db.select(Event).limit(1)).one()))
    links += [still_right.token_of(one) for one in db.session.scalars(db.select(Volunteer).limit(1))]
    db.session.commit()
    return [*links, *all_tokens()]


def test_no_get_changes_a_row(app, newcomers, tokens):
    before = dump()
    failed = []
    for rule in rules_of(app, method="GET"):
        answers = set()
        for address in addresses_of(app, rule, tokens=tokens):
            for client in newcomers.values():
                status = client.get(address).status_code
                answers.add(status)
                if status >= 500:
                    failed.append(f"{address}: {status}")
        if not answers & {200, 302} and rule.endpoint not in NEVER_A_PAGE:
            failed.append(f"{rule.endpoint}: nobody got an answer, only {answers}")
        if dump() != before:
            changed = [name for name, rows in dump().items() if rows != before[name]]
            failed.append(f"{rule.endpoint} changed {changed}")
            before = dump()
    assert failed == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "de"])
def test_every_public_page_can_be_read_in_every_language(app, newcomers, tokens, language):
    for access in (Access.EVERYONE, Access.SIGNED_IN):
        client = newcomers[None if access is Access.EVERYONE else Role.VOLUNTEER]
        for rule in rules_of(app, method="GET", access=access):
            for address in list(addresses_of(app, rule, tokens=tokens))[:2]:
                response = client.get(address, query_string={"sprache": language})
                if response.status_code in (200, 404) and response.mimetype == "text/html":
                    assert f'<html lang="{language}"' in response.text, address


def test_pages_of_the_office_are_german_whatever_the_browser_wants(app, newcomers, tokens):
    for rule in rules_of(app, method="GET"):
        access = access_of(app, rule.endpoint)
        if access in (Access.OFFICE, Access.ADMINISTRATION):
            client = newcomers[next(iter(ROLES[access]))]
            address = next(addresses_of(app, rule, tokens=tokens))
            response = client.get(address, headers={"Accept-Language": "ar"})
            if response.mimetype == "text/html" and response.status_code == 200:
                assert '<html lang="de"' in response.text, address
