"""Messy cells: activities, languages and times."""

import pytest

from coordapp.directory.import_words import read_activities, read_languages, read_times
from coordapp.directory.models_profile import FieldOfAction

WORK_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def on(days, *parts) -> list[str]:
    return [f"{day}-{part}" for day in days for part in parts]


@pytest.mark.parametrize(
    ("written", "slots", "notes"),
    [
        ("Mo+Mi 15-18", on(("monday", "wednesday"), "afternoon"), ()),
        ("Di nachm.", ["tuesday-afternoon"], ()),
        ("Di, Do 17-20 Uhr", on(("tuesday", "thursday"), "afternoon", "evening"), ()),
        ("dienstagabend", ["tuesday-evening"], ()),
        ("abends", on(WORK_DAYS, "evening"), ()),
        ("Mo-Fr ab 16 Uhr", on(WORK_DAYS, "afternoon", "evening"), ()),
        ("Fr bis So", on(("friday", "saturday", "sunday"), "morning", "afternoon", "evening"), ()),
        ("nur Wochenende", on(("saturday", "sunday"), "morning", "afternoon", "evening"), ()),
        ("Sonnabend vorm.", ["saturday-morning"], ()),
        ("samstags und sonntags", on(("saturday", "sunday"), "morning", "afternoon", "evening"), ()),
        ("donnerstags nachmittags, freitags",
         ["thursday-afternoon", *on(("friday",), "morning", "afternoon", "evening")], ()),
        ("vormittags (außer Ferien)", on(WORK_DAYS, "morning"), ("Zeit: außer Ferien",)),
        ("Mi vormittags, nicht im Mai", ["wednesday-morning"], ("Zeit: Mi vormittags, nicht im Mai",)),
        ("nach der Schicht", [], ("Zeit: nach der Schicht",)),
        ("flexibel", [], ()), ("nach Absprache", [], ()), ("jederzeit", [], ()), ("", [], ()), ("-", [], ()),
    ],
)  # fmt: skip
def test_times_become_parts_of_the_week(written, slots, notes):
    cell = read_times(written)
    assert (cell.value, cell.notes) == (slots, notes)


def test_a_part_of_the_day_without_a_day_is_a_guess():
    assert read_times("abends").guesses == ("„abends“ gilt von Montag bis Freitag",)
    assert read_times("Mo abends").guesses == ()


@pytest.mark.parametrize(
    ("written", "languages"),
    [
        ("Russ., Ukrain.", {"ru": "speaks", "uk": "speaks"}),
        ("dt, engl, frz", {"de": "speaks", "en": "speaks", "fr": "speaks"}),
        ("Tigrinya, etwas Deutsch", {"ti": "speaks", "de": "understands"}),
        ("Deutsch (Muttersprache)", {"de": "speaks"}),
        ("Farsi + Deutsch", {"fa": "speaks", "de": "speaks"}),
        ("Dari/Paschtu", {"prs": "speaks", "ps": "speaks"}),
        ("Arabisch/Deutsch", {"ar": "speaks", "de": "speaks"}),
        ("Türkisch; Deutsch", {"tr": "speaks", "de": "speaks"}),
        ("Kurdisch (Sorani) und Deutsch A2", {"ckb": "speaks", "de": "understands"}),
        ("Kurdisch (Kurmandschi)", {"ku": "speaks"}),
        ("Englisch B2, Arabisch dolmetscht", {"en": "speaks", "ar": "interprets"}),
        ("keine", {}),
        ("", {}),
    ],
)
def test_languages_get_their_codes_and_levels(written, languages):
    cell = read_languages(written)
    assert (cell.value, cell.notes) == (languages, ())


def test_an_unknown_language_is_kept_as_a_note_and_said():
    cell = read_languages("Deutsch, Elbisch")
    assert (cell.value, cell.notes) == ({"de": "speaks"}, ("Sprache: Elbisch",))
    assert len(cell.guesses) == 1


def test_who_interprets_does_so_in_the_foreign_languages_they_speak():
    assert read_languages("Tigrinya, etwas Deutsch", interprets=True).value == {"ti": "interprets", "de": "understands"}
    only_german = read_languages("Deutsch", interprets=True)
    assert (only_german.value, len(only_german.guesses)) == ({"de": "speaks"}, 1)


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        ("Sprachcafé, Begleitung zu Ämtern", ["education", "participation"]),
        ("Hausaufgabenhilfe", ["education"]), ("Deutschkurs", ["education"]), ("Dolmetschen", ["education"]),
        ("Patenschaft", ["participation"]), ("Umzugshilfe", ["housing"]), ("Möbelspenden", ["housing"]),
        ("Kleiderkammer; Fahrdienst", ["health", "health"]), ("Fußballgruppe", ["leisure"]),
        ("Bewerbungshilfe", ["work"]), ("keine", []), ("", []),
    ],
)  # fmt: skip
def test_activities_tell_their_field_of_action(written, fields):
    cell = read_activities(written, default=FieldOfAction.WORK)
    assert ([field for field, _activity in cell.value], cell.guesses) == (fields, ())


def test_an_unknown_activity_is_kept_in_the_field_that_was_chosen_and_said():
    cell = read_activities("Drachenzucht", default=FieldOfAction.LEISURE)
    assert cell.value == [["leisure", "Drachenzucht"]]
    assert len(cell.guesses) == 1
