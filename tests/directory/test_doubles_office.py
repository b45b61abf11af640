"""The office's pages of people who may be there twice."""

from datetime import UTC, datetime

import pytest

from coordapp.directory import consents, doubles, matching, profile
from coordapp.directory.models import Person
from coordapp.directory.models_consent import Disclosure, GivenBy, Purpose
from coordapp.directory.models_doubles import Merger, NotSame
from coordapp.events.models import Registration
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.shared import clock

NOVEMBER = datetime(2026, 11, 22, 10, tzinfo=UTC)
START = "/verwaltung/verzeichnis/doppelte/"
MERGE, APART, CONTACT = "Zusammenführen", "Das sind zwei Personen", "Kontaktdaten zeigen (wird vermerkt)"


@pytest.fixture(autouse=True)
def _november():
    with clock.stopped(NOVEMBER):
        yield


@pytest.fixture
def two(make) -> tuple[Person, Person]:
    kept = make.volunteer(name="Fatima Weiß", email="fatima@example.org", phone="+491605551234", municipality="Ilmenau")
    merged = make.volunteer(name="Weiß Fatima", email="wf@example.net", phone="+4936771299", municipality="Ilmenau")
    return kept, merged


def page_of(kept: Person, merged: Person) -> str:
    return f"{START}{kept.id}/{merged.id}/"


def people() -> dict[str, int | None]:
    return {name: merged for name, merged in db.session.execute(db.select(Person.name, Person.merged_into_id))}


def test_without_doubles_the_page_says_so(office, make):
    make.volunteer(name="Fatima Weiß")
    assert "Niemand scheint doppelt zu sein." in office.get_page(START).text
    assert len(doubles.list_suggestions()) == 0


def test_pairs_are_listed_with_why_and_without_contact_data(office, two, make):
    make.person(name="Fatima Kaya", email="fatima@example.org")
    page = office.get_page(START)
    assert "2 Paare sehen nach derselben Person aus" in page.text
    assert "gleiche E-Mail-Adresse, gleicher Vorname" in page.text
    assert "gleicher Name, anders geschrieben, gleicher Ort" in page.text
    assert page.text.index("fast sicher") < page.text.index("möglich")
    assert page.text.count("nicht im Verzeichnis") == 1
    assert not [part for part in ("@example", "5551234", "36771299") if part in page.response.text]


def test_two_people_are_remembered_as_two(office, two):
    page = office.press(START, APART)
    assert "Gemerkt" in page.text
    assert "Niemand scheint doppelt zu sein." in page.text
    said = db.session.scalars(db.select(NotSame)).one()
    assert (said.person_id, said.other_id, said.said_by_id) == (two[0].id, two[1].id, office.user.id)
    office.post_to(f"{page_of(two[1], two[0])}zwei-personen")
    assert db.session.scalars(db.select(NotSame)).all() == [said]


def test_who_was_told_apart_stays_so_when_one_of_them_is_merged(app, office, two, make):
    third = make.volunteer(name="Fatima Weiss", municipality="Ilmenau")
    doubles.say_not_same(two[1], third, by=None)
    assert len(doubles.list_suggestions()) == 2
    office.press(page_of(two[0], two[1]), MERGE)
    assert doubles.list_suggestions() == []


def test_comparing_hides_contact_data_until_somebody_asks_and_that_is_logged(office, two):
    page = office.get_page(page_of(*two))
    hidden = ("fatima@example.org", "wf@example.net", "+491605551234", "+4936771299")
    assert not [part for part in hidden if part in page.response.text]
    assert "f…@e…" in page.text
    shown = office.press(page_of(*two), CONTACT)
    assert [part for part in hidden if part not in shown.text] == []
    logged = db.session.scalars(db.select(Disclosure).order_by(Disclosure.person_id)).all()
    assert [(one.person_id, one.by_id, one.reason) for one in logged] == [
        (one.id, office.user.id, "Doppelte geprüft") for one in two
    ]
    assert CONTACT not in shown.buttons


def test_comparing_says_what_goes_along_what_is_lost_and_what_has_to_be_decided(office, two, make):
    event = make.event(title="Runder Tisch in Plaue")
    for person in two:
        make.registration(event, person)
    make.registration(of_person=two[1])
    make.registration(of_person=two[1])
    db.session.add(Invitation(event=event, person=two[1]))
    consents.give(two[1], Purpose.PHOTO, given_by=GivenBy.WEB)
    consents.withdraw(two[0], [Purpose.INVITE_ROUND_TABLE], withdrawn_by=GivenBy.WEB)
    page = office.get_page(page_of(*two))
    assert "Vom zweiten Eintrag gehen mit: 2 Anmeldungen, 1 Einladung, 2 Einwilligungen." in page.text
    assert "Gilt danach nicht mehr: Einladungen zu Runden Tischen." in page.text
    assert page.links["Beide sind angemeldet: Runder Tisch in Plaue"].startswith("/verwaltung/anmeldungen/")
    page = office.press(page_of(*two), MERGE)
    left = db.session.scalars(db.select(Registration).where(Registration.person_id == two[1].id)).one()
    assert page.links["Beide sind angemeldet: Runder Tisch in Plaue"] == f"/verwaltung/anmeldungen/{left.id}/"


