"""Mails to try things on, and mail servers that misbehave."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from jinja2 import ChoiceLoader, DictLoader

from coordapp.extensions import db
from coordapp.outbox import render, service
from coordapp.outbox.models import Mail
from coordapp.outbox.sender import Sender
from coordapp.shared import clock
from tests.outbox.odd_server import OddServer

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
BODY = "{% block subject %}{{ subject }}{% endblock %}{% block body %}Guten Tag\n\n{{ body }}{% endblock %}"


@pytest.fixture
def template(app) -> Iterator[Callable[[str], str]]:
    """Return a function that makes a template of a text and returns its name."""
    environment, texts = render._environment(), {}
    kept, environment.loader = environment.loader, ChoiceLoader([DictLoader(texts), environment.loader])

    def add(text: str) -> str:
        texts[f"test/{len(texts)}.txt"] = text
        return f"test/{len(texts) - 1}.txt"

    yield add
    environment.loader = kept


@pytest.fixture
def write_mail(app, template) -> Callable[..., Mail]:
    """Return a function that writes a mail and commits it."""
    simple = template(BODY)

    def write(key: str = "a", *, to: str = "vera@example.org", text: str = "Hallo", **given) -> Mail:
        given = {"language": "de", "name": "Vera Hilft", "subject": f"Mail {key}"} | given
        assert service.enqueue(simple, to=to, key=key, body=text, **given)
        db.session.commit()
        return service.find_mail(key)

    return write


@pytest.fixture
def sender(app) -> Iterator[Sender]:
    """Return a sender; it reads the settings when it sends."""
    sender = Sender()
    yield sender
    sender.close()


@pytest.fixture
def odd_server(app) -> Iterator[OddServer]:
    """Run a mail server that does what a test tells it, and let the site send through it."""
    with OddServer() as server:
        app.config.update(
            SMTP_HOST="127.0.0.1", SMTP_PORT=server.port, SMTP_SECURITY="none", SMTP_TIMEOUT=0.5, SMTP_USER=""
        )
        yield server


class Written:
    """A mail, looked up anew for each question: the sender takes its own copy out of the session."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __getattr__(self, name: str):
        return getattr(service.find_mail(self._key), name)


@pytest.fixture
def write(write_mail):
    def write(key="a", **given) -> Written:
        with clock.stopped(START):
            write_mail(key, **given)
        return Written(key)

    return write


def send_due(sender: Sender, *, limit: int) -> int:
    """Send what is due, at most so many mails; return how many were tried."""
    return next((number for number in range(limit) if not sender.send_next()), limit)


@pytest.fixture
def send(sender):
    """Return a function that sends what is due some time after the start and says how many mails were tried."""

    def send(*, minutes: float = 0, seconds: float = 0, limit: int = 1000) -> int:
        with clock.stopped(START + timedelta(minutes=minutes, seconds=seconds)):
            return send_due(sender, limit=limit)

    return send
