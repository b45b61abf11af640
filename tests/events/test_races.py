"""Many at once, in real processes on a real database: no place is given twice, nobody is told twice, nothing hangs."""

import http.client
import socket
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from threading import Barrier
from urllib.parse import urlencode

import pytest
from sqlalchemy import event as engine_events

from coordapp.accounts.models import Role, User
from coordapp.directory.models import Person
from coordapp.events import registration as registrations
from coordapp.events import reminders, rules, service, waiting_list
from coordapp.events.models import CancelledBy, Event, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.serve import WebServer
from coordapp.shared import clock
from tests import make
from tests.html import parse
from tests.pages import form_values
from tests.sign_in import sign_in

S = RegistrationStatus
FORK = get_context("fork")  # the site is loaded once; each process then opens the database by itself
PATIENCE = 60  # seconds after which a process is taken to hang
THINKING = 0.03  # seconds between counting and deciding, so that the processes truly meet


@pytest.fixture(autouse=True)
def _warm(fresh_app):
    """Do everything once and take it back, so that the processes inherit compiled templates and statements."""
    if db.engine.dialect.name == "sqlite":  # 50 processes on a busy machine may wait longer than visitors would
        engine_events.listen(db.engine, "connect", lambda one, _record: one.execute("PRAGMA busy_timeout=60000"))
        db.engine.dispose()
    event, office = make.event(capacity=1), make.user(role=Role.COORDINATOR)
    made = registrations.register(event, make.person(), registrations.Wishes(), proven=True)
    registrations.register(event, make.person(), registrations.Wishes(), proven=True)
    registrations.register(event, make.person(proven=False), registrations.Wishes(), proven=False)
    with clock.stopped(event.starts_at - timedelta(days=2)):
        reminders.write_due()
    dates = [(one.starts_at + timedelta(days=1), one.ends_at + timedelta(days=1)) for one in event.dates]
    service.change_event(event, version=event.version, dates=dates, place=event.place)
    registrations.move(made, make.event(), moved_by=office)
    with clock.stopped(clock.now() + timedelta(days=3)):
        waiting_list.expire_due()
    db.session.rollback()


def at_once(app, deeds: list[Callable]) -> list:
    """Do each deed in a process of its own, all starting at one moment; return what they return, in order.

    An exception is returned as its name. The deed finds an application context and commits by itself.
    """
    db.session.commit()
    db.session.remove()
    db.engine.dispose()
    start, results = FORK.Barrier(len(deeds)), FORK.SimpleQueue()
    processes = [
        FORK.Process(target=_do, args=(app, number, deed, start, results), daemon=True)
        for number, deed in enumerate(deeds)
    ]
    for process in processes:
        process.start()
    ends_at = time.monotonic() + PATIENCE
    found = {}
    while len(found) < len(deeds):
        assert time.monotonic() < ends_at, f"{len(deeds) - len(found)} of {len(deeds)} processes hang"
        if results.empty():
            time.sleep(0.01)
        else:
            number, result = results.get()
            found[number] = result
    for process in processes:
        process.join(PATIENCE)
    return [found[number] for number in range(len(deeds))]


def _do(app, number: int, deed: Callable, start, results) -> None:
    try:
        with app.app_context():
            db.engine.dispose(close=False)  # connections of the parent are not ours
            start.wait(PATIENCE)
            results.put((number, deed()))
    except Exception as problem:  # noqa: BLE001 - the parent shall see whatever went wrong
        results.put((number, f"{type(problem).__name__}: {problem}"))


def statuses(event_id: int) -> Counter:
    return Counter(db.session.scalars(db.select(Registration.status).filter_by(event_id=event_id)))


def mails(template: str) -> list[str]:
    """List to whom a mail was written."""
    return list(db.session.scalars(db.select(Mail.recipient).filter_by(template=f"events/mail/{template}.txt")))


# the last places


def registering(event_id: int, person_id: int) -> Callable[[], str]:
    def deed() -> str:
        event, person = db.session.get(Event, event_id), db.session.get(Person, person_id)
        made = registrations.register(event, person, registrations.Wishes(), proven=True)
        db.session.commit()
        return made.status.value

    return deed


def thinking(*args, **kwargs):
    time.sleep(THINKING)
    return rules.decide(*args, **kwargs)


@pytest.fixture
def fifty(fresh_app) -> list[Callable]:
    """Return what fifty people do who register at one moment for ten places."""
    event = make.event(capacity=10)
    people = [make.person() for _number in range(50)]
    return [registering(event.id, person.id) for person in people]


