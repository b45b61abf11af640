"""Messages as servers, programs and people write them, and a mailbox to read them from."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coordapp.extensions import db
from coordapp.mailbox import service
from coordapp.mailbox.models import MailboxMessage, MessageKind
from tests.mailbox.imap_server import ImapServer

DATA = Path(__file__).parent / "data"
OURS = "<0123456789abcdef0123456789abcdef@ehrenamt.ilm-kreis.example>"  # the mail that all messages there are about
UID = "00000000-0000-4000-8000-000000000001"  # the date that all answers there are about
BULK = "https://ehrenamt.ilm-kreis.example/keine-einladungen/x/"


def raw(name: str, *, message_id: str = "", **replaced: str) -> bytes:
    """Return one of the messages; `message_id` gives it a Message-ID of its own, others replace what stands in it."""
    text = (DATA / f"{name}.eml").read_text(encoding="utf-8")
    for old, new in replaced.items():
        assert old.replace("__", "-") in text, old
        text = text.replace(old.replace("__", "-"), new)
    return f"Message-ID: {message_id}\n{text}".encode() if message_id else text.encode()


@pytest.fixture
def vera(make):
    """Return somebody whom one mail of ours went to, which most messages are about."""
    person = make.person(name="Vera Hilft", email="vera@example.org")
    make.mail(to="vera@example.org", key="ours", message_id=OURS, subject="Einladung: Runder Tisch Arnstadt")
    return person


@pytest.fixture
def take_in(app) -> Callable[[bytes], MessageKind | None]:
    """Return a function that takes in a message and commits."""

    def take_in(content: bytes) -> MessageKind | None:
        kind = service.take_in(content)
        db.session.commit()
        return kind

    return take_in


@pytest.fixture
def imap(app) -> Iterator[ImapServer]:
    """Run a mailbox and let the site read it."""
    with ImapServer() as server:
        app.config.update(
            IMAP_HOST="127.0.0.1", IMAP_PORT=server.port, IMAP_USER=server.user, IMAP_PASSWORD=server.password,
            IMAP_SECURITY="none", IMAP_TIMEOUT=2,
        )  # fmt: skip
        yield server


def last_message() -> MailboxMessage:
    """Return what was read last."""
    return db.session.scalars(db.select(MailboxMessage).order_by(MailboxMessage.id.desc()).limit(1)).one()
