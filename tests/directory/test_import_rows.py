"""Headings, columns, whole rows, and what a row changes about somebody; without a database."""

import pytest

from coordapp.directory import import_compare
from coordapp.directory.import_cells import NameLore
from coordapp.directory.import_mapping import (
    Target,
    fingerprint,
    guess_header_row,
    guess_mapping,
    is_complete,
    repeated,
)
from coordapp.directory.import_rows import Columns, is_consent, read_row, why_skipped

HEADINGS = ["Nr.", "Name, Vorname", "E-Mail", "Telefon", "Handy", "Ort", "Was?", "Bemerkung", "Anrede"]
MAPPING = ["", "name", "email", "phone", "phone", "place", "activities", "note", "salutation"]
COLUMNS = Columns(HEADINGS, MAPPING)


def row(**cells: str) -> list[str]:
    """Return a row of HEADINGS with some cells, named by their Target or heading."""
    names = ["nr", "name", "email", "phone", "mobile", "place", "activities", "note", "salutation"]
    return [cells.get(name, "") for name in names]


def test_the_header_row_is_found_below_a_title_and_above_the_people():
    rows = [
        ["Ehrenamtliche, Stand November", "", ""],
        ["", "", ""],
        ["Name", "Telefon", "Ort"],
        ["Kaya, Elif", "0160 5551201", "Ort der Vielfalt"],
    ]
    assert guess_header_row(rows) == 3
    assert guess_header_row(rows[2:]) == 1
    assert guess_header_row([["Kaya, Elif", "0160 5551201"]]) == 1


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("Name, Vorname", "name"), ("Nachname", "surname"), ("Familienname", "surname"), ("Vorname", "given_name"),
        ("Ehrenamtliche/r", "name"), ("E-Mail-Adresse", "email"), ("Telefon / Handy", "phone"), ("Mobil", "phone"),
        ("Straße", "street"), ("Anschrift", "street"), ("PLZ", "postal_code"), ("Wohnort", "place"), ("Ort", "place"),
        ("Was macht die Person?", "activities"), ("Tätigkeit", "activities"), ("Sprachen", "languages"),
        ("Wann?", "times"), ("verfügbar", "times"), ("Bemerkung", "note"), ("Notizen", "note"),
        ("Anrede", "salutation"),
        ("lfd. Nr.", ""), ("Geburtsdatum", ""), ("Religion", ""), ("Herkunftsland", ""), ("Nationalität", ""),
        ("Xyz", ""),
    ],
)  # fmt: skip
def test_headings_tell_what_a_column_means(heading, target):
    assert guess_mapping([heading], []) == [target]


def test_a_column_without_heading_is_known_by_its_values():
    rows = [["a@example.org", "0160 5551201", "xyz"], ["b@example.org", "", "abc"]]
    assert guess_mapping(["", "", ""], rows) == ["email", "phone", ""]
    assert guess_mapping(["Ort", "Wohnort", "Telefon", "Handy"], []) == ["place", "", "phone", "phone"]


def test_a_mapping_needs_a_name_and_names_once_what_can_be_there_once():
    assert [is_complete(mapping) for mapping in (["name"], ["surname", "email"], ["given_name"], [""])] == [
        True, True, False, False
    ]  # fmt: skip
    assert repeated(["name", "name", "phone", "phone"]) == [Target.NAME]
    assert fingerprint(["Name", "Ort"]) == fingerprint(["NAME", " ort"]) != fingerprint(["Name", "Orte"])


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([""] * 9, "leere Zeile"),
        (HEADINGS, "Überschrift noch einmal"),
        (row(nr="5"), "nichts in den Spalten, die übernommen werden"),
        (row(name="Raum Arnstadt"), "Zwischenüberschrift"),
        (row(email="Raum Arnstadt"), "Zwischenüberschrift"),
        (row(name="Kaya, Elif"), ""),  # a comma: a person with nothing else
        (row(nr="5", name="Elif Kaya"), ""),
        (row(email="a@example.org"), ""),  # an error, not a heading
    ],
)
def test_rows_without_anybody_are_skipped_with_a_reason(cells, why):
    assert why_skipped(cells, COLUMNS) == why


def test_a_whole_row_is_read():
    cells = row(name="Kaya, Elif", email="elif@example.org", phone="550099 (abends)", mobile="0160 5551201",
                place="Gehren", activities="Dolmetschen", note="bitte nicht anrufen", salutation="Fr.")  # fmt: skip
    read = read_row(cells, COLUMNS)
    assert read.problems == []
    assert read.values == {
        "name": "Elif Kaya", "address_as": "Frau Kaya", "email": "elif@example.org", "phone": "+4936783550099",
        "municipality": "Ilmenau", "engagements": [["education", "Dolmetschen"]], "no_calls": True,
        "note": ["bitte nicht anrufen", "Ort: Gehren", "Telefon: abends", "außerdem: 0160 5551201"],
    }  # fmt: skip


