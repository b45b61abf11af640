from datetime import date

import pytest

from coordapp.office.rules import Query, parse

MARCH = date(2027, 3, 16)


@pytest.mark.parametrize(("typed", "expected"), [
    ("", Query(())),
    ("  Müller  Anna ", Query(("muller", "anna"))),
    ("16.3.", Query((), 16, 3)),
    ("16.3", Query((), 16, 3)),
    ("16.03.2027", Query((), 16, 3, 2027)),
    ("16. 3. 27", Query((), 16, 3, 2027)),
    ("16.3.27", Query((), 16, 3, 2027)),
    ("Ilmenau 16.3. Haus", Query(("ilmenau", "haus"), 16, 3)),
    ("03628.738100", Query(("03628.738100",))),
    ("1.Stock", Query(("1.stock",))),
])  # fmt: skip
def test_parse_takes_words_and_a_day_apart(typed, expected):
    assert parse(typed) == expected


@pytest.mark.parametrize(("typed", "expected"), [
    ("16.3.", True), ("16.3.2027", True), ("16.3.2026", False), ("17.3.", False), ("3.16.", False), ("99.99.", False),
    ("ilmenau", True), ("ilmenau 16.3.", True), ("plaue 16.3.", False), ("ilm runder", True),
])  # fmt: skip
def test_matches_wants_every_word_and_the_day(typed, expected):
    assert parse(typed).matches("runder tisch in ilmenau", [MARCH]) is expected
