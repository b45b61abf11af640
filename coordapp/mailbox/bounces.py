"""Read mails that come back (RFC 3464), and those of servers that only write a text. Nothing here asks the database."""

import re
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

from coordapp.mailbox.reading import body_text, header, list_ids

SENDERS = re.compile(r"mailer-daemon|postmaster|maildelivery|mail delivery (sub)?system|microsoftexchange329e", re.I)
SUBJECTS = re.compile(
    r"^(unzustellbar|nicht zustellbar|undeliver|undelivered|delivery status notification|mail delivery failed|"
    r"delivery (has )?failed|delivery failure|failure notice|returned mail|mail system error|nondeliverable|"
    r"nachricht nicht zugestellt|zustellung (ist )?fehlgeschlagen|fehler bei der zustellung|"
    r"mail could not be delivered|e-?mail konnte nicht zugestellt|warning: (message|could not send)|"
    r"delayed mail|verzögert)",
    re.I,
)  # fmt: skip
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -]|$)", re.M)
FULL = re.compile(
    r"mailbox( is)? full|quota|exceeded storage|exhausted allowed storage|too many messages on|speichervolumen|"
    r"postfach ist voll|insufficient (disk|system) storage|over limit",
    re.I,
)
UNWANTED = re.compile(
    r"\bspam\b|policy|blacklist|block ?list|blocked|reputation|dnsbl|\bspf\b|\bdkim\b|\bdmarc\b|"
    r"reverse dns|too large|message size|virus|not authori[sz]ed|access denied, (bad|traffic)|ask your postmaster",
    re.I,
)
GONE = re.compile(
    r"permanent error|no mailbox here|user unknown|unknown user|user is unknown|no such (user|mailbox|address)|"
    r"does(n't| not) exist|unrouteable|mailbox unavailable|mailbox not found|unbekannt|existiert nicht|"
    r"wurde nicht gefunden|account (has been )?(disabled|closed)|address rejected|inactive",
    re.I,
)
WAITING = re.compile(
    r"message delayed|delivery is delayed|has not yet been delivered|will (continue|retry|keep trying)|"
    r"noch nicht zugestellt|verzögert|not been able to deliver.{0,80}yet",
    re.I | re.S,
)
COPY_BEGINS = re.compile(
    r"^[-| ]{2,40}.{0,60}(copy of|header of the original|original message|message header|ursprüngliche).*$|"
    r"^[ \t]{0,20}(original message headers?|kopfzeilen der urspr|ursprüngliche nachrichtenkopf).*$",
    re.I | re.M,
)
OF_THE_SENDER = ("1.7", "1.8")  # our own address is refused (RFC 3463 3.2)
TOO_LARGE = ("2.3", "3.4")


class Verdict(StrEnum):
    """What a mail that came back says about the address; the names are those of models.MessageKind."""

    HARD = "hard"
    SOFT = "soft"
    POLICY = "policy"
    DELAYED = "delayed"


@dataclass(frozen=True)
class Bounce:
    """A mail that came back: which it may be, by Message-ID, and what the other side says."""

    message_ids: tuple[str, ...]
    verdict: Verdict
    words: str  # "550 5.1.1 …": what outbox.rules.reason understands


def read_bounce(message: Message) -> Bounce | None:
    """Return what a message says about a mail that came back; None for any other message."""
    blocks = _status_blocks(message)
    if not blocks and not _looks_like_bounce(message):
        return None
    text = body_text(message)
    if blocks:
        found = _of_blocks(blocks)
        return Bounce(list_ids(message), *found) if found else None
    return Bounce(list_ids(message), *_of_text(text, subject=header(message, "Subject")))


def _looks_like_bounce(message: Message) -> bool:
    """Tell whether a server wrote it because of a mail; anybody can, so it counts only for mails of ours."""
    if header(message, "X-Failed-Recipients"):
        return True
    return bool(SENDERS.search(header(message, "From")) and SUBJECTS.search(header(message, "Subject")))


def _status_blocks(message: Message) -> list[Message]:
    """Return the blocks of a delivery report that are about a recipient."""
    blocks: list[Message] = []
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(part.get_payload(), list):
            blocks += [block for block in part.get_payload() if isinstance(block, Message)]
    return [block for block in blocks if block["Action"] or block["Final-Recipient"]]


def _of_blocks(blocks: list[Message]) -> tuple[Verdict, str] | None:
    """Decide by the first recipient whom the mail did not reach; we send each mail to one only."""
    for block in blocks:
        action, status = header(block, "Action").lower(), header(block, "Status")
        diagnosis = header(block, "Diagnostic-Code").partition(";")[2].strip() or header(block, "Diagnostic-Code")
        if action == "delayed":
            return Verdict.DELAYED, diagnosis
        if action == "failed" or (not action and status[:1] in ("4", "5")):
            found = STATUS.search(status)
            return judge(diagnosis, status=found[0] if found else ""), _words(diagnosis, status=status)
    return None  # "delivered", "relayed", "expanded": nothing came back


def _of_text(text: str, *, subject: str) -> tuple[Verdict, str]:
    if WAITING.search(subject) or (WAITING.search(text) and not GONE.search(text)):
        return Verdict.DELAYED, ""
    said = _without_copy(text)
    status, code = STATUS.search(said), CODE.search(said)
    words = _words(said[code.start() :] if code else said, status=status[0] if status else "")
    return judge(said, status=status[0] if status else ""), words


def _without_copy(text: str) -> str:
    """Return what the server itself says, without the copy of our mail that it adds."""
    return COPY_BEGINS.split(text, maxsplit=1)[0]


def _words(said: str, *, status: str) -> str:
    """Return the words with code and status in front, on one line."""
    line = " ".join(said.split())[:300]
    code = CODE.match(line)
    if code and not STATUS.match(line, 4):
        return f"{code[1]} {status}{line[3:]}" if status else line
    return line if code else f"{status} {line}".strip()


def judge(words: str, *, status: str = "") -> Verdict:
    """Say what the words of a mail server mean for the address: its status first (RFC 3463), else what they say."""
    status = status or next((found[0] for found in STATUS.finditer(words)), "")
    given, _dot, detail = status.partition(".")
    if detail in OF_THE_SENDER + TOO_LARGE:
        return Verdict.POLICY
    if FULL.search(words) or detail == "2.2":
        return Verdict.SOFT
    if given == "5" and detail.startswith("1."):
        return Verdict.HARD
    if detail.startswith(("6.", "7.")) or UNWANTED.search(words):
        return Verdict.POLICY
    if given == "4" or (given == "5" and detail in ("4.7", "3.1", "3.2")):  # tried for days; the system is full or down
        return Verdict.SOFT
    if given == "5":
        return Verdict.HARD
    return _by_words(words)


def _by_words(words: str) -> Verdict:
    """Judge where no status is given: by what is said, then by the code of the answer, else carefully."""
    code = CODE.search(words)
    if GONE.search(words):
        return Verdict.HARD
    return Verdict.HARD if code and code[1].startswith("55") else Verdict.SOFT
