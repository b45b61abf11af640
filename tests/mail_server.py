"""A real mail server on a free port of this machine, in a thread of its own."""

import asyncio
import email
import email.policy
import ssl
import threading
from concurrent.futures import Future
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope


class MailServer:
    """Keeps what it is given: `messages`, and `envelopes` with sender and recipients.

    A subclass may answer otherwise: override `handle_RCPT` or `handle_DATA` as aiosmtpd describes them, or give its
    `options` for encryption and login; with `tls` it is encrypted from the first word on.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, **options) -> None:
        self.tls, self.options = tls, options
        self.envelopes: list[Envelope] = []
        self.port = 0

    async def handle_DATA(self, _server, _session, envelope: Envelope) -> str:  # noqa: N802 - named by aiosmtpd
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def messages(self) -> list[EmailMessage]:
        """Return what arrived, oldest first."""
        return [email.message_from_bytes(e.content, policy=email.policy.default) for e in self.envelopes]

    def sent_to(self, address: str) -> list[EmailMessage]:
        """Return what arrived for one address."""
        return [message for message in self.messages if address in str(message["To"])]

    def __enter__(self) -> "MailServer":
        """Start listening; `port` is then known."""
        started: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True)
        self._thread.start()
        self.port = started.result(10)
        return self

    def __exit__(self, *_problem) -> None:
        """Stop listening and cut what is connected."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    async def _serve(self, started: "Future[int]") -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        connections: list[SMTP] = []

        def connect() -> SMTP:
            connections.append(SMTP(self, timeout=30, enable_SMTPUTF8=True, hostname="localhost", **self.options))
            return connections[-1]

        server = await self._loop.create_server(connect, "127.0.0.1", 0, ssl=self.tls)
        started.set_result(server.sockets[0].getsockname()[1])
        await self._stopping.wait()
        server.close()
        for connection in connections:
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0.01)
