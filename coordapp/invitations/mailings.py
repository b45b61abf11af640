"""Mailings: prepared, checked, sent, paused, stopped. Nothing here commits; the route does. Writing: see writing.py."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import and_, delete, func, or_, select

from coordapp.accounts.models import User
from coordapp.directory.models import Person
from coordapp.events.models import Event
from coordapp.events.occupancy import lock
from coordapp.events.rules import RegistrationRefused, refusal
from coordapp.extensions import count_rows, db, insert_into
from coordapp.invitations import audiences, mails, rules, texts
from coordapp.invitations.audiences import Audience
from coordapp.invitations.codes import new_code
from coordapp.invitations.models import Invitation
from coordapp.invitations.models_mailing import Mailing, MailingStatus
from coordapp.invitations.selection import Selection, check
from coordapp.outbox import service as outbox
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock

MINUTE, AT_LEAST = timedelta(minutes=1), timedelta(seconds=5)  # a pace is measured over


class EditedMeanwhile(Exception):
    """Raised when somebody else changed a mailing after the form was opened."""


class AlreadySent(Exception):
    """Raised when a mailing is no draft any more."""


class NumberChanged(Exception):
    """Raised when the button named another number of recipients than there are now; carries this one."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class HasGaps(Exception):
    """Raised when a field of the text would stay empty; carries which."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(*fields)
        self.fields = fields


# deeds


def prepare(event: Event, audience: Audience, *, by: User) -> Mailing:
    """Make a draft."""
    made = Mailing(event=event, name=audiences.describe(audience), audience=audience.to_json(), created_by=by)
    db.session.add(made)
    db.session.flush()
    return made


def choose(mailing: Mailing, audience: Audience) -> None:
    """Change whom a draft is for. Raises AlreadySent."""
    _hold_draft(mailing)
    mailing.audience, mailing.name = audience.to_json(), audiences.describe(audience)
    mailing.version += 1
    db.session.flush()


def write_texts(mailing: Mailing, written: dict[str, texts.Text], *, version: int) -> None:
    """Change the texts of a draft, by language. Raises AlreadySent or EditedMeanwhile."""
    _hold_draft(mailing)
    if mailing.version != version:
        raise EditedMeanwhile
    mailing.texts = {language: {"subject": text.subject, "text": text.text} for language, text in written.items()}
    mailing.version += 1
    db.session.flush()


def discard(mailing: Mailing) -> None:
    """Throw a draft away. Raises AlreadySent."""
    _hold_draft(mailing)
    db.session.delete(mailing)
    db.session.flush()


def send(mailing: Mailing, *, by: User, expected: int | None = None, at: datetime | None = None) -> Selection:
    """Fix the recipients, each once per event, and let the worker begin, now or `at` a time.

    `expected` is the number that stood on the button. Raises AlreadySent, RegistrationRefused when nobody could say
    yes, NumberChanged, or HasGaps.
    """
    event = mailing.event
    lock(event)
    _hold_draft(mailing)
    reason = refusal(event, at=max(clock.now(), at or clock.now()))
    if reason is not None:
        raise RegistrationRefused(reason)
    selection = check_mailing(mailing)
    if expected is not None and expected != len(selection.reachable):
        raise NumberChanged(len(selection.reachable))
    gaps = find_gaps(mailing, selection.reachable)
    if gaps:
        raise HasGaps(sorted(gaps))
    _freeze(mailing, selection, by=by)
    mailing.status = MailingStatus.SENDING if at is None else MailingStatus.SCHEDULED
    mailing.scheduled_at, mailing.started_at = at, clock.now() if at is None else None
    mailing.audience = {}  # what a pasted list held is of no more use
    mailing.version += 1
    db.session.flush()
    return selection


def _freeze(mailing: Mailing, selection: Selection, *, by: User) -> None:
    """Write the rows of all recipients in one go."""
    now, letters = clock.now(), {person.id for person in selection.by_letter}
    rows = [
        {
            "event_id": mailing.event_id, "person_id": person.id, "mailing_id": mailing.id, "invited_at": now,
            "invited_by_id": by.id, "by_letter": person.id in letters,
            "code": new_code() if person.id in letters else None,
        }
        for person in selection.reachable
    ]  # fmt: skip
    if rows:
        once = insert_into(Invitation.__table__).on_conflict_do_nothing(index_elements=["event_id", "person_id"])
        db.session.execute(once, rows)


def pause(mailing: Mailing) -> bool:
    """Write no more mails for now; return False when there is nothing to pause."""
    _hold(mailing)
    if mailing.status not in (MailingStatus.SENDING, MailingStatus.SCHEDULED):
        return False
    mailing.status = MailingStatus.PAUSED
    return True


def resume(mailing: Mailing) -> bool:
    """Go on writing; return False when it is not paused. A time that was set and has not come is waited for."""
    _hold(mailing)
    if mailing.status is not MailingStatus.PAUSED:
        return False
    waits = mailing.started_at is None and mailing.scheduled_at is not None and mailing.scheduled_at > clock.now()
    mailing.status = MailingStatus.SCHEDULED if waits else MailingStatus.SENDING
    return True


def cancel(mailing: Mailing) -> int:
    """Stop for good: who has got nothing yet is invited no more. Return how many those are."""
    _hold(mailing)
    if not mailing.is_under_way:
        return 0
    outbox.drop_queued(mails.keys_of(mailing))
    return stop(mailing)


def stop(mailing: Mailing) -> int:
    """End a mailing that will not be finished; forget the invitations that nobody got or answered."""
    dropped = select(Mail.key).where(
        Mail.status == MailStatus.EXPIRED, Mail.key.startswith(mails.keys_of(mailing), autoescape=True)
    )
    unsent = and_(Invitation.mailed_at.is_(None), Invitation.printed_at.is_(None))
    gone = count_rows(
        delete(Invitation).where(
            Invitation.mailing_id == mailing.id, Invitation.answer.is_(None),
            or_(unsent, Invitation.mail_key.in_(dropped)),
        )
    )  # fmt: skip
    mailing.status, mailing.finished_at = MailingStatus.CANCELLED, clock.now()
    db.session.flush()
    return gone


def _hold(mailing: Mailing) -> None:
    """Hold a mailing until the transaction ends; what the worker or somebody else did meanwhile is seen."""
    db.session.flush()
    db.session.refresh(mailing, with_for_update={"of": Mailing})


def _hold_draft(mailing: Mailing) -> None:
    _hold(mailing)
    if not mailing.is_draft:
        raise AlreadySent


# questions


@dataclass(frozen=True)
class Progress:
    """How far a mailing is, in people."""

    unwritten: int = 0  # no mail is written yet
    waiting: int = 0  # the mail is in the outbox
    sent: int = 0
    failed: int = 0
    letters: int = 0
    printed: int = 0  # of these

    @property
    def total(self) -> int:
        """Return how many get a mail."""
        return self.unwritten + self.waiting + self.sent + self.failed

    @property
    def done(self) -> int:
        """Return for how many nothing is left to do."""
        return self.sent + self.failed


PLACES = {MailStatus.SENT: "sent", MailStatus.FAILED: "failed", MailStatus.EXPIRED: "failed"}


def check_mailing(mailing: Mailing) -> Selection:
    """Say whom a draft reaches, and why not the others."""
    audience = Audience.from_json(mailing.audience)
    return check(mailing.event, audiences.list_people(audience), without=set(audience.without))


def find_gaps(mailing: Mailing, people: Iterable[Person]) -> dict[str, int]:
    """Return which fields of the texts would stay empty, and for how many people."""
    written = "\n".join(f"{text['subject']}\n{text['text']}" for text in mailing.texts.values())
    return texts.empty_fields(mailing.event, people, written)


def get_mailing(mailing_id: int) -> Mailing:
    """Return a mailing; answer 404 where there is none."""
    return db.get_or_404(Mailing, mailing_id)


def list_mailings(event: Event) -> list[Mailing]:
    """List the mailings of an event, the latest first."""
    return list(db.session.scalars(select(Mailing).where(Mailing.event_id == event.id).order_by(Mailing.id.desc())))


def progress_of(mailings: Iterable[Mailing]) -> dict[int, Progress]:
    """Return how far mailings are, by their id, in one query."""
    numbers: dict[int, dict[str, int]] = {mailing.id: {} for mailing in mailings}
    is_printed = Invitation.printed_at.is_not(None)
    is_written = Invitation.mailed_at.is_not(None)
    query = (
        select(Invitation.mailing_id, Invitation.by_letter, is_printed, is_written, Mail.status, func.count())
        .outerjoin(Mail, Mail.key == Invitation.mail_key)
        .where(Invitation.mailing_id.in_(numbers))
        .group_by(Invitation.mailing_id, Invitation.by_letter, is_printed, is_written, Mail.status)
    )
    for mailing_id, by_letter, printed, written, status, number in db.session.execute(query):
        for place in _places(by_letter=by_letter, printed=printed, written=written, status=status):
            counted = numbers[cast("int", mailing_id)]
            counted[place] = counted.get(place, 0) + number
    return {mailing_id: Progress(**places) for mailing_id, places in numbers.items()}


def _places(*, by_letter: bool, printed: bool, written: bool, status: MailStatus | None) -> list[str]:
    if by_letter:
        return ["letters", "printed"] if printed else ["letters"]
    if not written:
        return ["unwritten"]
    return ["sent" if status is None else PLACES.get(status, "waiting")]  # None: the mail was forgotten after a year


def minutes_left(progress: Progress, *, per_minute: int) -> int:
    """Estimate how long the mails of a mailing still take, by the pace of the last minute."""
    lately = _pace(clock.now()) if progress.sent else 0  # other mails before its first one tell nothing
    return rules.minutes_left(progress.unwritten + progress.waiting, sent_lately=lately, per_minute=per_minute)


def _pace(now: datetime) -> int:
    """Return how many mails a minute are sent, by those of the last minute."""
    query = select(func.count(), func.min(Mail.sent_at)).where(Mail.sent_at > now - MINUTE)
    number, first = db.session.execute(query).one()
    return round(number * MINUTE / max(now - first, AT_LEAST)) if first is not None else 0
