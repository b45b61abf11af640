import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from coordapp.accounts.models import User
from coordapp.directory import consents
from coordapp.directory.models import Person
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.events import registration as registrations
from coordapp.events.models import CancelledBy, Event, Registration, RegistrationStatus
from coordapp.events.registration import Wishes
from coordapp.events.rules import Refusal, RegistrationRefused
from coordapp.extensions import db
from coordapp.invitations import service
from coordapp.invitations.models import Answer, Invitation
from coordapp.invitations.rules import LeftOut, State
from coordapp.outbox.models import Mail
from coordapp.round_tables import minutes
from coordapp.shared import clock
from tests import make as make_rows


def states(event) -> dict[str, State]:
    return {line.invitation.person.name: line.state for line in service.list_lines(event)}


def test_each_person_gets_one_mail_with_a_link_of_their_own(make, mails, app):
    event = make.event(title="Runder Tisch in Ilmenau", summary="Es geht um Wohnungen.")
    people = [make.volunteer(name="Anna Beispiel"), make.volunteer(name="Nour Beispiel", language="ar")]
    service.invite(event, people, by=make.user())
    written = mails("invitation:")
    tokens = [invitation.token for invitation in db.session.scalars(db.select(Invitation).order_by(Invitation.id))]
    assert [mail.recipient for mail in written] == [person.email for person in people]
    assert [mail.language for mail in written] == ["de", "ar"]
    assert len(set(tokens)) == 2
    links = [f"http://localhost/einladung/{token}/" for token in tokens]
    assert [[link in mail.text for link in links] for mail in written] == [[True, False], [False, True]]
    assert "Guten Tag Anna Beispiel," in written[0].text
    assert "Zusagen oder absagen" in written[0].text
    assert "Es geht um Wohnungen." in written[0].text
    assert written[0].subject.startswith("Einladung: Runder Tisch in Ilmenau, ")
    assert written[0].expires_at == event.registration_closes_at
    assert f"/einladung/{tokens[1]}/?sprache=ar" in written[1].text


def test_an_invitation_is_written_once_however_often_the_button_is_pressed(make, mails):
    event, people = make.event(), [make.volunteer(), make.volunteer()]
    first = service.invite(event, people, by=make.user())
    second = service.invite(event, people, by=make.user())
    assert list(first.reachable) == people
    assert list(second.left_out) == [(person, LeftOut.INVITED) for person in people]
    assert len(mails()) == 2
    assert service.list_invited(event) == people


def test_two_who_press_the_button_at_once_send_one_mail_to_each(fresh_app):
    event_id, by_id = make_rows.event().id, make_rows.user().id
    ids = [make_rows.volunteer().id for _each in range(5)]
    db.session.commit()
    begin = threading.Barrier(4)

    def press() -> int:
        with fresh_app.app_context():
            begin.wait()
            people = [db.session.get(Person, id_) for id_ in ids]
            sent = service.invite(db.session.get(Event, event_id), people, by=db.session.get(User, by_id))
            db.session.commit()
            return len(sent.reachable)

    with ThreadPoolExecutor(4) as office:
        assert sorted(office.map(lambda _who: press(), range(4))) == [0, 0, 0, 5]
    assert db.session.scalar(db.select(db.func.count()).select_from(Mail)) == 5


def test_who_cannot_be_invited_is_named_with_the_reason_and_gets_no_mail(make, mails):
    event = make.event()
    refused = make.volunteer(agreed=())
    by_phone = make.volunteer(email=None)
    coming, gone, reachable = make.volunteer(), make.volunteer(), make.volunteer()
    make.registration(event, coming)
    make.registration(event, gone, status=RegistrationStatus.CANCELLED)
    selection = service.invite(event, [refused, by_phone, coming, gone, reachable], by=make.user())
    assert list(selection.reachable) == [reachable]
    assert list(selection.left_out) == [
        (refused, LeftOut.NO_CONSENT), (by_phone, LeftOut.NO_EMAIL), (coming, LeftOut.REGISTERED),
        (gone, LeftOut.DECLINED),
    ]  # fmt: skip
    assert [mail.recipient for mail in mails()] == [reachable.email]


