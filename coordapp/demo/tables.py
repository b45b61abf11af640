"""The round tables of the demo county: announced, registered for, held, and written down, each at its time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from babel import Locale
from sqlalchemy import func, select, update

from coordapp.accounts.models import User
from coordapp.demo import words
from coordapp.demo.days import Day
from coordapp.directory import profile
from coordapp.directory.models import Person
from coordapp.events import attendance as door
from coordapp.events import registration as registrations
from coordapp.events import service as events
from coordapp.events.models import CancelledBy, Event, Need, Place, Registration, RegistrationStatus
from coordapp.events.occupancy import occupancy_of
from coordapp.events.registration import Wishes
from coordapp.extensions import db
from coordapp.invitations import service as invitations
from coordapp.outbox.models import Mail, MailStatus
from coordapp.round_tables import attendance, minutes, planning
from coordapp.round_tables import service as round_tables
from coordapp.shared import clock

ANNOUNCED = timedelta(days=70)  # before the start
ANNOUNCED_AT_LEAST = timedelta(days=30)  # before now, for those to come
SENT_UNTIL = timedelta(days=2)  # mails older than that have been sent
FREE, WAITING = 8, 4  # places left at the next one; parties that wait at the second
INVITED = 2  # everybody was just invited to the third
YES, NO = 5, 3  # answers so far
LARGE_PARTY, LIKELY_TO_COME = 0.12, 0.85


@dataclass(frozen=True)
class House:
    """A place with how many people fit in and when round tables are held there (German time)."""

    place: Place
    capacity: int
    begin: time
    end: time


def fill_in(
    days: Sequence[Day], *, houses: dict[Place, House], people: Sequence[Person], office: User, now: datetime
) -> None:
    """Make all round tables; of the coming ones one is nearly full, one full, one just announced."""
    coming = [day for day in days if day.on > clock.local(now).date()]
    for day in days:
        chance = Random(day.on.toordinal())  # noqa: S311 - the same county every time, no secret
        guests = chance.sample(list(people), len(people))
        event = _announce(day, houses[day.place], now=now)
        if day not in coming:
            _hold(event, guests, office=office, chance=chance)
        else:
            _gather(event, guests, number=coming.index(day), office=office, chance=chance, now=now)
    _send(now=now)


def _announce(day: Day, house: House, *, now: datetime) -> Event:
    begin, end = (clock.from_local(day.on, at) for at in (house.begin, house.end))
    with clock.stopped(min(begin - ANNOUNCED, now - ANNOUNCED_AT_LEAST)):
        slot = planning.Slot(starts_at=begin, ends_at=end, place=house.place, capacity=house.capacity)
        (event,) = planning.plan([slot])
        event.summary, event.description = words.SUMMARY, words.DESCRIPTION
        events.publish(event)
    return event


def _gather(event: Event, guests: list[Person], *, number: int, office: User, chance: Random, now: datetime) -> None:
    """Let people register for a coming round table: `number` 0 is the next one."""
    if number >= INVITED:
        if number == INVITED:
            _invite(event, guests, office=office, now=now)
        return
    capacity = event.capacity or 0
    wanted = {0: capacity - FREE, 1: capacity}[number]
    times = _times(event.published_at or now, now - timedelta(days=3), number=2 * capacity)
    line = iter(guests)
    _fill(event, line, until=wanted, times=times, office=office, chance=chance)
    if number == 0:
        with clock.stopped(now - timedelta(hours=5)):
            _register(event, _next_with_email(line), Wishes(), office=office, proven=False)
    if number == 1:
        _queue_up(event, line, office=office, now=now)
    with clock.stopped(now - timedelta(days=1)):
        for person, topic in zip(guests, chance.sample(words.TOPICS, 3), strict=False):
            round_tables.propose_topic(event, person, topic)


def _invite(event: Event, guests: list[Person], *, office: User, now: datetime) -> None:
    """Invite everybody who agreed to that, and let some of them answer through the link."""
    with clock.stopped(now - timedelta(days=6)):
        invitations.invite(event, guests, by=office)
    invited = [line.invitation for line in invitations.list_lines(event)]
    for number, invitation in enumerate(invited[: YES + NO]):
        with clock.stopped(now - timedelta(days=5, minutes=-90 * number)):
            if number < YES:
                invitations.accept(invitation, Wishes(), language=invitation.person.language)
            else:
                invitations.decline(invitation)


def _queue_up(event: Event, line: Iterator[Person], *, office: User, now: datetime) -> None:
    """Put parties on the waiting list; then somebody cancels, and the first in line is asked."""
    for hours in range(WAITING, 0, -1):
        with clock.stopped(now - timedelta(days=1, hours=hours)):
            _register(event, _next_with_email(line), Wishes(), office=office)
    with clock.stopped(now - timedelta(hours=3)):
        alone = next(
            r for r in registrations.list_registrations(event)
            if r.party_size == 1 and r.status is RegistrationStatus.CONFIRMED
        )  # fmt: skip
        registrations.cancel(alone, by=CancelledBy.PARTICIPANT)


def _next_with_email(line: Iterator[Person]) -> Person:
    return next(person for person in line if person.email)


def _hold(event: Event, guests: list[Person], *, office: User, chance: Random) -> None:
    """Let people register for a round table of the past, come or stay away, and get the minutes."""
    line = iter(guests)
    times = _times(event.published_at or event.starts_at, event.starts_at - timedelta(days=2), number=40)
    _fill(event, line, until=chance.randint(14, 20), times=times, office=office, chance=chance)
    with clock.stopped(event.starts_at - timedelta(days=1)):
        (topic, other) = (
            round_tables.propose_topic(event, person, said)
            for person, said in zip(guests, chance.sample(words.TOPICS, 2), strict=False)
        )
        for title, planned in words.AGENDA:
            round_tables.add_item(event, title=title, minutes_planned=planned)
        for proposed in (topic, other):
            if proposed is not None:
                round_tables.accept_topic(event, proposed)
    with clock.stopped(event.starts_at + timedelta(minutes=20)):
        for registration in door.list_signing(event):
            attendance.set_attendance(registration, came=chance.random() < LIKELY_TO_COME)
        door.add_walk_in(
            event, name=chance.choice(words.WALK_INS), email=None, by=office, status=RegistrationStatus.ATTENDED
        )
    with clock.stopped(event.ends_at):
        attendance.close_list(event)
    _write_minutes(event, office=office, chance=chance)


def _write_minutes(event: Event, *, office: User, chance: Random) -> None:
    with clock.stopped(event.ends_at + timedelta(days=2)):
        came = [r.person for r in door.list_signing(event) if r.status is RegistrationStatus.ATTENDED]
        points = [
            minutes.PointDraft(item_id=item.id, title=item.title, notes=notes, decisions=decisions)
            for item, (notes, decisions) in zip(
                [item for item in minutes.list_points(event) if not item.lists_open_tasks], words.MINUTES, strict=False
            )
        ]
        tasks = [
            minutes.TaskDraft(
                task_id=None, text=said, who=chance.choice(came).name if number else office.name,
                due_on=clock.local(event.starts_at).date() + timedelta(days=days),
            )
            for number, (said, days, _done) in enumerate(words.TASKS)
        ]  # fmt: skip
        introduction = words.INTRODUCTION.format(municipalities=len({person.municipality for person in came}))
        draft = minutes.Draft(introduction=introduction, points=points, tasks=tasks)
        round_table = minutes.save_minutes(event, draft, version=0, by=office)
        minutes.send_minutes(event, version=round_table.minutes_version)
    _do_tasks(event, now=clock.now())


def _do_tasks(event: Event, *, now: datetime) -> None:
    """Tick off what was done; of older round tables everything was."""
    is_old = event.starts_at < now - timedelta(days=200)
    for task, (_said, days, done) in zip(minutes.list_tasks_of(event), words.TASKS, strict=True):
        at = event.starts_at + timedelta(days=days - 3)
        if (done or is_old) and at < now:
            with clock.stopped(at):
                round_tables.set_done(task, done=True)


def _fill(
    event: Event, line: Iterator[Person], *, until: int, times: list[datetime], office: User, chance: Random
) -> None:
    """Let one after the other register until so many places are taken."""
    for person, at in zip(line, times, strict=False):
        left = until - occupancy_of(event).taken
        if left <= 0:
            return
        wishes = _wishes(person, chance, party_size=min(left, 2 if chance.random() < LARGE_PARTY else 1))
        with clock.stopped(at):
            _register(event, person, wishes, office=office)


def _register(event: Event, person: Person, wishes: Wishes, *, office: User, proven: bool = True) -> Registration:
    """Register somebody, by telephone where there is no address."""
    return registrations.register(
        event, person, wishes, proven=proven, language=person.language, entered_by=None if person.email else office
    )


def _wishes(person: Person, chance: Random, *, party_size: int) -> Wishes:
    needs = [need for need in (Need.FOOD, Need.LIFT_WANTED, Need.LIFT_OFFERED, Need.CHILD_CARE, Need.STEP_FREE)
             if chance.random() < 0.1]  # one in ten  # fmt: skip
    if Need.LIFT_WANTED in needs and Need.LIFT_OFFERED in needs:
        needs.remove(Need.LIFT_WANTED)
    spoken = list(profile.get_volunteer(person).languages)
    needs_interpreter = "de" not in spoken
    return Wishes(
        party_size=party_size, needs=[*needs, *([Need.INTERPRETER] if needs_interpreter else [])],
        interpreter_language=Locale("de").languages[spoken[0]] if needs_interpreter else "",
        note=chance.choice(words.NOTES),
    )  # fmt: skip


def _times(first: datetime, last: datetime, *, number: int) -> list[datetime]:
    """Return so many moments between two, in order, at hours when people are awake."""
    step = (last - first) / number
    return [first + step * i for i in range(number)]


def _send(*, now: datetime) -> None:
    """Count older mails as sent, and let one of them fail."""
    old = (Mail.status == MailStatus.QUEUED, Mail.created_at < now - SENT_UNTIL)
    db.session.execute(update(Mail).where(*old).values(status=MailStatus.SENT, sent_at=Mail.created_at, attempts=1))
    last = select(func.max(Mail.id)).where(Mail.status == MailStatus.SENT, Mail.template.contains("registered"))
    db.session.execute(
        update(Mail)
        .where(Mail.id == last.scalar_subquery())
        .values(status=MailStatus.FAILED, sent_at=None, last_error=words.REFUSED)
    )
