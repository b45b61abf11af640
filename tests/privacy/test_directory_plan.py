"""The deletion plan of the directory, with the clock moved on."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coordapp.accounts.models import Role, User
from coordapp.directory import consents, profile
from coordapp.directory.models import Person
from coordapp.directory.models_consent import Consent, Disclosure, DisclosureKind, GivenBy, Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.privacy import service
from coordapp.shared import clock

THREE_YEARS = 3 * 365


def run_in(days: int) -> None:
    with clock.stopped(clock.now() + timedelta(days=days)):
        service.delete_due()
        db.session.commit()
    db.session.expire_all()


def count(table) -> int:
    return db.session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize(("sign", "kept"), [("none", False), ("consent", True), ("registration", True), ("word", True)])
def test_entries_without_a_sign_of_life_for_three_years_go_with_their_person(make, sign, kept):
    person = make.volunteer(agreed=(Purpose.DIRECTORY,))
    with clock.stopped(clock.now() + timedelta(days=900)):  # registrations themselves go a year after the event
        if sign == "consent":
            consents.give(person, Purpose.PHOTO, given_by=GivenBy.PHONE)
        if sign == "registration":
            make.registration(of_person=person)
        if sign == "word":
            profile.confirm(profile.get_volunteer(person))
    run_in(THREE_YEARS - 1)
    assert count(Volunteer) == 1
    run_in(THREE_YEARS + 1)
    assert (count(Volunteer), count(Person)) == ((1, 1) if kept else (0, 0))


@pytest.mark.parametrize(("days", "left"), [(364, 1), (366, 0)])
def test_looks_at_contact_data_are_kept_for_a_year(make, days, left):
    consents.disclose([make.volunteer()], DisclosureKind.VIEWED, by=None)
    run_in(days)
    assert count(Disclosure) == left


@pytest.mark.parametrize(("days", "left"), [(THREE_YEARS - 1, 1), (THREE_YEARS + 1, 0)])
def test_withdrawn_consents_can_be_proved_for_three_years(make, days, left):
    person = make.volunteer(agreed=(Purpose.PHOTO,), user_id=make.user(role=Role.CLUB).id)
    consents.withdraw(person, [Purpose.PHOTO], withdrawn_by=GivenBy.WEB)
    with clock.stopped(clock.now() + timedelta(days=1000)):
        profile.confirm(profile.get_volunteer(person))
    run_in(days)
    assert count(Consent) == left


def test_consents_that_still_count_stay(make):
    person = make.volunteer(agreed=(Purpose.PHOTO,))
    with clock.stopped(clock.now() + timedelta(days=THREE_YEARS)):
        profile.confirm(profile.get_volunteer(person))
    run_in(THREE_YEARS + 300)
    assert count(Consent) == 1


@pytest.mark.parametrize(
    ("role", "is_in_use", "kept"),
    [
        (Role.VOLUNTEER, False, False),
        (Role.VOLUNTEER, True, True),
        (Role.CLUB, False, True),
        (Role.COORDINATOR, False, True),
    ],
)
def test_accounts_that_nobody_uses_for_three_years_go(make, role, is_in_use, kept):
    user = make.user(role=role)
    person = make.person(user_id=user.id)
    if is_in_use:
        make.registration(make.event(starts_at=make.in_days(THREE_YEARS)), person)
    run_in(THREE_YEARS - 1)
    assert count(User) == 1
    run_in(THREE_YEARS + 1)
    assert count(User) == (1 if kept else 0)
    assert count(Person) == (1 if kept else 0)


@pytest.mark.parametrize(("days", "left"), [(2, ["nadia@example.org", "vera@example.org"]), (4, ["vera@example.org"])])
def test_who_was_offered_an_account_and_made_none_is_forgotten_after_three_days(make, client, days, left):
    for email in ("nadia@example.org", "vera@example.org"):
        client.post_form("/konto/anmelden/", {"email": email})
    make.user(email="vera@example.org")
    run_in(days)
    assert sorted(db.session.scalars(select(Mail.recipient))) == left


def test_nothing_happens_the_second_time(make):
    make.volunteer()
    with clock.stopped(clock.now() + timedelta(days=THREE_YEARS + 1)):
        assert service.delete_due() > 0
        assert service.delete_due() == 0
