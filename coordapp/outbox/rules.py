"""What becomes of a mail that the server did not take: the table of errors, and what they mean in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAIL_BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40, 60))
LINE_BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5))
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 180))
SECOND = timedelta(seconds=1)  # our clock knows whole seconds only; the waits above are the least
HORIZON = timedelta(hours=48)  # a mail is tried at least so long


class Stage(StrEnum):
    """How far the talk with the server had come, RFC 5321 3."""

    CONNECT = "connect"  # up to and with the login
    SENDER = "sender"  # MAIL FROM: the same for all mails but for the size
    RECIPIENT = "recipient"  # RCPT TO
    CONTENT = "content"  # DATA until the server says "go ahead"
    FINISH = "finish"  # from there on: an answer that is missing may have been a yes


class Fault(StrEnum):
    """Troubles that no server's answer tells of; they stand where its words would."""

    NO_CONNECTION = "no connection"
    NOT_SECURE = "no secure connection"
    NO_LOGIN = "no login offered"
    LINE_CUT = "line cut"
    NO_SMTPUTF8 = "address needs SMTPUTF8"
    NOT_SENDABLE = "cannot be written as a mail"


OF_THE_MAIL = (Fault.NO_SMTPUTF8, Fault.NOT_SENDABLE)  # these stay however often it is tried


class Verdict(StrEnum):
    """Who is to blame, and so who waits."""

    REFUSED = "refused"  # this mail, for good
    LATER = "later"  # this mail waits
    LINE = "line"  # this mail waits a little, and all others a moment
    UNCERTAIN = "uncertain"  # it may have arrived: this mail waits, and all others a moment
    SERVER = "server"  # nothing goes through: all wait, and no mail is to blame

    @property
    def is_of_one_mail(self) -> bool:
        """Tell whether the server works and only this mail does not pass."""
        return self in (Verdict.REFUSED, Verdict.LATER)


@dataclass(frozen=True)
class Failure:
    """A mail that the server did not take: how far it came, the code if there was an answer, and the words."""

    stage: Stage
    code: int | None
    words: str

    @property
    def verdict(self) -> Verdict:
        """Return what the table says."""
        return Verdict.REFUSED if self.words in OF_THE_MAIL else judge(self.stage, self.code)


@dataclass(frozen=True)
class Step:
    """What happens next with a mail: tried again at a time, or given up; whether the attempt counts."""

    retry_at: datetime | None
    counts: bool = True


SERVER_CODES = frozenset((454, 530, 534, 535, 538))  # about TLS and login, RFC 4954 6 and RFC 3207 4
TOO_LARGE = 552  # RFC 1870 6: the one answer to MAIL FROM that is about this mail
BUSY = 421  # RFC 5321 3.8: the server hangs up


def judge(stage: Stage, code: int | None) -> Verdict:
    """Say who is to blame for an answer of the mail server, or for none at all (RFC 5321 4.2 and 4.5.4)."""
    if stage is Stage.CONNECT or code in SERVER_CODES:
        return Verdict.SERVER
    if code is None:
        return Verdict.UNCERTAIN if stage is Stage.FINISH else Verdict.LINE
    if code == BUSY:
        return Verdict.LINE
    if stage is Stage.SENDER and code != TOO_LARGE:
        return Verdict.SERVER if code >= 500 else Verdict.LINE
    return Verdict.REFUSED if code >= 500 else Verdict.LATER


def next_step(verdict: Verdict, *, attempts: int, first_tried_at: datetime, now: datetime) -> Step:
    """Say when a mail that was tried `attempts` times, this one counted, is tried again, or that it is given up."""
    if verdict is Verdict.SERVER:
        return Step(retry_at=now, counts=False)
    if verdict is Verdict.REFUSED or now - first_tried_at >= HORIZON:
        return Step(retry_at=None)
    backoff = LINE_BACKOFF if verdict is Verdict.LINE else MAIL_BACKOFF
    return Step(retry_at=now + _nth(backoff, attempts) + SECOND)


def pause_after(troubles: int) -> timedelta:
    """Say how long all senders wait after so many troubles with the mail server in a row, the last one counted."""
    return _nth(PAUSES, troubles)


def _nth(steps: tuple[timedelta, ...], number: int) -> timedelta:
    return steps[min(max(number, 1), len(steps)) - 1]


REASONS = {  # the beginning of a server's words: what the office reads; longer beginnings first
    "550 5.1.1": "Das Postfach gibt es nicht.",
    "550 5.1.2": "Den Teil der Adresse hinter dem @ gibt es nicht.",
    "550 5.2.1": "Das Postfach ist abgeschaltet.",
    "550 5.4.1": "Der fremde Server nimmt für diese Adresse nichts an.",
    "550 5.7": "Der fremde Server weist unsere Mail ab. Er hält sie für unerwünscht.",
    "552 5.2.2": "Das Postfach ist voll.",
    "552 5.3.4": "Die Mail ist dem fremden Server zu groß.",
    "554 5.7": "Der fremde Server weist unsere Mail ab. Er hält sie für unerwünscht.",
    "556": "Den Teil der Adresse hinter dem @ gibt es nicht.",
    "553": "Die Adresse ist falsch geschrieben.",
    "552": "Das Postfach ist voll, oder die Mail ist zu groß.",
    "551": "Das Postfach ist umgezogen.",
    "550": "Das Postfach gibt es nicht, oder es nimmt unsere Mail nicht an.",
    "501": "Die Adresse ist falsch geschrieben.",
    "535": "Unser Mailserver nimmt das Kennwort nicht an.",
    "534": "Unser Mailserver verlangt eine andere Anmeldung.",
    "530": "Unser Mailserver verlangt eine Anmeldung.",
    "454": "Unser Mailserver kann gerade niemanden anmelden.",
    "452": "Der Server hat gerade keinen Platz.",
    "451": "Der Server kann die Mail gerade nicht annehmen.",
    "450": "Das Postfach ist gerade nicht erreichbar.",
    "432": "Der Server nimmt gerade nichts an.",
    "421": "Der Server hat gerade zu viel zu tun.",
    "5": "Der fremde Server nimmt die Mail nicht an.",
    "4": "Der Server kann die Mail gerade nicht annehmen.",
    Fault.NO_CONNECTION: "Unser Mailserver ist nicht erreichbar.",
    Fault.NOT_SECURE: "Es gibt keine sichere Verbindung zu unserem Mailserver. Bitte das Zertifikat prüfen lassen.",
    Fault.NO_LOGIN: "Unser Mailserver bietet keine Anmeldung an.",
    Fault.LINE_CUT: "Die Verbindung ist mitten in der Mail abgerissen.",
    Fault.NO_SMTPUTF8: "Unser Mailserver kann keine Adressen mit Umlauten oder fremden Buchstaben vor dem @.",
    Fault.NOT_SENDABLE: "Die Adresse ist falsch geschrieben.",
}


def reason(words: str) -> str:
    """Say in plain German what the words of a mail server mean; nothing for no words."""
    return next((text for beginning, text in REASONS.items() if words.startswith(beginning)), "")
