"""The deletion plan of the room, with the clock moved on."""

from datetime import timedelta

import pytest

from coordapp.extensions import db
from coordapp.feedback import results, rules, service
from coordapp.feedback.models import FeedbackAnswer, FeedbackShare, FeedbackTicket
from coordapp.privacy import export
from coordapp.privacy import service as privacy
from coordapp.shared import clock

from .conftest import ENDED, TEXT


def count(model) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model))


@pytest.mark.parametrize(("days", "left"), [(59, 2), (61, 0)])
def test_links_go_two_months_after_the_event(app, past, days, left):
    event = past(0)
    for _number in range(2):
        service.make_ticket(event)
    with clock.stopped(ENDED + timedelta(days=days)):
        privacy.delete_due()
    assert count(FeedbackTicket) == left


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
def test_links_of_a_confidential_event_go_with_all_else_after_a_month(app, past, days, left):
    event = past(0, is_confidential=True, group_only=True)
    service.make_ticket(event)
    moment = ENDED + timedelta(days=days)
    assert rules.are_links_open(event, at=moment) is bool(left)
    with clock.stopped(moment):
        privacy.delete_due()
    assert count(FeedbackTicket) == left


@pytest.mark.parametrize(("days", "texts"), [(364, [TEXT]), (366, [])])
def test_texts_go_after_a_year_and_figures_stay(app, office, answered, days, texts):
    event = answered(5)
    service.share(event)
    with clock.stopped(ENDED + timedelta(days=days)):
        privacy.delete_due()
        assert privacy.delete_due() == 0
    db.session.expire_all()
    assert [answer.text for answer in results.results_of(event).texts] == texts
    assert [bar.number for bar in results.results_of(event).tallies[0].bars] == [5, 0, 0, 0]
    assert count(FeedbackAnswer) == 5
    assert count(FeedbackShare) == len(texts)
    assert (
        "Niemand hat etwas dazu geschrieben" in office.get_page(f"/verwaltung/rueckmeldungen/{event.id}/").text
    ) is (not texts)


def test_what_is_held_about_a_person_names_no_table_of_feedback(app):
    tables = {name for name in db.metadata.tables if name.startswith("feedback_")}
    assert tables == {"feedback_answer", "feedback_share", "feedback_ticket"}
    assert tables & set(export.SOURCES) == set()
