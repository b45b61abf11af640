"""Who might be the same person: a table of pairs, and how long many rows take."""

import time

import pytest

from coordapp.directory.matching import Candidate, Certainty, Index, match

SURE, LIKELY, NO = Certainty.SURE, Certainty.LIKELY, None


def someone(name: str, email: str = "", phone: str = "", postal_code: str = "", municipality: str = "") -> Candidate:
    return Candidate(name, email or None, phone or None, postal_code, municipality)


MAIL, PHONE = "fatima@example.org", "+491605551234"


@pytest.mark.parametrize(("one", "other", "expected"), [
    # the three that are sure
    (someone("Fatima Weiß", MAIL), someone("Fatima Weiß", MAIL), SURE),
    (someone("Weiß, Fatima", MAIL), someone("Fatima Weiß", MAIL), SURE),
    (someone("Fr. Fatima Weiß", MAIL), someone("FATIMA WEISS", MAIL), SURE),
    (someone("Fatima Weiß", MAIL), someone("Fatima Kaya", MAIL), SURE),  # married
    (someone("Fatima", MAIL), someone("Fatima Kaya", MAIL), SURE),
    (someone("Fatima Weiß", phone=PHONE), someone("Fatima Weiss", "other@example.org", PHONE), SURE),
    (someone("Fatima Weiß", postal_code="98693"), someone("Weiß, Fatima", MAIL, PHONE, "98693"), SURE),
    (someone("Fatima Weiß", MAIL, municipality="Plaue"), someone("Fatima Weiß", MAIL, municipality="Arnstadt"), SURE),
    (someone("Олена Коваль", MAIL), someone("Olena Koval", MAIL), SURE),
    # a box is no identity
    (someone("Fatima Weiß", MAIL), someone("Ahmad Weiß", MAIL), NO),
    (someone("Jürgen Groß", MAIL), someone("Zoë Groß", MAIL, municipality="Ilmenau"), NO),
    (someone("Fatima Weiß", MAIL), someone("Yusuf Kaya", MAIL), NO),
    (someone("Weiß Fatima", MAIL), someone("Weiß Ahmad", MAIL), LIKELY),  # the order cannot be told, so never sure
    (someone("Frau Kaya", MAIL), someone("Kaya Yilmaz", MAIL), NO),
    (someone("Thomas Müller", "info@verein.example"), someone("Thomas Schmidt", "info@verein.example"), LIKELY),
    (someone("Fatima Weiß", phone=PHONE), someone("Ahmad Weiß", phone=PHONE), NO),
    # one name, other letters
    (someone("Weiß Fatima", MAIL), someone("Fatima Weiß", MAIL), LIKELY),
    (someone("Weiß Fatima"), someone("Fatima Weiß", MAIL), LIKELY),
    (someone("Jürgen Groß"), someone("Juergen Gross"), LIKELY),
    (someone("Jürgen Müller"), someone("Jurgen Muller"), LIKELY),
    (someone("Karl-Heinz Groß"), someone("Karlheinz Groß"), LIKELY),
    (someone("Groß, Karl Heinz"), someone("Karl-Heinz Groß"), LIKELY),
    (someone("Groß Karlheinz"), someone("Karl-Heinz Groß"), LIKELY),
    (someone("Fatima Al-Hassan"), someone("Fatima Al Hassan"), LIKELY),
    (someone("Schröder, Olena", "a@example.org"), someone("Schröder, Olena", "b@example.org"), LIKELY),
    (someone("Schröder, Olena", municipality="Stadtilm"), someone("Olena Schröder", municipality="Stadtilm"), LIKELY),
    (someone("Олена Коваль"), someone("Olena Koval"), LIKELY),
    (someone("Nguyễn Voigt"), someone("Nguyen Voigt"), LIKELY),
    (someone("Olena"), someone("Olena"), NO),  # one word says nothing
    # transliterations and slips want something else in common
    (someone("Mohammed Schmidt", phone=PHONE), someone("Muhammad Schmidt", phone=PHONE), LIKELY),
    (someone("Mohammed Schmidt", MAIL), someone("Schmidt, Mohamed", MAIL), LIKELY),
    (someone("Mohammed Schmidt"), someone("Muhammad Schmidt"), NO),
    (someone("Yusuf Kahn", municipality="Geratal"), someone("Jussuf Kahn", municipality="Geratal"), LIKELY),
    (someone("Youssef Kahn", municipality="Geratal"), someone("Yusuf Kahn", municipality="Plaue"), NO),
    (someone("Oleksandr Petrenko", MAIL), someone("Alexander Petrenko", MAIL), LIKELY),
    (someone("Olena Schewtschenko", postal_code="99310"), someone("Elena Shevchenko", postal_code="99310"), LIKELY),
    (someone("Gisela Lindner", municipality="Plaue"), someone("Gisela Lidnner", municipality="Plaue"), LIKELY),
    (someone("Gisela Lindner"), someone("Gisela Lidnner"), NO),
    (someone("Gisela Lindner", municipality="Plaue"), someone("Gisela Lander", municipality="Plaue"), NO),
    (someone("Ruth Böhm", municipality="Plaue"), someone("Rita Böhm", municipality="Plaue"), NO),
    (someone("Hassan Kaya", municipality="Plaue"), someone("Hussein Kaya", municipality="Plaue"), NO),  # brothers
    (someone("Anna Voigt", municipality="Plaue"), someone("Anne Voigt", municipality="Plaue"), NO),
    (someone("F. Weiß", phone=PHONE), someone("Fatima Weiß", phone=PHONE), LIKELY),
    (someone("F. Weiß", municipality="Plaue"), someone("Fatima Weiß", municipality="Plaue"), NO),
    (someone("Anna Maria Schmidt", municipality="Plaue"), someone("Anna Schmidt", municipality="Plaue"), LIKELY),
    (someone("Anna Schmidt-Kahl", postal_code="99338"), someone("Anna Schmidt", postal_code="99338"), LIKELY),
    (someone("Anna Maria Schmidt"), someone("Anna Schmidt"), NO),
    # different people
    (someone("Ruth Özdemir", postal_code="99310"), someone("Gisela Özdemir", postal_code="99310"), NO),
    (someone("", MAIL), someone("Fatima Weiß", MAIL), NO),
    (someone("!!!", MAIL), someone("???", MAIL), NO),
])  # fmt: skip
def test_two_descriptions_are_surely_likely_or_not_one_person(one, other, expected):
    for candidate, known in ((one, other), (other, one)):
        found = match(candidate, [known])
        assert [each.certainty for each in found] == ([expected] if expected else [])


