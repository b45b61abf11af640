"""The talk with the mail server (RFC 5321), step by step, so that one knows how far it came when it breaks off."""

import smtplib
import ssl
from collections.abc import Callable
from email.errors import MessageError

from coordapp.outbox import message as messages
from coordapp.outbox.models import Mail
from coordapp.outbox.rules import BUSY, Failure, Fault, Stage
from coordapp.outbox.service import mail_domain
from coordapp.shared.text import one_line

EXPECTED = {Stage.SENDER: (250,), Stage.RECIPIENT: (250, 251), Stage.CONTENT: (354,), Stage.FINISH: (250,)}
NO_ANSWER = (OSError, smtplib.SMTPException)
UNWRITABLE = (ValueError, TypeError, LookupError, AttributeError, MessageError)  # what `email` raises on odd input


class NotTaken(Exception):
    """Raised when the server did not take a mail."""

    def __init__(self, stage: Stage, code: int | None, words: str) -> None:
        super().__init__(words)
        self.failure = Failure(stage, code, words)


class Connection:
    """A line to the mail server that the settings name; opened when needed, used for many mails."""

    def __init__(self, config: dict) -> None:
        self.config = config
        self.domain = mail_domain(config["BASE_URL"], config["MAIL_FROM"])
        self.sender = messages.mailbox(config["OFFICE_NAME"], config["MAIL_FROM"])
        answers = messages.mailbox(config["OFFICE_NAME"], config["OFFICE_EMAIL"])
        self.reply_to = None if answers == self.sender else answers
        self._smtp: smtplib.SMTP | None = None

    def is_alive(self) -> bool:
        """Tell whether the server still listens; what an earlier mail left half done is forgotten."""
        if self._smtp is None:
            return False
        try:
            if self._smtp.rset()[0] == 250:
                return True
        except NO_ANSWER:
            pass
        self.close()
        return False

    def open(self) -> None:
        """Connect, encrypt and log in as the settings say; raise NotTaken when the server is not there or not safe."""
        try:
            self._smtp = self._greet()
            self._encrypt(self._smtp)
            self._log_in(self._smtp)
        except smtplib.SMTPResponseException as refusal:
            words = _words(refusal.smtp_code, refusal.smtp_error)
            raise self._broken(Stage.CONNECT, refusal.smtp_code, words) from None
        except ssl.SSLError:
            raise self._broken(Stage.CONNECT, None, Fault.NOT_SECURE) from None
        except (*NO_ANSWER, UnicodeError):
            raise self._broken(Stage.CONNECT, None, Fault.NO_CONNECTION) from None

    def hand_over(self, mail: Mail) -> None:
        """Give a mail to the server; raise NotTaken unless it answers that it has it."""
        smtp = self._smtp
        if smtp is None:
            raise NotTaken(Stage.CONNECT, None, Fault.NO_CONNECTION)
        try:
            to = messages.mailbox(mail.recipient_name, mail.recipient)
            content = messages.build(mail, to=to, sender=self.sender, reply_to=self.reply_to)
        except UNWRITABLE:
            raise NotTaken(Stage.RECIPIENT, None, Fault.NOT_SENDABLE) from None
        if not to.address.isascii() and not smtp.has_extn("smtputf8"):
            raise NotTaken(Stage.RECIPIENT, None, Fault.NO_SMTPUTF8)
        self._step(Stage.SENDER, lambda: smtp.mail(self.sender.address, _options(smtp, to.address, content)))
        self._step(Stage.RECIPIENT, lambda: smtp.rcpt(to.address))
        self._step(Stage.CONTENT, lambda: smtp.docmd("DATA"))
        self._step(Stage.FINISH, lambda: _finish(smtp, content))

    def close(self) -> None:
        """Say good-bye, or hang up where nobody answers."""
        if self._smtp is not None:
            smtp, self._smtp = self._smtp, None
            try:
                smtp.quit()
            except NO_ANSWER:
                smtp.close()

    def _greet(self) -> smtplib.SMTP:
        config = self.config
        where = (config["SMTP_HOST"], config["SMTP_PORT"], self.domain)
        if config["SMTP_SECURITY"] == "tls":
            return smtplib.SMTP_SSL(*where, timeout=config["SMTP_TIMEOUT"], context=ssl.create_default_context())
        return smtplib.SMTP(*where, timeout=config["SMTP_TIMEOUT"])

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        """Encrypt where that comes after the greeting; never go on without (RFC 3207)."""
        smtp.ehlo_or_helo_if_needed()
        if self.config["SMTP_SECURITY"] in ("tls", "none"):
            return
        if not smtp.has_extn("starttls"):
            raise self._broken(Stage.CONNECT, None, Fault.NOT_SECURE)
        smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo()

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        if not self.config["SMTP_USER"]:
            return
        if not smtp.has_extn("auth"):
            raise self._broken(Stage.CONNECT, None, Fault.NO_LOGIN)
        smtp.login(self.config["SMTP_USER"], self.config["SMTP_PASSWORD"])

    def _step(self, stage: Stage, say: Callable[[], tuple[int, bytes]]) -> None:
        try:
            code, answer = say()
        except NO_ANSWER:
            raise self._broken(stage, None, Fault.LINE_CUT) from None
        if code in EXPECTED[stage]:
            return
        if code == BUSY or code < 400:
            self.close()
        raise NotTaken(stage, code if code >= 400 else None, _words(code, answer))

    def _broken(self, stage: Stage, code: int | None, words: str) -> NotTaken:
        self.close()
        return NotTaken(stage, code, words)


def _options(smtp: smtplib.SMTP, to: str, content: bytes) -> list[str]:
    options = [f"SIZE={len(content)}"] if smtp.has_extn("size") else []
    return options if to.isascii() else [*options, "SMTPUTF8", "BODY=8BITMIME"]


def _finish(smtp: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    """Send the content, its lines that begin with a dot doubled (RFC 5321 4.5.2), and wait for the answer."""
    smtp.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    return smtp.getreply()


def _words(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return one_line(f"{code} {text}")