def test_of_two_addresses_the_page_warns_that_both_open_the_data(office, two, make):
    warning = "Mit beiden E-Mail-Adressen kann man danach alles über diese Person sehen und ändern."
    assert warning in office.get_page(page_of(*two)).text
    same = make.person(name="Fatima Weis", email=two[0].email)
    assert warning not in office.get_page(page_of(two[0], same)).text


def test_merging_takes_what_was_chosen_and_can_be_undone(office, two):
    kept, merged = two
    data = {"name": str(kept.id), "email": str(merged.id), "phone": str(merged.id)}
    page = office.press(page_of(merged, kept), MERGE, data)
    assert "Fatima Weiß ist jetzt eine Person." in page.text
    assert (kept.email, kept.phone, merged.merged_into_id) == ("wf@example.net", "+4936771299", kept.id)
    assert profile.get_volunteer(kept).note == "auch: fatima@example.org, +491605551234"
    assert db.session.scalars(db.select(Merger.merged_by_id)).one() == office.user.id
    page = office.press(START, "Zurücknehmen")
    assert "Fatima Weiß und Weiß Fatima sind wieder zwei Personen." in page.text
    assert people() == {"Fatima Weiß": None, "Weiß Fatima": None}
    assert "Zurücknehmen" not in page.buttons


def test_undoing_says_what_stays_and_what_is_too_late(office, two):
    office.press(page_of(*two), MERGE, {"phone": str(two[1].id)})
    two[0].phone = "+491111111"
    page = office.press(START, "Zurücknehmen")
    assert "Inzwischen geändert und deshalb geblieben: Name und Kontakt." in page.text
    merger = db.session.scalars(db.select(Merger)).one()
    answer = office.post_to(f"{START}zuruecknehmen", {"merger_id": str(merger.id)}, follow=True)
    assert "Das lässt sich nicht mehr zurücknehmen." in answer.text


def test_without_a_choice_or_with_that_of_a_third_person_nothing_is_merged(office, two, make):
    kept, merged = two
    page = office.press(page_of(*two), MERGE, {"name": "0"}, status=422)
    assert "name" in page.errors
    make.person(name="Weiß Fatima", email="fatima@example.org")
    data = {"name": str(merged.id), "email": str(kept.id)}
    page = office.press(page_of(*two), MERGE, data, status=422)
    assert "So heißt schon jemand Drittes mit dieser E-Mail-Adresse." in page.text
    assert page.values["name"] == str(merged.id)
    assert merged.merged_into_id is None


@pytest.mark.parametrize("is_closed", [True, False])
def test_of_two_accounts_the_second_is_closed_only_if_the_office_says_so(office, two, make, is_closed):
    accounts = [make.user(), make.user()]
    for person, account in zip(two, accounts, strict=True):
        person.user_id = account.id
    page = office.get_page(page_of(*two))
    assert "Beide haben ein Konto. Beide Konten führen danach zur selben Person." in page.text
    office.press(page_of(*two), MERGE, {"closes_account": "y"} if is_closed else {})
    assert [account.is_active for account in accounts] == [True, not is_closed]


@pytest.mark.parametrize("path", ["{0}/{0}/", "{0}/999999/", "999999/{0}/"])
def test_only_two_different_people_who_are_there_can_be_compared(office, two, path):
    office.get_page(START + path.format(two[0].id), status=404)


def test_a_signpost_is_compared_with_nobody(office, two, make):
    office.press(page_of(*two), MERGE)
    third = make.volunteer(name="Fatima Weiß")
    office.get_page(page_of(two[1], third), status=404)


def test_the_list_asks_as_often_for_one_pair_as_for_thirty(office, make, count_queries):
    seen = []
    for _round in (1, 30):
        for number in range(_round):
            for spelling in ("Groß", "Gross"):
                make.volunteer(name=f"Ruth {chr(97 + number)}{chr(98 + _round % 20)}ring {spelling}")
        first = make.volunteer(name=f"Anna Weg{_round}")
        second = make.person(name=f"Weg{_round} Anna")
        office.press(page_of(first, second), MERGE)
        office.get_page(START)
        with count_queries() as queries:
            office.get_page(START)
        seen.append(len(queries))
    assert seen[0] == seen[1]


def test_only_who_was_added_or_changed_is_compared_again(app, make, two, monkeypatch):
    compared = []
    judge = matching.judge
    monkeypatch.setattr(matching, "judge", lambda one, other: compared.append(1) or judge(one, other))
    assert len(doubles.list_suggestions()) == len(compared) == 1
    assert len(doubles.list_suggestions()) == len(compared) == 1
    third = make.person(name="Fatima Weiss-Kaya", municipality="Ilmenau")
    assert (len(doubles.list_suggestions()), len(compared)) == (2, 3)
    two[1].name, third.email = "Ruth Kahn", two[0].email
    assert len(doubles.list_suggestions()) == 1
    assert doubles.list_suggestions()[0].why == "gleiche E-Mail-Adresse, gleicher Ort, gleicher Vorname"
    db.session.delete(third)
    assert len(doubles.list_suggestions()) == 0
