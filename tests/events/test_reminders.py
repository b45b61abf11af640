"""Reminders: written when due, once, whatever happened in between. Every day is walked as the worker would walk it."""

from datetime import date, datetime, time, timedelta

import pytest

from coordapp.events import registration as registrations
from coordapp.events import reminders, rules, service
from coordapp.events.models import CancelledBy, RegistrationStatus
from coordapp.extensions import db
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock

from .conftest import NOW

S = RegistrationStatus


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def at(day: date | str, hour: str = "15:00") -> datetime:
    """Return the UTC moment of a German wall-clock time."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return clock.from_local(day, time.fromisoformat(hour))


def run(moment: datetime) -> int:
    """Run the job as the worker does, until nothing is left; return how many were written."""
    with clock.stopped(moment):
        written = 0
        while (more := reminders.write_due()) > 0:
            written += more
    return written


def walk(first: datetime, last: datetime, *, every: timedelta = timedelta(hours=1)) -> list[datetime]:
    """Run the job again and again; list when a reminder was written, once for each."""
    moments, moment = [], first
    while moment <= last:
        moments += [moment] * run(moment)
        moment += every
    return moments


@pytest.fixture
def coming(make):
    """Return a registration for a round table on Tuesday 16 March 2027 at 15:00."""
    return make.registration(make.event(starts_at=at("2027-03-16")))


def test_both_reminders_come_once_each_at_the_hour_of_the_start(coming, mails):
    every = timedelta(hours=3)
    assert walk(at("2027-02-20"), at("2027-03-18"), every=every) == [at("2027-03-02"), at("2027-03-14")]
    first, second = mails()
    assert first.key.endswith(":202703161400:14")
    assert second.key.endswith(":202703161400:2")
    assert first.recipient == coming.person.email
    assert second.expires_at == at("2027-03-16")  # never sent once the event has begun
    assert first.calendar is None


def test_run_twice_and_by_a_second_worker_it_is_written_once(coming, mails):
    assert [run(at("2027-03-02")), run(at("2027-03-02")), run(at("2027-03-02", "15:01"))] == [1, 0, 0]
    assert len(mails()) == 1


@pytest.mark.parametrize("status", [S.UNCONFIRMED, S.WAITING, S.OFFERED, S.CANCELLED, S.ATTENDED, S.ABSENT])
def test_only_who_is_confirmed_is_reminded(make, status):
    make.registration(make.event(starts_at=at("2027-03-16")), status=status)
    assert walk(at("2027-03-01"), at("2027-03-17"), every=timedelta(hours=6)) == []


@pytest.mark.parametrize("columns", [{"published": False}, {"cancelled": True}])
def test_nobody_is_reminded_of_a_draft_or_of_what_is_called_off(make, columns):
    make.registration(make.event(starts_at=at("2027-03-16"), **columns))
    assert walk(at("2027-03-01"), at("2027-03-17"), every=timedelta(hours=6)) == []


def test_nobody_without_an_address_is_reminded_and_nobody_else_waits_for_them(make):
    event = make.event(starts_at=at("2027-03-16"))
    make.registration(event, make.person(email=None))
    make.registration(event)
    assert run(at("2027-03-02")) == 1


def test_an_event_may_name_days_of_its_own_or_none(make):
    make.registration(make.event(starts_at=at("2027-03-16"), reminder_days=[1]))
    make.registration(make.event(starts_at=at("2027-03-16"), reminder_days=[]))
    assert walk(at("2027-03-13"), at("2027-03-17")) == [at("2027-03-15")]


def test_a_moved_event_is_reminded_of_anew(coming, mails):
    assert run(at("2027-03-02")) == 1
    event = coming.event
    with clock.stopped(at("2027-03-03")):
        moved = [(at("2027-04-13"), at("2027-04-13", "18:00"))]
        service.change_event(event, version=event.version, dates=moved, place=event.place)
    every = timedelta(hours=6)
    expected = [at("2027-03-30", "16:00"), at("2027-04-11", "16:00")]  # asked every six hours: summer time shifts that
    assert walk(at("2027-03-03"), at("2027-04-14"), every=every) == expected
    assert [mail.key.rpartition("reminder:")[2] for mail in mails() if mail.template.endswith("reminder.txt")] == [
        "202703161400:14", "202704131300:14", "202704131300:2",
    ]  # fmt: skip


def test_who_registers_late_gets_only_the_last_one_half_a_day_later(make):
    event = make.event(starts_at=at("2027-03-16"))
    with clock.stopped(at("2027-03-15", "08:00")):
        make.registration(event)
    assert walk(at("2027-03-15", "09:00"), at("2027-03-17")) == [at("2027-03-15", "20:00")]


def test_who_confirms_within_the_last_hours_is_not_reminded(make):
    event = make.event(starts_at=at("2027-03-16"))
    with clock.stopped(at("2027-03-16", "02:00")):
        make.registration(event)
    assert walk(at("2027-03-16", "03:00"), at("2027-03-17"), every=timedelta(minutes=10)) == []


def test_who_accepted_a_place_from_the_waiting_list_counts_from_then(make):
    event = make.event(starts_at=at("2027-03-16"))
    waiting = make.registration(event, status=S.OFFERED, expires_at=at("2027-03-15", "12:00"))
    with clock.stopped(at("2027-03-15", "08:00")):
        registrations.accept_offer(waiting)
    assert walk(at("2027-03-15", "09:00"), at("2027-03-17")) == [at("2027-03-15", "20:00")]


def test_after_an_outage_what_is_stale_is_dropped(coming):
    assert run(at("2027-03-10")) == 0  # eight days late
    assert run(at("2027-03-15", "14:00")) == 1  # a day late: still of use


def test_a_short_outage_only_delays(coming):
    assert run(at("2027-03-05")) == 1


def test_once_the_event_has_begun_nobody_is_reminded(coming):
    assert run(at("2027-03-16")) == 0
    assert run(at("2027-03-16", "16:00")) == 0


@pytest.mark.parametrize(("change", "day"), [("2027-03-28", "2027-03-30"), ("2027-10-31", "2027-11-02")])
@pytest.mark.parametrize("hour", ["00:30", "03:30", "15:00"])
def test_across_a_change_of_the_clocks_each_comes_once_within_a_minute_of_its_hour(make, change, day, hour):
    make.registration(make.event(starts_at=at(day, hour), reminder_days=[2]))
    due_at = at(change, hour)
    hours, minutes = timedelta(hours=1), timedelta(minutes=1)
    assert walk(due_at - 5 * hours, due_at - hours, every=10 * minutes) == []
    assert walk(due_at - 5 * minutes, due_at + 5 * minutes, every=minutes) == [due_at]
    assert walk(due_at, due_at + 30 * hours) == []


def test_many_are_written_in_several_transactions(make, monkeypatch, mails):
    monkeypatch.setattr(reminders, "BATCH", 10)
    event, other = make.event(starts_at=at("2027-03-16")), make.event(starts_at=at("2027-03-16"))
    for number in range(25):
        make.registration(event if number % 2 else other)
    with clock.stopped(at("2027-03-02")):
        assert [reminders.write_due() for _round in range(4)] == [10, 10, 5, 0]
    assert len({mail.recipient for mail in mails()}) == 25


def test_the_number_of_questions_does_not_grow_with_the_people_when_all_is_written(make, count_queries):
    def asked(people: int) -> int:
        for _number in range(people):
            make.registration(event)
        run(at("2027-03-02"))
        db.session.commit()
        with count_queries() as queries, clock.stopped(at("2027-03-02")):
            assert reminders.write_due() == 0
        return len(queries)

    event = make.event(starts_at=at("2027-03-16"), capacity=None)
    assert asked(1) == asked(30)


def test_a_mail_says_the_day_in_the_readers_language(make, mails):
    event = make.event(starts_at=at("2027-03-16"), title="Runder Tisch")
    make.registration(event, language="uk")
    run(at("2027-03-02"))
    (mail,) = mails()
    assert mail.language == "uk"
    assert "вівторок, 16 березня 2027" in mail.subject


def test_who_cancels_is_not_reminded_and_who_comes_back_is(make):
    event = make.event(starts_at=at("2027-03-16"))
    made = make.registration(event)
    registrations.cancel(made, by=CancelledBy.PARTICIPANT)
    assert run(at("2027-03-02")) == 0
    with clock.stopped(at("2027-03-03")):
        registrations.register(event, made.person, registrations.Wishes(), proven=True)
    assert walk(at("2027-03-03"), at("2027-03-17"), every=timedelta(hours=6)) == [at("2027-03-14")]
    assert db.session.query(Mail).filter(Mail.template.endswith("reminder.txt")).count() == 1


@pytest.mark.parametrize(
    "deed",
    [
        lambda made: registrations.cancel(made, by=CancelledBy.PARTICIPANT),
        lambda made: service.cancel_event(made.event),
        lambda made: service.change_event(
            made.event, version=made.event.version, place=made.event.place,
            dates=[(at("2027-03-17"), at("2027-03-17", "18:00"))],
        ),
    ],
)  # fmt: skip
def test_a_reminder_that_waits_to_be_sent_is_dropped_when_it_is_no_longer_true(make, coming, mails, deed):
    other = make.registration(make.event(starts_at=at("2027-03-16")))
    assert run(at("2027-03-02")) == 2
    deed(coming)
    db.session.commit()
    states = {mail.recipient: mail.status for mail in mails() if mail.template.endswith("reminder.txt")}
    assert states == {coming.person.email: MailStatus.EXPIRED, other.person.email: MailStatus.QUEUED}
    (told,) = [mail for mail in mails(coming.person.email) if not mail.template.endswith("reminder.txt")]
    assert told.status is MailStatus.QUEUED


def test_between_its_reminders_nobody_of_an_event_is_even_looked_at(make, count_queries):
    def asked(moment: datetime) -> int:
        db.session.commit()
        with count_queries() as queries, clock.stopped(moment):
            reminders.write_due()
        return sum("FROM registration" in query for query in queries)

    make.registration(make.event(starts_at=at("2027-03-16")))
    assert asked(at("2027-03-12")) == 0
    assert asked(at("2027-03-02")) == 2  # who is due, and once more under the lock


def test_a_batch_is_asked_about_again_and_not_everybody(make, monkeypatch, count_queries):
    monkeypatch.setattr(reminders, "BATCH", 2)
    loaded = []
    monkeypatch.setattr(reminders, "due_reminder", lambda **facts: loaded.append(facts) or rules.due_reminder(**facts))
    event = make.event(starts_at=at("2027-03-16"))
    for _number in range(9):
        make.registration(event)
    with clock.stopped(at("2027-03-02")):
        assert reminders.write_due() == 2
    assert len(loaded) == 9 + 2
