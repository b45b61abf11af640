"""`flask mailbox`: mails from files."""

import pytest

from coordapp.extensions import db
from coordapp.mailbox.models import MailboxMessage
from tests.mailbox.conftest import DATA, raw


@pytest.fixture
def run(app):
    def run(*arguments):
        db.session.commit()
        result = app.test_cli_runner().invoke(args=["mailbox", *map(str, arguments)])
        db.session.expire_all()
        return result

    return run


def test_single_mails_are_read(vera, run):
    result = run("read", DATA / "postfix_unknown.eml", DATA / "human.eml")
    assert result.exit_code == 0
    assert "1  kam zurück, die Adresse stimmt nicht mehr" in result.output
    assert "1  Post an das Büro" in result.output
    assert vera.mail_address is None


def test_a_file_of_many_mails_is_read_once(vera, run, tmp_path):
    box = tmp_path / "box.mbox"
    box.write_bytes(
        b"".join(
            b"From MAILER-DAEMON Tue Mar  2 10:30:04 2027\n" + raw(name) + b"\n" for name in ("mailbox_full", "human")
        )
    )
    run("read", box)
    result = run("read", box)
    assert "2  schon gelesen" in result.output
    assert (vera.email_bounces, db.session.query(MailboxMessage).count()) == (1, 2)


def test_a_file_that_is_not_there_is_said(run):
    assert run("read", "gibt-es-nicht.eml").exit_code == 2


def test_fetching_says_what_is_missing(run):
    result = run("fetch")
    assert result.exit_code == 1
    assert "IMAP_HOST" in result.output


def test_fetching_reads_the_mailbox(vera, imap, run):
    imap.deliver(raw("postfix_unknown"))
    assert run("fetch").exit_code == 0
    assert vera.mail_address is None


def test_fetching_says_what_went_wrong(app, imap, run):
    app.config["IMAP_PASSWORD"] = "falsch"
    result = run("fetch")
    assert result.exit_code == 1
    assert "login refused" in result.output
