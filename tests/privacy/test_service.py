"""The deletion plan, with the clock moved on and something there that must go."""

from datetime import timedelta

import pytest

from coordapp.directory.models import Person
from coordapp.events import mails, waiting_list
from coordapp.events.models import CancelledBy, EventFigures, Need, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.outbox import queue
from coordapp.outbox.models import Mail, MailStatus
from coordapp.privacy import service
from coordapp.shared import clock

CANARY = "Kanarienvogel-Straße 7"


def in_whole_database(words: str) -> list[str]:
    """Return the tables in which some text stands."""
    found = []
    for table in db.metadata.sorted_tables:
        rows = db.session.execute(table.select()).all()
        found += [table.name for row in rows if words in repr(tuple(row))]
    return found


@pytest.fixture
def past_event(make):
    """An event ten days ago with somebody who came and told us a lot."""
    event = make.event(starts_at=make.in_days(-10))
    person = make.person(name="Kim Kanarienvogel", email="kanarienvogel@example.org")
    make.registration(
        event, person, status=RegistrationStatus.ATTENDED, party_size=2, note=CANARY,
        needs=[Need.INTERPRETER.value], interpreter_language="Kanarienvogelisch",
    )  # fmt: skip
    make.registration(event, status=RegistrationStatus.CANCELLED, party_size=3)
    db.session.commit()
    return event


@pytest.mark.parametrize(("days", "kept"), [(3, True), (5, False)])
def test_needs_and_notes_are_emptied_two_weeks_after_the_event(app, past_event, days, kept):
    with clock.stopped(clock.now() + timedelta(days=days)):
        service.delete_due()
    assert (in_whole_database(CANARY) == ["registration"]) is kept
    assert (in_whole_database("Kanarienvogelisch") == ["registration"]) is kept
    assert (in_whole_database(Need.INTERPRETER.value) == ["registration"]) is kept


def test_after_a_year_nothing_of_a_visitor_is_left_but_the_figures(app, past_event):
    assert in_whole_database("anarienvogel") == ["person", "registration"]
    with clock.stopped(clock.now() + timedelta(days=356)):
        service.delete_due()
    assert in_whole_database("anarienvogel") == []
    figures = db.session.get(EventFigures, past_event.id)
    assert (figures.registered, figures.attended, figures.cancelled, figures.waited) == (2, 2, 3, 0)


def test_volunteers_and_people_with_an_account_stay_when_their_registrations_go(app, make, past_event):
    make.registration(past_event, make.volunteer(name="Vera Bleibt"), status=RegistrationStatus.ABSENT)
    member = make.person(name="Kai Konto", user_id=make.user().id)
    make.registration(past_event, member, status=RegistrationStatus.ABSENT)
    with clock.stopped(clock.now() + timedelta(days=356)):
        service.delete_due()
    assert db.session.scalars(db.select(Registration)).all() == []
    assert {person.name for person in db.session.scalars(db.select(Person))} == {"Vera Bleibt", "Kai Konto"}


@pytest.mark.parametrize(("days", "left"), [(13, 1), (15, 0)])
def test_what_nobody_confirmed_is_gone_after_two_weeks(app, make, days, left):
    make.registration(
        status=RegistrationStatus.CANCELLED, of_person=make.person(proven=False), proven_at=None,
        cancelled_by=CancelledBy.NOT_CONFIRMED,
    )  # fmt: skip
    with clock.stopped(clock.now() + timedelta(days=days)):
        service.delete_due()
    assert len(db.session.scalars(db.select(Registration)).all()) == left
    assert len(db.session.scalars(db.select(Person)).all()) == left


def test_mail_texts_go_after_three_months_and_mails_after_a_year(app, make):
    event = make.event(title="Kanarienvogel-Treffen")
    mails.registration_received(make.registration(event))
    db.session.commit()
    with clock.stopped(clock.now() + timedelta(days=91)):
        service.delete_due()
    mail = db.session.scalars(db.select(Mail)).one()
    assert (mail.text, mail.html, mail.calendar) == ("", "", None)
    with clock.stopped(clock.now() + timedelta(days=366)):
        service.delete_due()
    assert db.session.scalars(db.select(Mail)).all() == []


def test_running_it_twice_touches_nothing_the_second_time(app, past_event):
    with clock.stopped(clock.now() + timedelta(days=356)):
        assert service.delete_due() > 0
        assert service.delete_due() == 0


def test_enough_is_kept_for_today(app, past_event):
    assert service.delete_due() == 0


def test_who_was_invited_stays_until_the_invitation_goes_a_year_after_the_event(app, make):
    event = make.event(starts_at=make.in_days(-10))
    guest = make.person(name="Gast Kanarienvogel")
    db.session.add(Invitation(event=event, person=guest))
    db.session.commit()
    with clock.stopped(clock.now() + timedelta(days=300)):
        service.delete_due()
    assert in_whole_database("Kanarienvogel") == ["person"]
    with clock.stopped(clock.now() + timedelta(days=356)):
        service.delete_due()
    assert in_whole_database("Kanarienvogel") == []


def test_a_mail_that_waited_three_months_is_dropped_and_never_sent_empty(app, make):
    for _each in range(2):
        mails.registration_received(make.registration())
    waiting, late = db.session.scalars(db.select(Mail).order_by(Mail.id))
    late.status, late.sent_at = MailStatus.SENT, clock.now() + timedelta(days=60)
    db.session.commit()
    with clock.stopped(clock.now() + timedelta(days=91)):
        assert service.delete_due() == 1
        assert queue.claim(lease=timedelta(minutes=1), per_minute=10) is None
        assert service.delete_due() == 0
    db.session.expire_all()
    assert (waiting.status, waiting.text) == (MailStatus.EXPIRED, "")
    assert (late.status, bool(late.text)) == (MailStatus.SENT, True)  # sent a month ago


def test_a_mail_that_is_being_sent_keeps_its_text(app, make):
    mails.registration_received(make.registration())
    mail = db.session.scalars(db.select(Mail)).one()
    mail.status, mail.held_until = MailStatus.SENDING, clock.now() + timedelta(days=92)
    db.session.commit()
    with clock.stopped(clock.now() + timedelta(days=91)):
        service.delete_due()
    db.session.expire_all()
    assert (mail.status, bool(mail.text)) == (MailStatus.SENDING, True)


def test_a_newcomer_gets_their_mail_although_somebody_before_them_is_forgotten(client, make):
    """The key of a mail holds the id of the registration, which must not come again when the newest is deleted."""
    event = make.event(starts_at=make.in_days(60))
    url = f"/runde-tische/{event.id}/"
    client.post_form(url, {"name": "Vera Vorher", "email": "vera@example.org"}, status=200)
    with clock.stopped(clock.now() + timedelta(days=3)):
        waiting_list.expire_due()
    with clock.stopped(clock.now() + timedelta(days=18)):
        service.delete_due()
        assert db.session.scalars(db.select(Registration)).all() == []
        client.post_form(url, {"name": "Nina Nachher", "email": "nina@example.org"}, status=200)
    newest = db.session.scalars(db.select(Mail).order_by(Mail.id.desc()).limit(1)).one()
    assert (newest.recipient, newest.template) == ("nina@example.org", "events/mail/confirm_registration.txt")
