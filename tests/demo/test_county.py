from collections import Counter

import pytest

from coordapp.accounts.models import Role, User
from coordapp.demo import county, sign_in
from coordapp.directory.models import Organisation, Person
from coordapp.directory.models_profile import Volunteer
from coordapp.events.models import Event, Registration
from coordapp.events.occupancy import occupancy_of
from coordapp.extensions import db
from coordapp.outbox.models import Mail, MailStatus
from coordapp.round_tables import planning, rules
from coordapp.round_tables import service as round_tables
from coordapp.shared import clock
from coordapp.shared.municipalities import MUNICIPALITIES
from tests.house.addresses import dump


@pytest.fixture
def filled(full_house):
    """Fill in the demo county."""


def test_an_empty_database_is_filled(app, tmp_path):
    app.config["INSTANCE_PATH"] = str(tmp_path)  # the other tests share one password
    assert county.fill_in() is True


def test_filling_in_twice_doubles_nothing_and_keeps_what_was_changed(filled):
    person = db.session.scalars(db.select(Person).where(Person.name == "Omar Khalil")).one()
    person.name = "Omar Khalil-Weber"
    db.session.delete(db.session.scalars(db.select(Organisation).limit(1)).one())
    db.session.commit()
    before = dump()
    assert county.fill_in() is False
    db.session.commit()
    assert dump() == before


def test_a_database_in_use_is_left_alone(app, make):
    make.place(name="Unser Haus")
    db.session.commit()
    before = dump()
    assert county.fill_in() is False
    assert dump() == before


def test_three_round_tables_of_last_this_and_next_year(filled):
    lines = planning.list_lines()
    this_year = clock.today().year
    assert Counter(clock.local(line.event.starts_at).year for line in lines) == {
        this_year - 1: 3, this_year: 3, this_year + 1: 3,
    }  # fmt: skip
    assert {line.event.place.municipality for line in lines} == {"Arnstadt", "Ilmenau", "Stadtilm"}
    assert all(line.event.is_published for line in lines)


def test_the_coming_ones_show_each_case(filled):
    coming = [line for line in planning.list_lines() if line.state is rules.State.PUBLISHED]
    nearly_full, full, announced = coming[:3]
    assert 0 < nearly_full.occupancy.free(nearly_full.event) <= 8
    assert nearly_full.occupancy.unconfirmed == 1
    assert full.occupancy.free(full.event) == 0
    assert (full.occupancy.waiting, full.occupancy.offered) == (3, 1)
    assert announced.occupancy.coming == 5


def test_those_that_are_over_have_attendance_and_minutes(filled):
    over = [line.event for line in planning.list_lines() if line.state is rules.State.OVER]
    assert len(over) >= 3
    for event in over:
        statuses = Counter(r.status for r in db.session.scalars(db.select(Registration).filter_by(event_id=event.id)))
        assert statuses["attended"] >= 8
        assert set(statuses) <= {"attended", "absent", "cancelled"}
        assert round_tables.find_minutes(event) is not None
    assert round_tables.list_tasks(done=False)
    assert round_tables.list_tasks(done=True)


def test_no_event_is_overbooked(filled):
    for event in db.session.scalars(db.select(Event)):
        assert occupancy_of(event).taken <= (event.capacity or 0)


def test_people_are_invented_and_of_all_sorts(filled):
    people = db.session.scalars(db.select(Person).join(Volunteer)).all()
    assert len(people) >= 60
    addresses = Counter(person.email for person in people)
    assert addresses.pop(None) >= 6
    assert max(addresses.values()) == 2  # couples
    assert all(address.endswith("@example.org") for address in addresses)
    assert all(person.phone is None or person.phone.startswith("+49171392") for person in people)
    assert {person.language for person in people} == {"de", "en", "ar", "uk", "ru", "fa"}
    assert all(person.municipality in MUNICIPALITIES for person in people)


def test_municipalities_are_those_of_the_county():
    assert {line["Gemeinde"]: line["PLZ"] for line in county.read("gemeinden.csv")} == MUNICIPALITIES


def test_old_mails_are_sent_and_one_came_back(filled):
    statuses = Counter(db.session.scalars(db.select(Mail.status)))
    assert statuses[MailStatus.FAILED] == 1
    assert statuses[MailStatus.SENT] > statuses[MailStatus.QUEUED] > 0


def test_the_printed_data_sign_everybody_in(app, filled, client):
    lines = "\n".join(sign_in.describe())
    db.session.commit()
    for user in db.session.scalars(db.select(User)):
        if user.is_staff:
            assert user.email in lines
            assert user.totp_secret in lines
    links = [word for word in lines.split() if "/konto/link/" in word]
    assert len(links) == 2
    for link, role in zip(links, (Role.VOLUNTEER, Role.CLUB), strict=True):
        page = client.press(link, client.get_page(link).buttons[0])
        assert page.status == 200
        name = county.VOLUNTEER if role is Role.VOLUNTEER else county.CLUB
        assert name in client.get_page("/konto/").root.text


def test_the_password_is_for_its_owner_only(filled):
    assert county.password_path().stat().st_mode & 0o777 == 0o600


def test_who_changed_the_password_is_not_told_the_old_one(filled):
    from coordapp.accounts import service

    service.set_password(service.find_user(county.OFFICE[0]), "etwas ganz anderes")
    office = sign_in.describe()[1]
    assert "chosen since" in office
    assert "Password" not in office
