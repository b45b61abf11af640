"""The talk with the mailbox (RFC 9051 and 3501): new messages are fetched and put away, nothing is ever deleted."""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum

LARGEST = 1024 * 1024  # bytes of a message that are fetched; reports say what they have to say in the first of them
NO_ANSWER = (OSError, imaplib.IMAP4.abort)


class Trouble(StrEnum):
    """Why the mailbox could not be read."""

    NO_CONNECTION = "no connection"
    NOT_SECURE = "no secure connection"
    NO_LOGIN = "login refused"
    NO_FOLDER = "no such folder"
    LINE_CUT = "line cut"


class NotRead(Exception):
    """Raised when the mailbox cannot be read."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class Mailbox:
    """A folder of a mailbox, open for reading: `with Mailbox(config) as mailbox:`. Raises NotRead."""

    def __init__(self, config: dict) -> None:
        self._config = config
        self.uid_validity = 0

    def __enter__(self) -> "Mailbox":
        """Connect, log in and open the folder."""
        self._imap = _try(Trouble.NO_CONNECTION, self._connect)
        try:
            self._encrypt()
            self._log_in()
            self._open_folder()
        except NotRead:
            self._imap.shutdown()
            raise
        return self

    def __exit__(self, problem, *_details) -> None:
        """Say good-bye, or hang up where something went wrong."""
        if problem is None:
            with suppress(*NO_ANSWER, imaplib.IMAP4.error):
                self._imap.logout()
                return
        self._imap.shutdown()

    def list_new(self, *, after: int, limit: int) -> list[int]:
        """List the numbers (UIDs) of the messages after one, the oldest first."""
        found = self._ask(lambda: self._imap.uid("SEARCH", f"UID {after + 1}:*"))
        numbers = sorted(int(number) for number in b" ".join(part for part in found if part).split())
        return [number for number in numbers if number > after][:limit]  # "9:*" finds the last one, be it the 8th

    def fetch(self, uid: int) -> bytes | None:
        """Return a message, cut when it is very large, without marking it as read; None when it is gone."""
        found = self._ask(lambda: self._imap.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LARGEST}>)"))
        return next((part[1] for part in found if isinstance(part, tuple)), None)

    def put_away(self, uid: int) -> None:
        """Mark a message as read and, where a folder for that is set, move it there."""
        self._ask(lambda: self._imap.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)"))
        folder = self._config["IMAP_DONE_FOLDER"]
        if folder and "MOVE" in self._imap.capabilities:  # otherwise it stays: copying would need deleting
            self._ask(lambda: self._imap.uid("MOVE", str(uid), _quoted(folder)), or_else=Trouble.NO_FOLDER)

    def _connect(self) -> imaplib.IMAP4:
        host, port, timeout = (self._config[name] for name in ("IMAP_HOST", "IMAP_PORT", "IMAP_TIMEOUT"))
        if self._config["IMAP_SECURITY"] == "tls":
            return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=timeout)
        return imaplib.IMAP4(host, port, timeout=timeout)

    def _encrypt(self) -> None:
        """Encrypt where that comes after the greeting; never go on without."""
        if self._config["IMAP_SECURITY"] in ("tls", "none"):
            return
        if "STARTTLS" not in self._imap.capabilities:
            raise NotRead(Trouble.NOT_SECURE)
        _try(Trouble.NOT_SECURE, lambda: self._imap.starttls(ssl.create_default_context()))

    def _log_in(self) -> None:
        user, password = self._config["IMAP_USER"], self._config["IMAP_PASSWORD"]
        _try(Trouble.NO_LOGIN, lambda: self._imap.login(user, password))
        _try(Trouble.LINE_CUT, self._refresh_capabilities)

    def _refresh_capabilities(self) -> None:
        """Ask again what the server can do: many say more to those they know."""
        _answer, found = self._imap.capability()
        self._imap.capabilities = tuple(b" ".join(found).decode("ascii", "replace").upper().split())

    def _open_folder(self) -> None:
        answer, _number = _try(Trouble.NO_FOLDER, lambda: self._imap.select(_quoted(self._config["IMAP_FOLDER"])))
        if answer != "OK":
            raise NotRead(Trouble.NO_FOLDER)
        _name, found = self._imap.response("UIDVALIDITY")
        number = re.search(rb"\d+", found[0] or b"") if found else None
        self.uid_validity = int(number[0]) if number else 0

    def _ask(self, command: Callable[[], tuple[str, list]], *, or_else: Trouble = Trouble.LINE_CUT) -> list:
        answer, found = _try(or_else, command)
        if answer != "OK":
            raise NotRead(or_else)
        return found


def _try(trouble: Trouble, command: Callable):
    """Do something with the server; raise NotRead with what went wrong."""
    try:
        return command()
    except ssl.SSLError:
        raise NotRead(Trouble.NOT_SECURE) from None
    except NO_ANSWER:
        raise NotRead(Trouble.LINE_CUT if trouble is not Trouble.NO_CONNECTION else trouble) from None
    except (imaplib.IMAP4.error, UnicodeError):
        raise NotRead(trouble) from None


def _quoted(folder: str) -> str:
    """Return the name of a folder as IMAP wants it, also with spaces."""
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def each_new(mailbox: Mailbox, *, after: int, limit: int) -> Iterator[tuple[int, bytes]]:
    """Yield the messages after one with their numbers, the oldest first."""
    for uid in mailbox.list_new(after=after, limit=limit):
        raw = mailbox.fetch(uid)
        if raw is not None:
            yield uid, raw
