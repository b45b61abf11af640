"""Who may open what: every address carries a mark, what is open to everyone is listed here, and the marks hold."""

import pytest

from coordapp.accounts.guards import ROLES, Access, access_of
from coordapp.extensions import db
from tests.house.addresses import addresses_of, all_tokens, dump, known_values, rules_of

OPEN_TO_EVERYONE = {
    "accounts.end_session",
    "accounts.link",
    "accounts.link_sent",
    "accounts.redeem_link",
    "accounts.send_link",
    "accounts.sign_in",
    "accounts.sign_out",
    "accounts_staff.check_code",
    "accounts_staff.check_password",
    "accounts_staff.code",
    "accounts_staff.finish_set_up",
    "accounts_staff.set_up",
    "accounts_staff.sign_in",
    "calendar.event_file",
    "calendar.feed",
    "calendar.index",
    "calendar.past",
    "calendar.start",
    "certificates.check",
    "certificates.paper",
    "certificates.show",
    "events.accept",
    "events.calendar_file",
    "events.cancel",
    "events.change",
    "events.confirm",
    "events.correct_address",
    "events.received",
    "events.registration",
    "feedback.answer",
    "feedback.ask",
    "feedback.show",
    "feedback.thanks",
    "invitation_codes.ask",
    "invitation_codes.find",
    "invitations.answer",
    "invitations.show",
    "organisations.advice",
    "organisations.index",
    "organisations.new",
    "organisations.received",
    "organisations.report",
    "organisations.send_new",
    "organisations.send_report",
    "organisations.show",
    "privacy.gone",
    "round_tables.index",
    "round_tables.propose_topic",
    "round_tables.save_topic",
    "round_tables.register",
    "round_tables.show",
    "sign_up.make",
    "sign_up.show",
    "statements.accessibility",
    "statements.imprint",
    "statements.privacy",
    "statements.report_barrier",
    "statements.send_barrier_report",
    "still_right.confirm",
    "still_right.show",
    "training_interests.ask",
    "training_interests.confirm",
    "training_interests.received",
    "training_interests.send",
    "training_interests.show",
    "training_interests.take_back",
    "training_requests.ask",
    "training_requests.received",
    "training_requests.send",
    "training_requests.show",
    "trainings.group",
    "trainings.index",
    "trainings.logo",
    "trainings.own_answers",
    "trainings.register",
    "trainings.register_in_group",
    "trainings.save_own_answers",
    "trainings.show",
    "trainings.show_format",
    "unsubscribe.ask",
    "unsubscribe.choose",
    "unsubscribe.end",
    "unsubscribe.pause",
    "unsubscribe.undo",
}


def test_every_route_carries_a_mark(app):
    assert [rule.endpoint for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) is None] == []


def test_only_these_routes_are_open_to_everyone(app):
    opened = {e for e in app.view_functions if access_of(app, e) is Access.EVERYONE}
    assert opened == OPEN_TO_EVERYONE


def test_a_route_without_a_mark_opens_for_nobody(app, client, office, monkeypatch):
    monkeypatch.delattr(app.view_functions["calendar.start"], "access")
    assert client.get("/").status_code == 404
    assert office.get("/").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_opens_what_is_not_for_their_role(app, newcomers, method):
    tokens, before = all_tokens(), None
    opened = []
    for rule in rules_of(app, method=method):
        access = access_of(app, rule.endpoint)
        if access is Access.EVERYONE:
            continue
        for role, client in newcomers.items():
            if role in ROLES[access]:
                continue
            before = before or dump()
            for address in addresses_of(app, rule, tokens=tokens):
                expected = 302 if role is None else 404
                status = client.open(address, method=method, data=_data(client, method)).status_code
                if status != expected:
                    opened.append(f"{method} {address} as {role}: {status} instead of {expected}")
    assert opened == []
    assert dump() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_reaches_what_belongs_to_somebody_else(app, newcomers, method):
    tokens, before = all_tokens(), dump()
    opened = []
    for rule in rules_of(app, method=method, access=Access.SIGNED_IN):
        if not rule.arguments:
            continue
        for role, client in newcomers.items():
            for address in addresses_of(app, rule, tokens=tokens):
                status = client.open(address, method=method, data=_data(client, method)).status_code
                if status != (302 if role is None else 404):
                    opened.append(f"{method} {address} as {role}: {status}")
    assert opened == []
    assert dump() == before


def test_a_form_without_its_csrf_token_changes_nothing(app, newcomers):
    tokens, before = all_tokens(), dump()
    taken = []
    for rule in rules_of(app, method="POST"):
        access = access_of(app, rule.endpoint)
        for role, client in newcomers.items():
            if access is not Access.EVERYONE and role not in ROLES[access]:
                continue
            address = next(addresses_of(app, rule, tokens=tokens))
            for data in ({}, {"csrf_token": "falsch"}):
                status = client.post(address, data=data).status_code
                if status != 400:
                    taken.append(f"POST {address} as {role} with {data}: {status}")
    assert taken == []
    assert dump() == before


def test_ids_of_every_argument_are_in_the_demo_county(app, full_house):
    for rule in app.url_map.iter_rules():
        for argument in rule.arguments:
            assert known_values(argument, tokens=all_tokens())


def _data(client, method: str) -> dict | None:
    if method == "GET":
        return None
    db.session.rollback()
    return {"csrf_token": client.csrf_token()}
