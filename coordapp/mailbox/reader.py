"""Read what is new in the mailbox, with no transaction open while its server is talked to."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy.exc import InterfaceError, OperationalError

from coordapp.extensions import db, insert_into
from coordapp.mailbox import service
from coordapp.mailbox.imap import Mailbox, NotRead, Trouble, each_new
from coordapp.mailbox.models import MailboxState, MessageKind
from coordapp.shared import clock
from coordapp.shared.faults import without_data

log = logging.getLogger("coordapp.mailbox")  # told numbers and kinds, never addresses or subjects

AT_ONCE = 50  # messages
SECONDS = 20  # then mails are sent again first
PAUSE = timedelta(minutes=10)  # after trouble, so that a dead server does not keep the sender waiting


@dataclass(frozen=True)
class _Progress:
    uid_validity: int | None
    last_uid: int
    paused_until: datetime | None


def is_configured() -> bool:
    """Tell whether there is a mailbox to read."""
    return bool(current_app.config["IMAP_HOST"])


def read_new() -> int:
    """Take in what is new, at most so many messages and not for long; return 0, the rest comes next time.

    Commits after each message, before it is marked as read.
    """
    if not is_configured():
        return 0
    progress = _progress()
    db.session.commit()
    if progress.paused_until and progress.paused_until > clock.now():
        return 0
    try:
        with Mailbox(current_app.config) as mailbox:
            _take_in_new(mailbox, progress)
    except NotRead as problem:
        log.warning("mailbox: %s", problem.trouble)
        _note_trouble(problem.trouble)
    else:
        _update(read_at=clock.now(), trouble="", trouble_since=None, paused_until=None)
    db.session.commit()
    return 0


def _take_in_new(mailbox: Mailbox, progress: _Progress) -> None:
    is_same = progress.uid_validity == mailbox.uid_validity
    until = time.monotonic() + SECONDS
    for uid, raw in each_new(mailbox, after=progress.last_uid if is_same else 0, limit=AT_ONCE):
        kind = _take_in(raw)
        _update(uid_validity=mailbox.uid_validity, last_uid=uid)
        db.session.commit()
        if kind is not None:
            log.info("message %s: %s", uid, kind)
        if kind in service.SETTLED:
            mailbox.put_away(uid)
        if time.monotonic() > until:
            return


def _take_in(raw: bytes) -> MessageKind | None:
    """Take in a message; one that cannot be is noted, and does not keep the others from being read."""
    try:
        return service.take_in(raw)
    except (OperationalError, InterfaceError):
        raise  # the database is away: try again later
    except Exception as problem:  # noqa: BLE001 - anybody may have written it; the next one may matter more
        db.session.rollback()
        log.error("message: %s", without_data(problem))
        return service.note_unreadable(raw)


def _progress() -> _Progress:
    state = find_state()
    return _Progress(state.uid_validity, state.last_uid, state.paused_until) if state else _Progress(None, 0, None)


def _note_trouble(trouble: Trouble) -> None:
    state, now = find_state(), clock.now()
    since = state.trouble_since if state is not None and state.trouble_since else now
    _update(trouble=trouble, trouble_since=since, paused_until=now + PAUSE)


def _update(**values) -> None:
    row = insert_into(MailboxState).values(id=1, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))


def find_state() -> MailboxState | None:
    """Return how far the mailbox is read; None before the first time."""
    return db.session.get(MailboxState, 1, populate_existing=True)
