"""Topics become an agenda; open tasks come up again."""

from datetime import date, timedelta

import pytest

from coordapp.extensions import db
from coordapp.round_tables import minutes, service
from coordapp.round_tables.minutes import Draft, PointDraft, TaskDraft
from coordapp.round_tables.models import AgendaItem, Topic, TopicStatus
from coordapp.shared import clock


def url(event, rest=""):
    return f"/verwaltung/runde-tische/{event.id}/tagesordnung/{rest}"


def titles(event) -> list[str]:
    return [line.item.title for line in service.list_agenda(event, drafts=True)]


def decide_tasks(event, *tasks, by, sent=True) -> None:
    """Let a round table decide tasks (words, who, until when) and send its minutes."""
    version = service.round_table_of(event).minutes_version
    drafts = [TaskDraft(None, words, who, due_on) for words, who, due_on in tasks]
    minutes.save_minutes(event, Draft("", [], drafts), version=version, by=by)
    if sent:
        minutes.send_minutes(event, version=version + 1)
    db.session.commit()


def test_a_topic_is_accepted_in_one_click_and_declined_in_one(office, make):
    event, person = make.event(), make.person(name="Olha Beispiel")
    service.propose_topic(event, person, "Wohnungen  für\nFamilien")
    service.propose_topic(event, None, "Fahrräder")
    page = office.get_page(url(event))
    assert "Olha Beispiel" in page.text
    page = office.press(url(event), "Aufnehmen")
    assert titles(event) == ["Wohnungen für Familien"]
    page = office.press(url(event), "Ablehnen")
    assert "Nicht aufgenommen (1)" in page.text
    office.press(url(event), "Aufnehmen")
    assert titles(event) == ["Wohnungen für Familien", "Fahrräder"]


def test_the_same_topic_of_the_same_person_is_one(app, make):
    event, person = make.event(), make.person()
    first = service.propose_topic(event, person, "Wohnungen")
    assert service.propose_topic(event, person, " Wohnungen ") is first
    assert service.propose_topic(event, make.person(), "Wohnungen") is not first
    assert service.propose_topic(event, person, " \n ") is None
    assert len(service.propose_topic(event, person, "x" * 900).text) == 300


def test_a_double_click_puts_a_topic_on_the_agenda_once(office, make):
    event = make.event()
    topic = service.propose_topic(event, None, "Wohnungen")
    page = office.get_page(url(event))
    form = page.form_of("Aufnehmen")
    office.send(page, form)
    office.send(page, form)
    assert titles(event) == ["Wohnungen"]
    assert db.session.get(Topic, topic.id).status is TopicStatus.ACCEPTED


def test_a_topic_of_another_round_table_is_not_found(office, make):
    topic = service.propose_topic(make.event(), None, "Wohnungen")
    office.post_to(url(make.event(), f"themen/{topic.id}"), {"accept": "1"}, status=404)


def test_own_points_are_added_changed_moved_and_removed(office, make):
    event = make.event()
    for title, planned in (("Begrüßung", "10"), ("Pause", "20"), ("Abschied", "5")):
        page = office.post_form(url(event), {"title": title, "minutes_planned": planned})
    assert "Noch frei: 145 Minuten." in page.text
    assert [row.all("td")[0].text for row in page.main.all("tbody")[-1].all("tr")] == ["15:00", "15:10", "15:30"]
    items = {line.item.title: line.item.id for line in service.list_agenda(event)}
    office.post_to(url(event, f"{items['Abschied']}/verschieben"), {"up": "1"}, status=302)
    assert titles(event) == ["Begrüßung", "Abschied", "Pause"]
    office.post_to(url(event, f"{items['Begrüßung']}/verschieben"), {"down": "1"}, status=302)
    assert titles(event) == ["Abschied", "Begrüßung", "Pause"]
    office.post_form(url(event, f"{items['Pause']}/"), {"title": "Große Pause", "minutes_planned": "400"})
    page = office.get_page(url(event))
    assert "235 Minuten länger als der Runde Tisch" in page.text
    office.press(url(event), "Entfernen")
    assert titles(event) == ["Begrüßung", "Große Pause"]


def test_a_point_without_a_name_is_an_error_and_the_minutes_stay(office, make):
    page = office.post_form(url(make.event()), {"title": "", "minutes_planned": "25"}, status=422)
    assert list(page.errors) == ["title"]
    assert page.errors["title"].endswith("Wie heißt der Punkt?")
    assert page.values["minutes_planned"] == "25"


def test_a_topic_taken_off_the_agenda_can_be_chosen_again(office, make):
    event = make.event()
    service.accept_topic(event, service.propose_topic(event, None, "Wohnungen"))
    page = office.press(url(event), "Entfernen")
    assert titles(event) == []
    assert "Aufnehmen" in page.buttons


