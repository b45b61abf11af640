"""Answers are taken, texts are read, results are shared. Nothing here commits.

Why an answer cannot be matched with the mail that asked for it: the mail held a random token, and only the token's
hash was stored here, with the event and with nobody's name. The text of the mail goes when it is sent. Answering
deletes the ticket and adds the answer in one transaction, and that is all it writes: no time, no language, no network,
no log line, nothing that ties the two rows. The answer's id is random and is the order in which SQLite keeps the rows;
tickets are stored in the order of their hashes. So afterwards the database is the same whoever of the guests gave which
answer (tests/feedback/test_anonymity.py).
"""

from sqlalchemy import delete, select

from coordapp.accounts.tokens import new_token, token_hash
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.feedback.models import FeedbackAnswer, FeedbackShare, FeedbackTicket, TextStatus

# deeds


def make_ticket(event: Event) -> str:
    """Make a right to answer once; return its token, which is kept nowhere."""
    token = new_token()
    db.session.add(FeedbackTicket(token_hash=token_hash(token), event_id=event.id))
    db.session.flush()
    return token


def answer(token: str, *, useful: int | None, clear: int | None, again: int | None, text: str) -> bool:
    """Use up a link and keep an answer; return False, and do nothing, when the link is used or unknown.

    Of two who come at once with one link, the database lets one delete the ticket; the other finds none.
    """
    used = delete(FeedbackTicket).where(FeedbackTicket.token_hash == token_hash(token))
    event_id = db.session.scalar(used.returning(FeedbackTicket.event_id))
    if event_id is None:
        return False
    db.session.add(FeedbackAnswer(event_id=event_id, useful=useful, clear=clear, again=again, text=text))
    db.session.flush()
    return True


def decide(text: FeedbackAnswer, event: Event, *, is_passed_on: bool) -> None:
    """Note that the office has read a text, and whether others may; nobody else reads what is confidential."""
    is_passed_on = is_passed_on and not event.is_confidential
    text.text_status = TextStatus.SHOWN if is_passed_on else TextStatus.HIDDEN
    db.session.flush()


def share(event: Event) -> FeedbackShare | None:
    """Make the link to the results, or a new one in its place; None, and no link, for a confidential event."""
    withdraw_share(event)
    if event.is_confidential:
        return None
    made = FeedbackShare(event_id=event.id, token=new_token())
    db.session.add(made)
    db.session.flush()
    return made


def withdraw_share(event: Event) -> None:
    """Let the link to the results lead nowhere."""
    db.session.execute(delete(FeedbackShare).where(FeedbackShare.event_id == event.id))


# questions


def find_asked_event(token: str) -> Event | None:
    """Return the event that the holder of a link is asked about; None when the link is used or unknown."""
    ticket = db.session.get(FeedbackTicket, token_hash(token))
    return db.session.get(Event, ticket.event_id) if ticket is not None else None


def find_share(event: Event) -> FeedbackShare | None:
    """Return the link to the results of an event, if there is one."""
    return db.session.get(FeedbackShare, event.id)


def find_shared_event(token: str) -> Event | None:
    """Return the event whose results a link shows; None for an unknown link, or when it has become confidential."""
    query = select(Event).join(FeedbackShare, FeedbackShare.event_id == Event.id).where(FeedbackShare.token == token)
    return db.session.scalars(query.where(Event.is_confidential.is_(False))).first()
