"""The list to take along: with a purpose, logged, without contact data of those who did not agree, without formulas."""

from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from coordapp.directory import consents, profile, search_export
from coordapp.directory.models_consent import Disclosure, DisclosureKind, GivenBy, Purpose
from coordapp.directory.models_profile import Engagement, FieldOfAction, Volunteer
from coordapp.extensions import db
from coordapp.shared import clock, excel

LIST = "/verwaltung/verzeichnis/liste/"
PURPOSE = "Dolmetschende für den Elternabend anrufen"


@pytest.fixture
def offer(make):
    """Return a function that makes a volunteer with contact data."""

    def make_volunteer(*, agreed=(Purpose.DIRECTORY,), activity="Vorlesen", **person) -> Volunteer:
        person = {"phone": "+4936287381234", "street": "Gartenweg 3", "postal_code": "01234"} | person
        found = profile.get_volunteer(make.volunteer(agreed=agreed, **person))
        found.languages = {"ar": "speaks"}
        found.engagements = [Engagement(field=FieldOfAction.EDUCATION, activity=activity)]
        return profile.save(found)

    return make_volunteer


@pytest.fixture
def download(office):
    """Return a function that exports the hits of some filters."""

    def ask(query: str = "") -> bytes:
        response = office.post(LIST + query, data={"csrf_token": office.csrf_token(), "purpose": PURPOSE})
        assert response.status_code == 200
        assert response.mimetype == excel.FILE_TYPE
        assert response.headers["Cache-Control"] == "no-store"
        return response.data

    return ask


def lines(file: bytes) -> list[dict]:
    heading, *rows = CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_name("Liste").to_python()
    return [dict(zip(heading, row, strict=True)) for row in rows]


def notes(file: bytes) -> dict:
    return dict(CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_name("Hinweise").to_python())


def test_the_page_asks_for_the_purpose_first(office, offer):
    offer()
    page = office.post_form(LIST, {"purpose": "  "}, status=422)
    assert page.errors["purpose"]
    assert "Datei herunterladen (1)" in page.buttons
    assert db.session.scalars(db.select(Disclosure)).all() == []


def test_without_a_hit_there_is_no_file_to_ask_for(office, offer):
    offer()
    page = office.get_page(f"{LIST}?spricht=zh")
    assert page.buttons == []
    assert "Die Datei wäre leer." in page.text


def test_a_line_holds_what_the_office_may_see(offer, download):
    made = offer(name="Amal Haddad", email="amal@example.org", municipality="Plaue")
    made.municipalities, made.serves_online, made.availability = ["Arnstadt"], True, ["tuesday-evening"]
    made.confirmed_at = clock.from_local(date(2026, 3, 1), clock.local(clock.now()).time())
    [line] = lines(download())
    assert line == {
        "Name": "Amal Haddad", "E-Mail": "amal@example.org", "Telefon": "03628 7381234", "Straße": "Gartenweg 3",
        "PLZ": "01234", "Wohnort": "Plaue", "Post am liebsten": "E-Mail", "Kontakt": "ja",
        "Handlungsfelder": "Sprache und Bildung", "Macht": "Vorlesen", "Sprachen": "spricht Arabisch",
        "Hilft in": "Arnstadt; online", "Zeiten": "Dienstag: abends", "Zielgruppen": "", "Organisation": "",
        "Zuletzt bestätigt": date(2026, 3, 1),
    }  # fmt: skip


def test_only_the_hits_of_the_search_are_in_the_file(offer, download):
    offer(name="Amal Haddad")
    profile.get_volunteer(offer(name="Bert Anders").person).languages = {}
    pausing = offer(name="Petra Pause")
    pausing.paused_until = clock.today() + timedelta(days=3)
    for one in db.session.scalars(db.select(Volunteer)):
        profile.save(one)
    assert [line["Name"] for line in lines(download("?spricht=ar"))] == ["Amal Haddad"]


