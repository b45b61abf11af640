"""Minutes: written by several hands, sent once to the right people, public without names."""

from datetime import date, timedelta

import pytest

from coordapp.accounts.models import Role
from coordapp.events.models import RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations import service as invitations
from coordapp.outbox.models import Mail
from coordapp.round_tables import minutes, service
from coordapp.round_tables.models import AgendaItem, RoundTable, Task
from coordapp.shared import clock

NOTES, SAVE, CHECK = "points-0-notes", "Speichern", "Speichern und prüfen"


@pytest.fixture
def event(make):
    """Return yesterday's round table with one point on its agenda."""
    made = make.event(starts_at=make.in_days(-1), title="Runder Tisch in Arnstadt")
    service.add_item(made, title="Wohnungen", minutes_planned=30)
    return made


def url(event, rest=""):
    return f"/verwaltung/runde-tische/{event.id}/protokoll/{rest}"


def mails() -> list[Mail]:
    return list(db.session.scalars(db.select(Mail).order_by(Mail.recipient)))


def test_a_draft_is_saved_any_time_and_shown_again(office, make, event):
    person = make.registration(event, make.person(name="Olha Beispiel")).person
    page = office.press(url(event), SAVE, {
        "introduction": "Wir waren neun.", NOTES: "Es fehlt\nan Wohnungen.", "points-0-decisions": "Wir schreiben.",
        "tasks-0-text": "Vermieter fragen", "tasks-0-who": "olha beispiel", "tasks-0-due_on": "2027-04-01",
        "tasks-1-text": "Räume suchen", "tasks-1-who": "Büro",
    })  # fmt: skip
    assert "Gespeichert. Gesendet ist noch nichts." in page.text
    assert page.values[NOTES] == "Es fehlt\nan Wohnungen."
    assert [page.values[f"tasks-{i}-who"] for i in range(3)] == ["Olha Beispiel", "Büro", ""]
    first, second = db.session.scalars(db.select(Task).order_by(Task.id))
    assert (first.assignee_id, first.assignee_name, first.due_on) == (person.id, "", date(2027, 4, 1))
    assert (second.assignee_id, second.assignee_name) == (None, "Büro")
    assert mails() == []
    page = office.press(url(event), SAVE, {"tasks-0-text": ""})
    assert [task.text for task in db.session.scalars(db.select(Task))] == ["Räume suchen"]


def test_a_task_for_somebody_without_words_is_an_error_and_nothing_is_lost(office, event):
    page = office.press(url(event), SAVE, {NOTES: "Viel Text", "tasks-1-who": "Olha"}, status=422)
    assert list(page.errors) == ["tasks-1-text"]
    assert (page.values[NOTES], page.values["tasks-1-who"]) == ("Viel Text", "Olha")


def test_two_people_who_write_at_once_see_both_texts_and_lose_nothing(office, browser_of, make, event):
    other = browser_of(make.user(role=Role.COORDINATOR, name="Anna Zweite"))
    mine, theirs = office.get_page(url(event)), other.get_page(url(event))
    other.send(theirs, theirs.form_of(SAVE), {NOTES: "Text der Zweiten", "tasks-0-text": "Aufgabe der Zweiten"})
    page = office.send(mine, mine.form_of(SAVE), {NOTES: "Mein Text", "introduction": "Auch von mir"}, status=409)
    assert "Inzwischen hat Anna Zweite gespeichert" in page.text
    assert "Text der Zweiten" in page.text
    assert "Aufgabe der Zweiten" in page.text
    assert (page.values[NOTES], page.values["introduction"]) == ("Mein Text", "Auch von mir")
    assert db.session.scalars(db.select(AgendaItem.notes).where(AgendaItem.title == "Wohnungen")).one() == (
        "Text der Zweiten"
    )
    page = office.send(page, page.form_of(SAVE), {NOTES: "Beide Texte"})
    assert page.values[NOTES] == "Beide Texte"
    assert [task.text for task in db.session.scalars(db.select(Task))] == ["Aufgabe der Zweiten"]


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 20, "-1", "²", "x"])
def test_numbers_that_nobody_could_have_got_from_the_form_break_nothing(office, event, number):
    office.press(url(event), SAVE, {"version": number}, status=409)
    page = office.press(
        url(event), SAVE, {"points-0-item_id": number, "tasks-0-task_id": number, "tasks-0-text": "Anrufen"}, status=200
    )
    assert page.values["tasks-0-text"] == "Anrufen"


