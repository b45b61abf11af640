"""The office's list of 74 rows goes in: every row accounted for, taken over, undone, taken over again."""

import io
from collections import Counter
from pathlib import Path

import pytest
import python_calamine

from coordapp.directory.models import Person
from coordapp.directory.models_consent import Consent
from coordapp.directory.models_import import Decision, ImportList, ImportRow
from coordapp.directory.models_profile import Volunteer
from coordapp.extensions import db

LIST = Path(__file__).parent / "data" / "ehrenamt-liste-2026.xlsx"
IMPORT = "/verwaltung/verzeichnis/import/"


def bring(office, data: bytes | None = None, name: str = "ehrenamt-liste-2026.xlsx") -> str:
    """Bring a file in as far as its checked rows; return the address of the list."""
    file = (io.BytesIO(data or LIST.read_bytes()), name)
    page = office.send(office.get_page(IMPORT), office.get_page(IMPORT).form_with(["file"]), {"file": file}, status=200)
    assert page.heading == "Wo stehen die Überschriften?"
    page = office.press(page.url, "Weiter zu den Spalten", status=200)
    assert page.heading == "Was bedeuten die Spalten?"
    page = office.press(page.url, "Zeilen prüfen", status=200)
    return page.url


def verdicts() -> dict[str, list[int]]:
    """Return the numbers of the rows of the latest list by verdict."""
    latest = db.session.scalar(db.select(db.func.max(ImportList.id)))
    found: dict[str, list[int]] = {}
    query = db.select(ImportRow).where(ImportRow.import_list_id == latest).order_by(ImportRow.number)
    for row in db.session.scalars(query.execution_options(populate_existing=True)):
        found.setdefault(str(row.verdict), []).append(row.number)
    return found


def row(number: int) -> ImportRow:
    """Return a row of the latest list."""
    latest = db.session.scalar(db.select(db.func.max(ImportList.id)))
    query = db.select(ImportRow).where(ImportRow.import_list_id == latest, ImportRow.number == number)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def decide(office, number: int, decision: Decision, **chosen) -> None:
    """Say who a row is."""
    url = f"{IMPORT}zeile/{row(number).id}/entscheiden/"
    office.post_to(url, {"decision": str(decision), **chosen}, status=302)


def take_over(office, url: str):
    """Press the button that takes a list over."""
    button = next(text for text in office.get_page(url).buttons if text.startswith("Übernehmen"))
    return office.press(url, button, status=200)


def people() -> Counter:
    return Counter(db.session.scalars(db.select(Person.name)))


NEW = {*range(4, 75)} - {24, 25, 47, 48, 7, 19, 72, 73, 36, 74}
SKIPPED = [1, 2, 3, 24, 25, 47, 48]


def test_every_row_of_the_list_is_accounted_for(office):
    url = bring(office)
    assert verdicts() == {"skipped": SKIPPED, "new": sorted(NEW), "double": [7, 19, 72, 73], "error": [36, 74]}
    assert [candidate["row"] for candidate in row(72).candidates] == [7]  # same address, SCHMIDT and Schmidt
    assert [candidate["row"] for candidate in row(73).candidates] == [12]  # same place; row 6 has only the name
    page = office.get_page(url)
    assert "61 neu 0 mit Änderungen 0 gleich 6 bleiben draußen" in page.text
    assert page.links["alle Zeilen (74)"]
    assert db.session.query(Person).count() == 0  # nothing is written before "Übernehmen"


def mend(office) -> None:
    """Put right what is wrong in the list."""
    for number, cell, text in ((36, "cell_2", "ruth.oezdemir30@example.org"), (74, "cell_1", "Böse, Berta")):
        office.post_to(f"{IMPORT}zeile/{row(number).id}/", {cell: text}, status=302)


def mend_and_decide(office) -> None:
    """Deal with all that is open in the list."""
    decide(office, 7, Decision.SOMEBODY_ELSE)
    decide(office, 19, Decision.SOMEBODY_ELSE)
    decide(office, 72, Decision.SAME_PERSON, twin_number=7)
    decide(office, 73, Decision.SAME_PERSON, twin_number=12)
    mend(office)