def test_a_couple_that_shares_a_mailbox_gets_one_mail_in_which_each_can_answer(make, mails):
    event = make.event()
    couple = [make.volunteer(name=name, email="familie@example.org") for name in ("Anna Kern", "Bernd Kern")]
    service.invite(event, couple, by=make.user())
    anna, bernd = db.session.scalars(db.select(Invitation).order_by(Invitation.id))
    (mail,) = mails()
    assert mail.key == anna.mail_key == bernd.mail_key
    assert mail.key.endswith(f":{anna.id}")
    assert mail.recipient_name == "Anna Kern, Bernd Kern"
    assert "Guten Tag Anna Kern und Bernd Kern," in mail.text
    for invitation in (anna, bernd):
        link = f"http://localhost/einladung/{invitation.token}/"
        assert f"Antwort von {invitation.person.name}:\n{link}" in mail.text
        assert link in mail.html


def test_of_two_who_share_a_mailbox_only_the_silent_one_is_reminded(make, mails):
    event = make.event()
    couple = [make.volunteer(name=name, email="familie@example.org") for name in ("Anna Kern", "Bernd Kern")]
    service.invite(event, couple, by=make.user())
    anna, bernd = db.session.scalars(db.select(Invitation).order_by(Invitation.id))
    service.decline(anna)
    assert service.remind_silent(event) == 1
    (reminder,) = [mail for mail in mails("invitation:") if mail.key.endswith(":reminder")]
    assert bernd.token in reminder.text
    assert anna.token not in reminder.text


@pytest.mark.parametrize(("given", "reason"), [
    ({"published": False}, Refusal.NOT_PUBLISHED), ({"cancelled": True}, Refusal.CANCELLED),
    ({"registration_closes_at": clock.now() - timedelta(hours=1)}, Refusal.CLOSED),
])  # fmt: skip
def test_nobody_is_invited_to_what_they_cannot_come_to(make, mails, given, reason):
    event, person = make.event(**given), make.volunteer()
    with pytest.raises(RegistrationRefused) as refused:
        service.invite(event, [person], by=make.user())
    assert refused.value.reason is reason
    assert mails() == []


def test_a_yes_is_a_confirmed_registration_and_proves_the_address(invite, make, mails):
    person = make.volunteer(proven=False)
    invitation = invite(person=person)
    made = service.accept(invitation, Wishes(party_size=2), language="uk")
    assert (made.status, made.party_size, made.language) == (RegistrationStatus.CONFIRMED, 2, "uk")
    assert (invitation.answer, invitation.entered_by) == (Answer.YES, None)
    assert person.email_proven_at is not None
    assert len(mails("registration:")) == 1


def test_a_yes_does_not_prove_an_address_that_the_invitation_never_went_to(invite, make):
    person = make.volunteer(proven=False)
    invitation = invite(person=person)
    person.email = "neu@example.org"
    service.accept(invitation, Wishes(), language="de")
    assert person.email_proven_at is None


def test_a_yes_said_by_phone_does_not_prove_the_address(invite, make):
    person, by = make.volunteer(proven=False), make.user()
    invitation = invite(person=person)
    made = service.accept_by_phone(invitation, by=by)
    assert (made.status, made.entered_by, made.language) == (RegistrationStatus.CONFIRMED, by, person.language)
    assert (invitation.answer, invitation.entered_by) == (Answer.YES, by)
    assert person.email_proven_at is None


def test_a_yes_by_phone_keeps_what_was_asked_for_before(invite, make):
    event, person = make.event(), make.volunteer(proven=False)
    invitation = invite(event, person)
    make.registration(event, person, status=RegistrationStatus.UNCONFIRMED, party_size=3, note="mit Kind")
    made = service.accept_by_phone(invitation, by=make.user())
    assert (made.status, made.party_size, made.note) == (RegistrationStatus.CONFIRMED, 3, "mit Kind")


