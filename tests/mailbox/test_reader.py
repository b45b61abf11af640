"""The mailbox read over IMAP: each message once, nothing deleted, people's post untouched."""

import shutil
import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from coordapp.extensions import db
from coordapp.mailbox import reader
from coordapp.mailbox.imap import Trouble
from coordapp.mailbox.models import MailboxMessage, MessageKind
from coordapp.shared import clock
from coordapp.worker import JOBS, Clockwork
from tests.mailbox.conftest import UID, raw
from tests.mailbox.imap_server import ImapServer
from tests.ports import free_port


def kinds() -> list[MessageKind]:
    return list(db.session.scalars(db.select(MailboxMessage.kind).order_by(MailboxMessage.id)))


def state():
    db.session.rollback()
    return reader.find_state()


def test_what_came_back_is_marked_as_read_and_people_s_post_stays_unread(vera, imap):
    bounce, letter = imap.deliver(raw("postfix_unknown")), imap.deliver(raw("human"))
    reader.read_new()
    assert kinds() == [MessageKind.HARD, MessageKind.OTHER]
    assert imap.flags() == {bounce: {"\\Seen"}, letter: set()}
    assert vera.mail_address is None


def test_what_was_read_is_moved_where_a_folder_is_set(app, vera, imap):
    app.config["IMAP_DONE_FOLDER"] = "Erledigt von selbst"
    imap.folders["Erledigt von selbst"] = []
    bounce, letter = imap.deliver(raw("postfix_unknown")), imap.deliver(raw("human"))
    reader.read_new()
    assert imap.flags() == {letter: set()}
    assert imap.flags("Erledigt von selbst") == {bounce: {"\\Seen"}}


def test_a_folder_for_what_was_read_that_is_not_there_is_said(app, vera, imap):
    app.config["IMAP_DONE_FOLDER"] = "Erledigt"
    bounce = imap.deliver(raw("postfix_unknown"))
    reader.read_new()
    assert state().trouble == Trouble.NO_FOLDER
    assert imap.flags() == {bounce: {"\\Seen"}}


def test_a_server_that_cannot_move_loses_nothing(app, vera, imap):
    app.config["IMAP_DONE_FOLDER"], imap.can_move = "Erledigt", False
    bounce = imap.deliver(raw("postfix_unknown"))
    reader.read_new()
    assert imap.flags() == {bounce: {"\\Seen"}}
    assert state().trouble == ""


def test_nothing_is_ever_deleted(vera, imap):
    for name in ("postfix_unknown", "human", "out_of_office", "mailbox_full"):
        imap.deliver(raw(name))
    reader.read_new()
    reader.read_new()
    assert not {"EXPUNGE", "COPY", "DELETE"} & set(imap.commands)
    assert not any("\\Deleted" in flags for flags in imap.flags().values())


def test_each_message_is_fetched_once(vera, imap):
    imap.deliver(raw("human"))
    reader.read_new()
    imap.deliver(raw("out_of_office"))
    reader.read_new()
    reader.read_new()
    assert imap.commands.count("FETCH") == 2
    assert kinds() == [MessageKind.OTHER, MessageKind.AUTO_REPLY]


def test_numbers_that_begin_anew_take_nothing_in_twice(vera, imap):
    imap.deliver(raw("mailbox_full"))
    reader.read_new()
    imap.uid_validity = 2
    reader.read_new()
    assert (vera.email_bounces, kinds()) == (1, [MessageKind.SOFT])
    assert state().uid_validity == 2


def test_at_most_fifty_are_read_at_once_and_the_rest_next_time(app, imap):
    for number in range(60):
        imap.deliver(raw("human").replace(b"d0e1f2", b"%d" % number))
    assert reader.read_new() == 0
    assert len(kinds()) == 50
    reader.read_new()
    assert len(kinds()) == 60


def test_a_very_large_report_is_read_in_part(vera, imap):
    imap.deliver(raw("postfix_unknown") + b"x" * 5_000_000)
    reader.read_new()
    assert kinds() == [MessageKind.HARD]


def test_without_settings_nothing_is_read(app):
    assert reader.read_new() == 0
    assert state() is None


