"""The questions behind the link, and the page for whom the office gave the results."""

import pytest

from coordapp.extensions import db
from coordapp.feedback import service
from coordapp.feedback.models import FeedbackAnswer, FeedbackTicket, TextStatus
from coordapp.feedback.words import QUESTIONS

from .conftest import TEXT

UNKNOWN = "/rueckmeldung/das-hat-niemand-bekommen/"


@pytest.fixture
def link(past) -> str:
    """Return a link to the questions about a round table."""
    return f"/rueckmeldung/{service.make_ticket(past(0, title='Runder Tisch Ilmenau'))}/"


def answers() -> list[tuple]:
    rows = db.session.scalars(db.select(FeedbackAnswer).order_by(FeedbackAnswer.text))
    return [(row.useful, row.clear, row.again, row.text, row.text_status) for row in rows]


def test_the_page_asks_three_questions_with_four_answers_in_words_and_names_nobody(client, link):
    page = client.get_page(link)
    assert page.heading == "Wie war es für Sie?"
    assert "Runder Tisch Ilmenau, Dienstag, 15. September 2026" in page.text
    questions = [group for group in page.main.all("fieldset") if group.all("input", type="radio")]
    assert [group.one("legend").text for group in questions] == [str(question.text) for question in QUESTIONS]
    for group, question in zip(questions, QUESTIONS, strict=True):
        assert [label.text for label in group.all("label")] == [str(words) for words in question.answers.values()]
        assert not group.all("input", checked="")
    assert "keine Namen" in page.text
    assert page.response.headers["X-Robots-Tag"] == "noindex"
    assert page.response.headers["Cache-Control"] == "no-store"


def test_an_answer_is_stored_and_its_link_is_used_up(client, link):
    page = client.post_form(link, {"useful": "4", "again": "1", "text": "Gut.\nAber laut."}, status=200)
    assert page.heading == "Danke für Ihre Antwort"
    assert answers() == [(4, None, 1, "Gut.\nAber laut.", TextStatus.UNREAD)]
    assert db.session.scalars(db.select(FeedbackTicket)).all() == []
    again = client.get_page(link, status=404)
    assert again.heading == "Dieser Link gilt nicht mehr"
    assert "Dann ist Ihre Antwort angekommen" in again.text


def test_looking_at_the_page_uses_nothing_up(client, link):
    for _time in range(3):
        client.get_page(link)
    assert len(db.session.scalars(db.select(FeedbackTicket)).all()) == 1


def test_sent_twice_it_counts_once_and_the_second_says_that_it_arrived(client, link):
    page = client.get_page(link)
    form = page.form_with(["useful"])
    client.send(page, form, {"useful": "3"}, status=200)
    second = client.send(page, form, {"useful": "1"}, status=404)
    assert "Dann ist Ihre Antwort angekommen" in second.text
    assert answers() == [(3, None, None, "", TextStatus.UNREAD)]


def test_a_text_alone_is_an_answer(client, link):
    client.post_form(link, {"text": "Danke!"}, status=200)
    assert answers() == [(None, None, None, "Danke!", TextStatus.UNREAD)]


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_answer_that_says_nothing_is_asked_for_again_and_uses_nothing_up(client, link, text):
    page = client.post_form(link, {"text": text}, status=422)
    assert "Bitte beantworten Sie mindestens eine Frage" in page.text
    client.post_form(link, {"clear": "2"}, status=200)
    assert answers() == [(None, 2, None, "", TextStatus.UNREAD)]


@pytest.mark.parametrize("value", ["0", "5", "viel", "4.0"])
def test_an_answer_that_was_not_offered_is_refused_and_the_rest_kept(client, link, value):
    page = client.post_to(link, {"useful": value, "clear": "2", "text": "Danke"}, status=422)
    assert "Bitte wählen Sie eine von den vier Antworten." in page.text
    assert (page.values["clear"], page.values["text"]) == ("2", "Danke")
    assert answers() == []