def test_of_50_at_once_for_10_places_exactly_10_come(fresh_app, fifty, monkeypatch):
    monkeypatch.setattr(registrations, "decide", thinking)
    assert Counter(at_once(fresh_app, fifty)) == {"confirmed": 10, "waiting": 40}
    event = db.session.scalars(db.select(Event)).one()
    assert statuses(event.id) == {S.CONFIRMED: 10, S.WAITING: 40}
    assert (len(mails("registered")), len(mails("waiting"))) == (10, 40)
    assert event.revision == 50


def test_without_the_lock_the_same_50_get_more_than_there_are_places(fresh_app, fifty, monkeypatch):
    """The negative control: it shows that the test above would notice."""
    monkeypatch.setattr(registrations, "decide", thinking)
    monkeypatch.setattr(registrations, "lock", lambda event: None)
    monkeypatch.setattr("coordapp.extensions.is_reading", lambda: True)  # SQLite: do not begin by writing either
    answers = Counter(at_once(fresh_app, fifty))
    refused = sum(number for answer, number in answers.items() if "database is locked" in answer)
    assert answers["confirmed"] > 10 or refused > 0
    assert answers != {"confirmed": 10, "waiting": 40}


def test_parties_at_once_are_never_torn_apart_and_never_too_many(fresh_app):
    event = make.event(capacity=10)

    def deed(person_id: int, size: int) -> Callable:
        def register() -> str:
            there, person = db.session.get(Event, event_id), db.session.get(Person, person_id)
            made = registrations.register(there, person, registrations.Wishes(party_size=size), proven=True)
            db.session.commit()
            return made.status.value

        return register

    event_id = event.id
    deeds = [deed(make.person().id, size) for size in (3, 2, 4, 1, 3, 2, 5, 1, 2, 3, 4, 2)]
    answers = at_once(fresh_app, deeds)
    assert set(answers) <= {"confirmed", "waiting"}
    taken = db.session.scalar(
        db.select(db.func.sum(Registration.party_size)).filter_by(event_id=event_id, status=S.CONFIRMED)
    )
    assert taken <= 10


def test_one_person_in_ten_windows_is_one_registration_and_one_mail(fresh_app):
    event, person = make.event(capacity=3), make.person()
    assert at_once(fresh_app, [registering(event.id, person.id)] * 10) == ["confirmed"] * 10
    assert statuses(db.session.scalar(db.select(Event.id))) == {S.CONFIRMED: 1}
    assert len(mails("registered")) == 1


# through the web server


@pytest.fixture
def port(fresh_app):
    """Run the web server of the site, with its processes and threads, and return its port."""
    db.session.remove()
    db.engine.dispose()
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    process = FORK.Process(target=_serve, args=(fresh_app, listener))
    process.start()
    yield listener.getsockname()[1]
    listener.close()
    process.terminate()
    process.join(PATIENCE)
    assert process.exitcode is not None


def _serve(app, listener: socket.socket) -> None:
    db.engine.dispose(close=False)
    listener.set_inheritable(True)
    WebServer(app, listener).run()


