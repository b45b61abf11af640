"""The trainings of the demo county: a catalogue, groups that are full, over, asked for or confidential."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from coordapp.accounts.models import User
from coordapp.demo import training_words as words
from coordapp.demo.tables import House
from coordapp.directory import consents
from coordapp.directory.models import Person
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.events import registration as registrations
from coordapp.events import service as events
from coordapp.events.models import Event, Place
from coordapp.events.registration import Wishes
from coordapp.invitations import service as invitations
from coordapp.round_tables.planning import holidays_of
from coordapp.shared import clock
from coordapp.trainings import answers, attendance, certificates, funders, interests, logos, requests
from coordapp.trainings import catalogue as formats
from coordapp.trainings import service as trainings
from coordapp.trainings.models import Funder, Training, TrainingFormat

TUESDAY, THURSDAY, SATURDAY = 1, 3, 5
EVENING = (time(17, 30), time(19, 0))
WHOLE_DAY = (time(9, 30), time(15, 30))
ANNOUNCED = timedelta(days=30)  # before the first date
MISSED_FROM = 2  # the evening, counted from 0, from which on one guest of the past group stayed away
WAITING = 3  # people for whom the coming basic course has no place
IN_SUPERVISION = 6


def fill_in(*, houses: dict[Place, House], people: Sequence[Person], office: User, now: datetime) -> None:
    """Make the catalogue and its groups, each at its time."""
    place = next(iter(houses))
    catalogue = {line.title: line for line in _fill_in_catalogue(place)}
    basic, advanced = catalogue[words.BASIC], catalogue[words.ADVANCED]
    guests = [person for person in people if person.email]
    today = clock.local(now).date()
    _hold(basic, _days(today - timedelta(days=80), TUESDAY, 4), guests[:12], office=office, now=now)
    coming = _open(basic, _days(today + timedelta(days=20), TUESDAY, 4), now=now)
    _fill(coming.event, guests[12 : 12 + (basic.capacity or 0) + WAITING], now=now)
    further = _open(advanced, _days(today + timedelta(days=45), SATURDAY, 2), now=now, hours=WHOLE_DAY)
    _fill(further.event, guests[4:9], now=now)  # they have completed the basic course
    _wish(catalogue[words.ARGUING], guests[6:11], now=now)
    _ask(catalogue, place=place, now=now)
    _supervise(catalogue[words.SUPERVISION], guests[20 : 20 + IN_SUPERVISION], office=office, today=today, now=now)


def _fill_in_catalogue(place: Place) -> list[TrainingFormat]:
    logo = logos.check((Path(__file__).parent / "data" / "foerderer.png").read_bytes())
    funder = funders.save(Funder(), name=words.FUNDER, logo=logo)
    made: dict[str, TrainingFormat] = {}
    for line in words.CATALOGUE:
        facts = dict(line)
        needed = facts.pop("required", "")
        made[line["title"]] = formats.create(facts | {
            "place": place, "required_format": made.get(needed), "funders": [] if line["is_confidential"] else [funder],
        })  # fmt: skip
    return list(made.values())


def _days(first: date, weekday: int, number: int) -> list[date]:
    """Return so many days of one weekday from a day on, a week apart, none of them a holiday or over Christmas."""
    day = first + timedelta(days=(weekday - first.weekday()) % 7)
    days: list[date] = []
    while len(days) < number:
        if day not in holidays_of(day.year) and (1, 6) < (day.month, day.day) < (12, 20):
            days.append(day)
        day += timedelta(days=7)
    return days


def _open(
    chosen: TrainingFormat, days: Sequence[date], *, now: datetime, hours: tuple[time, time] = EVENING
) -> Training:
    """Plan a group and publish it, some weeks before it begins."""
    dates = [(clock.from_local(day, hours[0]), clock.from_local(day, hours[1])) for day in days]
    with clock.stopped(min(dates[0][0] - ANNOUNCED, now - timedelta(days=14))):
        made = trainings.plan_group(chosen, dates=dates, registration_closes_at=dates[0][0] - timedelta(days=2))
        events.publish(made.event)
    return made


def _fill(event: Event, guests: Sequence[Person], *, now: datetime) -> None:
    """Let one after the other register; who comes too late waits."""
    begun = (event.published_at or now) + timedelta(hours=4)
    step = (min(now, event.registration_closes_at) - begun) / (len(guests) + 1)
    for number, person in enumerate(guests):
        with clock.stopped(begun + step * number):
            made = registrations.register(event, person, Wishes(), proven=True, language=person.language)
            organisation_name, field_of_work = words.ANSWERS[number % len(words.ANSWERS)]
            answers.remember(made, organisation_name=organisation_name, field_of_work=field_of_work)


def _hold(
    chosen: TrainingFormat, days: Sequence[date], guests: Sequence[Person], *, office: User, now: datetime
) -> None:
    """Hold a group of the past: most were always there, one missed two evenings, one came late, one never came."""
    made = _open(chosen, days, now=now)
    _fill(made.event, guests, now=now)
    missing, late, never = (registrations.find_registration_of(made.event, person) for person in guests[:3])
    for number, evening in enumerate(made.event.dates):
        with clock.stopped(evening.ends_at):
            attendance.mark_all(made, evening)
            for registration, stays_away in ((missing, number >= MISSED_FROM), (never, True)):
                if registration is not None and stays_away:
                    attendance.set_attendance(made, evening, registration, came=False)
            if late is not None and number == 0:
                attendance.set_missed(made, evening, late, minutes=30)
    with clock.stopped(made.event.ends_at + timedelta(hours=1)):
        attendance.close_list(made)
    with clock.stopped(made.event.ends_at + timedelta(days=2)):
        certificates.issue(made, by=office)


def _wish(chosen: TrainingFormat, guests: Sequence[Person], *, now: datetime) -> None:
    """Let people ask for the next group of a format that has none."""
    for number, person in enumerate(guests):
        with clock.stopped(now - timedelta(days=20 - number)):
            interests.note(chosen, person, proven=True, language=person.language)


def _ask(catalogue: dict[str, TrainingFormat], *, place: Place, now: datetime) -> None:
    """Let a club and a firm ask for a training of their own; one has got its day."""
    first, second = words.REQUESTS
    with clock.stopped(now - timedelta(days=16)):
        agreed = requests.receive(**first, format_id=catalogue[words.OPENING].id)
    with clock.stopped(now - timedelta(days=12)):
        (day,) = _days(clock.local(now).date() + timedelta(days=60), SATURDAY, 1)
        dates = [(clock.from_local(day, WHOLE_DAY[0]), clock.from_local(day, WHOLE_DAY[1]))]
        group = {"dates": dates, "place": place, "capacity": first["group_size"]}
        requests.agree(agreed, catalogue[words.OPENING], group=group)
    with clock.stopped(now - timedelta(days=4)):
        requests.receive(**second)


def _supervise(chosen: TrainingFormat, guests: Sequence[Person], *, office: User, today: date, now: datetime) -> None:
    """Invite a few people to a confidential group; most say yes."""
    made = _open(chosen, _days(today + timedelta(days=30), THURSDAY, 3), now=now)
    with clock.stopped(now - timedelta(days=8)):
        for person in guests:
            consents.give(person, Purpose.INVITE_TRAINING, given_by=GivenBy.PHONE)
        invitations.invite(made.event, guests, by=office)
    for line in list(invitations.list_lines(made.event))[1:]:
        with clock.stopped(now - timedelta(days=7)):
            invitations.accept(line.invitation, Wishes(), language=line.invitation.person.language)
