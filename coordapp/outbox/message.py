"""Turn a mail into the bytes that go to the server: RFC 5322, with the headers of an automatic mail (RFC 3834)."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from coordapp.outbox.models import Mail
from coordapp.outbox.service import ascii_domain
from coordapp.shared import clock
from coordapp.shared.text import one_line

SEVEN_BIT = SMTP.clone(cte_type="7bit")
SEVEN_BIT_UTF8 = SMTPUTF8.clone(cte_type="7bit")


def recipient_of(mail: Mail) -> str:
    """Return the address the server is told, its domain in ASCII; raise ValueError for one that cannot be written."""
    return address("", mail.recipient).addr_spec


def address(name: str, given: str) -> Address:
    """Return a name with an address; raise ValueError for an address that cannot be written."""
    local_part, at, domain = given.rpartition("@")
    if not at or not local_part or not domain or given != one_line(given) or " " in given:
        raise ValueError("no address")
    return Address(display_name=one_line(name), username=local_part, domain=ascii_domain(domain))


def build(mail: Mail, *, sender: Address, reply_to: Address | None = None) -> EmailMessage:
    """Write a mail as a message to exactly one recipient; raise ValueError where that is impossible."""
    to = address(mail.recipient_name, mail.recipient)
    message = EmailMessage(policy=SEVEN_BIT if to.addr_spec.isascii() else SEVEN_BIT_UTF8)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = mail.message_id
    message["From"] = sender
    message["To"] = to
    if reply_to:
        message["Reply-To"] = reply_to
    message["Subject"] = one_line(mail.subject)
    if mail.in_reply_to:
        message["In-Reply-To"] = mail.in_reply_to
        message["References"] = mail.in_reply_to
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = mail.language
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    if mail.calendar:
        _add_calendar(message, mail.calendar, method=mail.calendar_method or "PUBLISH")
    return message


def _add_calendar(message: EmailMessage, calendar: str, *, method: str) -> None:
    """Add an entry twice, as Google's own invitations have it.

    The alternative with its method is what Outlook, Gmail and Apple's Mail answer to (RFC 6047 2.4); the file is for
    programs that look at attachments only. As application/ics it is not taken for a second invitation.
    """
    message.add_alternative(calendar, subtype="calendar", params={"method": method})
    message.add_attachment(calendar.encode(), maintype="application", subtype="ics", filename="termin.ics")