def test_the_best_comes_first_and_says_why():
    people = [
        someone("Weiß, Fatima", "other@example.org"),
        someone("Fatima Weiß", MAIL),
        someone("Ahmad Weiß", MAIL),
        someone("Weiß Fatima", phone=PHONE),
    ]
    found = match(someone("Fatima Weiß", MAIL, PHONE), people)
    assert [(each.person, each.why) for each in found] == [
        (people[1], "gleiche E-Mail-Adresse, gleicher Vorname"),
        (people[3], "gleicher Name, anders geschrieben, gleiches Telefon"),
        (people[0], "gleicher Name, sonst nichts gemeinsam"),
    ]


def test_five_thousand_rows_against_five_thousand_people_take_seconds():
    given = ["Mohammed", "Olena", "Fatima", "Anna", "Karl-Heinz", "Zoë", "Yusuf", "Ruth", "Søren", "Sabine"]
    people = [
        someone(f"{given[n % 10]} {chr(97 + n % 23) * 2}{n // 20}berg", f"n{n}@example.org", postal_code="98693")
        for n in range(5000)
    ]
    rows = [someone(f"{each.name}", f"x{n}@example.org", municipality="Ilmenau") for n, each in enumerate(people)]
    begun = time.process_time()
    index = Index(people)
    found = [index.match(row) for row in rows]
    assert time.process_time() - begun < 10
    assert all(any(each.person is people[n] for each in matches) for n, matches in enumerate(found))


def test_the_pairs_of_an_index_are_those_that_match_finds():
    people = [
        someone(name, municipality="Plaue") for name in ("Weiß, Fatima", "Ruth Kahn", "Fatima Weiss", "Ruth Kahn")
    ]
    pairs = [(one, other) for one, other, _verdict in Index(people).pairs()]
    assert pairs == [(people[0], people[2]), (people[1], people[3])]
