"""Senders as processes of their own: killed at any moment, and several at once."""

import os
import random
import signal
import time
from collections import Counter

import pytest
from sqlalchemy import func, insert, select

from coordapp.extensions import db
from coordapp.outbox.models import Mail
from tests.mail_server import MailServer
from tests.outbox.sending_process import CONTEXT, send_all

KILLS = 20


class KillingServer(MailServer):
    """A mail server that kills the sender at the moments of a plan: number of the mail, and how far it has come."""

    def __init__(self, plan: dict[int, str]) -> None:
        super().__init__()
        self.plan, self.kills, self.mails, self.sender_id = dict(plan), 0, 0, 0

    def _kill_at(self, moment: str) -> None:
        if moment == "after" or self.plan.get(self.mails) == moment:
            self.plan.pop(self.mails, None)
            os.kill(self.sender_id, signal.SIGKILL)
            self.kills += 1

    async def handle_MAIL(self, _server, _session, envelope, address, options):  # noqa: N802
        self.mails += 1
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        self._kill_at("MAIL")
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        self._kill_at("RCPT")
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        self._kill_at("taken")
        if self.plan.get(self.mails) == "after":
            self._loop.call_later(0.001 * (self.mails % 5), self._kill_at, "after")
        return answer


MOMENTS = ("MAIL", "RCPT", "taken", "after")  # the last: some moment after the sender was told that it is taken


@pytest.fixture
def start_sender(fresh_app):
    """Return a function that starts a sender on the database of this test."""
    kept = ("INSTANCE_PATH", "SECRET_KEY", "BASE_URL", "SQLALCHEMY_DATABASE_URI")
    settings = {name: fresh_app.config[name] for name in kept}
    settings |= {"SMTP_HOST": "127.0.0.1", "SMTP_SECURITY": "none", "MAIL_PER_MINUTE": 100_000}
    started = []

    def start(port: int, **given):
        started.append(CONTEXT.Process(target=send_all, args=(settings | {"SMTP_PORT": port} | given,)))
        started[-1].start()
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.join()


def write_mails(number: int) -> None:
    same = {"template": "x", "language": "de", "subject": "s", "text": "t", "html": "<p>t</p>"}
    rows = [
        same | {"key": f"k{n}", "recipient": f"r{n}@example.org", "message_id": f"<{n}@example.org>"}
        for n in range(number)
    ]
    db.session.execute(insert(Mail), rows)
    db.session.commit()


def count(status: str) -> int:
    number = db.session.scalar(select(func.count()).select_from(Mail).where(Mail.status == status))
    db.session.rollback()
    return number


def test_twenty_kills_in_500_mails_lose_none_and_repeat_only_those_in_flight(fresh_app, start_sender):
    write_mails(500)
    chance = random.Random(7)
    plan = {number: MOMENTS[n % 4] for n, number in enumerate(chance.sample(range(5, 480, 5), KILLS))}
    with KillingServer(plan) as server:
        deadline = time.monotonic() + 240
        while count("sent") < 500 and time.monotonic() < deadline:
            process = start_sender(server.port, MAIL_LEASE=1)
            server.sender_id = process.pid
            process.join()
    sent = Counter(message["Message-ID"] for message in server.messages)
    assert server.kills == KILLS
    assert set(sent) == {f"<{n}@example.org>" for n in range(500)}
    doubled = sum(number - 1 for number in sent.values())
    assert list(plan.values()).count("taken") <= doubled <= KILLS
    assert count("sent") == 500


def test_two_senders_at_once_double_nothing(fresh_app, start_sender):
    write_mails(300)

    class Server(MailServer):
        peers = Counter()

        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            self.peers[session.peer] += 1
            return await super().handle_DATA(server, session, envelope)

    with Server() as server:
        senders = [start_sender(server.port) for _ in range(2)]
        for process in senders:
            process.join(120)
            assert process.exitcode == 0
    sent = Counter(message["Message-ID"] for message in server.messages)
    assert (len(sent), sum(sent.values()), count("sent")) == (300, 300, 300)
    assert len(server.peers) == 2, "both were to have some"