def test_what_was_written_about_a_point_that_was_removed_meanwhile_stays(office, event):
    page = office.get_page(url(event))
    office.press(f"/verwaltung/runde-tische/{event.id}/tagesordnung/", "Entfernen")
    page = office.send(page, page.form_of(SAVE), {NOTES: "Es fehlt an Wohnungen."})
    assert (page.values["points-0-title"], page.values[NOTES]) == ("Wohnungen", "Es fehlt an Wohnungen.")


def write(office, event) -> None:
    """Write minutes with a task for Olha Beispiel, one for the office and one for its staff."""
    office.press(url(event), CHECK, {
        "introduction": "Wir waren neun.", NOTES: "Es fehlt an Wohnungen.", "points-0-decisions": "Wir schreiben.",
        "tasks-0-text": "Vermieter fragen", "tasks-0-who": "Olha Beispiel", "tasks-0-due_on": "2027-04-01",
        "tasks-1-text": "Räume suchen", "tasks-1-who": "Büro", "tasks-2-text": "Brief", "tasks-2-who": "Ina Büro",
    })  # fmt: skip


def register_all_sorts(make, event) -> None:
    """Register people of every status; those who get the minutes by mail are called ja…@example.org."""
    statuses = RegistrationStatus
    for name, email, status in (
        ("Olha Beispiel", "ja1@example.org", statuses.ATTENDED), ("Ali Demir", "ja2@example.org", statuses.ABSENT),
        ("Cem Cöl", "ja3@example.org", statuses.WAITING), ("Dora", "ja4@example.org", statuses.CONFIRMED),
        ("Gregor", "nein1@example.org", statuses.CANCELLED), ("Una", "nein2@example.org", statuses.UNCONFIRMED),
        ("Paula Papier", None, statuses.ATTENDED),
    ):  # fmt: skip
        language = "ar" if name == "Ali Demir" else "de"
        person = make.person(name=name, email=email, language=language, phone="+4936281234567")
        make.registration(event, person, status=status)
    make.registration(make.event(), make.person(name="Fremde", email="nein3@example.org"))


def test_the_minutes_go_once_to_the_right_people_and_a_double_click_sends_nothing_more(office, make, event):
    register_all_sorts(make, event)
    write(office, event)
    page = office.get_page(url(event, "senden/"))
    form = page.form_of("Protokoll senden (4)")
    assert "1 Person hat keine E-Mail-Adresse" in page.text
    sent = office.send(page, form)
    assert "geht an 4 Personen" in sent.text
    again = office.send(page, form)
    assert "Neue E-Mails waren nicht nötig." in again.text
    assert [mail.recipient for mail in mails()] == [f"ja{number}@example.org" for number in (1, 2, 3, 4)]
    assert "Protokoll senden (4)" not in again.buttons


def test_who_was_invited_gets_the_minutes_too_and_only_once(app, make):
    event, by = make.event(), make.user(role=Role.COORDINATOR)
    silent, comes = make.volunteer(), make.volunteer()
    invitations.invite(event, [silent, comes], by=by)
    make.registration(event, comes)
    assert {person.id for person in minutes.list_recipients(event).by_mail} == {silent.id, comes.id}
    minutes.save_minutes(event, minutes.Draft("Wir waren neun.", [], []), version=0, by=by)
    assert minutes.send_minutes(event, version=1) == 2


def test_a_mail_is_in_the_readers_language_and_names_nobody_in_full(office, make, event):
    register_all_sorts(make, event)
    write(office, event)
    office.press(url(event, "senden/"), "Protokoll senden (4)")
    german, arabic, *_rest = mails()
    assert (german.language, arabic.language) == ("de", "ar")
    assert german.subject.startswith("Protokoll: Runder Tisch in Arnstadt, ")
    assert "Vermieter fragen – Olha, bis 01.04.2027" in german.text
    assert "Vermieter fragen – Olha, " in arabic.text
    for words in (
        "Wir waren neun.", "Es fehlt an Wohnungen.", "Wir schreiben.", "Räume suchen – Büro", "Brief – Ina Büro",
    ):  # fmt: skip
        assert words in german.text
        assert words in arabic.text
    for mail in mails():
        for canary in ("Beispiel,", "Demir", "Papier", "1234567"):
            assert canary not in mail.text + mail.html
        assert [word for word in (mail.text + mail.html).split() if "ja" in word and "@" in word] == []


