"""Reminders of several dates that belong together: before the first as the kind says, before each later one once."""

from datetime import date, datetime, time, timedelta

import pytest

from coordapp.events import registration as registrations
from coordapp.events import reminders, service
from coordapp.events.models import CancelledBy, Event, EventDate
from coordapp.events.rules import reminder_days
from coordapp.extensions import db
from coordapp.outbox.models import MailStatus
from coordapp.shared import clock

from .conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def at(day: str, hour: str = "18:00") -> datetime:
    """Return the UTC moment of a German wall-clock time."""
    return clock.from_local(date.fromisoformat(day), time.fromisoformat(hour))


def span(day: str, hour: str = "18:00", minutes: int = 90) -> tuple[datetime, datetime]:
    return at(day, hour), at(day, hour) + timedelta(minutes=minutes)


def course(make, *spans: tuple[datetime, datetime], **columns) -> Event:
    event = make.training(days=(30,)).event
    event.dates = [EventDate(starts_at=begin, ends_at=end) for begin, end in spans]
    for name, value in columns.items():
        setattr(event, name, value)
    event.registration_closes_at = spans[-1][1]
    db.session.commit()
    return event


@pytest.fixture
def evenings(make):
    """Return a training on four Tuesdays in March 2027 at 18:00; on the 28th the clocks go forward."""
    return course(make, span("2027-03-09"), span("2027-03-16"), span("2027-03-23"), span("2027-03-30"))


def run(moment: datetime) -> int:
    """Run the job as the worker does, until nothing is left; return how many were written."""
    with clock.stopped(moment):
        written = 0
        while (more := reminders.write_due()) > 0:
            written += more
        db.session.commit()
    return written


def walk(first: datetime, last: datetime, *, every: timedelta = 6 * HOUR) -> list[datetime]:
    """Run the job again and again; list when a reminder was written, once for each."""
    moments, moment = [], first
    while moment <= last:
        moments += [moment] * run(moment)
        moment += every
    return moments


def change(event: Event, *spans: tuple[datetime, datetime]) -> None:
    service.change_event(event, version=event.version, dates=list(spans), place=event.place)
    db.session.commit()


def test_before_the_first_evening_a_week_and_a_day_before_each_later_one_a_day(evenings, make, mails):
    make.registration(evenings)
    written = walk(at("2027-02-20"), at("2027-04-02"), every=HOUR)
    assert written == [at("2027-03-02"), at("2027-03-08"), at("2027-03-15"), at("2027-03-22"), at("2027-03-29")]
    assert [mail.key.partition(":reminder:")[2] for mail in mails()] == [
        "202703091700:7", "202703091700:1", "202703161700:1", "202703231700:1", "202703301600:1",
    ]  # fmt: skip
    starts = [evenings.dates[number].starts_at for number in (0, 0, 1, 2, 3)]
    assert [mail.expires_at for mail in mails()] == starts


def test_the_mail_names_the_evening_that_is_meant_first_and_all_after_it(evenings, make, mails):
    make.registration(evenings)
    run(at("2027-03-22"))
    (mail,) = mails()
    assert mail.subject == f"Erinnerung: {evenings.title}, Dienstag, 23. März 2027"
    lines = [line for line in mail.text.splitlines() if line.startswith("- ")]
    assert lines[:5] == [
        "- Dienstag, 23. März 2027, 18:00 bis 19:30 Uhr (3. von 4 Terminen)",
        "- Wann: Dienstag, 9. März 2027, 18:00 bis 19:30 Uhr",
        "- Wann: Dienstag, 16. März 2027, 18:00 bis 19:30 Uhr",
        "- Wann: Dienstag, 23. März 2027, 18:00 bis 19:30 Uhr",
        "- Wann: Dienstag, 30. März 2027, 18:00 bis 19:30 Uhr",
    ]
    assert "Können Sie an diesem Tag nicht kommen? Dann rufen Sie uns bitte an." in mail.text
    assert "absagen" not in mail.text  # once it has begun there is no button for it


def test_before_the_first_evening_one_can_still_cancel(evenings, make, mails):
    make.registration(evenings)
    run(at("2027-03-08"))
    (mail,) = mails()
    assert "(1. von 4 Terminen)" in mail.text
    assert "Dann sagen Sie bitte ab." in mail.text


def test_a_single_date_is_reminded_of_in_the_words_there_were(make, mails):
    make.registration(make.event(starts_at=at("2027-03-09")))
    run(at("2027-03-07"))
    (mail,) = mails()
    assert mail.text.count("Dienstag, 9. März 2027") == 1
    assert "Terminen" not in mail.text


def test_of_a_moved_evening_one_is_reminded_anew_and_of_the_others_not(evenings, make, mails):
    make.registration(evenings)
    first, second, _third, fourth = [(one.starts_at, one.ends_at) for one in evenings.dates]
    assert walk(at("2027-02-20"), at("2027-03-22")) == [
        at("2027-03-02"), at("2027-03-08"), at("2027-03-15"), at("2027-03-22")
    ]  # fmt: skip
    with clock.stopped(at("2027-03-22", "20:00")):
        change(evenings, first, second, span("2027-03-25"), fourth)
    states = [mail.status for mail in mails() if mail.template.endswith("reminder.txt")]
    assert states[-1] is MailStatus.EXPIRED  # it was not sent yet and speaks of the 23rd
    written = walk(at("2027-03-23", "00:00"), at("2027-04-02"), every=HOUR)
    assert written == [at("2027-03-24"), at("2027-03-29")]