def test_a_no_after_a_yes_gives_the_place_back(invite, make):
    event = make.event(capacity=1)
    invitation = invite(event)
    made = service.accept(invitation, Wishes(), language="de")
    following = make.registration(event, status=RegistrationStatus.WAITING)
    service.decline(invitation)
    assert (made.status, made.cancelled_by) == (RegistrationStatus.CANCELLED, CancelledBy.PARTICIPANT)
    assert following.status is RegistrationStatus.OFFERED
    assert service.line_of(invitation).state is State.DECLINED


def test_a_yes_to_a_full_event_waits(invite, make):
    event = make.event(capacity=1)
    make.registration(event)
    invitation = invite(event)
    assert service.accept(invitation, Wishes(), language="de").status is RegistrationStatus.WAITING
    assert service.line_of(invitation).state is State.WAITING


def test_only_the_silent_are_reminded_and_only_once(invite, make, mails):
    event = make.event()
    names = ("Anton", "Berta", "Carla", "David", "Emil")
    silent, yes, no, elsewhere, withdrew = (invite(event, make.volunteer(name=name)) for name in names)
    service.accept(yes, Wishes(), language="de")
    service.decline(no)
    registrations.register(event, elsewhere.person, Wishes(), proven=True)
    consents.withdraw(withdrew.person, [Purpose.INVITE_ROUND_TABLE], withdrawn_by=GivenBy.WEB)
    assert states(event) == {
        "Anton": State.SILENT, "Berta": State.COMING, "Carla": State.DECLINED, "David": State.COMING,
        "Emil": State.SILENT,
    }  # fmt: skip
    assert service.remind_silent(event) == 1
    (reminder,) = [mail for mail in mails("invitation:") if mail.key.endswith(":reminder")]
    (first,) = [mail for mail in mails("invitation:") if mail.key == silent.mail_key]
    assert (reminder.recipient, reminder.in_reply_to) == (silent.person.email, first.message_id)
    assert reminder.subject.startswith("Kommen Sie?")
    assert silent.token in reminder.text
    assert service.remind_silent(event) == 0
    assert silent.reminded_at is not None


def test_nobody_is_reminded_after_the_deadline(invite, make, mails):
    event = make.event()
    invite(event)
    with clock.stopped(event.registration_closes_at), pytest.raises(RegistrationRefused):
        service.remind_silent(event)
    assert len(mails()) == 1


def test_everybody_invited_gets_the_minutes_also_who_did_not_come(invite, make):
    event = make.event()
    no, silent = invite(event, make.volunteer(name="Anton")), invite(event, make.volunteer(name="Berta"))
    service.decline(no)
    assert service.list_invited(event) == [no.person, silent.person]
    assert list(minutes.list_recipients(event).by_mail) == [no.person, silent.person]


def test_deleting_a_person_deletes_their_invitations(invite, make):
    invitation = invite()
    db.session.delete(invitation.person)
    db.session.flush()
    assert db.session.scalars(db.select(Invitation)).all() == []


def test_a_yes_by_phone_counts_although_the_registration_was_cancelled_a_moment_ago(make):
    event, guest = make.event(), make.volunteer()
    service.invite(event, [guest], by=make.user())
    (invitation,) = db.session.scalars(db.select(Invitation))
    made = make.registration(event, guest, party_size=3)
    table = Registration.__table__
    gone = {"status": RegistrationStatus.CANCELLED, "cancelled_by": CancelledBy.PARTICIPANT}
    db.session.connection().execute(table.update().where(table.c.id == made.id).values(gone))  # by another process
    service.accept_by_phone(invitation, by=make.user())
    db.session.refresh(made)
    assert (made.status, made.party_size) == (RegistrationStatus.CONFIRMED, 1)
