"""What the office sees of groups: all of them, and of one where it stands and what comes next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import exists, select

from coordapp.events.attendance_rules import is_attendance_open
from coordapp.events.models import Event
from coordapp.events.occupancy import Occupancy, occupancies, occupancy_of
from coordapp.events.rules import State, state
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.trainings import certificates
from coordapp.trainings.models import Training

SHEET_BEFORE = timedelta(days=3)  # the first date


class NextStep(StrEnum):
    """What the office does next for a group."""

    PUBLISH = "publish"
    INVITE = "invite"
    REGISTER = "register"
    PRINT_SHEET = "print_sheet"
    TICK = "tick"
    CLOSE = "close"
    CERTIFY = "certify"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Line:
    """What a list of groups says about one."""

    training: Training
    occupancy: Occupancy
    state: State

    @property
    def event(self) -> Event:
        """Return its event."""
        return self.training.event


@dataclass(frozen=True)
class Overview(Line):
    """What the office sees of one group, and what it does next."""

    next_step: NextStep
    certificates_due: int
    certificates_issued: int


# decisions


def next_step(training: Training, *, has_people: bool, has_certificates_due: bool, at: datetime) -> NextStep:
    """Say what the office does next, one thing at a time."""
    event, now = training.event, state(training.event, at=at)
    if now in (State.CANCELLED, State.DRAFT):
        return NextStep.NOTHING if now is State.CANCELLED else NextStep.PUBLISH
    if training.event.is_attendance_closed:
        return NextStep.CERTIFY if has_certificates_due else NextStep.NOTHING
    if now is State.OVER:
        return NextStep.CLOSE
    if is_attendance_open(event, at=at):
        return NextStep.TICK
    return _step_before_the_first_date(training, has_people=has_people, at=at)


def _step_before_the_first_date(training: Training, *, has_people: bool, at: datetime) -> NextStep:
    event = training.event
    if has_people and event.starts_at - at <= SHEET_BEFORE and not event.is_confidential:
        return NextStep.PRINT_SHEET
    return NextStep.REGISTER if has_people or training.group_token is not None else NextStep.INVITE


# questions


def list_lines(*, at: datetime) -> list[Line]:
    """List all groups by their first date, drafts too, with how full they are."""
    found = sorted(db.session.scalars(select(Training)), key=lambda one: (one.event.starts_at, one.event_id))
    numbers = occupancies(training.event for training in found)
    return [Line(one, numbers.get(one.event_id, Occupancy()), state(one.event, at=at)) for one in found]


def overview(training: Training, *, at: datetime) -> Overview:
    """Return what the office sees of one group."""
    event, occupancy = training.event, occupancy_of(training.event)
    due = sum(one.is_due for one in certificates.list_standings(training)) if training.event.is_attendance_closed else 0
    invited = db.session.scalar(select(exists().where(Invitation.event_id == event.id)))
    has_people = bool(invited or occupancy.taken or occupancy.waiting)
    return Overview(
        training, occupancy, state(event, at=at),
        next_step=next_step(training, has_people=has_people, has_certificates_due=due > 0, at=at),
        certificates_due=due, certificates_issued=len(certificates.list_valid(event)),
    )  # fmt: skip
