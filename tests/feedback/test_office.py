"""The office sees results from five answers on, and reads each text before anybody else does."""

from datetime import timedelta

import pytest

from coordapp.events.models import RegistrationStatus
from coordapp.extensions import db
from coordapp.feedback import attention, results, service
from coordapp.feedback.models import FeedbackAnswer, FeedbackShare, TextStatus
from coordapp.feedback.words import QUESTIONS
from coordapp.shared import clock

from .conftest import ENDED, TEXT, run

INDEX = "/verwaltung/rueckmeldungen/"


def page_of(event) -> str:
    return f"{INDEX}{event.id}/"


def text_status() -> TextStatus:
    return db.session.scalars(db.select(FeedbackAnswer.text_status).where(FeedbackAnswer.text != "")).one()


def test_before_anybody_was_asked_the_page_says_what_to_do(office, make):
    event = make.event()
    page = office.get_page(page_of(event))
    assert "Noch wurde niemand gefragt." in page.text
    assert page.links["Zur Veranstaltung"] == f"/verwaltung/runde-tische/{event.id}/"
    assert "Noch wurde niemand gefragt." in office.get_page(INDEX).text


def test_the_page_counts_who_was_asked_and_who_answered(office, past):
    event = past(6)
    run()
    assert (
        "Gefragt 6 Geantwortet 0 Antworten möglich bis Freitag, 13. November 2026"
        in office.get_page(page_of(event)).text
    )
    tickets = [service.make_ticket(event) for _number in range(2)]
    service.answer(tickets[0], useful=4, clear=4, again=4, text="")
    assert "Gefragt 8 Geantwortet 1" in office.get_page(page_of(event)).text


def test_when_the_links_are_gone_nobody_pretends_to_know_how_many_were_asked(office, answered):
    event = answered(5)
    with clock.stopped(ENDED + timedelta(days=61)):
        assert results.count_asked(event, at=clock.now()) is None
        assert [line.asked for line in results.list_lines(at=clock.now())] == [None]


def test_too_few_answers_stay_unseen_when_no_more_can_come(make, office, answered):
    event = answered(3)
    now = clock.now()
    for date in event.dates:
        date.starts_at, date.ends_at = now - timedelta(days=70), now - timedelta(days=70, hours=-2)
    page = office.get_page(page_of(event))
    assert "Zu wenige Antworten Ein Ergebnis zeigen wir erst ab 5 Antworten." in page.text
    assert TEXT not in page.response.get_data(as_text=True)
    assert "nicht mehr bekannt 3 zu wenige Antworten" in office.get_page(INDEX).text


@pytest.mark.parametrize(
    ("number", "words"), [(1, "Es ist erst 1 Antwort da."), (3, "Es sind erst 3 Antworten."), (4, "Es sind erst 4")]
)
def test_below_five_the_office_sees_their_number_and_nothing_else(office, answered, number, words):
    event = answered(number)
    page = office.get_page(page_of(event))
    assert words in page.text
    assert "Ab 5 sehen Sie das Ergebnis." in page.text
    assert page.main.all("table") == []
    assert TEXT not in page.response.get_data(as_text=True)
    assert TEXT not in office.get_page(INDEX).response.get_data(as_text=True)
    assert results.results_of(event).texts == results.results_of(event).tallies == ()


def test_from_five_on_the_office_sees_figures_and_texts(office, answered):
    page = office.get_page(page_of(answered(5)))
    assert [table.one("caption").text for table in page.main.all("table")] == [str(one.text) for one in QUESTIONS[:2]]
    assert f"{QUESTIONS[2].text} Diese Frage haben noch zu wenige beantwortet." in page.text  # one answered it
    assert TEXT in page.text


@pytest.mark.parametrize(
    ("button", "status", "next_button"),
    [
        ("Weitergeben", TextStatus.SHOWN, "Doch nicht weitergeben"),
        ("Nicht weitergeben", TextStatus.HIDDEN, "Doch weitergeben"),
    ],
)
def test_a_text_is_read_and_passed_on_or_not_and_that_can_be_changed(office, answered, button, status, next_button):
    event = answered(5)
    page = office.press(page_of(event), button, status=200)
    assert text_status() is status
    assert "Neu, bitte lesen" not in page.text
    office.press(page_of(event), next_button, status=200)
    assert text_status() is ({TextStatus.SHOWN, TextStatus.HIDDEN} - {status}).pop()


def test_a_text_that_nobody_may_see_yet_cannot_be_passed_on(office, answered):
    event = answered(4)
    answer_id = db.session.scalars(db.select(FeedbackAnswer.id).where(FeedbackAnswer.text != "")).one()
    office.post_to(f"{page_of(event)}texte", {"answer": answer_id, "decision": "pass_on"}, status=404)
    assert text_status() is TextStatus.UNREAD