def test_what_is_open_can_be_decided_and_mended_in_place(office):
    url = bring(office)
    page = office.get_page(f"{url}?stand=fehler")
    assert page.values["cell_2"] == "ruth.oezdemir30@example.org"  # the suggestion stands in the field already
    office.send(page, page.form_with(["cell_2"]), status=200)
    mend_and_decide(office)
    assert verdicts() == {"skipped": SKIPPED, "new": sorted(NEW | {7, 19, 36, 74}), "same": [72], "changed": [73]}
    assert [change["field"] for change in row(73).changes] == ["note"]  # the other number is not lost
    assert row(73).changes[0]["new"].endswith("evtl. doppelt?\naußerdem Telefon: +491609999999")


def test_the_list_is_taken_over_undone_and_taken_over_again(office):
    url = bring(office)
    mend_and_decide(office)
    page = take_over(office, url)
    assert "65 neu aufgenommen 1 geändert 1 waren gleich 0 nicht übernommen" in page.text
    assert "Art. 14 DSGVO" in page.text
    first = people()
    assert (sum(first.values()), first["Fatima Weiß"], first["Zoë Schmidt"]) == (65, 2, 2)
    assert db.session.query(Volunteer).filter(Volunteer.inform_until.is_(None)).count() == 0
    assert db.session.query(Volunteer).filter(Volunteer.source == "ehrenamt-liste-2026").count() == 65
    assert db.session.query(Consent).count() == 0  # no purpose was ticked

    page = office.press(f"{url}rueckgaengig/", "Rückgängig machen", status=200)
    assert "Rückgängig gemacht: 65 Zeilen." in page.text
    assert (db.session.query(Person).count(), db.session.query(Volunteer).count()) == (0, 0)

    url = bring(office)
    mend_and_decide(office)
    take_over(office, url)
    assert people() == first


def test_the_same_list_again_changes_nothing(office):
    url = bring(office)
    mend_and_decide(office)
    take_over(office, url)
    url = bring(office)
    people_rows = sorted(NEW | {7, 19, 72, 73})
    assert verdicts() == {"skipped": SKIPPED, "same": people_rows, "error": [36, 74]}
    mend(office)
    assert verdicts() == {"skipped": SKIPPED, "same": sorted([*people_rows, 36, 74])}
    before = people()
    page = take_over(office, url)
    assert "0 neu aufgenommen 0 geändert 67 waren gleich 0 nicht übernommen" in page.text
    assert people() == before


def test_what_stays_out_comes_back_as_a_file(office):
    url = bring(office)
    take_over(office, url)
    assert people()["Zoë Schmidt"] == 1
    response = office.get(f"{url}nicht-uebernommen.xlsx")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(response.data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][1:3] == ["Name, Vorname", "E-Mail"]
    assert rows[0][-1] == "Warum nicht übernommen"
    assert [line[-1].split(":")[0] for line in rows[1:]] == [f"Zeile {n}" for n in (7, 19, 36, 72, 73, 74)]
    assert rows[3][2] == "ruth.oezdemir30@example,org"


def test_people_of_the_list_are_read_as_they_are_meant(office):
    take_over(office, bring(office))
    yusuf = db.session.query(Person).filter_by(email="yusuf.kowalczyk4@example.org").one()
    volunteer = db.session.get_one(Volunteer, yusuf.id)
    assert (yusuf.name, yusuf.address_as, yusuf.phone) == ("Yusuf Kowalczyk", "Herr Kowalczyk", "+493677123404")
    assert (yusuf.municipality, volunteer.municipalities) == ("Arnstadt", ["Arnstadt"])
    assert volunteer.languages == {"ti": "interprets", "de": "understands"}
    assert volunteer.availability[0] == "saturday-morning"
    assert [(str(e.field), e.activity) for e in volunteer.engagements] == [("education", "Dolmetschen")]
    assert " language:ti:interprets " in volunteer.facets
    assert "kowalczyk" in yusuf.search_text
    couple = db.session.query(Person).filter_by(email="juergen.gross17@example.org").order_by(Person.id)
    assert [person.name for person in couple] == ["Jürgen Groß", "Zoë Groß"]  # two people of one box


@pytest.mark.parametrize("missing", [0, 999_999])
def test_nobody_but_the_candidates_can_be_chosen(office, missing):
    bring(office)
    url = f"{IMPORT}zeile/{row(72).id}/entscheiden/"
    office.post_to(url, {"decision": "same_person", "twin_number": missing}, status=400)
    office.post_to(url, {"decision": "same_person", "twin_number": 4}, status=400)
    office.post_to(url, {"decision": "whatever"}, status=400)
