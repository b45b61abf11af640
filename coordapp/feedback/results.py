"""What came of the questions: figures and texts, nothing of either below five answers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel.speaklater import LazyString
from sqlalchemy import and_, func, select

from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.feedback import rules
from coordapp.feedback.models import FeedbackAnswer, FeedbackTicket, TextStatus
from coordapp.feedback.words import QUESTIONS, Question

IS_UNREAD = and_(FeedbackAnswer.text != "", FeedbackAnswer.text_status == TextStatus.UNREAD)


@dataclass(frozen=True)
class Bar:
    """How many chose an answer, and of a hundred who answered the question."""

    words: LazyString
    number: int
    percent: int


@dataclass(frozen=True)
class Tally:
    """What was answered to one question; the best answer first."""

    question: Question
    bars: Sequence[Bar]
    answered: int

    @property
    def is_shown(self) -> bool:
        """Tell whether enough people answered this very question; each may be left out."""
        return rules.is_shown(self.answered)


@dataclass(frozen=True)
class Results:
    """What may be seen of the answers: with fewer than five only how many there are."""

    answered: int
    tallies: Sequence[Tally] = ()
    texts: Sequence[FeedbackAnswer] = ()

    @property
    def is_shown(self) -> bool:
        """Tell whether there are enough answers."""
        return rules.is_shown(self.answered)

    def texts_with(self, status: str) -> list[FeedbackAnswer]:
        """List the texts about which the office said this."""
        return [answer for answer in self.texts if answer.text_status == status]


@dataclass(frozen=True)
class Line:
    """What the office's list says about one event."""

    event: Event
    answered: int
    asked: int | None  # None: the links are gone, and with them the number
    unread: int  # texts; 0 while there are too few answers to see them


def tally(question: Question, values: Sequence[int | None]) -> Tally:
    """Count the answers to a question; None is somebody who left it out."""
    numbers = Counter(value for value in values if value is not None)
    total = numbers.total()
    bars = [
        Bar(words, numbers[value], round(100 * numbers[value] / total) if total else 0)
        for value, words in question.answers.items()
    ]
    return Tally(question, bars, total)


def results_of(event: Event) -> Results:
    """Return what the office may see: from five answers on figures and all texts, in an order that tells nothing."""
    answers = _list_answers(event)
    if not rules.is_shown(len(answers)):
        return Results(len(answers))
    tallies = [tally(question, [getattr(answer, question.name) for answer in answers]) for question in QUESTIONS]
    return Results(len(answers), tallies, [answer for answer in answers if answer.text])


def shared_results_of(event: Event) -> Results:
    """Return what somebody outside the office may see: of the texts only those that the office passes on."""
    results = results_of(event)
    return Results(results.answered, results.tallies, results.texts_with(TextStatus.SHOWN))


def count_asked(event: Event, *, at: datetime) -> int | None:
    """Return how many got a link, answered or not; None when the links are gone."""
    if not rules.are_links_open(event, at=at):
        return None
    return sum(_count(model.event_id == event.id) for model in (FeedbackTicket, FeedbackAnswer))


def find_text(event: Event, answer_id: str) -> FeedbackAnswer | None:
    """Return a text that the office may read; None while there are too few answers."""
    return next((answer for answer in results_of(event).texts if answer.id == answer_id), None)


def list_lines(*, at: datetime) -> list[Line]:
    """List the events of which somebody was asked or answered, the latest first."""
    tickets = _by_event(select(FeedbackTicket.event_id, func.count()).group_by(FeedbackTicket.event_id))
    answers = _by_event(select(FeedbackAnswer.event_id, func.count()).group_by(FeedbackAnswer.event_id))
    unread = list_unread()
    events = db.session.scalars(select(Event).where(Event.id.in_(tickets.keys() | answers.keys())))
    return [
        Line(
            event, answered := answers.get(event.id, 0),
            asked=answered + tickets.get(event.id, 0) if rules.are_links_open(event, at=at) else None,
            unread=unread.get(event.id, 0),
        )
        for event in sorted(events, key=lambda event: (event.ends_at, event.id), reverse=True)
    ]  # fmt: skip


def list_unread() -> dict[int, int]:
    """Return how many texts the office has to read, by event; those of events with too few answers wait."""
    enough = select(FeedbackAnswer.event_id).group_by(FeedbackAnswer.event_id).having(func.count() >= rules.FEWEST)
    query = select(FeedbackAnswer.event_id, func.count()).where(IS_UNREAD, FeedbackAnswer.event_id.in_(enough))
    return _by_event(query.group_by(FeedbackAnswer.event_id))


def _by_event(query) -> dict[int, int]:
    return {event_id: number for event_id, number in db.session.execute(query)}


def _count(condition) -> int:
    return db.session.scalar(select(func.count()).where(condition)) or 0


def _list_answers(event: Event) -> list[FeedbackAnswer]:
    query = select(FeedbackAnswer).where(FeedbackAnswer.event_id == event.id)
    return list(db.session.scalars(query.order_by(FeedbackAnswer.id)))
