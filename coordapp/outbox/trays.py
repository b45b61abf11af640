"""The outbox as the office sees it: trays of mails, and what is done about those that did not arrive."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import defer

from coordapp.extensions import db
from coordapp.outbox.models import Mail, MailStatus
from coordapp.outbox.queue import count_rows
from coordapp.shared import clock


class Tray(StrEnum):
    """What a mail is sorted by; the values stand in addresses."""

    WAITING = "wartet"
    SENT = "gesendet"
    FAILED = "nicht-zugestellt"
    SETTLED = "erledigt"
    EXPIRED = "nicht-mehr-gesendet"


LABELS = {
    Tray.WAITING: "wartet",
    Tray.SENT: "gesendet",
    Tray.FAILED: "nicht zugestellt",
    Tray.SETTLED: "nicht zugestellt, erledigt",
    Tray.EXPIRED: "nicht mehr gesendet",
}
CONDITIONS: dict[Tray, tuple[ColumnElement[bool], ...]] = {
    Tray.WAITING: (Mail.status.in_((MailStatus.QUEUED, MailStatus.SENDING)),),
    Tray.SENT: (Mail.status == MailStatus.SENT,),
    Tray.FAILED: (Mail.status == MailStatus.FAILED, Mail.seen_at.is_(None)),
    Tray.SETTLED: (Mail.status == MailStatus.FAILED, Mail.seen_at.is_not(None)),
    Tray.EXPIRED: (Mail.status == MailStatus.EXPIRED,),
}
_TRAYS = {MailStatus.SENT: Tray.SENT, MailStatus.EXPIRED: Tray.EXPIRED}


def tray_of(mail: Mail) -> Tray:
    """Return where a mail lies."""
    return _tray(mail.status, is_settled=mail.seen_at is not None)


def _tray(status: MailStatus, *, is_settled: bool) -> Tray:
    if status is MailStatus.FAILED:
        return Tray.SETTLED if is_settled else Tray.FAILED
    return _TRAYS.get(status, Tray.WAITING)


def count_by_tray() -> dict[Tray, int]:
    """Return how many mails lie in each tray."""
    numbers = dict.fromkeys(Tray, 0)
    is_settled = Mail.seen_at.is_not(None)
    rows = db.session.execute(select(Mail.status, is_settled, func.count()).group_by(Mail.status, is_settled))
    for status, settled, number in rows:
        numbers[_tray(status, is_settled=bool(settled))] += number
    return numbers


def list_mails(tray: Tray | None, *, limit: int, offset: int = 0) -> list[Mail]:
    """List the mails of a tray, or all, newest first; their texts are not loaded."""
    mails = select(Mail).options(defer(Mail.text), defer(Mail.html), defer(Mail.calendar))
    if tray:
        mails = mails.where(*CONDITIONS[tray])
    return list(db.session.scalars(mails.order_by(Mail.id.desc()).limit(limit).offset(offset)))


def resend(mail_id: int) -> bool:
    """Put a mail that did not arrive in line again; False when it lies there already or is of no more use."""
    return _resend(Mail.id == mail_id) == 1


def resend_all() -> int:
    """Put all mails that did not arrive and were not dealt with in line again; return how many."""
    return _resend(Mail.seen_at.is_(None))


def _resend(chosen: ColumnElement[bool]) -> int:
    now = clock.now()
    anew = {"status": MailStatus.QUEUED, "attempts": 0, "first_tried_at": None, "next_attempt_at": now, "seen_at": None}
    return count_rows(update(Mail).where(chosen, *_can_be_resent(now)).values(anew | {"last_error": ""}))


def _can_be_resent(now: datetime) -> tuple[ColumnElement[bool], ...]:
    in_time = or_(Mail.expires_at.is_(None), Mail.expires_at > now)
    return Mail.status == MailStatus.FAILED, Mail.text != "", in_time


def settle(mail: Mail) -> None:
    """Note that the office has dealt with a mail that did not arrive."""
    if mail.status is MailStatus.FAILED:
        mail.seen_at = mail.seen_at or clock.now()
