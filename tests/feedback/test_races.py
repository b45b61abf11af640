"""Two at once, in real processes on a real database: one link is one answer, one guest is one mail."""

from collections import Counter
from datetime import timedelta

import pytest

from coordapp.accounts.tokens import token_hash
from coordapp.events.models import RegistrationStatus
from coordapp.extensions import db
from coordapp.feedback import service, thanks
from coordapp.feedback.models import FeedbackAnswer, FeedbackTicket
from coordapp.shared import clock
from tests import make
from tests.events.test_races import FORK, at_once, until_done

from .conftest import ENDED, MORNING_AFTER, list_thanks


@pytest.fixture
def app(fresh_app):
    """Put the application with a database of its own, which several processes open, in the place of the usual one."""
    return fresh_app


def past_event(came: int):
    event = make.event(starts_at=ENDED - timedelta(hours=3), ends_at=ENDED, capacity=None)
    for _number in range(came):
        make.registration(event, status=RegistrationStatus.ATTENDED)
    return event


def count(model) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model))


def answering(token: str):
    def deed() -> bool:
        is_taken = service.answer(token, useful=4, clear=None, again=None, text="")
        db.session.commit()
        return is_taken

    return deed


def test_a_link_used_ten_times_at_once_is_one_answer(app):
    token = service.make_ticket(past_event(0))
    assert Counter(at_once(app, [answering(token)] * 10)) == {True: 1, False: 9}
    assert (count(FeedbackAnswer), count(FeedbackTicket)) == (1, 0)


def test_if_the_ticket_were_read_and_then_deleted_it_would_be_more(app, monkeypatch):
    """The negative control: it shows that the test above would notice."""

    def careless(token: str, **given) -> bool:
        ticket = db.session.get(FeedbackTicket, token_hash(token))
        if ticket is None:
            return False
        db.session.rollback()  # it was only read, in a transaction of its own
        both_have_read.wait(20)
        db.session.execute(db.delete(FeedbackTicket).where(FeedbackTicket.token_hash == token_hash(token)))
        db.session.add(FeedbackAnswer(event_id=event_id, text="", **{"useful": given["useful"]}))
        db.session.flush()
        return True

    both_have_read = FORK.Barrier(2)
    event = past_event(0)
    token, event_id = service.make_ticket(event), event.id
    monkeypatch.setattr(service, "answer", careless)
    assert at_once(app, [answering(token)] * 2) == [True, True]
    assert count(FeedbackAnswer) == 2


def test_three_workers_thank_each_guest_once_and_make_one_ticket_each(app):
    for _number in range(3):
        past_event(40)
    with clock.stopped(MORNING_AFTER):
        answers = at_once(app, [until_done(thanks.write_due)] * 3)
    assert sum(answers) == 120
    recipients = [mail.recipient for mail in list_thanks()]
    assert len(recipients) == len(set(recipients)) == 120
    assert count(FeedbackTicket) == 120
