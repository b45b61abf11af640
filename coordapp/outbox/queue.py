"""Hand mails out to senders, one at a time, and record what became of them.

A sender takes a mail for a while (`claim`), commits, sends it without a transaction open, and records the outcome. One
that dies leaves its mail held; when that time is over, the mail is handed out again, with the same Message-ID.
"""

from datetime import datetime, timedelta
from functools import cache, partial

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from coordapp import extensions
from coordapp.extensions import db
from coordapp.outbox.models import Mail, MailStatus, SendingState
from coordapp.outbox.rules import Failure, next_step, pause_after
from coordapp.shared import clock

MINUTE = timedelta(minutes=1)
ERROR_LENGTH = 500

count_rows = partial(extensions.count_rows, synchronize=False)  # loaded mails are not brought up to date


def claim(*, lease: timedelta, per_minute: int) -> Mail | None:
    """Take the mail whose turn it is, for as long as the lease; None when none is due or all senders shall wait.

    The mail is given detached from the session, so that reading it opens no transaction. Commit before sending.
    """
    now = clock.now()
    state = _lock_state()
    if state.paused_until and state.paused_until > now:
        return None
    _take_back_from_the_dead(now)
    if _count_tried(since=now - MINUTE) >= per_minute:
        return None
    mail = _next_due(now)
    if mail is None:
        return None
    mail.status, mail.held_until = MailStatus.SENDING, now + lease
    mail.attempts, mail.tried_at, mail.first_tried_at = mail.attempts + 1, now, mail.first_tried_at or now
    db.session.flush()
    db.session.expunge(mail)
    return mail


def renew(mail: Mail, *, lease: timedelta) -> bool:
    """Hold a mail for another lease; False when it is no longer ours."""
    held_until = clock.now() + lease
    if not _update_held(mail, {"held_until": held_until}):
        return False
    mail.held_until = held_until
    return True


def record_sent(mail: Mail) -> None:
    """Note that the server took a mail; its secrets are deleted."""
    sent = {
        "status": MailStatus.SENT,
        "sent_at": clock.now(),
        "held_until": None,
        "last_error": "",
        "text": _kept(Mail.text),
        "html": _kept(Mail.html),
    }
    not_with_another = or_(Mail.status != MailStatus.SENDING, Mail.held_until == mail.held_until)
    _end_trouble()
    _update(mail, not_with_another, sent)


def record_failure(mail: Mail, failure: Failure) -> None:
    """Note that the server did not take a mail, and decide what happens next with it and with the senders."""
    now, verdict = clock.now(), failure.verdict
    first_tried_at = mail.first_tried_at or now
    step = next_step(verdict, attempts=mail.attempts, first_tried_at=first_tried_at, now=now)
    attempts = mail.attempts - (0 if step.counts else 1)
    outcome = {
        "status": MailStatus.QUEUED if step.retry_at else MailStatus.FAILED,
        "attempts": attempts,
        "first_tried_at": first_tried_at if attempts else None,
        "next_attempt_at": step.retry_at or mail.next_attempt_at,
        "held_until": None,
        "last_error": failure.words[:ERROR_LENGTH],
    }
    if verdict.is_of_one_mail:
        _end_trouble()
    else:
        _pause(failure, now=now)
    _update_held(mail, outcome)


def expire(mail_ids: list[int]) -> None:
    """Drop mails that are of no more use; their secrets are deleted."""
    if not mail_ids:
        return
    gone = {"status": MailStatus.EXPIRED, "held_until": None, "text": _kept(Mail.text), "html": _kept(Mail.html)}
    count_rows(update(Mail).where(Mail.id.in_(mail_ids)).values(gone))


def _kept(column):
    """Return what stays of a mail's text when it was sent or dropped."""
    return case((Mail.is_secret, ""), else_=column)


def insert_once(table, row: dict) -> bool:
    """Write a row unless one with its key exists, or is just being written; return whether it was written."""
    return count_rows(_insert_once(table, db.engine.dialect.name), row) == 1


@cache
def _insert_once(table, dialect: str):
    insert_into = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[dialect](table)
    return insert_into.on_conflict_do_nothing().inline().execution_options(preserve_rowcount=True)


def _lock_state() -> SendingState:
    """Return the one row of the senders, held until the commit: one after the other takes a mail.

    Always held before rows of mails, so that two senders never wait for each other.
    """
    state = db.session.get(SendingState, 1, with_for_update=True, populate_existing=True)
    if state is None:
        insert_once(SendingState.__table__, {"id": 1})
        state = db.session.get_one(SendingState, 1, with_for_update=True, populate_existing=True)
    return state


def _take_back_from_the_dead(now: datetime) -> None:
    """Put mails back in line whose sender died or was cut off from the database."""
    held_too_long = (Mail.status == MailStatus.SENDING, Mail.held_until <= now)
    back = {"status": MailStatus.QUEUED, "held_until": None, "next_attempt_at": now}
    count_rows(update(Mail).where(*held_too_long).values(back))


def _count_tried(*, since: datetime) -> int:
    return db.session.scalar(select(func.count()).select_from(Mail).where(Mail.tried_at > since)) or 0


def _next_due(now: datetime) -> Mail | None:
    """Return the mail that has waited longest, held for update; mails that come too late are dropped on the way."""
    due = (Mail.status == MailStatus.QUEUED, Mail.next_attempt_at <= now)
    too_late = select(Mail.id).where(*due, Mail.expires_at <= now)
    expire(list(db.session.scalars(too_late.with_for_update(skip_locked=True))))
    oldest = select(Mail).where(*due).order_by(Mail.next_attempt_at, Mail.id).limit(1)
    return db.session.scalar(oldest.with_for_update(skip_locked=True).execution_options(populate_existing=True))


def _update_held(mail: Mail, values: dict) -> bool:
    return _update(mail, (Mail.status == MailStatus.SENDING) & (Mail.held_until == mail.held_until), values)


def _update(mail: Mail, condition, values: dict) -> bool:
    statement = update(Mail).where(Mail.id == mail.id, condition).values(values)
    return count_rows(statement) == 1


def _pause(failure: Failure, *, now: datetime) -> None:
    state = _lock_state()
    state.troubles += 1
    state.trouble_since = state.trouble_since or now
    state.paused_until = now + pause_after(state.troubles)
    state.last_error = failure.words[:ERROR_LENGTH]
    db.session.flush()


def _end_trouble() -> None:
    well = {"troubles": 0, "trouble_since": None, "paused_until": None, "last_error": ""}
    count_rows(update(SendingState).where(SendingState.troubles > 0).values(well))
