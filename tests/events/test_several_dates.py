"""Events of several dates that belong together: in the form, when they change, and what people are told of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from coordapp.events import dates, service, words
from coordapp.events import registration as registrations
from coordapp.events.kinds import KINDS, EventKind
from coordapp.events.models import Event, RegistrationStatus
from coordapp.extensions import db
from coordapp.shared import clock
from tests.sign_in import sign_in

from .conftest import NOW

S = RegistrationStatus
WEEK, HOURS = timedelta(days=7), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def evenings(make):
    """Return a training on four Wednesdays from 23 December 2026 on, from 18:00 to 19:30."""
    event = make.training(make.training_format(title="Zuhören")).event
    event.registration_closes_at = event.starts_at - timedelta(days=2)
    db.session.flush()
    return event


def path_of(event: Event, deed: str = "bearbeiten/") -> str:
    return f"/verwaltung/veranstaltungen/{event.id}/{deed}"


def spans(event: Event) -> list[tuple[datetime, datetime]]:
    return [(date.starts_at, date.ends_at) for date in event.dates]


def days(event: Event) -> list[str]:
    return [f"{clock.local(date.starts_at):%d.%m. %H:%M}-{clock.local(date.ends_at):%H:%M}" for date in event.dates]


def uids(event: Event) -> list[str]:
    return [date.uid for date in event.dates]


def change(event: Event, dates, **facts) -> service.Change:
    changed = service.change_event(event, version=event.version, dates=dates, place=facts.pop("place", event.place))
    db.session.commit()
    return changed


def entries(mail) -> list[tuple[str, str, str]]:
    """List method, UID and status of each entry that goes with a mail, in their order."""
    objects = icalendar.Calendar.from_ical(mail.calendar, multiple=True)
    found = [(one, one.walk("VEVENT")) for one in objects]
    assert all(len(events) == 1 for _one, events in found)
    return [(str(one["METHOD"]), str(event["UID"]), str(event["STATUS"])) for one, (event,) in found]


def save(browser, event: Event, typed: dict[str, str]) -> None:
    browser.post_form(path_of(event), typed, status=302, follow=False)


# the form


def test_a_kind_with_one_date_asks_for_one_as_ever(office, make):
    page = office.get_page(path_of(make.event()))
    assert "Weiteren Termin" not in page.buttons
    assert page.buttons.count("Speichern") == 1
    assert not {name for name in page.values if name.startswith("more")} | ({"is_dropped"} & page.values.keys())
    assert "1. Termin" not in page.text


def test_the_form_shows_each_date_in_german_time(office, evenings):
    values = office.get_page(path_of(evenings)).values
    assert (values["day"], values["begins"], values["ends"]) == ("2026-12-23", "18:00", "19:30")
    further = [(values[f"more-{n}-day"], values[f"more-{n}-begins"], values[f"more-{n}-ends"]) for n in range(3)]
    assert further == [
        ("2026-12-30", "18:00", "19:30"),
        ("2027-01-06", "18:00", "19:30"),
        ("2027-01-13", "18:00", "19:30"),
    ]
    assert "more-3-day" not in values


def test_one_date_becomes_four_without_script_and_nothing_typed_is_lost(office, make):
    event = make.training(days=(30,)).event
    page = office.get_page(path_of(event))
    typed = {"title": "Neuer Titel", "ends": "20:00", "capacity": "viele", "closes_on": "2026-12-20"}
    for number in range(3):
        page = office.send(page, page.form_of("Weiteren Termin"), typed | {"add_date": "1"}, status=200)
        assert page.main.one("input", name=f"more-{number}-day").get("autofocus") is not None
        assert page.values["title"] == "Neuer Titel"
        assert page.values["capacity"] == "viele"
        typed = {}
    db.session.expire_all()
    assert (len(event.dates), event.version) == (1, 0)
    assert page.values["more-2-day"] == "2027-01-13"  # each a week after the one before, at its hours
    assert page.values["more-2-ends"] == "20:00"
    office.send(
        page, page.form_with({"title"}), {"capacity": "12", "more-2-day": "2027-01-14"}, status=302, follow=False
    )
    assert days(event) == ["23.12. 18:00-20:00", "30.12. 18:00-20:00", "06.01. 18:00-20:00", "14.01. 18:00-20:00"]
    assert event.title == "Neuer Titel"
    assert clock.local(event.registration_closes_at).date().isoformat() == "2026-12-20"


def test_the_return_key_saves_and_adds_nothing(office, evenings):
    form = office.get_page(path_of(evenings)).form_with({"title"})
    assert form.all("button")[0].get("name") is None


def test_there_are_never_more_dates_than_the_kind_may_have(office, make):
    event = make.training(days=range(30, 41)).event
    page = office.get_page(path_of(event))
    page = office.send(page, page.form_of("Weiteren Termin"), {"add_date": "1"}, status=200)
    assert "Weiteren Termin" not in page.buttons
    page = office.send(page, page.form_with({"title"}), {"add_date": "1"}, status=200)
    assert "more-11-day" not in page.values
    office.send(page, page.form_with({"title"}), {"more-10-day": "2027-03-01"}, status=302, follow=False)
    assert len(event.dates) == 12


def test_a_round_table_cannot_be_given_a_second_date(office, make):
    event = make.event()
    sent = {"more-0-day": "2027-01-06", "more-0-begins": "10:00", "more-0-ends": "11:00"}
    page = office.get_page(path_of(event))
    page = office.send(page, page.form_with({"title"}), sent, status=422)
    assert "Mehr Termine als 1 sind nicht möglich." in page.text
    assert len(event.dates) == 1


def test_dates_typed_out_of_order_are_sorted(office, make):
    event = make.training(days=(30, 37), published=False).event
    save(office, event, {"day": "2027-02-03", "more-0-day": "2027-01-20"})
    assert days(event) == ["20.01. 18:00-19:30", "03.02. 18:00-19:30"]


def test_an_empty_row_is_left_out_and_one_without_a_day_is_not(office, make):
    event = make.training(days=(30,), published=False).event
    page = office.get_page(path_of(event))
    page = office.send(page, page.form_of("Weiteren Termin"), {"add_date": "1"}, status=200)
    page = office.send(page, page.form_with({"title"}), {"more-0-day": ""}, status=422)
    assert page.errors == {"more-0-day": "Fehler: Bitte wählen Sie einen Tag."}
    empty = {"more-0-begins": "", "more-0-ends": ""}
    office.send(page, page.form_with({"title"}), empty, status=302, follow=False)
    assert len(event.dates) == 1


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"more-0-begins": ""}, {"more-0-begins": "Bitte eine Uhrzeit"}),
        ({"more-1-ends": "17:00"}, {"more-1-ends": "Das Ende liegt vor dem Beginn."}),
        ({"more-1-day": "gestern"}, {"more-1-day": ""}),
        ({"more-2-day": "2101-01-01"}, {"more-2-day": "Bitte ein Jahr von 2000 bis 2100."}),
        ({"more-2-day": "2027-03-28", "more-2-begins": "02:30"}, {"more-2-begins": "Diese Uhrzeit gibt es"}),
        ({"more-0-day": "2026-12-23"}, {"more-0-day": "Dieser Termin steht zweimal da."}),
        ({"more-2-day": "2026-12-30", "more-2-begins": "19:00", "more-2-ends": "21:00"},
         {"more-2-day": "Dieser Termin überschneidet sich mit: Mittwoch, 30. Dezember 2026, 18:00 bis 19:30 Uhr."}),
        ({"ends": "23:00", "more-2-day": "2026-12-23", "more-2-begins": "21:00", "more-2-ends": "22:00",
          "more-1-day": "2026-12-23", "more-1-begins": "19:00", "more-1-ends": "20:00"},
         {"more-1-day": "überschneidet sich", "more-2-day": "überschneidet sich"}),
        ({"closes_on": "2027-01-14"}, {"closes_on": "Die Anmeldung kann nicht länger offen sein"}),
        ({"is_dropped": "y", "more-0-is_dropped": "y", "more-1-is_dropped": "y", "more-2-is_dropped": "y"},
         {"is_dropped": "Ein Termin muss bleiben."}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_the_date(office, evenings, typed, errors):
    before = days(evenings)
    page = office.post_form(path_of(evenings), typed | {"summary": "bleibt stehen"}, status=422)
    assert page.errors.keys() == errors.keys()
    for name, words_ in errors.items():
        assert words_ in page.errors[name]
    assert page.root.one("div", class_="error-summary").all("a")
    assert page.values["summary"] == "bleibt stehen"
    db.session.expire_all()
    assert days(evenings) == before


def test_one_may_register_until_the_last_date_is_over(office, evenings):
    typed = {"closes_on": "2027-01-13", "closes_time": "19:30"}
    save(office, evenings, typed)
    assert evenings.registration_closes_at == evenings.ends_at


def test_the_deadline_moves_along_with_the_first_date(office, evenings):
    closes = evenings.registration_closes_at
    save(office, evenings, {"more-2-day": "2027-01-20"})
    assert evenings.registration_closes_at == closes  # the first stays
    save(office, evenings, {"day": "2026-12-22"})
    assert evenings.registration_closes_at == closes - timedelta(days=1)
    save(office, evenings, {"is_dropped": "y"})  # now the second is the first
    assert evenings.registration_closes_at == closes + timedelta(days=7)


def test_a_date_is_taken_out_by_its_box(office, evenings):
    kept = uids(evenings)
    save(office, evenings, {"more-0-is_dropped": "y"})
    assert days(evenings) == ["23.12. 18:00-19:30", "06.01. 18:00-19:30", "13.01. 18:00-19:30"]
    assert uids(evenings) == [kept[0], kept[2], kept[3]]


def test_what_stands_in_a_date_that_is_taken_out_does_not_matter(office, evenings):
    typed = {"more-0-is_dropped": "y", "more-0-day": "gestern", "more-0-ends": ""}
    save(office, evenings, typed)
    assert len(evenings.dates) == 3


def test_a_date_that_has_begun_stays(office, make):
    event = make.training(days=(0, 7, 14), hour=9).event
    page = office.post_form(path_of(event), {"is_dropped": "y"}, status=422)
    assert page.errors == {"is_dropped": "Fehler: Der Termin am 23.11.2026 hat schon begonnen. Er bleibt stehen."}
    page = office.post_form(path_of(event), {"is_dropped": "y", "day": "2026-12-23"}, status=422)
    assert "Der Termin am 23.11.2026 hat schon begonnen." in page.root.one("div", class_="error-summary").text
    save(office, event, {"more-0-is_dropped": "y"})
    assert days(event) == ["23.11. 09:00-10:30", "07.12. 09:00-10:30"]


def test_who_was_there_is_not_forgotten_by_a_deed_either(evenings):
    with clock.stopped(evenings.dates[1].starts_at), pytest.raises(service.DateIsOver):
        change(evenings, spans(evenings)[1:])
    assert len(evenings.dates) == 4


def test_two_who_edit_at_once_see_all_dates_of_the_other(app, office, evenings, make):
    second = sign_in(app.test_client(), make.user(role=office.user.role))
    mine = office.get_page(path_of(evenings))
    save(second, evenings, {"more-0-is_dropped": "y", "more-2-day": "2027-01-20"})
    page = office.send(mine, mine.form_with({"title"}), {"more-1-day": "2027-01-07"}, status=409)
    there = "23.12.2026, 18:00 bis 19:30; 06.01.2027, 18:00 bis 19:30; 20.01.2027, 18:00 bis 19:30"
    assert f"Termine: {there}" in page.text
    assert page.values["more-1-day"] == "2027-01-07"
    assert "Tag: " not in page.text
    assert "Titel: " not in page.text
    office.send(page, page.form_with({"title"}), status=302, follow=False)
    assert days(evenings)[1:3] == ["30.12. 18:00-19:30", "07.01. 18:00-19:30"]


def test_the_preview_says_what_is_new_of_which_date(office, evenings, make, mails):
    make.registration(evenings, make.person(name="Olha mit Mail"))
    typed = {"more-0-is_dropped": "y", "more-2-day": "2027-01-20"}
    page = office.post_form(path_of(evenings), typed, status=200)
    assert page.heading == "Änderung prüfen und senden"
    facts = dict(zip((one.text for one in page.main.all("dt")), (one.text for one in page.main.all("dd")), strict=True))
    assert facts["Entfällt"] == "Mittwoch, 30. Dezember 2026, 18:00 bis 19:30 Uhr"
    assert facts["Bisher"] == "Mittwoch, 13. Januar 2027, 18:00 bis 19:30 Uhr"
    assert facts["Neu"] == "Mittwoch, 20. Januar 2027, 18:00 bis 19:30 Uhr"
    assert facts["Alle Termine danach"].count("18:00 bis 19:30 Uhr") == 3
    assert mails() == []
    office.send(page, page.form_of("Speichern und senden (1)"), status=302, follow=False)
    (mail,) = mails()
    assert (
        page.main.one("pre").text.split()
        == f"{mail.subject} {mail.text}".replace(
            db.session.scalars(db.select(registrations.Registration.token)).one(), "beispiel"
        ).split()
    )
    assert days(evenings) == ["23.12. 18:00-19:30", "06.01. 18:00-19:30", "20.01. 18:00-19:30"]


def test_a_copy_moves_all_dates_by_as_many_days_at_their_hours(office, evenings, monkeypatch):
    monkeypatch.setitem(KINDS, EventKind.TRAINING, replace(KINDS[EventKind.TRAINING], can_be_copied=True))
    page = office.get_page(path_of(evenings, "kopieren/"))
    assert "Alle 4 Termine rücken um gleich viele Tage weiter." in page.text
    office.send(page, page.form_with({"day"}), {"day": "2027-03-24"}, status=302, follow=False)
    copy = db.session.scalars(db.select(Event).where(Event.id != evenings.id)).one()
    assert days(copy) == ["24.03. 18:00-19:30", "31.03. 18:00-19:30", "07.04. 18:00-19:30", "14.04. 18:00-19:30"]
    assert copy.dates[1].starts_at == datetime(2027, 3, 31, 16, tzinfo=UTC)  # summer time has begun
    assert not set(uids(copy)) & set(uids(evenings))


# which date is which when they change


DAYS = [datetime(2027, 1, day, 17, tzinfo=UTC) for day in range(1, 32)]


def some(*numbers: int) -> list[tuple[datetime, datetime]]:
    return [(DAYS[number - 1], DAYS[number - 1] + HOURS) for number in numbers]


@pytest.mark.parametrize(
    ("old", "new", "moved", "dropped", "added"),
    [
        ((1, 8, 15, 22), (1, 8, 15, 22), [], [], []),
        ((1, 8, 15, 22), (1, 15, 22), [], [8], []),
        ((1, 8, 15, 22), (8, 15, 22), [], [1], []),
        ((1, 8, 15, 22), (1, 9, 15, 22), [(8, 9)], [], []),
        ((1, 8, 15, 22), (1, 9, 16, 22), [(8, 9), (15, 16)], [], []),
        ((1, 8, 15, 22), (2, 9, 16, 23), [(1, 2), (8, 9), (15, 16), (22, 23)], [], []),
        ((1, 8, 15, 22), (1, 16, 22), [(15, 16)], [8], []),  # each as little as can be
        ((1, 8, 15, 22), (1, 10, 22), [(8, 10)], [15], []),
        ((1, 8), (1, 8, 15, 22), [], [], [15, 22]),
        ((1, 8), (2, 8, 15), [(1, 2)], [], [15]),
        ((1, 8), (8, 15, 16), [(1, 15)], [], [16]),
        ((8,), (3, 9, 20), [(8, 9)], [], [3, 20]),
        ((1, 8, 15), (20,), [(15, 20)], [1, 8], []),
    ],
)
def test_the_same_dates_stay_and_the_others_are_matched_in_their_order(old, new, moved, dropped, added):
    matched = dates.match(some(*old), some(*new))
    assert matched.moved == [(some(was)[0], some(now)[0]) for was, now in moved]
    assert matched.dropped == some(*dropped)
    assert matched.added == some(*added)


def test_a_date_keeps_its_uid_whatever_happens_to_the_others(evenings):
    first, second, third, fourth = spans(evenings)
    kept = uids(evenings)
    change(evenings, [first, third, fourth])
    assert uids(evenings) == [kept[0], kept[2], kept[3]]
    moved = (third[0] + 30 * WEEK, third[1] + 30 * WEEK)  # behind the last
    change(evenings, [first, moved, fourth])
    assert uids(evenings) == [kept[0], kept[3], kept[2]]
    change(evenings, [second, first, moved, fourth])
    assert [uids(evenings)[0], *uids(evenings)[2:]] == [kept[0], kept[3], kept[2]]
    assert uids(evenings)[1] not in kept  # what is gone does not come back under its name
    assert spans(evenings) == [first, second, fourth, moved]


# what people are told


def test_who_registers_gets_one_entry_for_each_date(evenings, make, mails):
    registrations.register(evenings, make.person(), registrations.Wishes(), proven=True)
    (mail,) = mails()
    assert mail.calendar_method == "REQUEST"
    assert entries(mail) == [("REQUEST", uid, "CONFIRMED") for uid in uids(evenings)]
    assert mail.text.count("Wann: ") == 4
    assert "Die Termine liegen dieser E-Mail als Kalender-Einträge bei." in mail.text


def test_who_cancels_gets_each_entry_taken_out(evenings, make, mails):
    made = make.registration(evenings)
    registrations.cancel(made, by=registrations.CancelledBy.PARTICIPANT)
    (mail,) = mails()
    assert mail.calendar_method == "CANCEL"
    assert entries(mail) == [("CANCEL", uid, "CANCELLED") for uid in uids(evenings)]


def test_of_a_date_taken_out_one_mail_tells_and_takes_out_its_entry(evenings, make, mails):
    evenings.capacity = 1
    coming, waiting = make.registration(evenings, sequence=2), make.registration(evenings, status=S.WAITING)
    kept, (first, second, third, fourth) = uids(evenings), spans(evenings)
    change(evenings, [first, third, fourth])
    (mail,), (told,) = mails(coming.person.email), mails(waiting.person.email)
    assert mail.subject == "Neue Termine: Zuhören"
    assert "Entfällt: Mittwoch, 30. Dezember 2026, 18:00 bis 19:30 Uhr" in mail.text
    assert "Bisher: " not in mail.text
    assert "Neu: " not in mail.text
    assert mail.text.count("Wann: ") == 3
    assert mail.calendar_method == "CANCEL"  # the news first: many programs read one entry only
    assert entries(mail) == [
        ("CANCEL", kept[1], "CANCELLED"), *(("REQUEST", kept[number], "CONFIRMED") for number in (0, 2, 3))
    ]  # fmt: skip
    gone = icalendar.Calendar.from_ical(mail.calendar, multiple=True)[0].walk("VEVENT")[0]
    assert (gone.decoded("DTSTART"), int(gone["SEQUENCE"])) == (clock.local(second[0]), evenings.sequence + 2)
    assert str(gone["ATTENDEE"]) == f"mailto:{coming.person.email}"
    assert (told.calendar, told.calendar_method) == (None, None)
    assert "Entfällt: Mittwoch, 30. Dezember 2026" in told.text


def test_of_a_moved_date_the_new_entry_comes_first(evenings, make, mails):
    make.registration(evenings)
    kept, (first, second, third, fourth) = uids(evenings), spans(evenings)
    moved = (third[0] + HOURS, third[1] + HOURS)
    change(evenings, [first, second, moved, fourth])
    (mail,) = mails()
    assert mail.calendar_method == "REQUEST"
    assert [uid for _method, uid, _status in entries(mail)] == [kept[2], kept[0], kept[1], kept[3]]
    lines = [line for line in mail.text.splitlines() if line.startswith(("- Bisher", "- Neu", "- Entfällt"))]
    assert lines == [
        "- Bisher: Mittwoch, 6. Januar 2027, 18:00 bis 19:30 Uhr",
        "- Neu: Mittwoch, 6. Januar 2027, 19:00 bis 20:30 Uhr",
    ]


def test_what_is_over_stays_in_the_calendars_as_it_was(evenings, make, mails):
    make.registration(evenings)
    kept = uids(evenings)
    with clock.stopped(evenings.dates[1].ends_at):
        change(evenings, spans(evenings), place=make.place(name="Schloss"))
    (mail,) = mails()
    assert mail.subject == "Neuer Ort: Zuhören"
    assert [uid for _method, uid, _status in entries(mail)] == kept[2:]
    assert "Dann rufen Sie uns bitte an." in mail.text  # one cannot leave a course that has begun by a button


def test_an_event_that_shrinks_to_one_date_says_so(evenings, make, mails):
    make.registration(evenings)
    kept = uids(evenings)
    change(evenings, spans(evenings)[3:])
    (mail,) = mails()
    assert mail.subject == "Neue Termine: Zuhören"
    assert mail.text.count("Entfällt: ") == 3
    assert [(method, uid) for method, uid, _status in entries(mail)] == [
        *(("CANCEL", uid) for uid in kept[:3]), ("REQUEST", kept[3])
    ]  # fmt: skip


def test_calling_off_and_bringing_back_moves_all_entries(evenings, make, mails):
    make.registration(evenings)
    service.cancel_event(evenings)
    service.reinstate_event(evenings)
    off, back = mails()
    assert [method for method, _uid, _status in entries(off)] == ["CANCEL"] * 4
    assert [method for method, _uid, _status in entries(back)] == ["REQUEST"] * 4
    assert off.text.count("Zuhören, Mittwoch") == 4


# where a date is shown


def test_a_date_says_which_of_several_it_is(evenings, make):
    assert [words.which_date(date) for date in evenings.dates] == [
        f"{number}. von 4 Terminen" for number in range(1, 5)
    ]
    assert words.which_date(make.event().dates[0]) == ""


def test_an_event_says_its_next_date(evenings, make):
    only = make.event(starts_at=make.in_days(30))
    with clock.stopped(evenings.dates[1].ends_at):
        assert words.when(evenings) == "Mittwoch, 6. Januar 2027, 18:00 bis 19:30 Uhr (3. von 4 Terminen)"
        assert words.when(only) == "Mittwoch, 23. Dezember 2026, 15:00 bis 18:00 Uhr"
    with clock.stopped(evenings.ends_at):
        assert words.when(evenings) == "Mittwoch, 23. Dezember 2026, 18:00 bis 19:30 Uhr (1. von 4 Terminen)"


def test_the_calendar_has_a_line_for_each_date(client, evenings, make):
    make.event(starts_at=make.in_days(31), title="Einmal")
    page = client.get_page("/kalender/")
    assert [text for text in (line.text for line in page.main.all("p")) if "von 4 Terminen" in text] == [
        f"Schulung, {number}. von 4 Terminen" for number in range(1, 5)
    ]


def test_a_date_that_is_gone_leaves_the_public_feed_and_the_file_of_the_event(client, evenings):
    def shown(path: str) -> list[str]:
        found = icalendar.Calendar.from_ical(client.get(path).get_data()).walk("VEVENT")
        return [str(event["UID"]) for event in found]

    file = f"/kalender/termin/{evenings.id}.ics"
    kept, (first, _second, third, fourth) = uids(evenings), spans(evenings)
    assert shown("/kalender/ilm-kreis.ics") == shown(file) == kept
    change(evenings, [first, third, fourth])
    assert shown("/kalender/ilm-kreis.ics") == shown(file) == [kept[0], kept[2], kept[3]]


def test_the_page_of_a_registration_shows_all_dates_and_gives_them_out_in_one_file(client, evenings, make):
    made = make.registration(evenings)
    page = client.get_page(f"/anmeldung/{made.token}/")
    assert page.text.count("18:00 bis 19:30 Uhr") == 4
    file = client.get(page.links["Termine in den Kalender"])
    assert file.headers["Content-Disposition"] == 'attachment; filename="termine.ics"'
    calendar = icalendar.Calendar.from_ical(file.get_data())
    assert str(calendar["METHOD"]) == "PUBLISH"
    assert [str(event["UID"]) for event in calendar.walk("VEVENT")] == uids(evenings)
