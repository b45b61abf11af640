"""Take in messages one by one: what came back, what was answered. Nothing here commits; reader and command do."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError

from sqlalchemy import exists, func, or_, select

from coordapp.directory import addresses
from coordapp.extensions import db
from coordapp.mailbox import answers, bounces, reading, replies
from coordapp.mailbox.bounces import Bounce, Verdict
from coordapp.mailbox.models import BOUNCES, MailboxMessage, MessageKind
from coordapp.mailbox.replies import Reply
from coordapp.outbox import service as outbox
from coordapp.outbox.models import Mail, MailStatus
from coordapp.outbox.rules import OF_THE_MAIL, reason
from coordapp.shared import clock

SETTLED = (  # nobody needs to read these; all others stay in the mailbox as they are
    MessageKind.HARD,
    MessageKind.SOFT,
    MessageKind.POLICY,
    MessageKind.DELAYED,
    MessageKind.AUTO_REPLY,
    MessageKind.ANSWER,
    MessageKind.OUTDATED,
)
TO_LOOK_AT = (MessageKind.UNCLEAR, MessageKind.POLICY)
ODD = (ValueError, LookupError, TypeError, AttributeError, RecursionError, MessageError)  # what `email` raises
REFUSALS_OF = timedelta(days=7)
REFUSALS_AT_ONCE = 100
WHY = {
    Verdict.SOFT: "Das Postfach ist voll oder gerade nicht erreichbar.",
    Verdict.POLICY: "Der fremde Server weist unsere Mail ab. Er hält sie für unerwünscht.",
}


@dataclass(frozen=True)
class _Content:
    """What a message holds; at most one of these."""

    reply: Reply | None = None
    bounce: Bounce | None = None
    is_auto_reply: bool = False
    sender: str = ""
    is_doubtful: bool = False


# deeds


def take_in(raw: bytes) -> MessageKind | None:
    """Do what a message calls for; return what it was, or None when it was taken in before."""
    message = reading.read(raw)
    digest = reading.digest(message, raw)
    if db.session.scalar(select(exists().where(MailboxMessage.digest == digest))):
        return None
    try:
        content = _read(message)
    except ODD:
        return _keep(MailboxMessage(digest=digest, kind=MessageKind.UNREADABLE))
    if content.reply is not None:
        return _keep(_answered(content.reply, content, digest=digest))
    if content.bounce is not None:
        return _keep(_came_back(content.bounce, digest=digest))
    kind = MessageKind.AUTO_REPLY if content.is_auto_reply else MessageKind.OTHER
    return _keep(MailboxMessage(digest=digest, kind=kind))


def note_unreadable(raw: bytes) -> MessageKind:
    """Note a message that nothing can be made of; the office finds it in the mailbox."""
    digest = hashlib.sha256(raw).hexdigest()
    if not db.session.scalar(select(exists().where(MailboxMessage.digest == digest))):
        _keep(MailboxMessage(digest=digest, kind=MessageKind.UNREADABLE))
    return MessageKind.UNREADABLE


def _read(message) -> _Content:
    reply = replies.read_reply(message)
    if reply is not None:
        verdict = reading.header(message, "Authentication-Results").lower()
        return _Content(reply=reply, sender=reading.sender_of(message), is_doubtful="dmarc=fail" in verdict)
    bounce = bounces.read_bounce(message)
    return _Content(bounce=bounce, is_auto_reply=reading.is_auto_reply(message))


def _keep(message: MailboxMessage) -> MessageKind:
    db.session.add(message)
    db.session.flush()
    return message.kind


def _answered(reply: Reply, content: _Content, *, digest: str) -> MailboxMessage:
    outcome = answers.take(reply, sender=content.sender, is_doubtful=content.is_doubtful)
    return MailboxMessage(
        digest=digest, kind=outcome.kind, note=outcome.note, event=outcome.event, person=outcome.person,
        stamped_at=reply.stamped_at,
    )  # fmt: skip


def _came_back(bounce: Bounce, *, digest: str) -> MailboxMessage:
    """Note a mail that came back, if it is one of ours: an address that somebody writes proves nothing."""
    mail = db.session.scalars(
        select(Mail).where(Mail.message_id.in_(bounce.message_ids)).order_by(Mail.id.desc()).limit(1)
    ).first()  # fmt: skip
    if mail is None:
        return MailboxMessage(digest=digest, kind=MessageKind.STRAY, note="Gehört zu keiner unserer Mails.")
    why = explain(bounce.verdict, bounce.words)
    _note(mail, bounce.verdict, why=why)
    return MailboxMessage(digest=digest, kind=MessageKind(bounce.verdict), mail=mail, note=why)


def _note(mail: Mail, verdict: Verdict, *, why: str) -> None:
    """Note at the address what came back; drop the bulk mails that wait for an address that is given up."""
    given_up = []
    if verdict is Verdict.HARD:
        given_up = addresses.came_back(mail.recipient, reason=why, is_for_good=True)
    elif verdict is Verdict.SOFT and not _has_come_back(mail):
        is_first = _others_arrived_before(mail)
        given_up = addresses.came_back(mail.recipient, reason=why, is_for_good=False, is_first=is_first)
    if given_up:
        outbox.drop([mail_id for mail_id, _url in outbox.list_queued_bulk(mail.recipient)])


def _has_come_back(mail: Mail) -> bool:
    return bool(
        db.session.scalar(
            select(exists().where(MailboxMessage.mail_id == mail.id, MailboxMessage.kind.in_(BOUNCES)))
        )
    )  # fmt: skip


def _others_arrived_before(mail: Mail) -> bool:
    """Tell whether mails to the same address arrived since the last one that came back, before this one."""
    last = db.session.scalar(
        select(func.max(Mail.id)).where(
            Mail.recipient == mail.recipient, Mail.id < mail.id,
            exists().where(MailboxMessage.mail_id == Mail.id, MailboxMessage.kind.in_(BOUNCES)),
        )
    )  # fmt: skip
    if last is None:
        return True
    arrived = (Mail.recipient == mail.recipient, Mail.status == MailStatus.SENT, Mail.id > last, Mail.id < mail.id)
    return bool(db.session.scalar(select(exists().where(*arrived))))


def consider_refusals() -> int:
    """Note at their addresses the mails that the server refused while they were handed over; return how many."""
    known = exists().where(MailboxMessage.mail_id == Mail.id, MailboxMessage.read_at >= Mail.tried_at)
    told = or_(Mail.last_error.startswith("4"), Mail.last_error.startswith("5"), Mail.last_error.in_(OF_THE_MAIL))
    query = select(Mail).where(
        Mail.status == MailStatus.FAILED, Mail.tried_at > clock.now() - REFUSALS_OF, told, ~known
    )  # fmt: skip
    refused = list(db.session.scalars(query.order_by(Mail.id).limit(REFUSALS_AT_ONCE)))
    for mail in refused:
        verdict = Verdict.HARD if mail.last_error in OF_THE_MAIL else bounces.judge(mail.last_error)
        why = explain(verdict, mail.last_error)
        _note(mail, verdict, why=why)
        digest = hashlib.sha256(f"refused {mail.id} {mail.tried_at}".encode()).hexdigest()
        _keep(MailboxMessage(digest=digest, kind=MessageKind(verdict), mail=mail, note=why, settled_at=clock.now()))
    return len(refused)


def settle(message: MailboxMessage) -> None:
    """Note that the office has dealt with a message."""
    message.settled_at = message.settled_at or clock.now()


# facts


def explain(verdict: Verdict, words: str) -> str:
    """Say in plain German why a mail came back."""
    if verdict is Verdict.SOFT and bounces.FULL.search(words):
        return "Das Postfach ist voll."
    return WHY.get(verdict) or reason(words) or "Die Mail kam zurück."


# questions


def count_by_kind(*, since: datetime) -> dict[MessageKind, int]:
    """Return how many messages of each kind were read since a moment."""
    rows = db.session.execute(
        select(MailboxMessage.kind, func.count()).where(MailboxMessage.read_at >= since).group_by(MailboxMessage.kind)
    )
    numbers = {kind: number for kind, number in rows}
    return {kind: numbers[kind] for kind in MessageKind if kind in numbers}


def list_open() -> list[MailboxMessage]:
    """List what the office must look at, the oldest first."""
    return list(db.session.scalars(select(MailboxMessage).where(*_OPEN).order_by(MailboxMessage.id)))


def count_open(kind: MessageKind) -> int:
    """Return how many messages of a kind the office must look at."""
    found = (*_OPEN, MailboxMessage.kind == kind)
    return db.session.scalar(select(func.count()).select_from(MailboxMessage).where(*found)) or 0


_OPEN = (MailboxMessage.kind.in_(TO_LOOK_AT), MailboxMessage.settled_at.is_(None))
