"""Send what is due, one mail after the other, with no transaction open while the mail server is talked to."""

import logging
import time
from datetime import timedelta

from flask import current_app

from coordapp.extensions import db
from coordapp.outbox import queue
from coordapp.outbox.connection import Connection, NotTaken
from coordapp.outbox.models import Mail
from coordapp.outbox.rules import Failure

log = logging.getLogger("coordapp.outbox")  # told numbers and codes, never addresses or subjects

IDLE_SECONDS = 5  # how long a connection stays open with nothing to send


class Sender:
    """Sends mails through one connection; needs an application context, and `close` in the end."""

    def __init__(self) -> None:
        self.config = current_app.config
        self.lease = timedelta(seconds=self.config["MAIL_LEASE"])
        self.connection = Connection(self.config)
        self._used_at = 0.0
        self._outcome: tuple[Mail, Failure | None] | None = None  # of a mail, until it stands in the database

    def send_next(self) -> bool:
        """Send the mail whose turn it is; return False when there is nothing to do for now.

        Commits: first that the mail is taken, then what became of it. When the database does not answer, the outcome is
        kept and written by the next call.
        """
        self._record()
        if not self.config["SMTP_HOST"]:
            return False
        mail = queue.claim(lease=self.lease, per_minute=self.config["MAIL_PER_MINUTE"])
        db.session.commit()
        if mail is None:
            self._close_when_idle()
            return False
        try:
            if self._is_ready_for(mail):
                self.connection.hand_over(mail)
                self._outcome = mail, None
        except NotTaken as refusal:
            self._outcome = mail, refusal.failure
        self._used_at = time.monotonic()
        self._record()
        return True

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def _is_ready_for(self, mail: Mail) -> bool:
        """Connect where needed; False when that took so long that another sender has the mail."""
        if self.connection.is_alive():
            return True
        self.connection.open()
        is_ours = queue.renew(mail, lease=self.lease)
        db.session.commit()
        return is_ours

    def _record(self) -> None:
        if self._outcome is None:
            return
        mail, failure = self._outcome
        if failure is None:
            queue.record_sent(mail)
            log.info("mail %s sent", mail.id)
        else:
            queue.record_failure(mail, failure)
            log.warning("mail %s: %s at %s, code %s", mail.id, failure.verdict, failure.stage, failure.code)
        db.session.commit()
        self._outcome = None

    def _close_when_idle(self) -> None:
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self.close()