def ask(port: int, method: str, path: str, *, data: dict | None = None, cookie: str = "") -> tuple[int, str, str]:
    """Return status, cookie and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path, body=urlencode(data or {}), headers=headers)
        answer = connection.getresponse()
        return answer.status, (answer.getheader("Set-Cookie") or "").partition(";")[0], answer.read().decode()
    finally:
        connection.close()


def test_30_people_who_press_twice_are_30_registrations_with_one_mail_each(fresh_app, port):
    event = make.event(capacity=20)
    event_id, path = event.id, f"/runde-tische/{event.id}/"
    db.session.commit()
    db.session.remove()
    clicks = []
    for number in range(30):
        status, cookie, body = ask(port, "GET", path)
        assert status == 200
        form = next(form for form in parse(body).all("form") if "email" in form_values(form))
        data = form_values(form) | {"name": f"Olha {number}", "email": f"olha{number}@example.org", "topic": "Wohnen"}
        clicks += [(cookie, data)] * 2
    start = Barrier(len(clicks))

    def click(cookie: str, data: dict) -> int:
        start.wait(PATIENCE)
        return ask(port, "POST", path, data=data, cookie=cookie)[0]

    with ThreadPoolExecutor(len(clicks)) as pool:
        answers = list(pool.map(lambda one: click(*one), clicks))
    assert Counter(answers) == {302: 60}
    assert statuses(event_id) == {S.UNCONFIRMED: 20, S.WAITING: 10}
    assert db.session.query(Person).count() == 30
    assert sorted(mails("confirm_registration")) == sorted(f"olha{number}@example.org" for number in range(30))
    assert db.session.query(Mail).count() == 30


# the same caller, the same form


def test_one_caller_without_an_address_sent_ten_times_at_once_is_one_person(fresh_app):
    event = make.event()
    browser = sign_in(fresh_app.test_client(), make.user(role=Role.COORDINATOR))
    path = f"/verwaltung/anmeldungen/veranstaltung/{event.id}/neu/"
    data = {"name": "Oma Anna", "party_size": "1", "language": "de", "csrf_token": browser.csrf_token()}
    answers = at_once(fresh_app, [lambda: browser.post(path, data=data).status_code] * 10)
    assert answers == [302] * 10
    assert db.session.query(Registration).count() == 1
    assert db.session.query(Person).count() == 1


def test_of_ten_who_save_one_form_at_once_one_wins_and_people_are_told_once(fresh_app):
    event = make.event()
    told = [make.registration(event).person.email for _number in range(3)]
    event_id, version = event.id, event.version

    def deed(days: int) -> Callable:
        def change() -> str:
            there = db.session.get(Event, event_id)
            by = timedelta(days=days)
            dates = [(one.starts_at + by, one.ends_at + by) for one in there.dates]
            service.change_event(there, version=version, dates=dates, place=there.place)
            db.session.commit()
            return "saved"

        return change

    answers = at_once(fresh_app, [deed(days) for days in range(1, 11)])
    assert Counter(answer.partition(":")[0] for answer in answers) == {"saved": 1, "EditedMeanwhile": 9}
    assert sorted(mails("event_changed")) == sorted(told)


# freed places


def test_20_cancellations_at_once_are_20_offers_in_order_with_one_mail_each(fresh_app):
    event = make.event(capacity=20)
    coming = [make.registration(event).id for _number in range(20)]
    began = clock.now() - timedelta(days=1)
    line = [
        make.registration(event, status=S.WAITING, queued_at=began + timedelta(minutes=number)) for number in range(50)
    ]
    expected = [one.person.email for one in line[:20]]
    event_id, ids = event.id, [one.id for one in line]

    def cancelling(registration_id: int) -> Callable:
        def deed() -> bool:
            there = db.session.get(Registration, registration_id)
            done = registrations.cancel(there, by=CancelledBy.PARTICIPANT)
            db.session.commit()
            return done

        return deed

    assert at_once(fresh_app, [cancelling(number) for number in coming]) == [True] * 20
    assert statuses(event_id) == {S.CANCELLED: 20, S.OFFERED: 20, S.WAITING: 30}
    offered = db.session.scalars(
        db.select(Registration.id).filter_by(status=S.OFFERED).order_by(Registration.queued_at)
    )
    assert list(offered) == ids[:20]
    assert mails("place_offered") == expected  # written in the order of the line
    assert len(mails("registration_cancelled")) == 20


def test_one_cancellation_pressed_ten_times_at_once_frees_one_place(fresh_app):
    event = make.event(capacity=1)
    made = make.registration(event)
    for _number in range(3):
        make.registration(event, status=S.WAITING)
    event_id, made_id = event.id, made.id

    def deed() -> bool:
        done = registrations.cancel(db.session.get(Registration, made_id), by=CancelledBy.PARTICIPANT)
        db.session.commit()
        return done

    assert Counter(at_once(fresh_app, [deed] * 10)) == {True: 1, False: 9}
    assert statuses(event_id) == {S.CANCELLED: 1, S.OFFERED: 1, S.WAITING: 2}
    assert (len(mails("registration_cancelled")), len(mails("place_offered"))) == (1, 1)


def until_done(job: Callable[[], int]) -> Callable[[], int]:
    """Return a deed that runs a job as the worker does: until nothing is left, one transaction a round."""

    def deed() -> int:
        done = 0
        while more := job():
            db.session.commit()
            done += more
        db.session.commit()
        return done

    return deed


def test_two_workers_pass_each_offer_on_exactly_once(fresh_app):
    past = clock.now() - timedelta(seconds=1)
    events = [make.event(capacity=4) for _number in range(5)]
    for event in events:
        for _number in range(4):
            make.registration(event, status=S.OFFERED, expires_at=past)
        for _number in range(6):
            make.registration(event, status=S.WAITING)
    ids = [event.id for event in events]
    answers = at_once(fresh_app, [until_done(waiting_list.expire_due)] * 2)
    assert sum(answers) == 20
    for event_id in ids:
        assert statuses(event_id) == {S.CANCELLED: 4, S.OFFERED: 4, S.WAITING: 2}
    for template in ("offer_expired", "place_offered"):
        assert len(mails(template)) == len(set(mails(template))) == 20


def test_an_offer_accepted_in_the_moment_it_runs_out_belongs_to_one(fresh_app):
    event = make.event(capacity=8)
    offered = [make.registration(event, status=S.OFFERED, expires_at=clock.now()).id for _number in range(8)]
    for _number in range(8):
        make.registration(event, status=S.WAITING)
    event_id, moment = event.id, clock.now() - timedelta(seconds=1)

    def accepting(registration_id: int) -> Callable:
        def deed() -> bool:
            with clock.stopped(moment):
                done = registrations.accept_offer(db.session.get(Registration, registration_id))
            db.session.commit()
            return done

        return deed

    deeds = [accepting(number) for number in offered]
    *accepted, expired = at_once(fresh_app, [*deeds, until_done(waiting_list.expire_due)])
    assert sum(accepted) + expired == 8
    counted = statuses(event_id)
    assert (counted[S.CONFIRMED], counted[S.CANCELLED]) == (sum(accepted), expired)
    assert counted[S.CONFIRMED] + counted[S.OFFERED] == 8  # as many as there are places


# reminders


def test_three_workers_write_each_reminder_once(fresh_app):
    events = [make.event(capacity=None, starts_at=make.in_days(13)) for _number in range(3)]
    people = [make.registration(event).person.email for event in events for _number in range(40)]
    with clock.stopped(clock.now() - timedelta(days=9)):
        earlier = clock.now()
    for registration in db.session.scalars(db.select(Registration)):
        registration.confirmed_at = earlier
    answers = at_once(fresh_app, [until_done(reminders.write_due)] * 3)
    assert sum(answers) == 120
    assert sorted(mails("reminder")) == sorted(people)


def test_nobody_is_reminded_of_the_old_hour_while_the_event_moves(fresh_app):
    """A worker has listed who is due; in that moment the office moves the event."""
    event = make.event(capacity=None, starts_at=make.in_days(13))
    for _number in range(20):
        make.registration(event, confirmed_at=clock.now() - timedelta(days=9))
    event_id, version = event.id, event.version

    def move() -> int:
        there = db.session.get(Event, event_id)
        dates = [(one.starts_at + timedelta(days=40), one.ends_at + timedelta(days=40)) for one in there.dates]
        service.change_event(there, version=version, dates=dates, place=there.place)
        time.sleep(5 * THINKING)  # the mails are written, the transaction is still open
        db.session.commit()
        return 0

    answers = at_once(fresh_app, [move, until_done(reminders.write_due)])
    assert all(isinstance(answer, int) for answer in answers)
    written = dict(db.session.execute(db.select(Mail.id, Mail.template)).all())
    moved_at = min(number for number, template in written.items() if "event_changed" in template)
    assert [number for number, template in written.items() if "reminder" in template and number > moved_at] == []


# nothing hangs


def test_moves_in_both_directions_with_all_jobs_running_do_not_hang(fresh_app):
    events = [make.event(capacity=12, starts_at=make.in_days(13)) for _number in range(2)]
    here, there = events
    pairs = [(make.registration(here).id, there.id) for _number in range(10)]
    pairs += [(make.registration(there).id, here.id) for _number in range(10)]
    for event in events:
        make.registration(event, status=S.UNCONFIRMED, expires_at=clock.now() - timedelta(seconds=1))
        make.registration(event, status=S.OFFERED, expires_at=clock.now() - timedelta(seconds=1))
    office_id = make.user(role=Role.COORDINATOR).id
    ids = [event.id for event in events]

    def moving(registration_id: int, event_id: int) -> Callable:
        def deed() -> int:
            made, event = db.session.get(Registration, registration_id), db.session.get(Event, event_id)
            registrations.move(made, event, moved_by=db.session.get(User, office_id))
            db.session.commit()
            return 1

        return deed

    jobs = [until_done(waiting_list.expire_due), until_done(reminders.write_due)] * 2
    answers = at_once(fresh_app, [moving(*pair) for pair in pairs] + jobs)
    assert [answer for answer in answers if not isinstance(answer, int)] == []
    for event_id in ids:
        taken = statuses(event_id)
        assert taken[S.CONFIRMED] + taken[S.OFFERED] <= 12
