import logging
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

import config
from coordapp.app import create_app
from coordapp.directory.models import Person
from coordapp.extensions import db
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock
from coordapp.worker import JOBS, Clockwork, Job
from tests import make
from tests.mail_server import MailServer
from tests.postgres import Cluster
from tests.tables import create_tables

ALWAYS = timedelta(0)


def _job(name: str, run, every: timedelta = ALWAYS) -> Job:
    return Job(name, run, every)


def test_a_job_is_run_until_nothing_is_left_and_each_round_is_kept(app):
    left = [3]

    def add_one() -> int:
        make.person(name=f"Runde {left[0]}")
        left[0] -= 1
        return left[0]

    Clockwork([_job("adding", add_one)]).run_due()
    assert db.session.scalar(db.select(db.func.count()).select_from(Person)) == 3


def test_a_job_sees_one_moment_from_beginning_to_end(app):
    seen = []

    def look() -> int:
        seen.append(clock.now())
        time.sleep(1.1)
        seen.append(clock.now())
        return len(seen) < 4

    Clockwork([_job("looking", look)]).run_due()
    assert len(seen) == 4
    assert len(set(seen)) == 1


def test_a_job_waits_for_its_time(app):
    runs = []
    clockwork = Clockwork([_job("rare", lambda: bool(runs.append(1)), timedelta(hours=1))])
    clockwork.run_due()
    clockwork.run_due()
    assert runs == [1]


def test_a_job_that_fails_keeps_nothing_and_stops_no_other(app, caplog):
    def fail() -> int:
        make.person(name="Geheime Person", email="geheim@example.org")
        raise ValueError("geheim@example.org")

    runs = []
    with caplog.at_level(logging.ERROR, logger="coordapp.worker"):
        Clockwork([_job("failing", fail), _job("other", lambda: bool(runs.append(1)))]).run_due()
    assert db.session.scalar(db.select(db.func.count()).select_from(Person)) == 0
    assert runs == [1]
    assert "failing: ValueError in worker.py" in caplog.text
    assert "test_worker.py" in caplog.text
    assert "geheim" not in caplog.text


def test_the_jobs_of_the_site_run_on_an_empty_and_on_a_full_database(app, caplog):
    Clockwork().run_due()
    make.registration()
    db.session.commit()
    Clockwork().run_due()
    assert caplog.text == ""
    assert len({job.name for job in JOBS}) == len(JOBS)


class SlowServer(MailServer):
    """Takes its time before it says that it has a mail."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - named by aiosmtpd
        import asyncio

        await asyncio.sleep(2)
        return await super().handle_DATA(server, session, envelope)


def _work(database: str, folder, server: MailServer) -> subprocess.Popen:
    environment = os.environ | {
        "DATABASE_URL": database, "INSTANCE_PATH": str(folder), "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port),
        "SMTP_SECURITY": "none",
    }  # fmt: skip
    return subprocess.Popen([sys.executable, "-m", "flask", "work"], cwd=config.ROOT, env=environment)


def _wait_until(condition, *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _write_mail(key: str) -> None:
    said = {"subject": key, "text": "Hallo", "html": "<p>Hallo", "template": "t", "language": "de"}
    db.session.add(Mail(key=key, recipient="a@example.org", message_id=f"<{key}@example.org>", **said))
    db.session.commit()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_finishes_the_mail_in_hand(fresh_app, tmp_path, ending):
    for number in range(3):
        _write_mail(f"mail{number}")
    with SlowServer() as server:
        process = _work(fresh_app.config["SQLALCHEMY_DATABASE_URI"], tmp_path, server)
        _wait_until(lambda: _statuses() != ["queued"] * 3)
        process.send_signal(ending)
        assert process.wait(15) == 0
        assert len(server.messages) == 1
    assert _statuses() == ["queued", "queued", "sent"]


def _statuses() -> list[str]:
    found = sorted(status.value for status in db.session.scalars(db.select(Mail.status)))
    db.session.rollback()
    return found


def test_it_survives_a_restart_of_postgresql(settings, tmp_path):
    cluster = Cluster().start()
    try:
        database = cluster.create_database("restarted")
        app = create_app(settings | {"SQLALCHEMY_DATABASE_URI": database})
        create_tables(app)
        with MailServer() as server, app.app_context():
            process = _work(database, tmp_path, server)
            _write_mail("before")
            _wait_until(lambda: len(server.messages) == 1)
            db.session.remove()
            db.engine.dispose()
            cluster.stop()
            time.sleep(2.5)
            cluster.start()
            _write_mail("after")
            _wait_until(lambda: len(server.messages) == 2)
            assert process.poll() is None
            process.terminate()
            assert process.wait(15) == 0
            assert [mail.status for mail in db.session.scalars(db.select(Mail))] == [MailStatus.SENT] * 2
            db.session.remove()
            db.engine.dispose()
    finally:
        cluster.remove()
