"""Whoever came is thanked and asked once, whatever happens in between."""

from datetime import timedelta

import pytest

from coordapp.accounts.tokens import token_hash
from coordapp.directory.models import Person
from coordapp.events import mails as events_mails
from coordapp.events.models import RegistrationStatus
from coordapp.extensions import db
from coordapp.feedback import thanks
from coordapp.feedback.models import FeedbackTicket
from coordapp.outbox.models import Mail
from coordapp.outbox.sender import Sender
from coordapp.privacy import erasure
from coordapp.round_tables import attendance
from coordapp.shared import clock

from .conftest import ENDED, MORNING_AFTER, list_thanks, run, token_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def count_tickets() -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(FeedbackTicket))


def test_walked_hour_by_hour_it_comes_once_at_eight_in_the_morning(app, past):
    past(2)
    moments = [ENDED + hours * HOUR for hours in range(24 * 40) if run(ENDED + hours * HOUR)]
    assert moments == [ENDED + 14 * HOUR]
    assert (len(list_thanks()), count_tickets()) == (2, 2)


def test_a_list_that_is_closed_late_still_thanks_and_one_closed_after_a_month_does_not(app, make, past):
    late, too_late = make.registration(past(0)), make.registration(past(0))
    assert run() == 0
    late.status = RegistrationStatus.ATTENDED
    assert run(ENDED + 20 * DAY) == 1
    too_late.status = RegistrationStatus.ATTENDED
    assert run(ENDED + 31 * DAY) == 0


@pytest.mark.parametrize("status", [one for one in RegistrationStatus if one is not RegistrationStatus.ATTENDED])
def test_only_who_came_is_thanked(app, make, past, status):
    event = past(1)
    make.registration(event, status=status)
    assert run() == 1


def test_who_has_no_address_or_none_that_works_is_left_out_and_keeps_nobody_waiting(app, make, past):
    event = past(0)
    came = RegistrationStatus.ATTENDED
    make.registration(event, make.person(email=None), status=came)
    make.registration(event, make.person(email_bounced_at=clock.now()), status=came)
    make.registration(event, make.person(proven=False), status=came)  # a visitor's slip of the pen, perhaps
    reachable = make.registration(event, status=came)
    assert run() == 1
    assert [mail.recipient for mail in list_thanks()] == [reachable.person.email]
    assert count_tickets() == 1


def test_nobody_is_thanked_for_what_was_called_off(app, past):
    past(1, cancelled=True)
    assert run() == 0


def test_opened_and_closed_again_nobody_is_thanked_twice(app, past):
    event = past(2)
    attendance.close_list(event)
    assert run() == 2
    attendance.reopen_list(event)
    registration = attendance_of(event)[0]
    attendance.set_attendance(registration, came=False)
    attendance.set_attendance(registration, came=True)
    attendance.close_list(event)
    assert run(MORNING_AFTER + DAY) == 0
    assert count_tickets() == 2


def attendance_of(event) -> list:
    from coordapp.events.models import Registration

    return list(db.session.scalars(db.select(Registration).filter_by(event_id=event.id).order_by(Registration.id)))


def test_a_round_that_is_not_committed_leaves_neither_mail_nor_ticket(app, past):
    past(1)
    db.session.commit()
    assert thanks.write_due() == 1
    db.session.rollback()  # as when the process is killed
    assert (list_thanks(), count_tickets()) == ([], 0)
    assert run() == 1
    assert (len(list_thanks()), count_tickets()) == (1, 1)


def test_many_are_written_in_several_transactions(app, past, monkeypatch):
    monkeypatch.setattr(thanks, "BATCH", 4)
    past(10)
    assert [thanks.write_due() for _round in range(4)] == [4, 4, 2, 0]
    assert len({mail.recipient for mail in list_thanks()}) == 10


def test_the_number_of_questions_does_not_grow_with_the_people_when_all_is_written(app, past, count_queries):
    def asked(people: int) -> int:
        past(people)
        run()
        with count_queries() as queries:
            assert thanks.write_due() == 0
        return len(queries)

    assert asked(1) == asked(30)


def test_at_night_the_database_is_not_even_asked(app, past, count_queries):
    past(1)
    with count_queries() as queries, clock.stopped(ENDED + 9 * HOUR):
        assert thanks.write_due() == 0
    assert [one for one in queries if not one.startswith("INSERT")] == []


def test_the_mail_speaks_the_language_of_the_registration_and_gives_a_link_that_works(app, client, make, past):
    event = past(0, title="Runder Tisch Ilmenau")
    make.registration(event, status=RegistrationStatus.ATTENDED, language="de")
    make.registration(event, status=RegistrationStatus.ATTENDED, language="ar")
    run()
    german, arabic = list_thanks()
    assert german.subject == "Danke, dass Sie da waren: Runder Tisch Ilmenau"
    assert "13. November 2026" in german.text
    assert german.text.count("/rueckmeldung/") == 1
    assert arabic.language == "ar"
    assert "?sprache=ar" in arabic.text
    tokens = {token_in(german), token_in(arabic)}
    assert {len(token) for token in tokens} == {43}  # 256 bits
    stored = set(db.session.scalars(db.select(FeedbackTicket.token_hash)))
    assert stored == {token_hash(token) for token in tokens}
    for token in tokens:
        client.get_page(f"/rueckmeldung/{token}/")


def test_the_mail_answers_to_the_first_one_about_the_registration(app, make, past):
    registration = make.registration(past(0), status=RegistrationStatus.CONFIRMED)
    events_mails.registration_received(registration, is_first=True)
    first = db.session.scalars(db.select(Mail)).one()
    registration.status = RegistrationStatus.ATTENDED
    run()
    (mail,) = list_thanks()
    assert mail.in_reply_to == first.message_id


def test_a_mail_about_something_confidential_does_not_name_it(app, past):
    past(1, title="Supervision Kanarienvogel", group_only=True, is_confidential=True)
    assert run() == 1
    (mail,) = list_thanks()
    assert mail.subject == "Danke, dass Sie da waren"
    assert "Kanarienvogel" not in mail.subject + mail.text + mail.html


def test_once_it_is_sent_the_link_stands_nowhere(app, past, smtp):
    past(1)
    run()
    token = token_in(list_thanks()[0])
    db.session.commit()
    with clock.stopped(MORNING_AFTER + HOUR):
        sender = Sender()
        assert sender.send_next()
        sender.close()
    (mail,) = list_thanks()
    assert (mail.text, mail.html) == ("", "")
    assert len(smtp.messages) == 1
    rows = [tuple(row) for table in db.metadata.sorted_tables for row in db.session.execute(db.select(table))]
    assert not any(token in repr(row) for row in rows)


def test_who_was_deleted_gets_nothing_and_takes_nothing_along(app, past):
    event = past(2)
    first, second = attendance_of(event)
    erasure.erase(first.person)
    assert run() == 1
    assert [mail.recipient for mail in list_thanks()] == [second.person.email]
    erasure.erase(second.person)
    assert count_tickets() == 1  # it names nobody, so there is nothing to delete
    assert {person.name for person in db.session.scalars(db.select(Person))} == {erasure.NOBODY}