def test_who_did_not_agree_stands_there_without_contact_data(make, offer, download):
    offer(name="Nie Gefragt", email="nie@example.org", agreed=[Purpose.INVITE_ROUND_TABLE])
    withdrawn = offer(name="Wieder Weg", email="weg@example.org")
    consents.withdraw(withdrawn.person, [Purpose.DIRECTORY], withdrawn_by=GivenBy.PHONE)
    imported = make.person(name="Neu Eingelesen", email="neu@example.org", phone="+4936287381234", street="Weg 1")
    profile.make_volunteer(imported, is_informed=False)
    consents.give(imported, Purpose.DIRECTORY, given_by=GivenBy.PAPER)
    file = download()
    assert {line["Name"]: line["Kontakt"] for line in lines(file)} == {
        "Nie Gefragt": search_export.NOT_AGREED, "Wieder Weg": search_export.NOT_AGREED,
        "Neu Eingelesen": search_export.NOT_INFORMED,
    }  # fmt: skip
    for line in lines(file):
        assert [line[column] for column in ("E-Mail", "Telefon", "Straße", "PLZ")] == ["", "", "", ""]
    with ZipFile(BytesIO(file)) as parts:
        everything = b"".join(parts.read(name) for name in parts.namelist()).decode()
    assert [
        secret for secret in ("example.org", "7381234", "Gartenweg", "01234", "Weg 1") if secret in everything
    ] == []
    assert (notes(file)["Personen"], notes(file)["Davon mit Kontakt"]) == ("3", "0")


def test_the_file_says_what_for_by_whom_and_when(office, offer, download):
    offer()
    found = notes(download("?spricht=ar&ort=Arnstadt&pause=auch"))
    assert (found["Wofür"], found["Wer"], found["Personen"]) == (PURPOSE, "Ina Büro", "0")
    assert found["Gesucht"] == "Arabisch, Arnstadt, auch Pausierte"


def test_each_person_of_the_file_can_read_what_it_was_for(office, offer, download):
    people = [offer(agreed=agreed).person for agreed in ([Purpose.DIRECTORY], [])]
    download()
    for person in people:
        [logged] = consents.list_disclosures(person)
        assert (logged.kind, logged.by_id, logged.reason) == (DisclosureKind.EXPORTED, office.user.id, PURPOSE)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("=1+1", "=1+1"),
        ("+49 3628 1", "+49 3628 1"),
        ("-2+3", "-2+3"),
        ("@SUM(A1)", "@SUM(A1)"),
        ("\t=1+1", "=1+1"),
        ("\r\n=1+1", "=1+1"),
        ("＝1+1", "＝1+1"),
        ("＋1", "＋1"),
        ("－1", "－1"),
        ("＠SUM", "＠SUM"),
        ("{=1+1}", "{=1+1}"),
        ("=HYPERLINK(\"https://evil.example\")", "=HYPERLINK(\"https://evil.example\")"),
        ("https://evil.example", "https://evil.example"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("007", "007"),
        ("1E5", "1E5"),
        ("a\x00b\x1fc", "a b c"),
    ],
)  # fmt: skip
def test_nothing_that_anybody_typed_becomes_a_formula_a_link_or_a_number(offer, download, typed, expected):
    if "\x00" in typed and db.engine.dialect.name == "postgresql":
        typed = typed.replace("\x00", "\x1f")  # PostgreSQL takes no such letter
    made = offer(activity=typed)
    made.person.name = typed
    made.person.street = typed
    file = download()
    [line] = lines(file)
    for column in ("Name", "Straße", "Macht"):
        assert (line[column], type(line[column])) == (expected, str)
    with ZipFile(BytesIO(file)) as parts:
        sheets = "".join(parts.read(name).decode() for name in parts.namelist() if "worksheets" in name)
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets


def test_what_looks_like_a_formula_stays_text_when_its_cell_is_typed_anew(offer, download):
    offer(name="=1+1")
    with ZipFile(BytesIO(download())) as parts:
        assert 'quotePrefix="1"' in parts.read("xl/styles.xml").decode()
