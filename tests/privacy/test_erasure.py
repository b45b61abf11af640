"""Deleting somebody: nothing of them is left in any column of any table, and the figures stay."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coordapp.accounts.models import Role, SignIn, User
from coordapp.directory import consents, erased, profile
from coordapp.directory.models import OrganisationReport, Person
from coordapp.directory.models_consent import DisclosureKind, GivenBy, Purpose
from coordapp.directory.models_doubles import Merger
from coordapp.directory.models_import import ImportList, ImportRow
from coordapp.directory.models_profile import Engagement, FieldOfAction
from coordapp.directory.service import refresh_search_text
from coordapp.events.models import Need, Registration, RegistrationStatus
from coordapp.events.occupancy import occupancy_of
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.outbox.models import Mail, MailStatus
from coordapp.privacy import erasure, mails_to, service
from coordapp.round_tables.models import Task, Topic
from coordapp.shared import clock
from coordapp.statements.models import BarrierReport

CANARY = "kanarienvogel"
EMAIL, PHONE, NAME = f"{CANARY}@example.org", "+493628777777", "Kim Kanarienvogel"
ROOMS = (
    "person", "account", "volunteer", "engagement", "consent", "disclosure", "registration", "invitation", "topic",
    "task", "barrier_report", "organisation_report", "sign_in", "mail", "import_row", "merger",
)  # fmt: skip
TRACES = (CANARY, "3628777777", "3628 777777", "99987")


def traces() -> list[str]:
    """Return the columns of all tables that hold anything of the canary."""
    found = []
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            held = {column: str(value).casefold() for column, value in row.items()}
            found += [f"{table.name}.{column}" for column, words in held.items() if any(t in words for t in TRACES)]
    return sorted(set(found))


@pytest.fixture
def kim(make) -> Person:
    """Return somebody who has left a trace in every room."""
    user = make.user(name=NAME, email=EMAIL)
    person = make.volunteer(
        agreed=(Purpose.DIRECTORY, Purpose.INVITE_ROUND_TABLE), name=NAME, email=EMAIL, user_id=user.id, phone=PHONE,
        street=f"{NAME}-Straße 7", postal_code="99987", municipality=NAME, address_as=f"Frau {NAME}",
        email_trouble=f"<{EMAIL}> unknown",
    )  # fmt: skip
    refresh_search_text(person)
    volunteer = profile.get_volunteer(person)
    volunteer.note, volunteer.source = f"ruft {NAME} an", f"Liste von {NAME}"
    volunteer.engagements.append(Engagement(field=FieldOfAction.WORK, activity=f"{NAME} hilft"))
    profile.save(volunteer)
    consents.give(person, Purpose.PHOTO, given_by=GivenBy.PHONE, note=f"{NAME} am Telefon")
    consents.disclose([person], DisclosureKind.GIVEN_OUT, by=None, recipient="Eva", reason=f"fragte nach {NAME}")
    past = make.event(starts_at=make.in_days(-20))
    make.registration(past, person, status=RegistrationStatus.ATTENDED, party_size=2, note=f"{NAME} kommt mit Hund")
    db.session.add(Invitation(event=past, person=person, token=f"{CANARY}-einladung"))
    db.session.add(Topic(event_id=past.id, person_id=person.id, text=f"{NAME} fragt"))
    db.session.add(Task(event_id=past.id, assignee_id=person.id, text="Raum buchen"))
    db.session.add(Task(event_id=past.id, assignee_name=NAME, text="Kuchen"))
    db.session.add(BarrierReport(description=f"{NAME} sieht nichts", email=EMAIL, due_on=clock.today()))
    club = make.organisation()
    db.session.add(
        OrganisationReport(organisation_id=club.id, note=NAME, reporter_name=NAME, reporter_email=EMAIL, values={})
    )
    db.session.add(SignIn(user_id=user.id, token_hash=CANARY, expires_at=clock.now()))
    make.mail(to=EMAIL, recipient_name=NAME, subject=f"Hallo {NAME}")
    make.mail(to=EMAIL, recipient_name=NAME, status=MailStatus.FAILED, last_error=f"550 <{EMAIL}> unknown")
    _in_lists(person)
    db.session.commit()
    return person


def _in_lists(person: Person) -> None:
    """Leave traces in an imported list and a merger."""
    listed = ImportList(name="Liste 2026")
    db.session.add(listed)
    db.session.flush()
    cells = {"cells": [NAME, EMAIL], "values": {"name": NAME}, "sheet": 0}
    db.session.add(ImportRow(import_list_id=listed.id, number=2, person_id=person.id, **cells))
    db.session.add(ImportRow(import_list_id=listed.id, number=3, **cells))  # nobody has looked at it yet
    old = Person(name=f"{NAME} alt", name_key=f"{CANARY} alt", email=EMAIL, merged_into_id=person.id)
    db.session.add(old)
    db.session.flush()
    db.session.add(Merger(kept_id=person.id, merged_id=old.id, before={"person": [{"name": NAME}]}))


def test_after_erasing_nothing_is_left_in_any_column(kim):
    before = traces()
    for table in ROOMS:
        assert any(name.startswith(f"{table}.") for name in before), table
    erasure.erase(kim)
    db.session.commit()
    db.session.expire_all()
    assert traces() == []


def test_the_figures_stay(kim):
    event = db.session.scalars(select(Registration)).one().event
    before = (occupancy_of(event), service._figures(event.id), db.session.scalar(select(func.count(Invitation.id))))
    mails = db.session.scalar(select(func.count(Mail.id)))
    erasure.erase(kim)
    after = (occupancy_of(event), service._figures(event.id), db.session.scalar(select(func.count(Invitation.id))))
    assert after == before
    assert db.session.scalar(select(func.count(Mail.id))) == mails


def test_what_figures_needed_goes_with_the_deletion_plan(kim):
    erasure.erase(kim)
    assert [person.name for person in db.session.scalars(select(Person))] == [erasure.NOBODY]
    with clock.stopped(clock.now() + timedelta(days=400)):
        service.delete_due()
    assert db.session.scalars(select(Person)).all() == []


def test_who_never_registered_leaves_no_row(make):
    person = make.volunteer()
    erasure.erase(person)
    assert db.session.scalars(select(Person)).all() == []


def test_what_is_coming_is_cancelled_and_the_next_in_line_is_asked(make):
    event = make.event(capacity=1)
    person = make.person(name=NAME, email=EMAIL)
    made = make.registration(event, person, needs=[Need.FOOD.value], note=f"{NAME} isst nichts")
    waiting = make.registration(event, make.person(email="vera@example.org"), status=RegistrationStatus.WAITING)
    erasure.erase(person)
    db.session.commit()
    assert (made.status, made.note, made.needs) == (RegistrationStatus.CANCELLED, "", [])
    assert waiting.status is RegistrationStatus.OFFERED
    sendable = select(Mail.recipient).where(Mail.status == MailStatus.QUEUED)
    assert db.session.scalars(sendable).all() == ["vera@example.org"]
    assert traces() == []


def test_old_links_open_nothing_any_more(make, client):
    person = make.person()
    made = make.registration(of_person=person)
    token = made.token
    erasure.erase(person)
    assert client.get(f"/anmeldung/{token}/").status_code == 404


def test_mails_that_wait_are_dropped_even_one_in_the_hands_of_a_sender(make):
    person = make.person(email=EMAIL)
    for status in (MailStatus.QUEUED, MailStatus.SENDING):
        make.mail(to=EMAIL, status=status, recipient_name=person.name)
    erasure.erase(person)
    assert {mail.status for mail in db.session.scalars(select(Mail))} == {MailStatus.EXPIRED}


def test_who_shares_the_address_keeps_their_mails(make):
    kim, kai = (
        make.person(name="Kim Paar", email="paar@example.org"),
        make.person(name="Kai Paar", email="paar@example.org"),
    )
    mine, other = (make.mail(to="paar@example.org", recipient_name=one.name) for one in (kim, kai))
    erasure.erase(kim)
    db.session.commit()
    db.session.expire_all()
    assert (mine.recipient, other.recipient) == ("", "paar@example.org")
    assert (mine.text, other.text) == ("", "Guten Tag")
    assert kai.name == "Kai Paar"


def test_of_two_similar_names_with_one_address_each_has_their_own_mails(make):
    anna, hanna = (make.person(name=name, email="familie@example.org") for name in ("Anna Kern", "Hanna Kern"))
    theirs = make.mail(to="familie@example.org", recipient_name="Hanna Kern")
    both = make.mail(to="familie@example.org", recipient_name="Hanna Kern, Anna Kern")
    assert mails_to.list_mails(anna) == [both]
    assert mails_to.list_mails(hanna) == [both, theirs]


@pytest.mark.parametrize("cells", [["Kanarienvogel, Kim", "0170"], ["Kanarienvogel", "Arnstadt", "Kim"]])
def test_rows_of_lists_with_the_surname_first_go_too(make, cells):
    kim = make.person(name=NAME, email=None)
    listed = ImportList(name="Liste 2026")
    db.session.add(listed)
    db.session.flush()
    for number, row in enumerate((cells, ["Kimme", "Kanarienvogel"]), start=1):
        db.session.add(ImportRow(import_list_id=listed.id, number=number, sheet=0, cells=row))
    db.session.flush()
    erasure.erase(kim)
    assert db.session.scalars(select(ImportRow.number)).all() == [2]


def test_mails_to_an_address_that_somebody_once_had_go_too(make):
    person = make.person(email="neu@example.org")
    made = make.registration(of_person=person)
    old = make.mail(to="alt@example.org", key=f"registration:{made.id}:registered:0:confirmed")
    other = make.mail(to="eva@example.org", key=f"registration:{made.id}1:registered:0:confirmed")
    erasure.erase(person)
    db.session.commit()
    db.session.expire_all()
    assert (old.recipient, other.recipient) == ("", "eva@example.org")


def test_an_old_list_does_not_bring_them_back(kim):
    erasure.erase(kim)
    assert erased.was_erased(name=NAME, email=EMAIL)
    assert not erased.was_erased(name="Eva Fremd", email="eva@example.org")


def test_an_account_of_staff_stays(make):
    user = make.user(role=Role.COORDINATOR, name=NAME, email=EMAIL)
    erasure.erase(make.person(name=NAME, email=EMAIL, user_id=user.id))
    assert db.session.scalars(select(User)).one().is_active
    assert db.session.scalars(select(Person)).all() == []


def test_leaving_the_directory_keeps_registrations_invitations_and_account(make, kim):
    make.registration(of_person=kim)
    erasure.leave_directory(kim, by=GivenBy.WEB)
    db.session.commit()
    assert profile.find_volunteer(kim) is None
    assert consents.purposes_of(kim) == {Purpose.INVITE_ROUND_TABLE, Purpose.PHOTO}
    assert (kim.street, kim.postal_code, kim.email) == ("", "", EMAIL)
    assert {made.status for made in db.session.scalars(select(Registration))} == {
        RegistrationStatus.ATTENDED, RegistrationStatus.CONFIRMED
    }  # fmt: skip
    assert erased.was_erased(name=NAME, email=EMAIL)
    assert kim.user is not None
