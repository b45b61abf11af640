"""People are remembered once, whoever types their name; an address is theirs when it is proven."""

from datetime import timedelta

import pytest

from coordapp.accounts import links
from coordapp.accounts.models import LinkPurpose, Role
from coordapp.directory import service as directory
from coordapp.directory.models import Organisation, OrganisationKind, Person
from coordapp.extensions import db
from coordapp.shared import clock


def remember(name: str = "Olha Beispiel", email: str | None = "olha@example.org", **more) -> Person:
    return directory.remember_person(name=name, email=email, **more)


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Olha Beispiel", "olha@example.org"),
        (" olha   BEISPIEL ", "olha@example.org"),
        ("Ólha Beispiel", "olha@example.org"),
        ("Olha Beispiel", " OLHA@Example.org "),
        ("Olha\r\nBeispiel", "olha@example.org"),
    ],
)
def test_the_same_person_is_one_however_it_is_typed(app, name, email):
    first = remember()
    assert remember(name, email) is first
    assert first.name == "Olha Beispiel"  # as typed the first time


@pytest.mark.parametrize(
    ("name", "email"),
    [("Petro Beispiel", "olha@example.org"), ("Olha Beispiel", "petro@example.org"), ("Olha Beispiel", None)],
)
def test_another_name_or_another_address_is_another_person(app, name, email):
    assert remember() is not remember(name, email)


def test_remembering_never_changes_somebody_known(app):
    known = remember(phone="+493628111", language="uk")
    assert remember(phone="+493628222", language="de") is known
    assert (known.phone, known.language) == ("+493628111", "uk")
    assert known.email_proven_at is None


def test_without_an_address_the_telephone_tells_people_apart(app):
    first = remember(email=None, phone="+493628111")
    assert remember(email=None, phone="+493628111") is first
    assert remember(email=None, phone="+493628222") is not first
    nameless = remember(email=None)
    assert nameless is not first
    assert remember(email="") is nameless


def test_a_name_of_letters_that_fold_into_many_is_kept_and_found(app):
    first = remember("ﷺ" * 120)
    assert remember("ﷺ" * 120) is first
    assert len(first.name_key) <= 240
    assert len(first.search_text) <= 800


def test_an_address_is_proven_from_the_first_time_on(app):
    olha = remember()
    first = clock.now()
    with clock.stopped(first):
        directory.prove_email(olha)
    with clock.stopped(first + timedelta(days=1)):
        directory.prove_email(olha)
    assert olha.email_proven_at == first


def test_an_account_finds_the_person_of_its_name_and_address_and_proves_it(make):
    olha = remember()
    user = make.user(name="Olha Beispiel", email="olha@example.org")
    assert directory.find_person_of(user) is None
    assert directory.person_of(user) is olha
    assert directory.person_of(user) is olha
    assert (olha.user_id, directory.find_person_of(user)) == (user.id, olha)
    assert olha.email_proven_at is not None


def test_by_a_signpost_nobody_takes_the_person_away_from_another_account_nor_proves_the_other_address(make):
    mine = make.user(name="Olha Beispiel", email="neu@example.org")
    kept = make.person(name=mine.name, email=mine.email, user_id=mine.id, proven=False)
    old = make.person(name=mine.name, email="alt@example.org", merged_into_id=kept.id)
    theirs = make.user(name=mine.name, email=old.email)
    assert directory.person_of(theirs) is kept
    db.session.flush()
    assert directory.find_person_of(mine) is directory.find_person_of(theirs) is kept
    assert (kept.user_id, kept.email_proven_at) == (mine.id, None)


def test_with_a_new_address_the_account_goes_along_and_the_old_mailbox_opens_nothing(make, browser_of):
    user = make.user(name="Vera Hilft", email="alt@example.org")
    person = make.volunteer(name=user.name, email=user.email, user_id=user.id)
    old_browser, old_link = browser_of(user), links.new_link(user, LinkPurpose.SIGN_IN)
    directory.change_contact(person, name=person.name, email="neu@example.org", phone="+4936289999")
    db.session.commit()
    assert old_browser.get("/mein/daten/").status_code == 302
    assert not links.find_link(old_link, LinkPurpose.SIGN_IN).is_open(clock.now())
    assert (user.email, directory.find_person_of(user)) == ("neu@example.org", person)


@pytest.mark.parametrize("email", ["paar@example.org", None])
def test_where_the_new_address_has_an_account_or_there_is_none_the_old_account_lets_go(make, email):
    user = make.user(name="Vera Hilft", email="alt@example.org")
    make.user(name="Paul Hilft", email="paar@example.org")
    person = make.person(name=user.name, email=user.email, user_id=user.id)
    directory.change_contact(person, name=person.name, email=email, phone=None)
    assert (user.email, directory.find_person_of(user)) == ("alt@example.org", None)


def test_the_account_of_staff_keeps_its_address(make):
    user = make.user(role=Role.COORDINATOR, name="Ina Büro", email="buero@example.org")
    person = make.person(name=user.name, email=user.email, user_id=user.id)
    directory.change_contact(person, name=person.name, email="privat@example.org", phone=None)
    assert (user.email, directory.find_person_of(user)) == ("buero@example.org", person)


def test_a_telephone_number_is_filled_in_and_never_replaced(make):
    olha = make.person()
    directory.fill_in_phone(olha, None)
    assert olha.phone is None
    for phone in ("+493628738", "+4936771"):
        directory.fill_in_phone(olha, phone)
    assert olha.phone == "+493628738"


@pytest.mark.parametrize("words", ["müller", "MUELLER", "muller", "jurgen example", "Jürgen", "uller"])
def test_people_are_found_however_umlauts_are_typed(make, words):
    found = make.person(name="Jürgen Müller", email="jm@example.org")
    make.person(name="Anna Schmidt", email="anna@beispiel.de")
    assert directory.search_people(words) == [found]


@pytest.mark.parametrize("words", ["%", "_", "müller anna", "\\"])
def test_a_search_takes_letters_as_letters_and_wants_all_words(make, words):
    make.person(name="Jürgen Müller", email="jm@example.org")
    assert directory.search_people(words) == []


def test_an_organisation_is_remembered_once(make):
    club = directory.remember_organisation("Verein e.V.", kind=OrganisationKind.CLUB)
    assert directory.remember_organisation("Verein e.V.", kind=OrganisationKind.OFFICE) is club
    assert db.session.query(Organisation).count() == 1