def test_a_text_that_is_too_long_is_kept_on_the_page(client, link):
    page = client.post_form(link, {"text": "x" * 2001}, status=422)
    assert page.values["text"] == "x" * 2001
    assert "höchstens 2000 Zeichen" in page.text


def test_an_unknown_link_leads_to_a_friendly_page(client):
    assert client.get_page(UNKNOWN, status=404).heading == "Dieser Link gilt nicht mehr"
    assert client.post_to(UNKNOWN, {"useful": "4"}, status=404).heading == "Dieser Link gilt nicht mehr"
    assert answers() == []


def test_what_is_confidential_is_not_named_on_the_page(client, past):
    event = past(0, title="Supervision Kanarienvogel", group_only=True, is_confidential=True)
    page = client.get_page(f"/rueckmeldung/{service.make_ticket(event)}/")
    assert "Kanarienvogel" not in page.response.get_data(as_text=True)
    assert "Nur das Büro liest den Text." in page.text


def test_the_page_reads_from_right_to_left(client, link):
    page = client.get_page(f"{link}?sprache=ar")
    assert page.root.one("html")["dir"] == "rtl"


# the results, for whom the office gave the link


def shared(event) -> str:
    share = service.share(event)
    return f"/rueckmeldung/ergebnis/{share.token}/"


def test_four_answers_show_nothing_and_five_show_figures(client, answered):
    event = answered(4, status=TextStatus.SHOWN)
    address = shared(event)
    page = client.get_page(address)
    assert "Es gibt noch zu wenige Antworten." in page.text
    assert page.main.all("table") == []
    assert TEXT not in page.text
    service.answer(service.make_ticket(event), useful=1, clear=None, again=None, text="")
    page = client.get_page(address)
    assert [table.one("caption").text for table in page.main.all("table")] == [str(QUESTIONS[0].text)]
    assert page.text.count("Diese Frage haben noch zu wenige beantwortet.") == 2
    assert "5 Menschen haben geantwortet" in page.text
    assert TEXT in page.text
    assert page.response.headers["X-Robots-Tag"] == "noindex"
    assert page.response.headers["Cache-Control"] == "no-store"


def test_the_figures_stand_in_words_and_numbers_beside_the_bars(client, answered):
    event = answered(4)
    service.answer(service.make_ticket(event), useful=1, clear=3, again=1, text="")
    for _number in range(3):
        service.answer(service.make_ticket(event), useful=None, clear=None, again=1, text="")
    useful, clear, again = client.get_page(shared(event)).main.all("table")
    assert useful.one("caption").text == str(QUESTIONS[0].text)
    assert [row.text for row in useful.all("tr")[1:]] == [
        "Ja, viel 4 80 %", "Ja, etwas 0 0 %", "Eher wenig 0 0 %", "Nein, nichts 1 20 %",
    ]  # fmt: skip
    assert [row.text for row in clear.all("tr")[1:]][1] == "Das meiste 5 100 %"
    assert [row.text for row in again.all("tr")[1:]][3] == "Nein 5 100 %"
    assert [part["width"] for part in useful.all("rect", class_="bars__part")] == ["80", "0", "0", "20"]


@pytest.mark.parametrize(("status", "expected"), [("unread", False), ("hidden", False), ("shown", True)])
def test_only_texts_that_the_office_passes_on_are_on_the_page(client, answered, status, expected):
    page = client.get_page(shared(answered(6, status=TextStatus(status))))
    assert (TEXT in page.response.get_data(as_text=True)) is expected


def test_a_withdrawn_link_and_an_old_one_lead_nowhere(client, answered):
    event = answered(5)
    old = shared(event)
    new = shared(event)
    assert client.get_page(old, status=404).heading == "Dieser Link gilt nicht mehr"
    client.get_page(new)
    service.withdraw_share(event)
    client.get_page(new, status=404)


def test_nobody_outside_sees_the_results_of_what_has_become_confidential(client, answered):
    event = answered(5)
    address = shared(event)
    event.group_only = event.is_confidential = True
    client.get_page(address, status=404)
    assert service.share(event) is None
