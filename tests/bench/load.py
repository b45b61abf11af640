"""A small client that keeps some connections busy: raw sockets, so that it costs little beside the server."""

import re
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


class Line:
    """One kept-alive connection that sends a request as soon as the last one is answered."""

    def __init__(self, port: int, request: Callable[[], bytes]) -> None:
        self.port, self.request = port, request
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []
        self.answer = b""
        self.connect()

    def connect(self) -> None:
        """Open the connection."""
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self) -> None:
        """Send the next request."""
        self.answer, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(self.request())

    def receive(self) -> bool:
        """Take what has arrived; return whether the answer is complete."""
        data = self.socket.recv(262_144)
        self.answer += data
        head, gap, body = self.answer.partition(b"\r\n\r\n")
        if not data:
            raise ConnectionError(f"the server hung up: {head[:200]!r}")
        if not gap:
            return False
        length = LENGTH.search(head)
        if length is not None and len(body) < int(length.group(1)):
            return False
        self.statuses[int(head[9:12])] += 1
        self.seconds.append(time.perf_counter() - self.sent_at)
        return True


def press(port: int, requests: list[Callable[[], bytes]], *, seconds: float) -> tuple[float, Counter[int], list[float]]:
    """Send requests over as many connections for some seconds; return answers per second, statuses and durations."""
    lines = [Line(port, request) for request in requests]
    selector = selectors.DefaultSelector()
    for line in lines:
        selector.register(line.socket, selectors.EVENT_READ, line)
    begin = time.perf_counter()
    for line in lines:
        line.send()
    under_way = len(lines)
    while under_way:
        for key, _events in selector.select(30):
            if not key.data.receive():
                continue
            if time.perf_counter() - begin < seconds:
                key.data.send()
            else:
                under_way -= 1
    elapsed = time.perf_counter() - begin
    statuses, durations = Counter(), []
    for line in lines:
        statuses += line.statuses
        durations += line.seconds
        line.socket.close()
    return sum(statuses.values()) / elapsed, statuses, durations


def get(path: str, port: int, **headers: str) -> bytes:
    """Return a GET request."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: localhost:{port}",
        *(f"{n.replace('_', '-')}: {v}" for n, v in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(path: str, port: int, body: bytes, *, cookie: str) -> bytes:
    """Return the POST of a form."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
