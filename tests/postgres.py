"""A PostgreSQL server of its own for a test run: made in a temporary folder, thrown away afterwards."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
PLAIN = ("listen_addresses=", "max_connections=120", "log_min_messages=fatal")
PR_SET_PDEATHSIG = 1


class Cluster:
    """One server, reached through a socket in its folder; `fast=False` keeps every promise of a real one."""

    def __init__(self, *, fast: bool = True) -> None:
        self.programs = _programs()
        self.settings = PLAIN + (FAST if fast else ())
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.user = pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
            self.folder.chmod(0o755)
        self.process: subprocess.Popen | None = None
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "coordapp", "--auth=trust", "--encoding=UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    def start(self) -> "Cluster":
        """Start the server and wait until it answers."""
        arguments = [part for setting in self.settings for part in ("-c", setting)]
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            user=self.user,
            group=self.user,
            cwd=self.folder,
            preexec_fn=_end_with_parent,
        )
        for _attempt in range(300):
            try:
                psycopg.connect(f"host={self.folder} dbname=postgres user=coordapp").close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return self
        raise RuntimeError("PostgreSQL did not start within 30 seconds")

    def stop(self) -> None:
        """Stop the server, ending its connections."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
            self.process = None

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_database(self, name: str) -> str:
        """Create an empty database and return its address for SQLAlchemy."""
        return create_database(str(self.folder), name)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / program, *arguments],
            capture_output=True, text=True, user=self.user, group=self.user, cwd=self.folder,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


def create_database(folder: str, name: str, *, like: str = "template1") -> str:
    """Create a database, as full as another one, on the server whose socket lies in a folder; return its address."""
    with psycopg.connect(f"host={folder} dbname=postgres user=coordapp", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    return address(folder, name)


def address(folder: str, name: str) -> str:
    """Return the address of a database for SQLAlchemy."""
    return f"postgresql+psycopg://coordapp@/{name}?host={folder}"


def _programs() -> Path:
    """Find the folder of initdb and postgres; raise RuntimeError that says what to install."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    if initdb:
        return Path(initdb).resolve().parent
    raise RuntimeError("PostgreSQL is not installed: `apt install postgresql` (or put initdb and postgres on the PATH)")


def _end_with_parent() -> None:
    """Let the server end when the test run is killed (Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