def test_a_correction_is_sent_again_and_says_so(office, make, event):
    register_all_sorts(make, event)
    write(office, event)
    office.press(url(event, "senden/"), "Protokoll senden (4)")
    office.press(url(event), SAVE, {NOTES: "Es fehlt an großen Wohnungen."})
    assert "Berichtigtes Protokoll senden (4)" in office.get_page(url(event, "senden/")).buttons
    office.press(url(event, "senden/"), "Berichtigtes Protokoll senden (4)")
    assert len(mails()) == 8
    german = [mail.subject for mail in mails() if mail.language == "de"]
    assert sum(subject.startswith("Berichtigtes Protokoll:") for subject in german) == len(german) / 2 == 3
    assert len({mail.subject for mail in mails() if mail.language == "ar"}) == 2  # says so in Arabic as well


def test_minutes_that_changed_since_they_were_read_are_not_sent(office, make, event):
    register_all_sorts(make, event)
    write(office, event)
    page = office.get_page(url(event, "senden/"))
    office.press(url(event), SAVE, {NOTES: "Anders"})
    answer = office.send(page, page.form_of("Protokoll senden (4)"))
    assert "Inzwischen hat jemand das Protokoll geändert." in answer.text
    assert mails() == []


def test_the_public_reads_what_was_sent_without_the_names_of_volunteers(office, make, event):
    register_all_sorts(make, event)
    write(office, event)
    assert service.find_minutes(event) is None
    office.press(url(event, "senden/"), "Protokoll senden (4)")
    public = service.find_minutes(event)
    assert [(task.text, task.who) for task in public.tasks] == [
        ("Vermieter fragen", ""), ("Räume suchen", "Büro"), ("Brief", "Ina Büro"),
    ]  # fmt: skip
    assert (public.introduction, public.points[0].notes) == ("Wir waren neun.", "Es fehlt an Wohnungen.")
    stored = db.session.scalars(db.select(RoundTable.published_minutes)).one()
    assert "Olha" not in str(stored)
    office.press(url(event), SAVE, {NOTES: "Noch nicht gesendet"})
    assert service.find_minutes(event) == public


@pytest.mark.parametrize("language", ["de", "ar"])
def test_the_letter_is_printed_for_who_has_no_address(office, make, event, language):
    person = make.person(name="Paula Papier", email=None, language=language)
    make.registration(event, person, status=RegistrationStatus.ATTENDED)
    write(office, event)
    page = office.get_page(url(event, "senden/"))
    letter = office.get_page(page.links["Brief drucken"])
    assert letter.root.one("html")["lang"] == language
    assert "Paula Papier" in letter.text
    assert "Es fehlt an Wohnungen." in letter.text


def test_a_letter_to_a_stranger_is_not_found(office, make, event):
    office.get_page(url(event, f"brief/{make.person().id}"), status=404)


def test_empty_minutes_cannot_be_sent(office, event):
    page = office.get_page(url(event, "senden/"))
    assert "Im Protokoll steht noch nichts" in page.text
    assert page.buttons == []


def test_a_name_that_two_people_have_is_kept_as_words(office, make, event):
    for _ in range(2):
        make.registration(event, make.person(name="Olha Beispiel"))
    write(office, event)
    task = db.session.scalars(db.select(Task).order_by(Task.id)).first()
    assert (task.assignee_id, task.assignee_name) == (None, "Olha Beispiel")


def test_open_tasks_of_these_minutes_stand_on_the_next_public_agenda_without_names(office, make, event):
    register_all_sorts(make, event)
    write(office, event)
    office.press(url(event, "senden/"), "Protokoll senden (4)")
    coming = make.event(starts_at=clock.now() + timedelta(days=30))
    (line,) = service.list_agenda(coming)
    assert [task.text for task in line.tasks] == ["Vermieter fragen", "Räume suchen", "Brief"]


def test_recipients_do_not_grow_the_number_of_queries(app, make, event, count_queries):
    make.registration(event)
    db.session.commit()
    with count_queries() as few:
        minutes.list_recipients(event)
    for _ in range(29):
        make.registration(event)
    db.session.commit()
    with count_queries() as many:
        assert len(minutes.list_recipients(event).by_mail) == 30
    assert len(many) <= len(few) + 1
