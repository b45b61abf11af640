"""Somebody who was erased does not come back by a list, and nobody can read from the traces who it was."""

import pytest

from coordapp.directory import erased
from coordapp.directory import service as directory
from coordapp.directory.models_doubles import ErasedPerson
from coordapp.extensions import db

NAME, MAIL, PHONE = "Fatima Weiß", "fatima@example.org", "+491605551234"


def gone(make, **columns):
    person = make.person(**{"name": NAME, "email": MAIL, "phone": PHONE, "postal_code": "98693"} | columns)
    erased.remember(person)
    db.session.delete(person)
    db.session.flush()


@pytest.mark.parametrize(("row", "expected"), [
    ({"name": NAME, "email": MAIL}, True),
    ({"name": "", "email": " FATIMA@example.org "}, True),  # nobody else used the address
    ({"name": "Weiß, Fatima", "phone": PHONE}, True),
    ({"name": "Weiß Fatima", "phone": PHONE}, True),
    ({"name": "WEISS Fatima", "postal_code": "98693"}, True),
    ({"name": NAME, "postal_code": "99310"}, False),
    ({"name": NAME}, False),
    ({"name": "Ahmad Weiß", "phone": PHONE, "postal_code": "98693"}, False),
    ({"name": NAME, "email": "other@example.org"}, False),
    ({"name": ""}, False),
])  # fmt: skip
def test_a_row_of_a_list_is_known_to_be_erased(app, make, row, expected):
    gone(make)
    assert erased.was_erased(**row) is expected
    assert erased.was_erased(**row, among=erased.known()) is expected


def test_who_shares_the_box_is_not_taken_for_the_erased(app, make):
    make.person(name="Ahmad Weiß", email=MAIL)
    gone(make)
    assert erased.was_erased(name="Ahmad Weiß", email=MAIL) is False
    assert erased.was_erased(name=NAME, email=MAIL) is True
    assert erased.was_erased(name="Weiß Fatima", email=MAIL) is True


def test_the_traces_hold_nothing_readable_and_depend_on_the_secret(app, make):
    gone(make)
    hashes = [row.key_hash for row in db.session.scalars(db.select(ErasedPerson))]
    assert len(hashes) == 4
    assert all(len(one) == 64 and set(one) <= set("0123456789abcdef") for one in hashes)
    app.config["SECRET_KEY"] = "another one"
    assert erased.was_erased(name=NAME, email=MAIL) is False


def test_remembering_twice_is_remembering_once_and_can_be_lifted(app, make):
    gone(make)
    gone(make)
    assert erased.lift(name=NAME, email=MAIL, phone=PHONE, postal_code="98693") == 4
    assert erased.was_erased(name=NAME, email=MAIL) is False


def test_without_any_contact_nothing_is_remembered(app, make):
    gone(make, email=None, phone=None, postal_code="")
    assert erased.known() == frozenset()


def test_whoever_comes_by_themselves_is_welcome(app, make):
    gone(make)
    back = directory.remember_person(name=NAME, email=MAIL)
    assert (back.name, back.email) == (NAME, MAIL)
