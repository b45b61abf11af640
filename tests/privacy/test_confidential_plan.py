"""A month after the last date of a confidential group nothing tells any more who was there."""

from datetime import timedelta

import pytest

from coordapp.directory.models import Person
from coordapp.directory.models_consent import Purpose
from coordapp.events import mails
from coordapp.events import registration as registrations
from coordapp.events.models import EventFigures, Registration, RegistrationStatus
from coordapp.events.registration import Wishes
from coordapp.extensions import db
from coordapp.feedback.models import FeedbackAnswer
from coordapp.invitations import service as invitations
from coordapp.invitations.models import Invitation
from coordapp.invitations.models_mailing import Mailing
from coordapp.mailbox.models import MailboxMessage, MessageKind
from coordapp.outbox.models import Mail
from coordapp.privacy import service
from coordapp.shared import clock
from coordapp.trainings import requests
from coordapp.trainings.models import Attendance, TrainingFormat
from tests.privacy.test_service import in_whole_database

NAME, ADDRESS = "Kanarienvogel", "kanari@example.org"


@pytest.fixture
def group(make, request):
    """A confidential group whose last date was yesterday, or an open one, with all that comes of it."""
    is_confidential = getattr(request, "param", True)
    with clock.stopped(clock.now() - timedelta(days=20)):
        format_ = make.training_format(title="Gruppe Nachtigall", is_confidential=is_confidential)
        event = make.training(format_, days=(12, 19)).event
        guest = make.volunteer(name=f"Gast {NAME}", agreed=[Purpose.INVITE_TRAINING])
        invitations.invite(event, [guest], by=make.user())
        made = registrations.register(event, make.person(name=f"Kim {NAME}", email=ADDRESS), Wishes(), proven=True)
        made.status = RegistrationStatus.ATTENDED
    for date in event.dates:
        db.session.add(Attendance(registration_id=made.id, event_date_id=date.id, missed=0))
    db.session.add(MailboxMessage(digest="1" * 64, kind=MessageKind.ANSWER, event=event, person=made.person))
    db.session.add(FeedbackAnswer(event_id=event.id, useful=3, text=f"Danke an {NAME}"))
    db.session.commit()
    return event


def delete_after(days: int) -> int:
    with clock.stopped(clock.now() + timedelta(days=days)):
        return service.delete_due()


def test_after_a_month_only_numbers_without_a_name_are_left(app, group):
    held = set(in_whole_database(NAME) + in_whole_database(ADDRESS))
    assert held == {"feedback_answer", "mail", "person"}
    delete_after(30)
    db.session.expire_all()
    for model in (Registration, Invitation, Mailing, Mail, MailboxMessage, Attendance):
        assert db.session.scalars(db.select(model)).all() == [], model
    assert in_whole_database(ADDRESS) == []
    assert in_whole_database(NAME) == ["person"]  # the volunteer, with no tie to the group
    figures = db.session.get(EventFigures, group.id)
    assert (figures.registered, figures.attended) == (1, 1)
    assert set(in_whole_database("Nachtigall")) == {"event", "training_format"}


@pytest.mark.parametrize(("group", "left"), [(True, set()), (False, {"mail", "training_request"})], indirect=["group"])
def test_who_asked_for_a_confidential_group_is_forgotten_with_it(app, group, left):
    asked = requests.receive(
        organisation_name="Kita", contact_name="Eva", email="eva@example.org", topic="Hilfe", group_size=8,
        wanted_when="bald",
    )  # fmt: skip
    dates = [(date.starts_at, date.ends_at) for date in group.dates]
    requests.agree(asked, db.session.scalars(db.select(TrainingFormat)).one(), group={"dates": dates})
    db.session.commit()
    delete_after(30)
    assert set(in_whole_database("eva@example.org")) == left


def test_the_answers_stay_as_figures(app, group):
    delete_after(30)
    (left,) = db.session.scalars(db.select(FeedbackAnswer))
    assert (left.useful, left.text) == (3, "")


def test_before_a_month_is_over_all_is_there(app, group):
    before = {table.name: db.session.execute(table.select()).all() for table in db.metadata.sorted_tables}
    delete_after(28)
    changed = [
        table.name for table in db.metadata.sorted_tables
        if db.session.execute(table.select()).all() != before[table.name]
    ]  # fmt: skip
    assert changed == ["registration"] or changed == []  # needs are forgotten after two weeks


@pytest.mark.parametrize("group", [False], indirect=True)
def test_what_is_not_confidential_stays_for_a_year(app, group):
    delete_after(300)
    assert len(db.session.scalars(db.select(Registration)).all()) == 1
    assert len(db.session.scalars(db.select(Invitation)).all()) == 1


def test_mails_about_other_things_stay(app, make, group):
    other = make.registration(make.event(starts_at=make.in_days(-2)), db.session.scalars(db.select(Person)).first())
    mails.registration_changed(other)
    db.session.commit()
    delete_after(30)
    (left,) = db.session.scalars(db.select(Mail))
    assert left.key.startswith(f"registration:{other.id}:")


def test_running_it_twice_touches_nothing_the_second_time(app, group):
    with clock.stopped(clock.now() + timedelta(days=30)):
        assert service.delete_due() > 0
        assert service.delete_due() == 0


def test_a_group_with_very_many_mails_is_no_trouble(app, make, group):
    for _each in range(120):
        mails.registration_received(make.registration(group))
    db.session.commit()
    delete_after(30)
    assert db.session.scalars(db.select(Mail)).all() == []
