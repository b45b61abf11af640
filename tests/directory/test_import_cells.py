"""Messy cells: names, salutations, e-mail addresses."""

import pytest

from coordapp.directory.import_cells import NameLore, Unreadable, read_email, read_name, read_salutation

LORE = NameLore.of(["Weiß, Fatima", "Schmidt, Zoë", "Groß, Karl-Heinz", "von der Heide, Nguyễn"])


@pytest.mark.parametrize(
    ("written", "given", "surname"),
    [
        ("Schmidt, Zoë", "Zoë", "Schmidt"),
        ("von der Heide, Nguyễn", "Nguyễn", "von der Heide"),
        ("SCHMIDT, Zoë", "Zoë", "Schmidt"),
        ("schmidt , zoë", "Zoë", "Schmidt"),
        ("ANNA-LENA MÜLLER", "Anna-Lena", "Müller"),
        ("Søren Kowalczyk", "Søren", "Kowalczyk"),
        ("Weiß Fatima", "Fatima", "Weiß"),  # other rows say which is which
        ("Fatima Weiß", "Fatima", "Weiß"),
        ("Karl-Heinz Groß", "Karl-Heinz", "Groß"),
        ("Nguyễn von der Heide", "Nguyễn", "von der Heide"),
        ("Abu Salem", "Abu", "Salem"),
        ("McDonald, Ronan", "Ronan", "McDonald"),
        ("Müller, Anna (Mama von Tom)", "Anna", "Müller"),
    ],
)
def test_names_are_read_in_either_order(written, given, surname):
    name = read_name(written, lore=LORE, surname_first=True).value
    assert (name.given, name.surname) == (given, surname)
    assert name.whole == f"{given} {surname}"


@pytest.mark.parametrize(
    ("written", "guesses"),
    [
        ("Schmidt, Zoë", 0),
        ("Fatima Weiß", 0),
        ("Weiß Fatima", 1),
        ("SCHMIDT, Zoë", 1),
        ("Abu Salem", 1),
        ("Madonna", 1),
    ],
)
def test_a_guess_about_a_name_is_shown(written, guesses):
    assert len(read_name(written, lore=LORE, surname_first=True).guesses) == guesses


def test_what_stands_in_brackets_behind_a_name_is_kept_as_a_note():
    assert read_name("Müller, Anna (Mama von Tom)", lore=LORE).notes == ("Name: Mama von Tom",)


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("", ""),
        (" , ", ""),
        ("Anna und Peter Müller", ""),
        ("Müller, Anna & Peter", ""),
        ("anna@example.org", ""),
        ("Müller 2", ""),
        ("Müller, Anna, Dr.", "Müller Anna Dr."),
        ("x" * 121, ""),
    ],
)
def test_what_is_no_name_is_an_error(written, suggestion):
    with pytest.raises(Unreadable) as problem:
        read_name(written, lore=LORE)
    assert problem.value.suggestion == suggestion


@pytest.mark.parametrize(
    ("written", "address", "notes"),
    [
        ("anna@example.org", "anna@example.org", ()),
        ("  GISELA.WEISS15@EXAMPLE.ORG ", "gisela.weiss15@example.org", ()),
        ("a@example.org; b@example.org", "a@example.org", ("weitere E-Mail: b@example.org",)),
        ("a@example.org, b@example.org / c@example.org", "a@example.org",
         ("weitere E-Mail: b@example.org", "weitere E-Mail: c@example.org")),
        ("a@example.org (privat)", "a@example.org", ("E-Mail: privat",)),
        ("a @ example.org", "a@example.org", ()),
        ("mailto:a@example.org", "a@example.org", ()),
        ("a@example.org nur sonntags", "a@example.org", ("E-Mail: nur sonntags",)),
        ("keine", None, ()), ("-", None, ()), ("K.A.", None, ()), ("hat keine", None, ()), ("", None, ()),
    ],
)  # fmt: skip
def test_addresses_are_read(written, address, notes):
    cell = read_email(written)
    assert (cell.value, cell.notes, cell.guesses) == (address, notes, ())


@pytest.mark.parametrize("written", ["a (at) example.org", "a[AT]example.org", "a(at)example(dot)org"])
def test_a_written_out_at_is_repaired_and_said(written):
    cell = read_email(written)
    assert (cell.value, cell.guesses) == ("a@example.org", ("E-Mail gelesen als „a@example.org“",))


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("ruth@example,org", "ruth@example.org"),
        ("ruth@@example.org", "ruth@example.org"),
        ("ruth weiss@example.org", "ruthweiss@example.org"),  # taking only the end would write to somebody else
        ("ruth@", ""),
        ("bei Anna fragen", ""),
        ("a@example.org; b@", ""),
    ],
)
def test_a_broken_address_is_an_error_with_a_suggestion_where_there_is_one(written, suggestion):
    with pytest.raises(Unreadable) as problem:
        read_email(written)
    assert problem.value.suggestion == suggestion


@pytest.mark.parametrize(
    ("written", "value", "notes"),
    [
        ("Fr.", "Frau", ()), (" Frau", "Frau", ()), ("Hr.", "Herr", ()), ("HERR", "Herr", ()), ("Herrn", "Herr", ()),
        ("Frau Dr.", "Frau Dr.", ()), ("Dr.", "", ("Anrede: Dr.",)), ("", "", ()), ("-", "", ()),
    ],
)  # fmt: skip
def test_salutations_are_read(written, value, notes):
    cell = read_salutation(written)
    assert (cell.value, cell.notes) == (value, notes)
