"""Who was invited and has not said no hears of a moved, cancelled or reinstated event: once for each change."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import icalendar
import pytest

from coordapp.directory import consents
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.events import registration as registrations
from coordapp.events import service as events
from coordapp.events.models import Event
from coordapp.events.registration import Wishes
from coordapp.extensions import db
from coordapp.invitations import changes, service
from coordapp.invitations.models import Invitation
from coordapp.invitations.unsubscribe import end, find_readers
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock
from tests import make as make_rows


def move(event: Event, *, days: int = 7) -> None:
    dates = [(one.starts_at + timedelta(days=days), one.ends_at + timedelta(days=days)) for one in event.dates]
    closes_at = event.registration_closes_at + timedelta(days=days)
    events.change_event(
        event, version=event.version, dates=dates, place=event.place, registration_closes_at=closes_at
    )  # fmt: skip
    db.session.commit()


def deliver() -> None:
    db.session.execute(db.update(Mail).values(status=MailStatus.SENT, sent_at=clock.now()))
    db.session.commit()


def work() -> int:
    """Do what the worker does in its turn; return how many invitations it dealt with."""
    done = 0
    while number := changes.write_due():
        db.session.commit()
        done += number
    db.session.commit()
    return done


@pytest.fixture
def told(mails):
    """Return a function that lists who was told of changes, and the subject."""
    return lambda: [(mail.recipient_name, mail.subject) for mail in mails("invitation-changed:")]


@pytest.fixture
def arrived(invite):
    """Return a function that invites somebody and lets the mail arrive."""

    def invite_one(*given) -> Invitation:
        invitation = invite(*given)
        deliver()
        return invitation

    return invite_one


@pytest.fixture
def event(make) -> Event:
    return make.event(title="Runder Tisch", starts_at=make.in_days(30))


def test_a_move_is_told_once_in_the_thread_of_the_invitation(event, arrived, make, mails, app):
    invitation = arrived(event, make.volunteer(name="Anna Kern"))
    assert work() == 0
    first = event.starts_at
    move(event)
    assert (work(), work()) == (1, 0)
    (mail,) = mails("invitation-changed:")
    (asked,) = mails("invitation:")
    assert mail.key == f"invitation-changed:{invitation.id}:1"
    assert (mail.in_reply_to, mail.expires_at, mail.calendar) == (asked.message_id, event.ends_at, None)
    assert event.starts_at == first + timedelta(days=7)
    assert f"{clock.local(event.starts_at).day}. " in mail.subject
    assert f"http://localhost/einladung/{invitation.token}/" in mail.text
    assert mail.unsubscribe_url in mail.text
    assert invitation.event_sequence == 1


def test_cancelled_and_reinstated_are_told_each_once(event, arrived, told, mails):
    arrived(event)
    events.cancel_event(event, reason="Der Saal ist zu.")
    work()
    assert told()[0][1] == "Abgesagt: Runder Tisch"
    (mail,) = mails("invitation-changed:")
    assert "Der Grund: Der Saal ist zu." in mail.text
    assert "/einladung/" not in mail.text
    deliver()
    move(event)  # what is called off and moved is still called off
    assert work() == 1
    assert len(told()) == 1
    events.reinstate_event(event)
    assert (work(), work()) == (1, 0)
    assert [subject for _name, subject in told()] == [
        "Abgesagt: Runder Tisch", "Nicht abgesagt, findet statt: Runder Tisch",
    ]  # fmt: skip
    events.cancel_event(event)
    assert work() == 1
    assert [subject for _name, subject in told()][2:] == ["Abgesagt: Runder Tisch"]


def test_only_who_can_still_say_yes_and_wants_to_hear_is_told(event, arrived, make, told):
    names = ["Still", "Vielleicht", "Kommt", "Kommt nicht", "Ohne Zustimmung", "Kam zurück", "Stieg aus", "Weg"]
    _silent, maybe, yes, no, without, bounced, ended, merged = [
        arrived(event, make.volunteer(name=name)) for name in names
    ]
    service.consider(maybe)
    service.accept(yes, Wishes(), language="de")
    service.decline(no)
    consents.withdraw(without.person, [Purpose.INVITE_ROUND_TABLE], withdrawn_by=GivenBy.PHONE)
    bounced.person.email_bounced_at = clock.now()
    url = db.session.scalar(db.select(Mail.unsubscribe_url).where(Mail.key == ended.mail_key))
    end(find_readers(url.rstrip("/").rpartition("/")[2]))
    merged.person.merged_into_id = maybe.person.id
    move(event)
    assert work() == 8
    assert [name for name, _subject in told()] == ["Still", "Vielleicht"]


def test_who_waits_for_the_invitation_hears_after_it_and_who_never_got_it_hears_nothing(event, invite, make, told):
    waits, failed = invite(event, make.volunteer(name="Wartet")), invite(event, make.volunteer(name="Kam nie an"))
    db.session.execute(db.update(Mail).where(Mail.key == failed.mail_key).values(status=MailStatus.FAILED))
    move(event)
    assert work() == 0
    db.session.execute(db.update(Mail).where(Mail.key == waits.mail_key).values(status=MailStatus.SENT))
    assert work() == 1
    assert [name for name, _subject in told()] == ["Wartet"]


def test_an_invitation_after_the_change_is_not_followed_by_another_mail(event, arrived, told):
    move(event)
    arrived(event)
    assert (work(), told()) == (0, [])


def test_what_is_over_or_a_draft_again_is_told_to_nobody(event, arrived, make, told):
    arrived(event)
    move(event)
    with clock.stopped(event.ends_at):
        assert work() == 0
    events.withdraw(event)
    assert work() == 0
    events.publish(event)
    assert work() == 1


def test_a_second_change_drops_what_is_not_sent_of_the_first_and_the_reminder(event, arrived, mails):
    invitation = arrived(event)
    service.remind_silent(event)
    move(event)
    work()
    move(event)
    work()
    status = {mail.key: mail.status for mail in mails("invitation")}
    assert status == {
        invitation.mail_key: MailStatus.SENT,
        f"{invitation.mail_key}:reminder": MailStatus.EXPIRED,
        f"invitation-changed:{invitation.id}:1": MailStatus.EXPIRED,
        f"invitation-changed:{invitation.id}:2": MailStatus.QUEUED,
    }


def test_two_of_one_mailbox_get_one_mail_with_both_links(event, make, mails, told):
    two = [make.volunteer(name=name, email="familie@example.org") for name in ("Anna Kern", "Bernd Kern")]
    service.invite(event, two, by=make.user())
    deliver()
    move(event)
    assert work() == 2
    (mail,) = mails("invitation-changed:")
    tokens = list(db.session.scalars(db.select(Invitation.token)))
    assert mail.recipient_name == "Anna Kern, Bernd Kern"
    assert all(f"/einladung/{token}/" in mail.text for token in tokens)
    assert "Antwort von Bernd Kern" in mail.text


def test_calendars_hear_of_it_where_their_answers_are_read(event, arrived, mails, app):
    app.config["IMAP_HOST"] = "imap.example.org"
    arrived(event)
    move(event)
    work()
    deliver()
    events.cancel_event(event)
    work()
    asked, moved, off = mails("invitation")
    entries = [icalendar.Calendar.from_ical(mail.calendar) for mail in (asked, moved, off)]
    methods = [mail.calendar_method for mail in (asked, moved, off)]
    assert methods == [str(one["METHOD"]) for one in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    dates = [one.walk("VEVENT")[0] for one in entries]
    assert len({str(one["UID"]) for one in dates}) == 1
    assert [one["SEQUENCE"] for one in dates] == [0, 1, 2]
    assert [str(one["STATUS"]) for one in dates] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert dates[1]["DTSTART"].dt == clock.local(event.starts_at)
    assert str(dates[2]["ATTENDEE"]) == f"mailto:{asked.recipient}"


def test_at_most_fifty_lie_in_the_outbox_and_nobody_is_forgotten(event, make, told):
    service.invite(event, [make.volunteer() for _each in range(60)], by=make.user())
    deliver()
    move(event)
    assert work() == 50
    assert work() == 0
    deliver()
    assert work() == 10
    assert len(told()) == 60


def test_two_workers_at_once_tell_everybody_once(fresh_app):
    event = make_rows.event()
    service.invite(event, [make_rows.volunteer() for _each in range(20)], by=make_rows.user())
    deliver()
    move(event)

    def run_worker(_number: int) -> int:
        with fresh_app.app_context():
            return work()

    with ThreadPoolExecutor(3) as workers:
        assert sum(workers.map(run_worker, range(3))) == 20
    number = db.select(db.func.count()).select_from(Mail).where(Mail.key.startswith("invitation-changed:"))
    assert db.session.scalar(number) == 20


def test_who_registers_hears_it_from_the_event_alone(event, arrived, told, mails):
    invitation = arrived(event)
    registrations.register(event, invitation.person, Wishes(), proven=True)
    move(event)
    work()
    assert told() == []
    assert [mail.subject for mail in mails("registration:")][-1] == "Neuer Termin: Runder Tisch"


def test_the_office_is_told_that_those_invited_hear_of_it_too(office, event, arrived, make):
    arrived(event)
    words = "Wer per E-Mail eingeladen ist und noch nicht fest geantwortet hat, bekommt auch eine Nachricht."
    edit = f"/verwaltung/veranstaltungen/{event.id}/bearbeiten/"
    done = office.post_form(edit, {"begins": "15:30"}, status=200)
    assert f"Gespeichert. {words}" in done.root.text
    make.registration(event)
    assert words in office.post_form(edit, {"begins": "16:00"}, status=200).text
    assert words in office.get_page(f"/verwaltung/veranstaltungen/{event.id}/absagen/").text
