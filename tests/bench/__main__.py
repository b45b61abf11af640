"""`make bench`: answers per second of a bare Flask page and form, our event page, a registration and the feed.

DATABASE_URL chooses another database for both; it must be empty, and it is filled with events that mean nothing.
"""

import itertools
import os
import re
import socket
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

from flask import Flask, url_for

from coordapp.app import create_app
from coordapp.directory import service as directory
from coordapp.events import registration
from coordapp.events.registration import Wishes
from coordapp.extensions import db
from coordapp.serve import Child, WebServer
from tests import make
from tests.bench.bare import create_bare_app
from tests.bench.load import get, post, press
from tests.tables import create_tables

CONNECTIONS, SECONDS, ROUNDS, EVENTS, REGISTERED = 8, 3.0, 3, 500, 40
_guests = itertools.count(1)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        database = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/bench.db"
        ours = create_app(
            {"INSTANCE_PATH": folder, "SQLALCHEMY_DATABASE_URI": database, "BASE_URL": "http://localhost",
             "REGISTRATIONS_PER_HOUR": 10**9}
        )  # fmt: skip
        create_tables(ours)
        paths = _fill(ours)
        bare = create_bare_app(os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/bare.db")
        servers = [_start("bare page", bare), _start("site", ours)]
        try:
            _measure(*(port for _child, port in servers), paths)
        finally:
            for child, _port in servers:
                child.end()
            for child, _port in servers:
                child.wait(10)


def _fill(app: Flask) -> dict[str, str]:
    """Make events and registrations; return the addresses that are measured."""
    with app.app_context():
        event = make.event(capacity=None, title="Runder Tisch in Arnstadt", summary="Ehrenamtliche treffen sich.")
        for number in range(REGISTERED):
            guest = directory.remember_person(name=f"Gast {number}", email=f"gast{number}@example.org")
            registration.register(event, guest, Wishes(), proven=True)
        for number in range(EVENTS - 1):
            make.event(starts_at=make.in_days(2) + timedelta(hours=13 * number), place=event.place)
        db.session.commit()
        with app.test_request_context():
            paths = {
                "event": url_for("round_tables.show", event_id=event.id), "feed": url_for("calendar.feed"),
                "register": url_for("round_tables.register", event_id=event.id),
            }  # fmt: skip
        db.session.remove()
        db.engine.dispose()
    return paths


def _start(name: str, app: Flask) -> tuple[Child, int]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    child = Child(name, lambda: WebServer(app, listener).run())
    child.start()
    return child, listener.getsockname()[1]


def _measure(bare_port: int, our_port: int, paths: dict[str, str]) -> None:
    feed = f"http://localhost:{our_port}{paths['feed']}"
    begin = time.perf_counter()
    with urllib.request.urlopen(feed) as answer:
        entries, etag = answer.read().count(b"BEGIN:VEVENT"), answer.headers["ETag"]
    cold = time.perf_counter() - begin
    again = get(paths["feed"], our_port, If_None_Match=etag)
    guest = urlencode({"name": "Neu", "email": "neu@example.org", "party_size": 1}).encode()
    bare_post = post("/form", bare_port, guest, cookie="")
    what: dict[str, tuple[int, list[Callable[[], bytes]], int]] = {
        "bare Flask page": (bare_port, [lambda: get("/1", bare_port)] * CONNECTIONS, 200),
        "bare form": (bare_port, [lambda: bare_post] * CONNECTIONS, 302),
        "event page": (our_port, [lambda: get(paths["event"], our_port)] * CONNECTIONS, 200),
        "registration": (our_port, [_registrant(our_port, paths) for _line in range(CONNECTIONS)], 302),
        "feed, unchanged": (our_port, [lambda: again] * CONNECTIONS, 304),
    }
    speeds: dict[str, list[float]] = {name: [] for name in what}
    slowest: dict[str, float] = {}
    for round_number in range(ROUNDS + 1):
        for name, (port, requests, expected) in what.items():
            speed, statuses, durations = press(port, requests, seconds=SECONDS if round_number else 1)
            if set(statuses) != {expected}:
                raise SystemExit(f"{name}: answers {dict(statuses)} instead of {expected}")
            if round_number:  # the first one warms up
                speeds[name].append(speed)
                slowest[name] = statistics.quantiles(durations, n=20)[-1]
    _print(speeds, slowest)
    print(f"feed of {entries} events, cold: {cold:.2f} s")


def _registrant(port: int, paths: dict[str, str]) -> Callable[[], bytes]:
    """Open the form once and return what makes one registration after the other from it."""
    with urllib.request.urlopen(f"http://localhost:{port}{paths['event']}") as answer:
        page = answer.read().decode()
        cookie = "; ".join(value.split(";")[0] for value in answer.headers.get_all("Set-Cookie"))
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert token, "no form on the event page"

    def register() -> bytes:
        number = next(_guests)
        form = {
            "csrf_token": token.group(1),
            "name": f"Neu {number}",
            "email": f"neu{number}@example.org",
            "party_size": 1,
        }
        return post(paths["register"], port, urlencode(form).encode(), cookie=cookie)

    return register


def _print(speeds: dict[str, list[float]], slowest: dict[str, float]) -> None:
    bare = statistics.median(speeds["bare Flask page"])
    print(f"{CONNECTIONS} connections, median of {ROUNDS} rounds of {SECONDS:.0f} s")
    print(f"{'':18}{'per second':>11}{'of bare':>9}{'p95':>9}")
    for name, measured in speeds.items():
        speed = statistics.median(measured)
        print(f"{name:18}{speed:11.0f}{speed / bare:9.0%}{slowest[name] * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
