"""The line to the mail server: encrypted, with a certificate that is checked, and a login."""

import shutil
import ssl
import subprocess

import pytest
from aiosmtpd.smtp import AuthResult

from coordapp.outbox import service
from coordapp.outbox.rules import Fault
from coordapp.outbox.sender import Sender
from tests.mail_server import MailServer

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Return a fresh certificate for localhost that nobody knows, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    files = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", files[0], "-keyout", files[1]],
        check=True, capture_output=True,
    )  # fmt: skip
    return files


@pytest.fixture
def context(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusted(certificate, monkeypatch):
    """Let this machine trust the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


@pytest.fixture
def send(app, write_mail):
    """Return a function that sends a mail through a server and returns it."""

    def send(server: MailServer, **settings):
        app.config.update({"SMTP_HOST": "localhost", "SMTP_PORT": server.port} | settings)
        write_mail()
        sender = Sender()
        assert sender.send_next()
        sender.close()
        return service.find_mail("a")

    return send


def servers(context):
    return {"starttls": {"tls_context": context, "require_starttls": True}, "tls": {"tls": context}}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_goes_over_an_encrypted_line(app, send, context, trusted, security):
    with MailServer(**servers(context)[security]) as server:
        send(server, SMTP_SECURITY=security)
        assert len(server.envelopes) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_certificate_nobody_knows_or_of_another_host_gets_nothing(
    send, context, monkeypatch, security, host, certificate
):
    if host == "127.0.0.1":  # trusted, but for localhost
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with MailServer(**servers(context)[security]) as server:
        send(server, SMTP_SECURITY=security, SMTP_HOST=host)
        assert server.envelopes == []
    assert service.find_trouble().last_error == Fault.NOT_SECURE


@pytest.mark.parametrize(("password", "arrived"), [("right", 1), ("wrong", 0)])
def test_the_sender_logs_in(send, context, trusted, password, arrived):
    def log_in(_server, _session, _envelope, _mechanism, given) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (b"county", b"right"), handled=False)

    with MailServer(tls_context=context, require_starttls=True, auth_required=True, authenticator=log_in) as server:
        mail = send(server, SMTP_SECURITY="starttls", SMTP_USER="county", SMTP_PASSWORD=password)
        assert len(server.envelopes) == arrived
    if not arrived:
        assert mail.attempts == 0
        assert service.find_trouble().last_error.startswith("535 ")