@pytest.mark.parametrize("cuts_after", ["LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
def test_a_line_that_is_cut_loses_nothing_and_is_tried_again_later(vera, imap, cuts_after):
    imap.deliver(raw("mailbox_full"))
    imap.cuts_after = cuts_after
    now = clock.now()
    with clock.stopped(now):
        reader.read_new()
        assert state().trouble == Trouble.LINE_CUT
        tried = len(imap.commands)
        reader.read_new()
        assert len(imap.commands) == tried  # waits
    imap.cuts_after = None
    with clock.stopped(now + timedelta(minutes=11)):
        reader.read_new()
        assert state().trouble == ""
    assert (vera.email_bounces, kinds()) == (1, [MessageKind.SOFT])


def test_what_was_kept_before_a_cut_stays(vera, imap):
    imap.deliver(raw("mailbox_full"))
    imap.cuts_after = "STORE"
    reader.read_new()
    assert (vera.email_bounces, kinds()) == (1, [MessageKind.SOFT])


@pytest.mark.parametrize(
    ("wrong", "trouble"),
    [
        ({"IMAP_PASSWORD": "falsch"}, Trouble.NO_LOGIN),
        ({"IMAP_PASSWORD": "fälschlich"}, Trouble.NO_LOGIN),
        ({"IMAP_FOLDER": "Gibt es nicht"}, Trouble.NO_FOLDER),
        ({"IMAP_SECURITY": "starttls"}, Trouble.NOT_SECURE),
        ({"IMAP_PORT": free_port()}, Trouble.NO_CONNECTION),
    ],
)
def test_what_is_wrong_is_noted_for_the_office(app, imap, wrong, trouble):
    app.config.update(wrong)
    reader.read_new()
    assert state().trouble == trouble
    assert state().trouble_since is not None


def test_a_server_that_says_nothing_does_not_stop_the_sender_for_long(app, imap):
    app.config["IMAP_TIMEOUT"], imap.is_silent = 0.3, True
    began = time.monotonic()
    reader.read_new()
    reader.read_new()
    assert time.monotonic() - began < 3
    assert state().trouble == Trouble.NO_CONNECTION


def test_no_transaction_is_open_while_the_server_is_talked_to(app, vera, imap, monkeypatch):
    imap.deliver(raw("human"))
    open_ones, fetch = [], reader.Mailbox.fetch

    def note(self, uid):
        open_ones.append(db.session().in_transaction())
        return fetch(self, uid)

    monkeypatch.setattr(reader.Mailbox, "fetch", note)
    db.session.commit()
    reader.read_new()
    assert open_ones == [False]


def test_a_message_that_cannot_be_dealt_with_does_not_keep_the_others_from_being_read(app, make, vera, imap):
    with clock.stopped(datetime(2027, 3, 2, 11, tzinfo=UTC)):
        event = make.event(starts_at=datetime(2027, 3, 16, 14, tzinfo=UTC))
        event.dates[0].uid = UID
        registration = make.registration(event, vera, created_at=clock.now() - timedelta(days=3))
        app.config["MAIL_FROM"] = "buero@ungültig..example"  # no mail can be written
        answer, bounce = imap.deliver(raw("reply_outlook_declined")), imap.deliver(raw("postfix_unknown"))
        reader.read_new()
    assert kinds() == [MessageKind.UNREADABLE, MessageKind.HARD]
    assert imap.flags() == {answer: set(), bounce: {"\\Seen"}}
    db.session.refresh(registration)
    assert registration.is_coming


def test_the_worker_reads_the_mailbox(app, vera, imap):
    imap.deliver(raw("postfix_unknown"))
    db.session.commit()
    Clockwork([job for job in JOBS if job.name == "mailbox"]).run_due()
    assert kinds() == [MessageKind.HARD]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
@pytest.mark.parametrize("is_known", [True, False])
def test_the_line_is_encrypted_and_the_certificate_checked(app, vera, tmp_path, monkeypatch, is_known):
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with ImapServer(tls=tls) as server:
        server.deliver(raw("postfix_unknown"))
        app.config.update(
            IMAP_HOST="localhost", IMAP_PORT=server.port, IMAP_USER=server.user, IMAP_PASSWORD=server.password,
            IMAP_SECURITY="tls", IMAP_TIMEOUT=5,
        )  # fmt: skip
        reader.read_new()
    assert state().trouble == ("" if is_known else Trouble.NOT_SECURE)
    assert kinds() == ([MessageKind.HARD] if is_known else [])