def test_of_an_evening_that_is_gone_nobody_is_reminded(evenings, make):
    make.registration(evenings)
    first, _second, third, fourth = [(one.starts_at, one.ends_at) for one in evenings.dates]
    change(evenings, first, third, fourth)
    assert walk(at("2027-03-09"), at("2027-04-02"), every=HOUR) == [at("2027-03-22"), at("2027-03-29")]


def test_when_the_first_evening_is_gone_the_second_is_the_first(evenings, make):
    make.registration(evenings)
    change(evenings, *[(one.starts_at, one.ends_at) for one in evenings.dates][1:])
    assert walk(at("2027-03-01"), at("2027-03-17"), every=HOUR) == [at("2027-03-09"), at("2027-03-15")]


@pytest.mark.parametrize("deed", ["event", "registration"])
def test_once_it_is_called_off_no_later_evening_is_reminded_of(evenings, make, deed):
    made = make.registration(evenings)
    with clock.stopped(at("2027-03-10")):
        if deed == "event":
            service.cancel_event(evenings)
        else:
            registrations.cancel(made, by=CancelledBy.OFFICE)
    assert walk(at("2027-03-10"), at("2027-04-02")) == []


def test_who_comes_in_later_is_reminded_of_what_is_left(evenings, make):
    make.registration(evenings, confirmed_at=at("2027-03-17", "10:00"))
    assert walk(at("2027-03-17", "10:00"), at("2027-04-02"), every=HOUR) == [at("2027-03-22"), at("2027-03-29")]


def test_a_latecomer_is_not_reminded_at_once(evenings, make):
    make.registration(evenings, confirmed_at=at("2027-03-15", "20:00"))
    assert walk(at("2027-03-15", "20:00"), at("2027-03-17"), every=HOUR) == [at("2027-03-16", "08:00")]


def test_after_an_outage_what_is_stale_is_dropped_for_each_evening(evenings, make):
    make.registration(evenings)
    assert run(at("2027-03-08", "23:00")) == 1  # five hours late: of use
    assert run(at("2027-03-16", "06:00")) == 0  # half of the day before is over
    assert run(at("2027-03-16", "18:30")) == 0
    assert run(at("2027-03-22", "20:00")) == 1


@pytest.mark.parametrize(("change_day", "day"), [("2027-03-28", "2027-03-29"), ("2027-10-31", "2027-11-01")])
@pytest.mark.parametrize("hour", ["00:30", "03:30", "18:00"])
def test_across_a_change_of_the_clocks_a_later_evening_comes_at_its_hour(make, change_day, day, hour):
    first = at(day, hour) - timedelta(days=7)
    make.registration(course(make, (first, first + HOUR), (at(day, hour), at(day, hour) + HOUR)))
    due_at = at(change_day, hour)
    minutes = timedelta(minutes=1)
    assert walk(due_at - 5 * HOUR, due_at - HOUR, every=10 * minutes) == []
    assert walk(due_at - 5 * minutes, due_at + 5 * minutes, every=minutes) == [due_at]
    assert walk(due_at, due_at + 20 * HOUR, every=HOUR) == []


def test_two_parts_of_one_day_are_one_reminder(make):
    event = course(
        make, span("2027-03-13", "09:00"), span("2027-03-13", "13:00"), span("2027-03-14", "09:00"),
        span("2027-03-14", "13:00"),
    )  # fmt: skip
    make.registration(event)
    written = walk(at("2027-03-01", "09:00"), at("2027-03-15", "09:00"), every=HOUR)
    assert written == [at("2027-03-06", "09:00"), at("2027-03-12", "09:00"), at("2027-03-13", "09:00")]


@pytest.mark.parametrize(
    ("wished", "expected"),
    [(None, [(7, 1), (1,), (1,), (1,)]), ([14, 7, 2], [(14, 7, 2), (2,), (2,), (2,)]), ([3], [(3,)] * 4), ([], [])],
)
def test_the_last_of_the_days_holds_for_later_evenings(evenings, wished, expected):
    evenings.reminder_days = wished
    assert [days for _date, days in reminder_days(evenings)] == expected


def test_run_twice_each_is_written_once_however_many_evenings_are_near(make, mails):
    event = course(make, span("2027-03-09"), span("2027-03-10"), span("2027-03-11"))
    make.registration(event, confirmed_at=at("2027-03-09", "05:00"))
    assert [run(at("2027-03-09", "19:00")), run(at("2027-03-09", "19:00")), run(at("2027-03-10"))] == [1, 0, 1]
    assert len({mail.key for mail in mails()}) == len(mails()) == 2


def test_the_questions_do_not_grow_with_people_or_evenings(make, count_queries):
    def asked(event: Event, people: int) -> int:
        for _number in range(people):
            make.registration(event)
        run(at("2027-03-08"))
        with count_queries() as queries, clock.stopped(at("2027-03-08")):
            assert reminders.write_due() == 0
        return len(queries)

    few = course(make, span("2027-03-09"), span("2027-03-16"), capacity=None)
    first = asked(few, 1)
    many = [span("2027-03-09", f"{hour:02d}:00", 30) for hour in range(17, 20)]
    later = [(begin + number * 7 * DAY, end + number * 7 * DAY) for number in range(1, 4) for begin, end in many[:1]]
    assert asked(course(make, *many, *later, capacity=None), 30) == first
    assert asked(few, 30) == first


def test_between_the_evenings_nobody_is_even_looked_at(evenings, make, count_queries):
    make.registration(evenings)
    run(at("2027-03-15"))
    with count_queries() as queries, clock.stopped(at("2027-03-18")):
        reminders.write_due()
    assert not [query for query in queries if "FROM registration" in query]
