"""What the tests of the core share."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from coordapp.extensions import db
from coordapp.outbox.models import Mail

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Arnstadt


@pytest.fixture
def mails(app) -> Callable[..., list[Mail]]:
    """Return a function that lists the mails in the outbox, oldest first, all or those to one address."""

    def listed(to: str | None = None) -> list[Mail]:
        query = db.select(Mail).order_by(Mail.id)
        return list(db.session.scalars(query if to is None else query.where(Mail.recipient == to)))

    return listed


@pytest.fixture
def kinds_of_mails(mails) -> Callable[..., list[str]]:
    """Return a function that lists the mails in the outbox by the names of their templates."""

    def listed(to: str | None = None) -> list[str]:
        return [mail.template.removeprefix("events/mail/").removesuffix(".txt") for mail in mails(to)]

    return listed
