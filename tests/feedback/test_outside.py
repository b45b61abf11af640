"""A text that the office has not passed on stands on no page, in no feed, mail, log or export for others."""

from itertools import product

import pytest
from flask import url_for

from coordapp.accounts.models import Role
from coordapp.extensions import db
from coordapp.feedback import service
from coordapp.feedback.models import TextStatus
from coordapp.outbox.models import Mail
from tests.house.addresses import rules_of

from .conftest import TEXT


@pytest.mark.parametrize("status", [TextStatus.UNREAD, TextStatus.HIDDEN])
def test_an_unread_or_kept_text_is_seen_by_the_office_only(app, answered, browser_of, client, make, status):
    event = answered(6, status=status)
    values = {"event_id": [event.id], "token": [service.make_ticket(event), service.share(event).token]}
    browsers = [client, *(browser_of(make.user(role=role)) for role in (Role.VOLUNTEER, Role.CLUB, Role.ADMINISTRATOR))]
    opened = set()
    for address in _addresses(app, values):
        for browser in browsers:
            response = browser.get(address)
            assert TEXT not in response.get_data(as_text=True), address
            opened |= {address} if response.status_code == 200 else set()
    assert {f"/runde-tische/{event.id}/", f"/rueckmeldung/ergebnis/{values['token'][1]}/", "/kalender/"} <= opened
    assert not any(TEXT in mail.text for mail in db.session.scalars(db.select(Mail)))


def _addresses(app, values: dict[str, list]) -> list[str]:
    """Return the addresses of all pages that need nothing but an event or a token."""
    rules = [rule for rule in rules_of(app, method="GET") if rule.arguments <= values.keys()]
    with app.test_request_context():
        return [
            url_for(rule.endpoint, **dict(zip(rule.arguments, combination, strict=True)))
            for rule in rules
            for combination in product(*(values[name] for name in rule.arguments))
        ]


def test_below_five_answers_nothing_is_seen_by_anybody_at_all(app, answered, office, client):
    event = answered(4, status=TextStatus.SHOWN)
    share = service.share(event)
    db.session.commit()
    own = [f"/verwaltung/rueckmeldungen/{event.id}/", "/verwaltung/rueckmeldungen/", "/verwaltung/"]
    pages = [office.get_page(address) for address in own]
    pages.append(client.get_page(f"/rueckmeldung/ergebnis/{share.token}/"))
    for page in pages:
        assert TEXT not in page.response.get_data(as_text=True)
        assert page.main.all("table", class_="bars") == []
