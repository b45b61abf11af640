"""`flask serve`: bring the database up to date, start web server and mail sender, and end both together."""

import contextvars
import ctypes
import http.client
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from pathlib import Path
from urllib.parse import urlsplit

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import ScriptInfo, pass_script_info, with_appcontext
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from whitenoise.compress import Compressor

import config
from coordapp import worker
from coordapp.demo import county, sign_in
from coordapp.extensions import db

START_SECONDS = 60  # within which the site must answer
STOP_SECONDS = 10  # within which children must end before they are killed
TOO_OFTEN, TOO_OFTEN_SECONDS = 4, 60  # so many deaths within so many seconds end everything
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1
FORK = multiprocessing.get_context("fork")
GUNICORN = {
    "workers": 2,
    "worker_class": "gthread",
    "threads": 4,
    "timeout": 60,
    "graceful_timeout": STOP_SECONDS - 2,
    "keepalive": 15,
    "max_requests": 20000,
    "max_requests_jitter": 2000,
    "loglevel": "warning",
    "control_socket_disable": True,
}


class Stopped(Exception):
    """Raised when somebody wants the site to end."""


@click.command()
@click.option("--demo", is_flag=True, help="Fill in the demo county where it is missing.")
@click.option("--end-with-parent", is_flag=True, help="End when the calling process is gone.")
@pass_script_info
@with_appcontext
def serve(script: ScriptInfo, demo: bool, end_with_parent: bool) -> None:
    """Start the site at HOST and PORT, with its mail sender, until Ctrl-C."""
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    listener = _listen(host, port)
    flask_migrate.upgrade()
    if demo:
        county.fill_in()
        db.session.commit()
    _let_go_of_database()
    compress_static(config.ROOT / "static")
    address = current_app.config["BASE_URL"]
    for number in ENDINGS:
        signal.signal(number, _stop)
    app = script.load_app()
    children = [
        Child("web server", lambda: WebServer(app, listener).run()),
        Child("mail sender", lambda: worker.run(app)),
    ]
    parent = os.getppid() if end_with_parent else None
    try:
        _start(children, port=port, host=host)
        click.echo("\n".join(("", f"  The site: {address}/", *_sign_in_lines(demo), "", "  Ctrl-C ends it.")))
        _watch(children, is_wanted=lambda: parent in (None, os.getppid()))
    except Stopped:
        click.echo("\nEnding …")
    finally:
        _end(children)


class WebServer(BaseApplication):
    """gunicorn for the application that is already there."""

    cfg: Config

    def __init__(self, app: Flask, listener: socket.socket) -> None:
        self.app, self.listener = app, listener
        super().__init__()

    def load_config(self) -> None:
        """Set what would else be given on the command line."""
        for name, value in (GUNICORN | {"bind": f"fd://{self.listener.fileno()}"}).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application; it was loaded once, before the processes were forked."""
        return self.app


class Child:
    """A process that is started again when it ends by itself. It is forked, so that it need not load the site anew."""

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self.name, self.run = name, run
        self.process: ForkProcess | None = None
        self.deaths: deque[float] = deque(maxlen=TOO_OFTEN)

    def start(self) -> None:
        """Start it."""
        self.process = FORK.Process(target=_begin, args=(self.run, os.getpid()), name=self.name)
        self.process.start()

    def keep_alive(self) -> None:
        """Start it again if it ended; raise ClickException when that happens too often."""
        if self.process is None or self.process.is_alive():
            return
        self.deaths.append(time.monotonic())
        if len(self.deaths) == TOO_OFTEN and self.deaths[-1] - self.deaths[0] < TOO_OFTEN_SECONDS:
            raise click.ClickException(f"The {self.name} ended {TOO_OFTEN} times within a minute; see above for why.")
        click.echo(f"The {self.name} ended ({self.process.exitcode}); it is started again.", err=True)
        self.start()

    def end(self) -> None:
        """Ask it to end."""
        if self.process is not None and self.process.is_alive():
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended; kill it and its own children when it takes too long."""
        if self.process is None:
            return
        self.process.join(max(0.1, seconds))
        if self.process.is_alive():
            os.killpg(self.process.ident or 0, signal.SIGKILL)


def _begin(run: Callable[[], None], parent: int) -> None:
    """Begin a child's life: in a group of its own, so that Ctrl-C reaches its parent alone, which ends it in order."""
    os.setsid()
    for number in ENDINGS:
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":  # ends with its parent, even when that is killed
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:
        contextvars.Context().run(run)


def _sign_in_lines(demo: bool) -> list[str]:
    if not demo:
        return []
    lines = sign_in.describe()
    db.session.commit()
    _let_go_of_database()
    return lines


def _let_go_of_database() -> None:
    """Hold no connection while the children work."""
    db.session.remove()
    db.engine.dispose()


def _listen(host: str, port: int) -> socket.socket:
    """Take the port; what it is asked before the web server runs waits there."""
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family, backlog=512)
    except OSError as problem:
        reason = os.strerror(problem.errno or 0)
        raise click.ClickException(
            f"Port {port} of {host} cannot be used: {reason}. Choose another one: PORT={port + 1} make run"
        ) from None
    listener.set_inheritable(True)
    return listener


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
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    for child in children:
        child.end()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        child.wait(deadline - time.monotonic())


def compress_static(folder: Path) -> None:
    """Lay a br and a gz copy beside each static file whose copy is missing or of another version."""
    compressor = Compressor(quiet=True)  # gives a copy the time of its original
    for path in folder.rglob("*"):
        if path.is_file() and compressor.should_compress(path.name):
            copy = path.with_name(f"{path.name}.br")
            if not copy.exists() or int(copy.stat().st_mtime) != int(path.stat().st_mtime):
                compressor.compress(str(path))