def test_a_point_with_minutes_stays_on_the_agenda(office, make):
    event = make.event(starts_at=make.in_days(-1))
    item = service.add_item(event, title="Wohnungen", minutes_planned=20)
    draft = Draft("", [PointDraft(item.id, item.title, "Es wurde viel gesagt.", "")], [])
    minutes.save_minutes(event, draft, version=0, by=office.user)
    page = office.press(url(event), "Entfernen")
    assert "steht schon etwas im Protokoll" in page.text
    assert db.session.get(AgendaItem, item.id).notes == "Es wurde viel gesagt."


def test_open_tasks_come_up_by_themselves_at_the_next_round_table(app, make):
    old, next_one, by = make.event(starts_at=make.in_days(-30)), make.event(), make.user()
    assert service.list_agenda(next_one) == []
    decide_tasks(old, ("Räume fragen", "", date(2027, 1, 1)), ("Flyer drucken", "", None), by=by)
    (line,) = service.list_agenda(next_one)
    assert line.item.lists_open_tasks
    assert [task.text for task in line.tasks] == ["Räume fragen", "Flyer drucken"]
    assert service.list_agenda(old) == []
    service.set_done(line.tasks[0], done=True)
    db.session.commit()
    assert [task.text for task in service.list_open_tasks(next_one)] == ["Flyer drucken"]


def test_a_task_done_after_a_round_table_stays_on_that_agenda(app, make):
    old, later = make.event(starts_at=make.in_days(-60)), make.event(starts_at=make.in_days(-1))
    decide_tasks(old, ("Räume fragen", "", None), by=make.user())
    service.set_done(service.list_open_tasks(later)[0], done=True)
    db.session.commit()
    assert [task.text for task in service.list_open_tasks(later)] == ["Räume fragen"]
    assert service.list_open_tasks(make.event()) == []


def test_tasks_of_minutes_that_nobody_was_sent_are_no_public_matter(app, make):
    old, next_one = make.event(starts_at=make.in_days(-30)), make.event()
    decide_tasks(old, ("Räume fragen", "", None), by=make.user(), sent=False)
    assert service.list_open_tasks(next_one) == []
    assert [task.text for task in service.list_open_tasks(next_one, drafts=True)] == ["Räume fragen"]


def test_the_point_of_open_tasks_keeps_its_place_once_the_office_moved_it(office, make):
    old, next_one = make.event(starts_at=make.in_days(-30)), make.event()
    decide_tasks(old, ("Räume fragen", "", None), by=office.user)
    service.add_item(next_one, title="Begrüßung", minutes_planned=10)
    db.session.commit()
    assert titles(next_one) == [service.OPEN_TASKS_TITLE, "Begrüßung"]
    office.press(url(next_one), "Nach unten")
    assert titles(next_one) == ["Begrüßung", service.OPEN_TASKS_TITLE]


def test_tasks_are_ticked_off_and_overdue_is_said_in_words(office, make):
    event = make.event(starts_at=make.in_days(-30))
    person = make.registration(event).person
    yesterday = clock.today() - timedelta(days=1)
    decide_tasks(event, ("Räume fragen", person.name, yesterday), ("Flyer drucken", "", None), by=office.user)
    page = office.get_page("/verwaltung/runde-tische/aufgaben/")
    first, second = page.main.all("tbody")[0].all("tr")
    assert ("überfällig" in first.text, person.name in first.text) == (True, True)
    assert "überfällig" not in second.text
    page = office.press("/verwaltung/runde-tische/aufgaben/", "Erledigt")
    assert "„Räume fragen“ ist erledigt." in page.text
    page = office.press("/verwaltung/runde-tische/aufgaben/", "Wieder öffnen")
    assert len(page.main.all("tbody")[0].all("tr")) == 2


def test_no_tasks_says_why(office):
    assert "Alles erledigt" in office.get_page("/verwaltung/runde-tische/aufgaben/").text


@pytest.mark.parametrize("rows", [1, 30])
def test_the_task_page_asks_the_database_a_fixed_number_of_times(office, make, count_queries, rows):
    event = make.event(starts_at=make.in_days(-30))
    people = [make.registration(event).person for _ in range(rows)]
    decide_tasks(event, *[("Räume fragen", person.name, None) for person in people], by=office.user, sent=False)
    db.session.expunge_all()
    with count_queries() as queries:
        office.get_page("/verwaltung/runde-tische/aufgaben/")
    assert len([query for query in queries if "FROM task" in query]) == 2
    assert len(queries) <= 6
