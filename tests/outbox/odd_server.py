"""A mail server of plain sockets that answers, hangs up or falls silent exactly where a test wants it."""

import contextlib
import socket
import threading
from collections import defaultdict
from email import message_from_bytes

HANG, CUT = "hang", "cut"
GREETING, CONTENT = "greeting", "content"  # beside the verbs MAIL, RCPT, DATA …
USUAL = {GREETING: "220 odd", "EHLO": "250-odd\r\n250 SIZE 100000", "DATA": "354 go ahead", "QUIT": "221 bye"}


class OddServer:
    """Answers as usual, or with `answers[verb]`: words, HANG or CUT; a list is used up answer by answer.

    Keeps what it took in `taken`, one entry a mail: the words of MAIL, RCPT and the content.
    """

    def __init__(self) -> None:
        self.answers: dict[str, str | list[str]] = {}
        self.taken: list[bytes] = []
        self.seen: dict[str, int] = defaultdict(int)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._listen, daemon=True)]

    def __enter__(self) -> "OddServer":
        self._threads[0].start()
        return self

    def __exit__(self, *_problem) -> None:
        self._ending.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._open:
            self._cut(line)
        for thread in self._threads:
            thread.join(5)

    def _listen(self) -> None:
        while not self._ending.is_set():
            try:
                line, _address = self._listener.accept()
            except OSError:
                return
            self._open.append(line)
            self._threads.append(threading.Thread(target=self._serve, args=(line,), daemon=True))
            self._threads[-1].start()

    def _serve(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as words, contextlib.suppress(OSError):
            self._talk(line, words)

    def _talk(self, line: socket.socket, words) -> None:
        if not self._answer(line, GREETING):
            return
        for said in words:
            verb = said.decode("latin-1").partition(":")[0].strip().partition(" ")[0].upper()
            if not self._answer(line, verb):
                return
            if verb == "DATA" and self._last.startswith("354"):
                content = self._read_content(words)
                if self._next(CONTENT).startswith("250") or self._is_cut_after_taking:
                    self.taken.append(content)
                if not self._send(line, CONTENT, self._chosen):
                    return

    def _read_content(self, words) -> bytes:
        lines = []
        for said in words:
            if said == b".\r\n":
                break
            lines.append(said)
        return b"".join(lines)

    def _next(self, verb: str) -> str:
        answer = self.answers.get(verb, USUAL.get(verb, "250 OK"))
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else USUAL.get(verb, "250 OK")
        self._chosen, self._is_cut_after_taking = answer, verb == CONTENT and answer in (CUT, HANG)
        return answer

    def _answer(self, line: socket.socket, verb: str) -> bool:
        return self._send(line, verb, self._next(verb))

    def _send(self, line: socket.socket, verb: str, answer: str) -> bool:
        """Say something, or be silent; return whether the talk goes on."""
        self.seen[verb] += 1
        self._last = answer
        if answer == HANG:
            self._ending.wait(20)
        if answer in (HANG, CUT):
            self._cut(line)
            return False
        line.sendall(answer.encode() + b"\r\n")
        if answer.startswith("421"):
            self._cut(line)
            return False
        return True

    def _cut(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def ids(server: OddServer) -> list[str]:
    """Return the Message-IDs of what a server took, oldest first."""
    return [message_from_bytes(content)["Message-ID"] for content in server.taken]
