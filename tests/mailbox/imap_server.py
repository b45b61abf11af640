"""A real mailbox on a free port of this machine: as much of IMAP (RFC 9051) as a reader of new mail asks for."""

import re
import socketserver
import ssl
import threading
from dataclasses import dataclass, field

COMMAND = re.compile(rb"(\S+) (UID )?(\S+)(?: (.*))?", re.I | re.S)
ARGUMENT = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\S+)')


@dataclass
class Stored:
    """A message in a folder."""

    uid: int
    raw: bytes
    flags: set[str] = field(default_factory=set)


class ImapServer:
    """Keeps folders of messages; the knobs below make it misbehave."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.folders: dict[str, list[Stored]] = {"INBOX": []}
        self.uid_validity, self.next_uid = 1, 1
        self.user, self.password = "buero", "geheim"
        self.can_move = True
        self.is_silent = False  # takes connections and never says a word
        self.cuts_after: str | None = None  # a command after which the line is cut
        self.commands: list[str] = []
        self._tls = tls

    def deliver(self, raw: bytes, folder: str = "INBOX") -> int:
        """Put a message into a folder and return its number."""
        self.folders[folder].append(Stored(self.next_uid, raw))
        self.next_uid += 1
        return self.next_uid - 1

    def flags(self, folder: str = "INBOX") -> dict[int, set[str]]:
        """Return the flags of all messages of a folder."""
        return {stored.uid: stored.flags for stored in self.folders[folder]}

    def __enter__(self) -> "ImapServer":
        """Start listening; `port` is then known."""
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 20

            def handle(self) -> None:
                _Session(outer, self).run()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads, block_on_close = True, True, False

            def get_request(self):
                connection, address = super().get_request()
                if outer._tls is not None:
                    connection = outer._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                return connection, address

            def handle_error(self, *_details) -> None:
                """Say nothing: tests cut lines on purpose."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._ended = threading.Event()
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_problem) -> None:
        """Stop listening."""
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()


class _Session:
    """One connection."""

    def __init__(self, server: ImapServer, handler: socketserver.StreamRequestHandler) -> None:
        self.server, self.handler = server, handler
        self.is_known, self.folder = False, ""

    def run(self) -> None:
        if self.server.is_silent:
            self.server._ended.wait(15)
            return
        self._say(b"* OK IMAP4rev1 ready")
        while line := self.handler.rfile.readline().rstrip(b"\r\n"):
            if not self._obey(line):
                return

    def _say(self, line: bytes) -> None:
        self.handler.wfile.write(line + b"\r\n")

    def _obey(self, line: bytes) -> bool:
        """Do what one line says; return False when the line is to be cut."""
        tag, _uid, name, rest = COMMAND.fullmatch(line).groups()
        name, arguments = name.decode().upper(), _arguments(rest or b"")
        self.server.commands.append(name)
        if name == self.server.cuts_after:
            return False
        deed = getattr(self, f"_{name.lower()}", None)
        allowed = deed is not None and (self.is_known or name in ("LOGIN", "CAPABILITY", "LOGOUT"))
        answer = deed(arguments) if allowed else "BAD not now"
        self._say(tag + b" " + answer.encode())
        return name != "LOGOUT"

    def _capability(self, _arguments) -> str:
        more = " MOVE" if self.is_known and self.server.can_move else ""
        self._say(b"* CAPABILITY IMAP4rev1" + more.encode())
        return "OK done"

    def _login(self, arguments) -> str:
        self.is_known = arguments == [self.server.user, self.server.password]
        return "OK welcome" if self.is_known else "NO [AUTHENTICATIONFAILED] who are you"

    def _select(self, arguments) -> str:
        if arguments[0] not in self.server.folders:
            return "NO no such folder"
        self.folder = arguments[0]
        self._say(b"* %d EXISTS" % len(self._messages))
        self._say(b"* OK [UIDVALIDITY %d] UIDs valid" % self.server.uid_validity)
        return "OK [READ-WRITE] open"

    @property
    def _messages(self) -> list[Stored]:
        return self.server.folders[self.folder]

    def _search(self, arguments) -> str:
        first = int(arguments[1].partition(":")[0])
        found = [stored.uid for stored in self._messages if stored.uid >= first]
        found = found or [stored.uid for stored in self._messages[-1:]]  # as the standard wants it for "9:*"
        self._say(" ".join(["* SEARCH", *map(str, found)]).encode())
        return "OK done"

    def _fetch(self, arguments) -> str:
        stored = self._find(arguments[0])
        wanted = re.search(r"BODY(\.PEEK)?\[\]<0\.(\d+)>", " ".join(arguments))
        if stored is not None and wanted is not None:
            if not wanted[1]:
                stored.flags.add("\\Seen")
            raw = stored.raw[: int(wanted[2])]
            self._say(b"* 1 FETCH (UID %d BODY[]<0> {%d}" % (stored.uid, len(raw)))
            self.handler.wfile.write(raw)
            self._say(b")")
        return "OK done"

    def _store(self, arguments) -> str:
        stored = self._find(arguments[0])
        if stored is not None:
            stored.flags |= set(re.findall(r"\\\w+", " ".join(arguments[2:])))
        return "OK done"

    def _move(self, arguments) -> str:
        stored = self._find(arguments[0])
        if arguments[1] not in self.server.folders:
            return "NO [TRYCREATE] no such folder"
        self._messages.remove(stored)
        self.server.folders[arguments[1]].append(stored)
        return "OK done"

    def _logout(self, _arguments) -> str:
        self._say(b"* BYE")
        return "OK done"

    def _find(self, uid: str) -> Stored | None:
        return next((stored for stored in self._messages if stored.uid == int(uid)), None)


def _arguments(rest: bytes) -> list[str]:
    found = ARGUMENT.findall(rest)
    return [(re.sub(rb"\\(.)", rb"\1", quoted) if quoted else plain).decode() for quoted, plain in found]
