"""Turn a mail into the bytes that go to the server: RFC 5322, with the headers of an automatic mail (RFC 3834).

The headers are put together here and not by EmailMessage: when that of Python 3.11 folds a long name with a comma, it
drops the quotes, and one recipient becomes two; and it decodes "=?…?=" that somebody gave as a name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote

from coordapp.outbox.models import Mail
from coordapp.outbox.service import ascii_domain
from coordapp.shared import clock
from coordapp.shared.text import one_line

SEVEN_BIT = SMTP.clone(cte_type="7bit")
LOCAL_PART = re.compile(r"[^\s\x00-\x20\x7f-\x9f()<>\[\]:;,@\\\"]+")
DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
NEW_LINE = "\r\n "  # inside a header
BETWEEN_OBJECTS = re.compile(r"(?<=\nEND:VCALENDAR\r\n)(?=BEGIN:VCALENDAR\r\n)")  # of a stream (RFC 5545 3.4)
METHOD = re.compile(r"^METHOD:([A-Z]+)\r\n", re.M)
ENTRY = re.compile(r"^BEGIN:VEVENT\r\n.*?^END:VEVENT\r\n", re.M | re.S)
ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058: a mail program may end bulk mail by one POST


@dataclass(frozen=True)
class Mailbox:
    """A name and an address, its domain in ASCII."""

    name: str
    address: str

    def __str__(self) -> str:
        if not self.name:
            return self.address
        is_plain = self.name.isascii() and "=?" not in self.name
        return (f'"{quote(self.name)}"' if is_plain else _encoded(self.name)) + f"{NEW_LINE}<{self.address}>"


def mailbox(name: str, given: str) -> Mailbox:
    """Return a name with an address; raise ValueError for an address that cannot be written."""
    local_part, _at, domain = given.rpartition("@")
    domain = ascii_domain(domain)
    if not LOCAL_PART.fullmatch(local_part) or not DOMAIN.fullmatch(domain):
        raise ValueError("no address")
    return Mailbox(one_line(name), f"{local_part}@{domain}")


def build(mail: Mail, *, to: Mailbox, sender: Mailbox, reply_to: Mailbox | None = None) -> bytes:
    """Write a mail as a message to exactly one recipient."""
    headers = {
        "Date": format_datetime(clock.now()),
        "Message-ID": mail.message_id,
        "From": str(sender),
        "To": str(to),
        "Reply-To": str(reply_to or ""),
        "Subject": _encoded(one_line(mail.subject)),
        "In-Reply-To": mail.in_reply_to or "",
        "References": mail.in_reply_to or "",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "List-Unsubscribe": f"<{mail.unsubscribe_url}>" if mail.unsubscribe_url else "",
        "List-Unsubscribe-Post": ONE_CLICK if mail.unsubscribe_url else "",
        "Content-Language": mail.language,
    }
    head = "".join(_header(name, value) for name, value in headers.items() if value)
    return head.encode() + _content(mail).as_bytes()


def _content(mail: Mail) -> EmailMessage:
    content = EmailMessage(policy=SEVEN_BIT)
    content.set_content(mail.text)
    content.add_alternative(mail.html, subtype="html")
    if mail.calendar:
        _add_calendar(content, mail.calendar, method=mail.calendar_method or "PUBLISH")
    return content


def _add_calendar(content: EmailMessage, calendar: str, *, method: str) -> None:
    """Add an entry twice, as Google's own invitations have it; of several entries the first, the others as files.

    The alternative with its method is what Outlook, Gmail and Apple's Mail answer to (RFC 6047 2.4), and they look at
    one; the others they offer to open. The last file is for programs that look at attachments only. As application/ics
    it is not taken for a second invitation.
    """
    first, *others = BETWEEN_OBJECTS.split(calendar)
    content.add_alternative(first, subtype="calendar", params={"method": method})
    for number, other in enumerate(others, start=2):
        said = METHOD.search(other)
        params = {"method": said[1] if said else method}
        content.add_attachment(other, subtype="calendar", params=params, filename=f"termin-{number}.ics")
    file, filename = (_one_object([first, *others]), "termine.ics") if others else (calendar, "termin.ics")
    content.add_attachment(file.encode(), maintype="application", subtype="ics", filename=filename)


def _one_object(objects: Sequence[str]) -> str:
    """Return one object with the entries of several; it has no METHOD, so it may hold several UIDs."""
    head, *_rest = objects[0].partition("BEGIN:VEVENT\r\n")
    entries = "".join(entry for one in objects for entry in ENTRY.findall(one))
    return METHOD.sub("", head, count=1) + entries + "END:VCALENDAR\r\n"


def _header(name: str, value: str) -> str:
    """Return a header line; raise ValueError for one that would be more than one header."""
    if re.search(r"\r(?!\n )|(?<!\r)\n|\0", value):
        raise ValueError(f"line break in {name}")
    return f"{name}: {value}\r\n"


def _encoded(text: str) -> str:
    """Return a text as encoded words (RFC 2047), folded; or as it is where that is safe."""
    if text.isascii() and "=?" not in text and len(text) < 78:
        return text
    return Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")
