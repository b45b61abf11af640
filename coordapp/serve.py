"""`flask serve`: bring the database up to date, start web server and mail sender, and end both together."""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext
from whitenoise.compress import Compressor

import config
from coordapp.demo import county, sign_in
from coordapp.extensions import db

PROCESSES, THREADS = 2, 4
START_SECONDS = 60  # within which the site must answer
STOP_SECONDS = 10  # within which children must end before they are killed
TOO_OFTEN, TOO_OFTEN_SECONDS = 4, 60  # so many deaths within so many seconds end everything
PR_SET_PDEATHSIG = 1


class Stopped(Exception):
    """Raised when somebody wants the site to end."""


@click.command()
@click.option("--demo", is_flag=True, help="Fill in the demo county where it is missing.")
@click.option("--end-with-parent", is_flag=True, help="End when the calling process is gone.")
@with_appcontext
def serve(demo: bool, end_with_parent: bool) -> None:
    """Start the site at HOST and PORT, with its mail sender, until Ctrl-C."""
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    listener = _listen(host, port)
    flask_migrate.upgrade()
    if demo:
        county.fill_in()
    lines = sign_in.describe() if demo else []
    db.session.remove()
    db.engine.dispose()
    compress_static(config.ROOT / "static")
    address = current_app.config["BASE_URL"]
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)
    children = [
        Child("web server", _web_server(listener), listener=listener),
        Child("mail sender", [sys.executable, "-m", "flask", "work"]),
    ]
    parent = os.getppid() if end_with_parent else None
    try:
        _start(children, port=port, host=host)
        click.echo("\n".join(("", f"  The site:   {address}/", *lines, "", "  Ctrl-C ends it.")))
        _watch(children, is_wanted=lambda: parent in (None, os.getppid()))
    except Stopped:
        click.echo("\nEnding …")
    finally:
        _end(children)


class Child:
    """A process that is started again when it ends by itself."""

    def __init__(self, name: str, command: list[str], *, listener: socket.socket | None = None) -> None:
        self.name, self.command = name, command
        self.files = () if listener is None else (listener.fileno(),)
        self.process: subprocess.Popen | None = None
        self.deaths: deque[float] = deque(maxlen=TOO_OFTEN)

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches us alone and we end it in order."""
        self.process = subprocess.Popen(  # noqa: S603 - our own programs
            self.command, pass_fds=self.files, start_new_session=True, preexec_fn=_end_with_parent, cwd=config.ROOT
        )

    def keep_alive(self) -> None:
        """Start it again if it ended; raise ClickException when that happens too often."""
        if self.process is None or self.process.poll() is None:
            return
        self.deaths.append(time.monotonic())
        if len(self.deaths) == TOO_OFTEN and self.deaths[-1] - self.deaths[0] < TOO_OFTEN_SECONDS:
            raise click.ClickException(f"The {self.name} ended {TOO_OFTEN} times within a minute; see above for why.")
        click.echo(f"The {self.name} ended ({self.process.returncode}); it is started again.", err=True)
        self.start()


def _listen(host: str, port: int) -> socket.socket:
    """Take the port; what it is asked before the web server runs waits there."""
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=512)
    except OSError as problem:
        raise click.ClickException(
            f"Port {port} of {host} cannot be used: {problem.strerror}. Choose another one: PORT={port + 1} make run"
        ) from None
    listener.set_inheritable(True)
    return listener


def _web_server(listener: socket.socket) -> list[str]:
    options = {
        "bind": f"fd://{listener.fileno()}",
        "workers": PROCESSES,
        "worker-class": "gthread",
        "threads": THREADS,
        "timeout": 60,
        "graceful-timeout": STOP_SECONDS - 2,
        "keep-alive": 15,
        "log-level": "warning",
        "max-requests": 20000,
        "max-requests-jitter": 2000,
    }
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return [sys.executable, "-m", "gunicorn", "--preload", "--no-control-socket", *given, "wsgi:app"]


def _end_with_parent() -> None:
    """Ask the system to end this process when its parent is gone, even when that was killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(_number, _frame) -> None:
    raise Stopped


def _start(children: list[Child], *, host: str, port: int) -> None:
    """Start the children and wait until the site answers; raise ClickException when it does not."""
    for child in children:
        child.start()
    deadline = time.monotonic() + START_SECONDS
    while not _answers(host, port):
        if time.monotonic() > deadline:
            raise click.ClickException(f"The site did not answer within {START_SECONDS} seconds.")
        for child in children:
            child.keep_alive()
        time.sleep(0.05)


def _answers(host: str, port: int) -> bool:
    here = "127.0.0.1" if host in config.WILDCARD_HOSTS else host
    connection = http.client.HTTPConnection(here, port, timeout=2)
    try:
        connection.request(
            "GET", "/static/img/favicon.svg", headers={"Host": urlsplit(current_app.config["BASE_URL"]).netloc}
        )
        return bool(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _watch(children: list[Child], *, is_wanted: Callable[[], bool]) -> None:
    """Keep the children running until somebody raises Stopped or nobody wants us any more."""
    while is_wanted():
        for child in children:
            child.keep_alive()
        time.sleep(0.5)


def _end(children: list[Child]) -> None:
    """Ask all children to end, wait for what they have in hand, and kill what is left."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    running = [child.process for child in children if child.process is not None and child.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def compress_static(folder: Path) -> None:
    """Lay a br and a gz copy beside each static file whose copy is missing or of another version."""
    compressor = Compressor(quiet=True)  # gives a copy the time of its original
    for path in folder.rglob("*"):
        if path.is_file() and compressor.should_compress(path.name):
            copy = path.with_name(f"{path.name}.br")
            if not copy.exists() or int(copy.stat().st_mtime) != int(path.stat().st_mtime):
                compressor.compress(str(path))
