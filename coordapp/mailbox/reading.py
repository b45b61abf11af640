"""Take apart messages that anybody may have written: nothing in here fails on odd bytes. No database is asked."""

import hashlib
import re
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from html import unescape

from coordapp.shared.text import one_line

MESSAGE_ID = re.compile(r"<[^<>\s@]{1,150}@[^<>\s@]{1,150}>")
ID_LINE = re.compile(r"^[> \t]{0,20}message-id:\s{0,5}(<[^<>\s]{3,300}>)", re.I | re.M)
TAG, LINE_END = re.compile(r"<[^<>]*>"), re.compile(r"<(br|/p|/div|/tr|/h\d)\b[^<>]*>", re.I)
COPIES = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
ORIGINAL = ("Original-Message-ID", "X-Original-Message-ID")
CONTENT_HEADER = re.compile(rb"(?:\A|(?<=[\r\n]))content-[^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*", re.I)
LONGEST_CONTENT_HEADER, LONGEST_HEADER = 500, 10_000
MOST_IDS = 20  # of one message; nobody needs more
LONGEST_TEXT = 100_000
AUTO_SUBJECT = re.compile(
    r"^(automatische antwort|abwesenheitsnotiz|out of (the )?office|automatic reply|auto(matic)?[- ]?reply|"
    r"(nicht )?gelesen:|read:)",
    re.I,
)


def read(raw: bytes) -> Message:
    """Read a message; `email` takes minutes for very long headers about the content, so they are cut before."""
    return message_from_bytes(CONTENT_HEADER.sub(lambda found: found[0][:LONGEST_CONTENT_HEADER], raw))


def digest(message: Message, raw: bytes) -> str:
    """Return what tells that a message was read before: a hash of its Message-ID, or of all of it."""
    return hashlib.sha256(header(message, "Message-ID").encode() or raw).hexdigest()


def header(message: Message, name: str) -> str:
    """Return a header as text on one line; nothing where there is none."""
    value = str(message.get(name, ""))[:LONGEST_HEADER]
    try:
        return one_line(_storable(str(make_header(decode_header(value)))))
    except (HeaderParseError, LookupError, ValueError):
        return one_line(_storable(value))


def sender_of(message: Message) -> str:
    """Return the address a message says it comes from, in lower case."""
    return parseaddr(header(message, "From"))[1].lower()


def text_of(part: Message) -> str:
    """Return the text of a part, whatever it says its letters are."""
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        text = raw.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        text = raw.decode("utf-8", "replace")
    return _storable(text[:LONGEST_TEXT])


def _storable(text: str) -> str:
    """Return a text without what no database takes: NUL, and halves of letters."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def body_text(message: Message) -> str:
    """Return what a message itself says in plain text, or in HTML without its tags; attached messages are left out."""
    parts = [part for part in _own_parts(message) if part.get_content_maintype() == "text"]
    plain = [part for part in parts if part.get_content_subtype() == "plain"]
    html = [part for part in parts if part.get_content_subtype() == "html"]
    return "\n".join(map(text_of, plain)) or "\n".join(_without_tags(text_of(part)) for part in html)


def _without_tags(html: str) -> str:
    return unescape(TAG.sub(" ", LINE_END.sub("\n", html)))


def _own_parts(message: Message) -> list[Message]:
    if message.get_content_type() in COPIES:
        return []
    if not message.is_multipart():
        return [message]
    return [part for inner in message.get_payload() if isinstance(inner, Message) for part in _own_parts(inner)]


def list_ids(message: Message) -> tuple[str, ...]:
    """List the Message-IDs that a report may be about: of the mail it holds, then of those it answers or quotes."""
    found: list[str] = []
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            found += [id_ for block in part.walk() for id_ in _ids(block, *ORIGINAL)]
        elif part.get_content_type() in COPIES:
            found += _ids_of_copy(part)
    found += _ids(message, "In-Reply-To", "References", *ORIGINAL)
    found += ID_LINE.findall(body_text(message))
    return tuple(dict.fromkeys(found))[:MOST_IDS]


def _ids_of_copy(part: Message) -> list[str]:
    """Return the Message-ID of an attached mail, or of its headers alone."""
    if part.is_multipart():
        return [id_ for inner in part.get_payload() if isinstance(inner, Message) for id_ in _ids(inner, "Message-ID")]
    return ID_LINE.findall(text_of(part))


def _ids(message: Message, *names: str) -> list[str]:
    return [id_ for name in names for id_ in MESSAGE_ID.findall(header(message, name))]


def is_auto_reply(message: Message) -> bool:
    """Tell whether a program answered in somebody's place: out of office, receipts (RFC 3834 5)."""
    if header(message, "Auto-Submitted").lower().startswith("auto-replied"):
        return True
    if header(message, "X-Autoreply") or header(message, "X-Autorespond"):
        return True
    if header(message, "Precedence").lower() == "auto_reply" or message.get_content_type() == "multipart/report":
        return True
    return bool(AUTO_SUBJECT.search(header(message, "Subject")))
