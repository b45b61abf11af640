"""Giving out what is held: complete over all rooms, nothing of others, no secrets."""

import json

import pytest

from coordapp.directory import consents, profile
from coordapp.directory.models_consent import DisclosureKind
from coordapp.directory.models_profile import Engagement, FieldOfAction
from coordapp.directory.service import find_person_of
from coordapp.events.models import Need
from coordapp.extensions import db
from coordapp.privacy import export, words
from coordapp.round_tables.models import Task, Topic

ABOUT_PEOPLE = {"person", "account", "volunteer"}


def columns_about_people() -> set[str]:
    """Return all columns of the database that name a person or an account, by foreign key or by address."""
    found = set()
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            names_somebody = any(key.column.table.name in ABOUT_PEOPLE for key in column.foreign_keys)
            if names_somebody or column.name == "email" or column.name in ("recipient", "reporter_email"):
                found.add(str(column))
    return found


def covered() -> set[str]:
    return {
        f"{name}.{column}" for name, source in export.SOURCES.items()
        for column in (*source.person, *source.account, source.address) if column
    }  # fmt: skip


def test_every_table_that_names_a_person_or_an_account_is_covered(app):
    ties_of_people = {"person.user_id", "person.merged_into_id", "person.email", "account.email"}
    of_functions = {"organisation.email", "disclosure.recipient"}  # of a club; of who received something
    known = covered() | export.WORK_OF_THE_OFFICE | ties_of_people | of_functions
    assert sorted(columns_about_people() - known) == []


def test_every_covered_column_exists(app):
    columns = {str(column) for table in db.metadata.sorted_tables for column in table.columns}
    assert sorted((covered() | export.WORK_OF_THE_OFFICE) - columns) == []


def test_every_column_that_is_given_out_has_a_name_people_understand(app):
    shown = {
        str(column): column.name for name in export.SOURCES for column in export.given_out(db.metadata.tables[name])
    }
    assert sorted(column for column, name in shown.items() if name not in words.LABELS) == []


@pytest.fixture
def vera(volunteer_client, make):
    """Return a volunteer with something in every room, and somebody else who has the same."""
    person = find_person_of(volunteer_client.user)
    person.phone, person.municipality = "+493628111111", "Arnstadt"
    volunteer = profile.get_volunteer(person)
    volunteer.note, volunteer.languages, volunteer.availability = "sehr nett", {"ar": "speaks"}, ["monday-evening"]
    volunteer.engagements.append(Engagement(field=FieldOfAction.WORK, activity="Bewerbungen"))
    profile.save(volunteer)
    for one, words_of in ((person, "Meines"), (make.volunteer(name="Eva Fremd", phone="+493628999999"), "Fremdes")):
        made = make.registration(of_person=one, note=f"{words_of} Anliegen", needs=[Need.FOOD.value])
        db.session.add(Topic(event_id=made.event_id, person_id=one.id, text=f"{words_of} Thema"))
        db.session.add(Task(event_id=made.event_id, assignee_id=one.id, text=f"{words_of} Amt"))
        consents.disclose([one], DisclosureKind.VIEWED, by=None, reason=f"{words_of} Nachschauen")
        make.mail(to=one.email, recipient_name=one.name, subject=f"{words_of} Schreiben")
    db.session.commit()
    return person


def test_the_file_holds_everything_of_mine_and_nothing_of_others(vera, volunteer_client):
    response = volunteer_client.get("/mein/daten.json")
    held = json.loads(response.text)["held"]
    assert response.mimetype == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    for mine in ("Vera Hilft", "+493628111111", "sehr nett", "Bewerbungen", "Meines Anliegen", "Meines Thema",
                 "Meines Amt", "Meines Nachschauen", "Meines Schreiben", "monday-evening", "food"):  # fmt: skip
        assert mine in response.text, mine
    assert "Fremd" not in response.text
    assert set(held) == {
        "person", "account", "volunteer", "engagement", "consent", "registration", "topic", "task", "disclosure",
        "mail", "sign_in",
    }  # fmt: skip


def test_the_file_holds_no_secret(vera, volunteer_client):
    response = volunteer_client.get("/mein/daten.json")
    secrets = [
        str(value) for table in db.metadata.sorted_tables for column in table.columns if column.name in export.SECRETS
        for value in db.session.scalars(db.select(column)) if value
    ]  # fmt: skip
    assert len(secrets) >= 3
    assert [secret for secret in secrets if secret in response.text] == []


def test_the_page_says_it_in_words(vera, volunteer_client):
    page = volunteer_client.get_page("/mein/daten/")
    for shown in ("Vera Hilft", "+493628111111", "Das Büro darf mich zu den Runden Tischen einladen.",
                  "Arabisch: spricht gut", "Montag: abends", "Bewerbungen", "Arbeit",
                  "Meines Anliegen", "Meines Thema", "angemeldet", "Ich esse nicht alles"):  # fmt: skip
        assert shown in page.text, shown
    assert "Fremd" not in page.text


def test_mails_and_looks_have_pages_of_their_own(vera, volunteer_client):
    assert "Meines Schreiben" in volunteer_client.get_page("/mein/e-mails/").text
    page = volunteer_client.get_page("/mein/einsicht/")
    assert "Meines Nachschauen" in page.text
    assert "vom Büro angesehen" in page.text
    assert "Fremd" not in page.text


def test_a_couple_with_one_address_sees_each_their_own_mails(make, browser_of):
    user = make.user(name="Kim Paar", email="paar@example.org")
    make.person(name="Kim Paar", email="paar@example.org", user_id=user.id)
    make.person(name="Kai Paar", email="paar@example.org")
    for name, subject in (("Kim Paar", "Für Kim"), ("Kai Paar", "Für Kai"), ("Kim Paar und Kai Paar", "Für beide")):
        make.mail(to="paar@example.org", recipient_name=name, subject=subject)
    text = browser_of(user).get("/mein/daten.json").text
    assert ("Für Kim" in text, "Für beide" in text, "Für Kai" in text) == (True, True, False)


def test_somebody_without_anything_sees_empty_pages(make, browser_of):
    newcomer = browser_of(make.user())
    assert "noch keine E-Mail" in newcomer.get_page("/mein/e-mails/").text
    assert "niemand Ihre Kontaktdaten" in newcomer.get_page("/mein/einsicht/").text
    assert newcomer.get_page("/mein/daten/").heading == "Was über mich gespeichert ist"


def test_the_number_of_queries_does_not_grow_with_what_is_held(vera, volunteer_client, make, count_queries):
    def ask() -> int:
        with count_queries() as queries:
            for path in ("daten/", "daten.json", "e-mails/", "einsicht/", "loeschen/", ""):
                assert volunteer_client.get(f"/mein/{path}").status_code == 200
        return len(queries)

    first = ask()
    for number in range(30):
        make.registration(of_person=vera)
        make.mail(to=vera.email, recipient_name=vera.name, subject=f"Mail {number}")
        consents.disclose([vera], DisclosureKind.VIEWED, by=None)
    assert ask() == first
