"""The demo county: accounts, organisations, places, volunteers and round tables, from the lists in data/."""

import csv
import json
import os
import secrets
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import phonenumbers
import pyotp
from flask import current_app
from sqlalchemy import exists, select

from coordapp.accounts import service as accounts
from coordapp.accounts.models import Role, User
from coordapp.demo import clubs, feedback, lists, offers, tables, trainings, words
from coordapp.demo.days import round_table_days
from coordapp.directory import consents, profile, representatives
from coordapp.directory import service as directory
from coordapp.directory.models import Organisation, Person
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.directory.models_profile import Level
from coordapp.events import places
from coordapp.events.models import Edition, Place
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.statements import service as statements

DATA = Path(__file__).parent / "data"
OFFICE = ("buero@ilm-kreis.example", "Miriam Hellwig", Role.COORDINATOR)
TECHNICIAN = ("technik@ilm-kreis.example", "Torsten Vogt", Role.ADMINISTRATOR)
VOLUNTEER, CLUB = "Sabine Möhring", "Cornelia Fröhlich-Baumbach"  # they have accounts; see data/ehrenamtliche.csv
CLUB_OF = "ISWI e.V. – Flüchtlingsnetzwerk Ilmenau"


def fill_in() -> bool:
    """Fill the demo county into an empty database; return whether it was empty. Does not commit.

    All or nothing: a database that holds anything of the kind is left as it is, whatever was changed there.
    """
    if db.session.scalar(select(exists(select(Edition.id)) | exists(select(Person.id)) | exists(select(Place.id)))):
        return False
    now = clock.now()
    this_year = clock.today().year
    with clock.stopped(clock.from_local(clock.today().replace(year=this_year - 2, month=11, day=5), time(9))):
        office = _fill_in_staff()
        organisations = {made.name: made for made in clubs.fill_in(read("organisationen.csv"), now=now)}
        houses = list(_fill_in_places())
        people = list(_fill_in_people())
        _open_accounts(people, organisations[CLUB_OF])
        offers.fill_in(people, list(organisations.values()), now=now)
        offers.save_searches(office, now=now)
    tables.fill_in(
        round_table_days(clock.today(), places=[house.place for house in houses]),
        houses={house.place: house for house in houses}, people=people, office=office, now=now,
    )  # fmt: skip
    feedback.fill_in(now=now)
    trainings.fill_in(houses={house.place: house for house in houses}, people=people, office=office, now=now)
    with clock.stopped(now - timedelta(days=2)):
        clubs.report(organisations)
    with clock.stopped(now - timedelta(hours=3)):
        lists.begin(office)
    with clock.stopped(now - timedelta(days=4)):
        statements.report_barrier(description=words.BARRIER, page="/kalender/", email="ruth.eberitzsch@example.org")
    return True


def read(name: str) -> list[dict[str, str]]:
    """Read one of the lists."""
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


def password_path() -> Path:
    """Return where the password of the demo's staff is kept, readable for its owner only."""
    return Path(current_app.config["INSTANCE_PATH"]) / "demo.json"


def _fill_in_staff() -> User:
    password = "-".join(secrets.token_hex(2) for _group in range(4))
    with open(os.open(password_path(), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        json.dump({"password": password}, file)
    staff = []
    for email, name, role in (OFFICE, TECHNICIAN):
        user = accounts.find_user(email) or accounts.create_user(email=email, name=name, role=role)
        accounts.set_password(user, password)
        user.totp_secret = pyotp.random_base32()
        staff.append(user)
    return staff[0]


def _fill_in_places() -> Iterator[tables.House]:
    for line in read("orte.csv"):
        place = Place(
            name=line["Name"], street=line["Straße"], postal_code=line["PLZ"], municipality=line["Gemeinde"],
            is_step_free=line["stufenfrei"] == "ja", has_accessible_wc=line["WC"] == "ja",
            has_hearing_loop=line["Hörschleife"] == "ja", stop=line["Haltestelle"], last_bus=line["letzte Fahrt"],
            directions=line["Weg"],
        )  # fmt: skip
        begin, end = (time.fromisoformat(line[name]) for name in ("Beginn", "Ende"))
        yield tables.House(place=places.save_place(place), capacity=int(line["Plätze"]), begin=begin, end=end)


def _fill_in_people() -> Iterator[Person]:
    for line in read("ehrenamtliche.csv"):
        person = directory.remember_person(
            name=line["Name"], email=line["E-Mail"] or None, phone=_phone(line["Telefon"]), language=line["Post in"]
        )
        person.municipality = line["Gemeinde"]
        volunteer = profile.make_volunteer(person)
        volunteer.languages = {code: Level.SPEAKS.value for code in line["spricht"].split()}
        volunteer.municipalities = [line["Gemeinde"]]
        profile.save(volunteer)
        directory.refresh_search_text(person)
        if person.email:
            directory.prove_email(person)
        if line["Einladungen"]:
            consents.give(
                person, Purpose.INVITE_ROUND_TABLE, given_by=GivenBy.PAPER, note=line["Einladungen"].removeprefix("ja")
            )
        yield person


def _phone(written: str) -> str | None:
    if not written:
        return None
    return phonenumbers.format_number(phonenumbers.parse(written, "DE"), phonenumbers.PhoneNumberFormat.E164)


def _open_accounts(people: list[Person], organisation: Organisation) -> None:
    for name, role in ((VOLUNTEER, Role.VOLUNTEER), (CLUB, Role.CLUB)):
        person = next(person for person in people if person.name == name)
        user = accounts.create_user(email=person.email or "", name=name, role=role, language=person.language)
        person.user = user
        if role is Role.CLUB:
            person.organisation = organisation
            representatives.add(organisation, user)
    db.session.flush()
