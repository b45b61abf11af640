"""The clockwork: `flask work` runs the jobs that are due and sends mails, until it is asked to end."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import click
from flask import Flask
from flask.cli import ScriptInfo, pass_script_info

from coordapp.accounts import limits, sign_ins
from coordapp.directory import mergers, still_right
from coordapp.events import reminders, waiting_list
from coordapp.extensions import db
from coordapp.feedback import thanks
from coordapp.invitations import changes, writing
from coordapp.mailbox import reader as mailbox
from coordapp.mailbox import service as came_back
from coordapp.outbox.sender import Sender
from coordapp.privacy import service as privacy
from coordapp.shared import clock
from coordapp.shared.faults import without_data

log = logging.getLogger("coordapp.worker")
Result = TypeVar("Result")

MOST_ROUNDS = 50  # of one job at a time, so that mails are sent in between
IDLE_SECONDS = 1.0
KEPT = timedelta(days=2)  # how long ended sign-ins and old counters stay


@dataclass(frozen=True)
class Job:
    """Something to do again and again; `run` returns how much it did and is called until that is nothing."""

    name: str
    run: Callable[[], int]
    every: timedelta


def forget_old_sign_ins() -> int:
    """Delete sign-ins, one-time links and counters that are of no more use; return 0, as once is enough."""
    before = clock.now() - KEPT
    sign_ins.purge_sign_ins(before)
    limits.purge_counts(before)
    return 0


JOBS = (
    Job("places held too long", waiting_list.expire_due, timedelta(seconds=15)),
    Job("invitations", writing.write_due, timedelta(seconds=1)),
    Job("changes for invited people", changes.write_due, timedelta(seconds=5)),
    Job("reminders", reminders.write_due, timedelta(minutes=1)),
    Job("thanks and questions", thanks.write_due, timedelta(minutes=10)),
    Job("is it still right", still_right.write_due, timedelta(hours=1)),
    Job("refused mails", came_back.consider_refusals, timedelta(minutes=1)),
    Job("mailbox", mailbox.read_new, timedelta(minutes=2)),
    Job("what is kept too long", privacy.delete_due, timedelta(hours=6)),
    Job("old mergers", mergers.purge_mergers, timedelta(hours=6)),
    Job("old sign-ins", forget_old_sign_ins, timedelta(hours=6)),
)


class Clockwork:
    """Runs jobs when they are due and sends mails in between; needs an application context.

    Whatever goes wrong is logged and tried again at its next time.
    """

    def __init__(self, jobs: Sequence[Job] = JOBS) -> None:
        self.jobs = jobs
        self.sender = Sender()
        self.ending = threading.Event()
        self._due_at = dict.fromkeys((job.name for job in jobs), 0.0)

    def run(self) -> None:
        """Go on until `ending` is set; the mail in hand is still sent."""
        while not self.ending.is_set():
            self.run_due()
            if not survive("mails", self.sender.send_next):
                self.ending.wait(IDLE_SECONDS)
        self.sender.close()

    def run_due(self) -> None:
        """Run each job whose time has come."""
        for job in self.jobs:
            if not self.ending.is_set() and time.monotonic() >= self._due_at[job.name]:
                self._due_at[job.name] = time.monotonic() + job.every.total_seconds()
                survive(job.name, lambda job=job: self._run(job))

    def _run(self, job: Job) -> None:
        """Run a job at one moment, one transaction a round, until nothing is left to do."""
        with clock.stopped(clock.now()):
            for _round in range(MOST_ROUNDS):
                done = job.run()
                db.session.commit()
                if not done or self.ending.is_set():
                    return


def survive(name: str, deed: Callable[[], Result]) -> Result | None:
    """Do something and return what came of it; whatever goes wrong is rolled back and logged, and None returned."""
    try:
        return deed()
    except Exception as problem:  # noqa: BLE001 - the next round must come, whatever this one met
        log.error("%s: %s", name, without_data(problem))
        _roll_back()
        return None
    finally:
        db.session.remove()


def _roll_back() -> None:
    try:
        db.session.rollback()
    except Exception as problem:  # noqa: BLE001 - the connection is thrown away right after
        log.error("rollback: %s", without_data(problem))


def run(app: Flask) -> None:
    """Run jobs and send mails until SIGINT or SIGTERM."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    with app.app_context():
        clockwork = Clockwork()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_signal: clockwork.ending.set())
        clockwork.run()


@click.command("work")
@pass_script_info
def work(script: ScriptInfo) -> None:
    """Run reminders and the waiting list, and send mails, until Ctrl-C or SIGTERM."""
    run(script.load_app())
