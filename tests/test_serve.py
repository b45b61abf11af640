import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import config
from coordapp.extensions import db
from coordapp.serve import compress_static
from tests.house.addresses import dump
from tests.ports import free_port

LINUX_ONLY = Path("/proc/self/task")  # where the children of a process are listed


class Site:
    """The site as `make run` starts it."""

    def __init__(self, app, folder: Path) -> None:
        self.port, self.log = free_port(), folder / "log"
        self.environment = os.environ | {
            "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"], "INSTANCE_PATH": str(folder), "BASE_URL": "",
            "HOST": "127.0.0.1", "PORT": str(self.port), "SMTP_HOST": "",
        }  # fmt: skip

    def start(self) -> None:
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "serve", "--demo"],
                cwd=config.ROOT, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        wait_until(lambda: "Ctrl-C" in self.log.read_text() or self.process.poll() is not None)
        assert self.process.poll() is None, self.log.read_text()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    @property
    def children(self) -> list[int]:
        return _children(self.process.pid)

    @property
    def family(self) -> list[int]:
        return [pid for child in self.children for pid in (child, *_children(child))]


def _children(pid: int) -> list[int]:
    return [int(child) for child in (LINUX_ONLY.parent.parent / f"{pid}/task/{pid}/children").read_text().split()]


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def served(fresh_app, tmp_path):
    site = Site(fresh_app, tmp_path)
    site.start()
    yield site
    if site.process.poll() is None:
        site.process.terminate()
        site.process.wait(20)


def test_the_site_runs_survives_and_leaves_nothing_behind(served):
    assert served.answers()
    printed = served.log.read_text()
    for word in ("Office", "Administrator", "Volunteer", "Club", f"http://127.0.0.1:{served.port}/"):
        assert word in printed

    web, sender = served.children  # one that dies is started again
    os.kill(sender, signal.SIGKILL)
    wait_until(lambda: len(served.children) == 2 and sender not in served.children)
    for child in _children(web):
        os.kill(child, signal.SIGKILL)
    wait_until(served.answers)

    family = served.family  # Ctrl-C ends all of it
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(15) == 0
    assert [pid for pid in family if _is_running(pid)] == []

    before = _counts()  # started again, nothing is doubled or lost
    served.start()
    assert served.answers()
    assert _counts() == before

    family = served.family  # nobody is left when it is killed
    served.process.kill()
    wait_until(lambda: not any(_is_running(pid) for pid in family), seconds=15)


def _counts() -> dict[str, int]:
    counts = {name: len(rows) for name, rows in dump().items()}
    db.session.remove()
    for changing in ("sign_in_link", "mail", "sending_state"):  # fresh links; what the worker writes
        counts.pop(changing)
    return counts


def test_a_port_in_use_is_said_in_words(settings, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        environment = os.environ | {"INSTANCE_PATH": str(tmp_path), "PORT": str(port), "DATABASE_URL": ""}
        done = subprocess.run(
            [sys.executable, "-m", "flask", "serve"], cwd=config.ROOT, env=environment, capture_output=True, text=True
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: Port {port} of 127.0.0.1 cannot be used: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "coordapp.db").exists()


def test_static_files_get_compressed_copies_that_follow_them(tmp_path):
    style = tmp_path / "css" / "app.css"
    style.parent.mkdir()
    style.write_text("a { color: red; }\n" * 100)
    (tmp_path / "icon.png").write_bytes(b"\x89PNG" * 100)
    compress_static(tmp_path)
    copies = [style.with_name(f"app.css{ending}") for ending in (".br", ".gz")]
    first = [copy.read_bytes() for copy in copies]
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "app.css", "app.css.br", "app.css.gz", "icon.png",
    ]  # fmt: skip
    compress_static(tmp_path)
    assert [copy.read_bytes() for copy in copies] == first
    style.write_text("b { color: blue; }\n" * 100)
    os.utime(style, (1, 1))  # older than the copies, and yet another version
    compress_static(tmp_path)
    assert all(copy.read_bytes() != old for copy, old in zip(copies, first, strict=True))
