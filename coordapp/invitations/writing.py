"""The worker's part of a mailing: writes the mails of fixed recipients, some at a time, each once.

What is written in one transaction is at most fifty mails, so that pausing and stopping work at once, and only as many
lie in the outbox, so that other mails need not wait behind a thousand invitations.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select

from coordapp.directory.models import Person
from coordapp.events.rules import refusal
from coordapp.extensions import db
from coordapp.invitations import mails
from coordapp.invitations.codes import new_code
from coordapp.invitations.mailings import stop
from coordapp.invitations.models import Invitation
from coordapp.invitations.models_mailing import Mailing, MailingStatus
from coordapp.invitations.rules import LeftOut
from coordapp.invitations.selection import check
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock

AHEAD = 50  # mails in the outbox at a time


def write_due() -> int:
    """Write the next mails of the mailing whose turn it is; return how many people were dealt with."""
    mailing = _next_mailing()
    if mailing is None:
        return 0
    most = room()
    return write_some(mailing, most=most) if most else 0


def room() -> int:
    """Return how many mails to invited people may be written now."""
    return max(0, AHEAD - _count_waiting())


def write_all(mailing: Mailing) -> None:
    """Write all mails of a mailing at once, for a few recipients."""
    while write_some(mailing, most=AHEAD):
        pass


def write_some(mailing: Mailing, *, most: int) -> int:
    """Write mails to at most so many people, and to those who share a mailbox with them; return how many people.

    When nobody can register any more, nobody else is written to.
    """
    if refusal(mailing.event, at=clock.now()) is not None:
        _note_left_out(mailing, [LeftOut.EVENT_CLOSED] * _count_unwritten(mailing))
        stop(mailing)
        return 0
    if mailing.status is MailingStatus.SCHEDULED:
        mailing.status, mailing.started_at = MailingStatus.SENDING, clock.now()
    due = _list_unwritten(mailing, most=most)
    if not due:
        mailing.status, mailing.finished_at = MailingStatus.SENT, clock.now()
        db.session.flush()
        return 0
    for together in by_mailbox(_still_wanted(mailing, due)):
        mails.invitation(together)
    db.session.flush()
    return len(due)


def _next_mailing() -> Mailing | None:
    """Return the first mailing that is under way, held; none that another worker holds."""
    is_due = and_(Mailing.status == MailingStatus.SCHEDULED, Mailing.scheduled_at <= clock.now())
    query = select(Mailing).where(or_(Mailing.status == MailingStatus.SENDING, is_due)).order_by(Mailing.id).limit(1)
    return db.session.scalars(
        query.with_for_update(of=Mailing, skip_locked=True).execution_options(populate_existing=True)
    ).first()


def _count_waiting() -> int:
    """Count the mails to invited people that lie in the outbox and could be sent now."""
    ours = or_(Mail.key.startswith(mails.QUEUE), Mail.key.startswith(mails.CHANGES))
    waiting = (Mail.status == MailStatus.QUEUED, Mail.next_attempt_at <= clock.now(), ours)
    return db.session.scalar(select(func.count()).select_from(Mail).where(*waiting)) or 0


def _unwritten(mailing: Mailing) -> ColumnElement[bool]:
    """Select those who have neither got their mail nor answered without it."""
    return and_(
        Invitation.mailing_id == mailing.id, Invitation.mailed_at.is_(None), Invitation.by_letter.is_(False),
        Invitation.answer.is_(None),
    )  # fmt: skip


def _count_unwritten(mailing: Mailing) -> int:
    return db.session.scalar(select(func.count()).select_from(Invitation).where(_unwritten(mailing))) or 0


def _list_unwritten(mailing: Mailing, *, most: int) -> list[Invitation]:
    query = select(Invitation).join(Invitation.person).where(_unwritten(mailing)).order_by(Invitation.id)
    first = list(db.session.scalars(query.limit(most)))
    addresses = {invitation.person.email for invitation in first if invitation.person.email}
    sharing = db.session.scalars(query.where(Person.email.in_(addresses))) if addresses else ()
    return sorted({*first, *sharing}, key=lambda invitation: invitation.id)


def _still_wanted(mailing: Mailing, due: Sequence[Invitation]) -> list[Invitation]:
    """Leave out those who withdrew their consent, registered or lost their address since; they are counted."""
    selection = check(mailing.event, [one.person for one in due], counts_invited=False)
    wanted = {person.id for person in selection.by_mail}
    now_by_letter = {person.id for person in selection.by_letter}
    for invitation in due:
        if invitation.person_id in now_by_letter:
            invitation.by_letter, invitation.code = True, invitation.code or new_code()
        elif invitation.person_id not in wanted:
            db.session.delete(invitation)
    _note_left_out(mailing, [reason for _person, reason in selection.left_out])
    return [invitation for invitation in due if invitation.person_id in wanted]


def _note_left_out(mailing: Mailing, reasons: Iterable[LeftOut]) -> None:
    counted = dict(mailing.left_out)
    for reason in reasons:
        counted[reason.value] = counted.get(reason.value, 0) + 1
    mailing.left_out = counted


def by_mailbox(invitations: Iterable[Invitation]) -> list[list[Invitation]]:
    """Put those together who share a mailbox, the smallest id first."""
    boxes: dict[str | None, list[Invitation]] = {}
    for invitation in invitations:
        boxes.setdefault(invitation.person.mail_address, []).append(invitation)
    return list(boxes.values())
