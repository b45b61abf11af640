"""Mailings: recipients fixed once, mails written by the worker, paused, stopped, taken up after a crash."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from coordapp.accounts.models import User
from coordapp.directory import consents, profile
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.events import registration as registrations
from coordapp.events import service as events
from coordapp.events.registration import Wishes
from coordapp.events.rules import RegistrationRefused
from coordapp.extensions import db
from coordapp.invitations import mailings, service, writing
from coordapp.invitations.audiences import Audience
from coordapp.invitations.models import Answer, Invitation
from coordapp.invitations.models_mailing import Mailing, MailingStatus
from coordapp.outbox import queue
from coordapp.outbox.models import Mail, MailStatus
from coordapp.shared import clock
from tests import make as make_rows


@pytest.fixture
def draft(make):
    """Return a function that makes a draft for so many new volunteers."""

    def prepare(number: int = 3, event=None, **given) -> Mailing:
        people = [make.volunteer(**given) for _each in range(number)]
        audience = Audience(people=tuple(person.id for person in people))
        return mailings.prepare(event or make.event(), audience, by=make.user())

    return prepare


def send(mailing: Mailing, **given) -> Mailing:
    mailings.send(mailing, by=mailing.created_by, **given)
    db.session.commit()
    return mailing


def work() -> int:
    """Do what the worker does in its turn; return in how many transactions."""
    rounds = 0
    while writing.write_due():
        db.session.commit()
        rounds += 1
    db.session.commit()
    return rounds


def deliver() -> None:
    """Let the mail server take all that waits."""
    db.session.execute(db.update(Mail).values(status=MailStatus.SENT, sent_at=clock.now()))
    db.session.commit()


def count(entity) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(entity))


def progress(mailing: Mailing) -> mailings.Progress:
    return mailings.progress_of([mailing])[mailing.id]


def test_sending_fixes_the_recipients_and_the_worker_writes_the_mails(draft):
    mailing = send(draft(3), expected=3)
    assert (count(Invitation), count(Mail), mailing.status) == (3, 0, MailingStatus.SENDING)
    assert progress(mailing).unwritten == 3
    work()
    assert (count(Mail), mailing.status) == (3, MailingStatus.SENT)
    assert progress(mailing).waiting == 3
    deliver()
    assert progress(mailing).sent == 3
    assert mailing.audience == {}


def test_a_thousand_recipients_are_fixed_in_two_seconds(draft):
    mailing = draft(1000)
    db.session.commit()
    begun = time.monotonic()
    send(mailing, expected=1000)
    assert time.monotonic() - begun < 2
    assert count(Invitation) == 1000


def test_no_more_than_fifty_mails_lie_in_the_outbox_at_a_time(draft):
    mailing = send(draft(130))
    work()
    assert count(Mail) == 50
    deliver()
    work()
    assert (count(Mail), mailing.status) == (100, MailingStatus.SENDING)
    deliver()
    work()
    assert (count(Mail), mailing.status) == (130, MailingStatus.SENT)


def test_a_crash_in_the_middle_leaves_exactly_one_mail_to_each(draft):
    send(draft(60))
    writing.write_due()
    db.session.rollback()  # killed before the commit
    assert count(Mail) == 0
    work()
    deliver()
    db.session.rollback()
    work()
    writing.write_due()
    db.session.rollback()
    work()
    recipients = Counter(db.session.scalars(db.select(Mail.recipient)))
    assert (len(recipients), set(recipients.values())) == (60, {1})


def test_two_workers_at_once_write_each_mail_once(fresh_app):
    people = [make_rows.volunteer() for _each in range(45)]
    audience = Audience(people=tuple(person.id for person in people))
    send(mailings.prepare(make_rows.event(), audience, by=make_rows.user()))
    begin = threading.Barrier(3)

    def run_worker(_number: int) -> None:
        with fresh_app.app_context():
            begin.wait()
            for _round in range(5):
                writing.write_due()
                db.session.commit()

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(run_worker, range(3)))
    work()
    assert (count(Mail), count(Invitation)) == (45, 45)


def test_four_clicks_at_once_send_one_mailing(fresh_app):
    people = [make_rows.volunteer() for _each in range(5)]
    audience = Audience(people=tuple(person.id for person in people))
    mailing = mailings.prepare(make_rows.event(), audience, by=make_rows.user())
    mailing_id, by_id, begin = mailing.id, mailing.created_by_id, threading.Barrier(4)
    db.session.commit()

    def press(_who: int) -> int:
        with fresh_app.app_context():
            begin.wait()
            try:
                sent = mailings.send(db.session.get(Mailing, mailing_id), by=db.session.get(User, by_id))
            except mailings.AlreadySent:
                return 0
            db.session.commit()
            return len(sent.reachable)

    with ThreadPoolExecutor(4) as office:
        assert sorted(office.map(press, range(4))) == [0, 0, 0, 5]


def test_the_number_on_the_button_must_be_right(draft, make):
    mailing = draft(3)
    with pytest.raises(mailings.NumberChanged) as changed:
        mailings.send(mailing, by=make.user(), expected=4)
    assert (changed.value.number, count(Invitation)) == (3, 0)


def test_a_second_mailing_leaves_out_who_is_invited_already(draft, make):
    event = make.event()
    first = draft(2, event)
    again = mailings.prepare(event, Audience(everybody=True), by=make.user())
    send(first)
    make.volunteer(name="Neu Dabei")
    assert [person.name for person in mailings.send(again, by=make.user()).reachable] == ["Neu Dabei"]


def test_pausing_stops_the_writing_at_once_and_resuming_goes_on(draft):
    mailing = send(draft(70))
    work()
    assert mailings.pause(mailing)
    deliver()
    assert work() == 0
    assert (count(Mail), progress(mailing).unwritten) == (50, 20)
    assert not mailings.pause(mailing)
    assert mailings.resume(mailing)
    work()
    assert (count(Mail), mailing.status) == (70, MailingStatus.SENT)
    assert not mailings.resume(mailing)


def test_cancelling_drops_what_nobody_got_and_keeps_what_was_sent_or_answered(draft, make):
    mailing = send(draft(53))
    work()
    sent, answered = db.session.scalars(db.select(Mail).order_by(Mail.id).limit(2))
    sent.status = MailStatus.SENT
    by_phone = db.session.scalars(db.select(Invitation).filter_by(mail_key=answered.key)).first()
    service.decline(by_phone, entered_by=make.user())
    assert mailings.cancel(mailing) == 51
    db.session.commit()
    assert mailing.status is MailingStatus.CANCELLED
    assert {one.mail_key for one in db.session.scalars(db.select(Invitation))} == {sent.key, answered.key}
    assert db.session.scalar(db.select(db.func.count()).where(Mail.status == MailStatus.QUEUED)) == 0
    assert work() == 0
    assert mailings.cancel(mailing) == 0
    other = mailings.prepare(mailing.event, Audience(everybody=True), by=make.user())
    assert len(mailings.check_mailing(other).reachable) == 51  # they can be invited anew


def test_cancelling_one_mailing_leaves_the_mails_of_another_alone(draft, make):
    event = make.event()
    first = send(draft(2, event))
    work()
    for _each in range(10):  # so that the id of one begins with that of another
        last = draft(1, event)
    send(last)
    work()
    first.status = MailingStatus.SENDING
    assert mailings.cancel(first) == 2
    assert progress(last).waiting == 1


def test_a_planned_mailing_begins_at_its_time(draft, make):
    mailing = draft(2)
    at = clock.now() + timedelta(hours=3)
    send(mailing, at=at)
    assert (mailing.status, count(Invitation)) == (MailingStatus.SCHEDULED, 2)
    with clock.stopped(at - timedelta(seconds=1)):
        assert work() == 0
    with clock.stopped(at):
        work()
        assert (count(Mail), mailing.status, mailing.started_at) == (2, MailingStatus.SENT, at)


def test_a_planned_mailing_that_was_paused_waits_for_its_time(draft):
    mailing, at = draft(2), clock.now() + timedelta(hours=3)
    send(mailing, at=at)
    mailings.pause(mailing)
    with clock.stopped(at):
        assert work() == 0
    mailings.resume(mailing)
    assert mailing.status is MailingStatus.SCHEDULED
    with clock.stopped(at + timedelta(minutes=5)):
        work()
    assert count(Mail) == 2


def test_nothing_can_be_planned_after_the_deadline(draft, make):
    mailing = draft(2)
    with pytest.raises(RegistrationRefused):
        mailings.send(mailing, by=make.user(), at=mailing.event.registration_closes_at)


def test_who_withdraws_registers_or_bounces_before_the_turn_comes_is_left_out_and_counted(draft):
    mailing = send(draft(5))
    withdrew, registered, bounced, paused, stays = [
        one.person for one in db.session.scalars(db.select(Invitation).order_by(Invitation.id))
    ]
    consents.withdraw(withdrew, [Purpose.INVITE_ROUND_TABLE], withdrawn_by=GivenBy.WEB)
    registrations.register(mailing.event, registered, Wishes(), proven=True)
    bounced.email_bounced_at = clock.now()
    profile.get_volunteer(paused).paused_until = clock.today() + timedelta(days=9)
    work()
    written = [mail.recipient for mail in db.session.scalars(db.select(Mail).where(Mail.key.startswith("invitation")))]
    assert written == [stays.email]
    assert mailing.left_out == {"no_consent": 1, "registered": 1, "bounced": 1, "paused": 1}
    assert (count(Invitation), mailing.status) == (1, MailingStatus.SENT)


def test_who_answered_by_phone_before_the_mail_keeps_the_answer_and_gets_no_mail(draft, make):
    mailing = send(draft(1))
    (invitation,) = db.session.scalars(db.select(Invitation))
    service.decline(invitation, entered_by=make.user())
    work()
    assert (count(Mail), invitation.answer, mailing.status) == (0, Answer.NO, MailingStatus.SENT)


def test_an_event_that_is_called_off_stops_its_mailing(draft):
    mailing = send(draft(2))
    events.cancel_event(mailing.event)
    work()
    assert (count(Mail), count(Invitation)) == (0, 0)
    assert (mailing.status, mailing.left_out) == (MailingStatus.CANCELLED, {"event_closed": 2})


def test_a_mailbox_that_people_share_gets_one_mail_even_across_batches(draft, make):
    event = make.event()
    first = make.volunteer(name="Aa Kern", email="familie@example.org")
    many = [make.volunteer(name=f"M{number:03}") for number in range(60)]
    last = make.volunteer(name="Zz Kern", email="familie@example.org")
    people = tuple(person.id for person in (first, *many, last))
    send(mailings.prepare(event, Audience(people=people), by=make.user()))
    work()
    deliver()
    work()
    shared = db.session.scalars(db.select(Mail).where(Mail.recipient == "familie@example.org")).all()
    assert [mail.recipient_name for mail in shared] == ["Aa Kern, Zz Kern"]
    assert count(Mail) == 61


def test_mails_carry_the_way_out_and_nothing_from_elsewhere(draft, app):
    send(draft(1))
    work()
    (mail,) = db.session.scalars(db.select(Mail))
    assert mail.unsubscribe_url.startswith("http://localhost/")
    assert mail.unsubscribe_url in mail.text
    assert "<img" not in mail.html
    assert "src=" not in mail.html
    assert f"http://localhost/kalender/termin/{db.session.scalar(db.select(Mailing)).event_id}.ics" in mail.text


def test_who_came_by_a_list_is_told_so_in_the_first_mail_and_only_there(draft, make):
    told, knows = make.volunteer(name="Anna Kern"), make.volunteer(name="Bernd Kern")
    volunteer = profile.get_volunteer(told)
    volunteer.informed_at, volunteer.source = None, "Liste Ehrenamt 2026"
    for event in (make.event(), make.event()):
        send(mailings.prepare(event, Audience(people=(told.id, knows.id)), by=make.user()))
        work()
    by_recipient = [(mail.recipient, "Liste Ehrenamt 2026" in mail.text) for mail in db.session.scalars(
        db.select(Mail).order_by(Mail.id))]  # fmt: skip
    assert by_recipient == [(told.email, True), (knows.email, False), (told.email, False), (knows.email, False)]
    assert volunteer.informed_at is not None


def test_own_words_reach_each_reader_in_their_language(draft, make):
    event = make.event(title="Runder Tisch")
    german, arabic = make.volunteer(name="Anna Kern", address_as="Frau Kern"), make.volunteer(language="ar")
    mailing = mailings.prepare(event, Audience(people=(german.id, arabic.id)), by=make.user())
    mailings.write_texts(
        mailing, {"de": mailings.texts.Text("Komm zum {veranstaltung}", "Hallo {anrede},\n\nzweiter Absatz")}, version=0
    )
    send(mailing)
    work()
    first, second = db.session.scalars(db.select(Mail).order_by(Mail.id))
    assert first.subject == "Komm zum Runder Tisch"
    assert "Hallo Frau Kern,\n\nzweiter Absatz\n\n" in first.text
    assert "<p>Hallo Frau Kern,</p>\n<p>zweiter Absatz</p>" in first.html
    assert "zweiter Absatz" not in second.text
    assert second.language == "ar"


def test_two_who_edit_the_text_at_once_do_not_overwrite_each_other(draft):
    mailing = draft(1)
    words = {"de": mailings.texts.Text("a", "b")}
    mailings.write_texts(mailing, words, version=0)
    with pytest.raises(mailings.EditedMeanwhile):
        mailings.write_texts(mailing, words, version=0)


def test_a_text_with_a_gap_is_not_sent(draft, make):
    mailing = draft(2, make.event(place=None))
    mailings.write_texts(mailing, {"de": mailings.texts.Text("a", "in {ort}")}, version=0)
    with pytest.raises(mailings.HasGaps) as gaps:
        mailings.send(mailing, by=make.user())
    assert gaps.value.fields == ["ort"]


def test_a_mail_that_fails_is_counted_in_people(draft, make):
    event = make.event()
    couple = [make.volunteer(name=name, email="familie@example.org") for name in ("Anna", "Bernd")]
    mailing = send(mailings.prepare(event, Audience(people=tuple(p.id for p in couple)), by=make.user()))
    work()
    mail = queue.claim(lease=timedelta(minutes=1), per_minute=100)
    assert mail is not None
    db.session.execute(db.update(Mail).values(status=MailStatus.FAILED))
    assert (progress(mailing).failed, progress(mailing).total) == (2, 2)


@pytest.mark.parametrize(("partstat", "answer", "comes"), [
    ("ACCEPTED", Answer.YES, True), ("accepted", Answer.YES, True), ("DECLINED", Answer.NO, False),
    ("TENTATIVE", Answer.MAYBE, False), ("NEEDS-ACTION", None, False),
])  # fmt: skip
def test_answers_of_calendar_programs_count_but_prove_no_address(invite, make, partstat, answer, comes):
    invitation = invite(person=make.volunteer(proven=False))
    assert service.answer_from_calendar(invitation, partstat) is answer
    assert invitation.answer is answer
    made = registrations.find_registration_of(invitation.event, invitation.person)
    assert (made is not None and made.is_coming) is comes
    assert invitation.person.email_proven_at is None


def test_a_calendar_that_accepts_again_keeps_what_was_wished_for(invite):
    invitation = invite()
    service.accept(invitation, Wishes(party_size=3), language="de")
    service.answer_from_calendar(invitation, "ACCEPTED")
    made = registrations.find_registration_of(invitation.event, invitation.person)
    assert (made.party_size, count(Mail)) == (3, 2)
    service.answer_from_calendar(invitation, "DECLINED")
    assert not made.is_active


def test_the_mail_carries_an_entry_to_answer_to_only_when_answers_are_read(draft, make, app):
    app.config["IMAP_HOST"] = "imap.example"
    asked = send(draft(1, email="allein@example.org"))
    work()
    couple = [make.volunteer(name=name, email="familie@example.org") for name in ("Anna", "Bernd")]
    send(mailings.prepare(make.event(), Audience(people=tuple(p.id for p in couple)), by=make.user()))
    work()
    alone, shared = db.session.scalars(db.select(Mail).order_by(Mail.id))
    assert (alone.calendar_method, shared.calendar) == ("REQUEST", None)
    entry = alone.calendar.replace("\r\n ", "")
    assert f"UID:{asked.event.dates[0].uid}" in entry
    assert entry.count("ATTENDEE") == 1
    assert "PARTSTAT=NEEDS-ACTION;RSVP=TRUE;" in entry
    assert "allein@example.org" in entry


def test_what_has_several_dates_is_asked_for_by_the_link_and_the_entries_come_after_the_yes(make, app):
    app.config["IMAP_HOST"] = "imap.example"
    event = make.training().event
    person = make.volunteer(agreed=[Purpose.INVITE_TRAINING])
    send(mailings.prepare(event, Audience(people=(person.id,)), by=make.user()))
    work()
    (asked,) = db.session.scalars(db.select(Mail))
    assert (asked.calendar, asked.calendar_method) == (None, None)
    assert asked.text.count("18:00 bis 19:30 Uhr") >= len(event.dates) == 4
    invitation = db.session.scalars(db.select(Invitation)).one()
    service.accept(invitation, Wishes(), language="de")
    told = db.session.scalars(db.select(Mail).order_by(Mail.id.desc())).first()
    assert told.calendar.count("METHOD:REQUEST") == 4


def test_without_a_mailbox_to_read_no_entry_asks_for_an_answer(draft):
    send(draft(1))
    work()
    assert db.session.scalars(db.select(Mail.calendar)).all() == [None]


def test_the_time_left_is_told_by_the_pace_of_this_mailing_and_not_by_a_test_sent_before(make):
    at = clock.now().replace(microsecond=0)
    make.mail(to="vera@example.org", sent_at=at - timedelta(seconds=50), status=MailStatus.SENT)
    nothing_sent = mailings.Progress(waiting=49)
    with clock.stopped(at):
        assert mailings.minutes_left(nothing_sent, per_minute=120) == 1
        for seconds in range(10):
            make.mail(to="vera@example.org", sent_at=at - timedelta(seconds=seconds), status=MailStatus.SENT)
        assert mailings.minutes_left(mailings.Progress(sent=10, waiting=130), per_minute=120) == 10
