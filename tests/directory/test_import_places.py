"""Messy cells: places and telephone numbers."""

import pytest

from coordapp.directory.import_cells import Unreadable
from coordapp.directory.import_places import area_code, read_phone, read_place, read_postal_code
from coordapp.shared.municipalities import AREA_CODES, MUNICIPALITIES, VILLAGES


@pytest.mark.parametrize(
    ("written", "number", "notes"),
    [
        ("0160 5551201", "+491605551201", ()),
        ("03677-123404", "+493677123404", ()),
        ("(03628) 555008", "+493628555008", ()),
        ("0 36 77 / 12 34 10", "+493677123410", ()),
        ("+49 3677 123415", "+493677123415", ()),
        ("+49 (0)3677 123415", "+493677123415", ()),
        ("0049 160 5551319", "+491605551319", ()),
        ("0160/5551201", "+491605551201", ()),
        ("+43 1 5880", "+4315880", ()),
        ("03677 123456 / 0160 5551201", "+493677123456", ("weitere Nummer: 0160 5551201",)),
        ("0160 5551201; 03677 12345", "+491605551201", ("weitere Nummer: 03677 12345",)),
        ("Tel. 03677 123456 abends", "+493677123456", ("Telefon: abends",)),
        ("0160 5551201 (Sohn)", "+491605551201", ("Telefon: Sohn",)),
        ("neu erfragen", None, ("Telefon: neu erfragen",)),
        ("keine", None, ()),
        ("", None, ()),
    ],
)
def test_numbers_are_read(written, number, notes):
    cell = read_phone(written)
    assert (cell.value, cell.notes, cell.guesses) == (number, notes, ())


@pytest.mark.parametrize(
    ("written", "number", "guess"),
    [
        ("550099 (nur abends)", "+493677550099", "Vorwahl 03677 ergänzt"),
        ("36775559", "+4936775559", "bei der Telefonnummer fehlte die 0 am Anfang"),  # a number cell
        ("1605551201", "+491605551201", "bei der Telefonnummer fehlte die 0 am Anfang"),
    ],
)
def test_what_a_number_lacks_is_filled_in_and_said(written, number, guess):
    cell = read_phone(written, local_code="03677")
    assert (cell.value, cell.guesses) == (number, (guess,))


@pytest.mark.parametrize("written", ["550099", "03677", "12", "0160 5551201 5551201 5551201"])
def test_a_number_nobody_could_dial_is_an_error(written):
    with pytest.raises(Unreadable):
        read_phone(written)


@pytest.mark.parametrize(
    ("written", "municipality", "spot", "guesses"),
    [
        ("Ilmenau", "Ilmenau", "Ilmenau", 0),
        ("ilmenau ", "Ilmenau", "Ilmenau", 0),
        ("IL", "Ilmenau", "Ilmenau", 1),
        ("Großbreitenb.", "Großbreitenbach", "Großbreitenbach", 1),
        ("Ichtershausen", "Amt Wachsenburg", "Ichtershausen", 1),
        ("Gehren", "Ilmenau", "Gehren", 1),
        ("Geraberg", "Geratal", "Geraberg", 1),
        ("Arnstadt / Rudisleben", "Arnstadt", "Rudisleben", 1),
        ("Ilmenau OT Roda", "Ilmenau", "Roda", 1),
        ("98693 Ilmenau", "Ilmenau", "Ilmenau", 0),
        ("Erfurt", "Erfurt", "Erfurt", 1),
        ("G.", "G.", "G.", 1),  # too short to be sure
    ],
)
def test_places_become_municipalities(written, municipality, spot, guesses):
    cell = read_place(written)
    assert (cell.value["municipality"], cell.value["spot"], len(cell.guesses)) == (municipality, spot, guesses)


def test_a_village_stays_in_a_note_and_a_postal_code_is_taken():
    assert read_place("Gehren").notes == ("Ort: Gehren",)
    assert read_place("98693 Ilmenau").value["postal_code"] == "98693"
    assert read_place("unbekannt").value is None


def test_every_municipality_has_its_villages_and_area_code():
    assert set(VILLAGES) <= set(MUNICIPALITIES)
    assert all(area_code(name, name).startswith("036") for name in MUNICIPALITIES)
    assert area_code("Gehren", "Ilmenau") == "036783"
    assert area_code("Erfurt", "Erfurt") == ""
    assert all(read_place(name).value["spot"] == name for name in AREA_CODES)


@pytest.mark.parametrize(("written", "code"), [("98693", "98693"), ("D-98693", "98693"), ("1067", "01067"), ("-", "")])
def test_postal_codes_are_read(written, code):
    assert read_postal_code(written).value == code


def test_a_postal_code_that_is_none_is_an_error():
    with pytest.raises(Unreadable):
        read_postal_code("986")