def test_surname_and_given_name_may_stand_in_two_columns():
    columns = Columns(["Nachname", "Vorname", "Anrede"], ["surname", "given_name", "salutation"])
    assert read_row(["von der Heide", "Nguyễn", "Hr."], columns).values == {
        "name": "Nguyễn von der Heide",
        "address_as": "Herr von der Heide",
    }
    assert read_row(["Kaya", "", ""], columns).values["name"] == "Kaya"


def test_every_broken_cell_of_a_row_is_named_with_its_column():
    read = read_row(row(email="a@b,de", phone="550099"), COLUMNS)
    assert [(problem["column"], problem["suggestion"]) for problem in read.problems] == [
        (1, ""),
        (2, "a@b.de"),
        (3, ""),
    ]


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        ("Einwilligung liegt vor (Papier, 03/25)", True), ("DSGVO unterschrieben", True), ("ist einverstanden", True),
        ("Einwilligung fehlt", False), ("keine Einwilligung", False), ("Einwilligung noch holen", False),
        ("nicht einverstanden", False), ("kommt zum RT", False),
    ],
)  # fmt: skip
def test_a_remark_about_a_consent_is_recognised(remark, expected):
    assert is_consent(remark) is expected


def test_the_order_of_names_is_learned_from_the_list():
    lore = NameLore.of(["Weiß, Fatima", "", "Zoë Böhm"])
    assert (lore.given, lore.surnames) == ({"fatima"}, {"weiss"})


STATE = {
    "name": "Elif Kaya", "address_as": "Frau Kaya", "email": "elif@example.org", "phone": "+493677123",
    "street": "", "postal_code": "", "municipality": "Ilmenau", "channel": "phone", "profile": True,
    "engagements": [["education", "Sprachcafé"]], "languages": {"tr": "interprets"}, "availability": [],
    "municipalities": ["Ilmenau"], "note": "kommt zum RT",
}  # fmt: skip


def changed(values, **how) -> dict:
    return {c["field"]: (c["new"], c["is_taken"]) for c in import_compare.compare(values, STATE, **how)}


def test_empty_cells_erase_nothing_and_equal_ones_change_nothing():
    assert changed({"name": "Elif Kaya"}) == {}
    assert changed({"name": "ELIF  kaya", "email": "elif@example.org", "note": ["kommt zum RT"]}) == {}
    assert changed({"name": "Elif Kaya", "languages": {"tr": "speaks"}}) == {}  # the higher level stays
    assert changed({"name": "Elif Kaya", "engagements": [["work", "SPRACHCAFÉ"]]}) == {}


def test_cells_that_differ_replace_and_lists_only_grow():
    values = {"name": "Elif Kaya", "phone": "+491601", "languages": {"de": "speaks"}, "note": ["neu"],
              "engagements": [["housing", "Umzug"]], "availability": ["monday-evening"]}  # fmt: skip
    assert changed(values) == {
        "phone": ("+491601", True),
        "languages": ({"tr": "interprets", "de": "speaks"}, True),
        "engagements": ([["education", "Sprachcafé"], ["housing", "Umzug"]], True),
        "note": ("kommt zum RT\nneu", True),
        "availability": (["monday-evening"], True),
    }


def test_what_somebody_told_the_office_themselves_is_only_replaced_when_it_is_ticked():
    values = {"name": "Elif Kaya", "phone": "+491601", "street": "Weg 1", "availability": ["monday-evening"]}
    assert {name: taken for name, (_new, taken) in changed(values, is_own=True).items()} == {
        "phone": False,
        "street": True,  # nothing was there
        "availability": True,
    }


def test_the_second_row_of_somebody_only_adds_and_loses_no_other_number():
    values = {"name": "Elif Kaya", "phone": "+491601", "street": "Weg 1", "address_as": "Herr Kaya"}
    assert changed(values, fills_only=True) == {
        "street": ("Weg 1", True),
        "note": ("kommt zum RT\naußerdem Telefon: +491601", True),
    }


def test_who_must_not_be_called_gets_mail_where_there_is_an_address():
    assert changed({"name": "Elif Kaya", "no_calls": True})["channel"] == ("email", True)


@pytest.mark.parametrize(
    ("values", "channel"),
    [
        ({"email": "a@example.org", "phone": "+491601"}, "email"),
        ({"phone": "+491601"}, "phone"),
        ({"phone": "+491601", "no_calls": True}, "letter"),
        ({}, "letter"),
    ],
)
def test_somebody_new_is_reached_on_the_way_there_is(values, channel):
    assert import_compare.first_state({"name": "Elif Kaya"} | values)["channel"] == channel