def test_a_text_belongs_to_its_event_and_the_decision_must_be_one(office, answered, make):
    event, other = answered(5), make.event()
    answer_id = db.session.scalars(db.select(FeedbackAnswer.id).where(FeedbackAnswer.text != "")).one()
    office.post_to(f"{page_of(other)}texte", {"answer": answer_id, "decision": "pass_on"}, status=404)
    office.post_to(f"{page_of(event)}texte", {"answer": answer_id, "decision": "zeigen"}, status=400)
    office.post_to(f"{page_of(event)}texte", {"decision": "pass_on"}, status=404)
    assert text_status() is TextStatus.UNREAD


def test_the_office_makes_a_link_renews_it_and_withdraws_it(office, client, answered):
    event = answered(5)
    page = office.press(page_of(event), "Link machen", status=200)
    (first,) = [href for text, href in page.links.items() if "/rueckmeldung/ergebnis/" in text]
    assert client.get_page(first).heading == "Rückmeldungen"
    page = office.press(page_of(event), "Neuen Link machen", status=200)
    (second,) = [href for text, href in page.links.items() if "/rueckmeldung/ergebnis/" in text]
    assert client.get_page(first, status=404).heading == "Dieser Link gilt nicht mehr"
    client.get_page(second)
    page = office.press(page_of(event), "Link zurückziehen", status=200)
    assert "Link machen" in page.buttons
    client.get_page(second, status=404)


def test_what_is_confidential_has_no_link_and_its_texts_stay_in_the_office(office, answered):
    event = answered(5, group_only=True, is_confidential=True)
    page = office.get_page(page_of(event))
    assert page.buttons.count("Link machen") == page.buttons.count("Weitergeben") == 0
    office.post_to(f"{page_of(event)}link", status=404)
    assert db.session.scalars(db.select(FeedbackShare)).all() == []
    answer_id = results.results_of(event).texts[0].id
    office.post_to(f"{page_of(event)}texte", {"answer": answer_id, "decision": "pass_on"}, status=302)
    assert text_status() is TextStatus.HIDDEN


def test_figures_and_texts_are_not_shown_side_by_side(office, past):
    """A text says nothing about what else its writer answered."""
    event = past(0)
    for number in range(5):
        service.answer(service.make_ticket(event), useful=1 if number else 4, clear=None, again=None, text=f"T{number}")
    page = office.get_page(page_of(event))
    for item in page.main.all("li", class_="texts__item"):
        assert not any(str(words) in item.text for words in ("Ja, viel", "Nein, nichts"))


def test_texts_come_in_an_order_that_stays_and_tells_nothing(office, past):
    event = past(0)
    for number in range(12):
        service.answer(service.make_ticket(event), useful=None, clear=None, again=None, text=f"Text {number:02}")
    first = [item.text for item in office.get_page(page_of(event)).main.all("blockquote")]
    assert first == [item.text for item in office.get_page(page_of(event)).main.all("blockquote")]
    assert first == [answer.text for answer in results.results_of(event).texts]
    ids = [answer.id for answer in results.results_of(event).texts]
    assert ids == sorted(ids)


# lists


def test_the_list_names_each_event_with_its_numbers_the_latest_first(office, answered, past):
    enough = answered(5, title="Runder Tisch mit Ergebnis")
    few = answered(2, title="Runder Tisch ohne", starts_at=ENDED - timedelta(days=9), ends_at=ENDED - timedelta(days=8))
    past(1, title="Niemand gefragt")
    rows = [row.text for row in office.get_page(INDEX).main.all("tr")[1:]]
    assert rows == [
        "Runder Tisch mit Ergebnis 15.09.2026 5 5 1 Text zu lesen",
        "Runder Tisch ohne 06.09.2026 2 2 noch zu wenige Antworten",
    ]
    assert office.get_page(INDEX).links == {
        "Runder Tisch mit Ergebnis": page_of(enough), "Runder Tisch ohne": page_of(few),
    }  # fmt: skip


def test_the_number_of_questions_does_not_grow_with_the_events(office, answered, count_queries):
    def asked() -> int:
        db.session.commit()
        with count_queries() as queries:
            office.get_page(INDEX)
        return len(queries)

    answered(5)
    one = asked()
    for _number in range(29):
        answered(1)
    assert asked() == one


def test_the_start_page_says_how_many_texts_are_to_be_read(app, office, answered):
    event = answered(5, title="Runder Tisch Ilmenau")
    answered(4)
    with app.test_request_context():
        lines = attention.list_lines(clock.now())
    assert [(line.deed, line.about, line.url) for line in lines] == [
        ("1 neue Rückmeldung lesen", "Runder Tisch Ilmenau, 15.09.2026", page_of(event))
    ]
    assert "1 neue Rückmeldung lesen" in office.get_page("/verwaltung/").text
    service.decide(results.results_of(event).texts[0], event, is_passed_on=False)
    with app.test_request_context():
        assert attention.list_lines(clock.now()) == []


def test_the_page_of_a_round_table_leads_here(office, make, past):
    event = past(0)
    make.registration(event, status=RegistrationStatus.ATTENDED)
    assert office.get_page(f"/verwaltung/runde-tische/{event.id}/").links["Rückmeldungen"] == page_of(event)
