import pytest

from coordapp.extensions import db
from coordapp.outbox.cli import group
from coordapp.outbox.models import MailStatus, SendingState
from coordapp.shared import clock


@pytest.fixture
def run(app):
    def run(*words: str):
        return app.test_cli_runner().invoke(group, words)

    return run


def test_send_sends_what_is_due_and_ends(run, smtp, write_mail):
    for n in range(3):
        write_mail(str(n))
    result = run("send")
    assert (result.exit_code, result.output) == (0, "3 tried, 0 waiting.\n")
    assert len(smtp.envelopes) == 3


def test_send_says_that_no_server_is_configured(run, write_mail):
    write_mail()
    result = run("send")
    assert result.exit_code == 1
    assert "SMTP_HOST" in result.output


def test_status_counts_mails_and_names_trouble(run, app, write_mail):
    write_mail("a")
    write_mail("b").status = MailStatus.SENT
    db.session.commit()
    assert "SMTP_HOST" in run("status").output
    app.config["SMTP_HOST"] = "127.0.0.1"
    lines = [line.split(maxsplit=1) for line in run("status").output.splitlines()]
    assert lines[:3] == [["1", "wartet"], ["1", "gesendet"], ["0", "nicht zugestellt"]]
    db.session.add(SendingState(id=1, troubles=1, trouble_since=clock.now(), last_error="535 no"))
    db.session.commit()
    assert "Unser Mailserver nimmt das Kennwort nicht an. (535 no)" in run("status").output
