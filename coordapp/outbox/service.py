"""Write mails, find them, and do what the office wants done with them. See queue.py for handing them to senders."""

import hashlib
import ipaddress
import time
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

import idna
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import false, func, or_, select

from coordapp.extensions import db
from coordapp.outbox.models import Mail, MailStatus, SendingState
from coordapp.outbox.queue import expire, insert_once
from coordapp.outbox.render import render
from coordapp.shared import languages
from coordapp.shared.text import one_line

KEY_LENGTH, NAME_LENGTH = 120, 120


def enqueue(
    template: str,
    *,
    to: str | None,
    language: str,
    key: str,
    name: str = "",
    calendar: str | None = None,
    calendar_method: str | None = None,
    in_reply_to: str | None = None,
    expires_at: datetime | None = None,
    is_secret: bool = False,
    unsubscribe_url: str | None = None,
    **facts,
) -> bool:
    """Write a mail unless one with this key exists; return whether it was written.

    The template sees `facts`. It is written as it will be sent, in the reader's language. Nobody without an address
    gets a mail. A mail that is not sent when `expires_at` comes is dropped. `unsubscribe_url` makes it bulk mail.
    """
    if not to:
        return False
    if len(key) > KEY_LENGTH:
        raise ValueError(f"the key of a mail is too long: {key}")
    language = language if language in languages.LANGUAGES else "de"
    with force_locale(language):
        words = render(template, language=language, facts=facts)
    mail = {
        "key": key,
        "template": template,
        "recipient": to,
        "recipient_name": one_line(name)[:NAME_LENGTH],
        "language": language,
        "subject": words.subject,
        "text": words.text,
        "html": words.html,
        "calendar": calendar,
        "calendar_method": calendar_method,
        "message_id": _new_message_id(key),
        "in_reply_to": in_reply_to,
        "expires_at": expires_at,
        "is_secret": is_secret,
        "unsubscribe_url": unsubscribe_url,
    }
    return insert_once(Mail.__table__, mail)


def _new_message_id(key: str) -> str:
    """Return a Message-ID of our own, with letters and digits only, that tells nothing and comes once."""
    local_part = hashlib.sha256(f"{key} {time.time_ns()}".encode()).hexdigest()[:32]
    return f"<{local_part}@{mail_domain(current_app.config['BASE_URL'], current_app.config['MAIL_FROM'])}>"


@cache
def mail_domain(base_url: str, mail_from: str) -> str:
    """Return the domain we speak for: that of the site, or of the sender's address where the site has no real one."""
    host = urlsplit(base_url).hostname or ""
    if "." not in host or _is_ip_address(host):
        host = mail_from.rpartition("@")[2]
    return ascii_domain(host)


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def ascii_domain(domain: str) -> str:
    """Return a domain as mail servers know it ("xn--…"); raise UnicodeError for one that cannot be."""
    return domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()


def find_mail(key: str) -> Mail | None:
    """Return the mail with a key."""
    return db.session.scalar(select(Mail).where(Mail.key == key))


def message_id_of(key: str | None) -> str | None:
    """Return the Message-ID of the mail with a key, so that a later one can answer to it."""
    return db.session.scalar(select(Mail.message_id).where(Mail.key == key)) if key else None


def list_written(keys: Iterable[str]) -> set[str]:
    """Return which of these keys have a mail already."""
    keys, written = list(keys), set()
    for first in range(0, len(keys), 500):  # databases limit the parameters of a statement
        written |= set(db.session.scalars(select(Mail.key).where(Mail.key.in_(keys[first : first + 500]))))
    return written


def last_template(key_prefixes: Iterable[str]) -> str | None:
    """Return the template of the last mail, sent or to be sent, whose key begins with one of these."""
    ours = or_(false(), *(Mail.key.startswith(prefix, autoescape=True) for prefix in key_prefixes))
    told = (ours, Mail.status.not_in((MailStatus.FAILED, MailStatus.EXPIRED)))
    return db.session.scalar(select(Mail.template).where(*told).order_by(Mail.id.desc()).limit(1))


def preview(template: str, *, language: str, **facts) -> str:
    """Return subject and text of a mail as it would be written, without writing it."""
    with force_locale(language):
        words = render(template, language=language, facts=facts)
    return f"{words.subject}\n\n{words.text}"


def first_message_id(prefix: str, *, to: str | None) -> str | None:
    """Return the Message-ID of the first mail to an address whose key begins so: what later mails answer to."""
    if not to:
        return None
    mine = (Mail.recipient == to, Mail.key.startswith(prefix, autoescape=True))
    return db.session.scalar(select(Mail.message_id).where(*mine).order_by(Mail.id).limit(1))


def is_sending_configured() -> bool:
    """Tell whether there is a mail server to send through."""
    return bool(current_app.config["SMTP_HOST"])


def find_trouble() -> SendingState | None:
    """Return what is wrong with the mail server, or None while all is well."""
    return db.session.scalar(select(SendingState).where(SendingState.troubles > 0))


def count_failed() -> int:
    """Return how many mails did not arrive and were not dealt with."""
    failed = (Mail.status == MailStatus.FAILED, Mail.seen_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(Mail).where(*failed)) or 0


def drop_queued(key_prefix: str) -> int:
    """Drop mails that are not sent yet and became pointless, by the beginning of their keys; return how many."""
    waiting = select(Mail.id).where(Mail.status == MailStatus.QUEUED, Mail.key.startswith(key_prefix, autoescape=True))
    dropped = list(db.session.scalars(waiting.order_by(Mail.id).with_for_update()))
    expire(dropped)
    return len(dropped)


def list_queued_bulk(to: str | None) -> list[tuple[int, str]]:
    """List the bulk mails to an address that are not sent yet: their ids, held for update, and how they are ended."""
    waiting = (Mail.status == MailStatus.QUEUED, Mail.recipient == to, Mail.unsubscribe_url.is_not(None))
    rows = db.session.execute(select(Mail.id, Mail.unsubscribe_url).where(*waiting).order_by(Mail.id).with_for_update())
    return [(mail_id, url) for mail_id, url in rows if url is not None]


def drop(mail_ids: list[int]) -> None:
    """Drop mails that became pointless before they were sent."""
    expire(mail_ids)
