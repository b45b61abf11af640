"""The words of an invitation."""

import pytest
from flask_babel import force_locale

from coordapp.directory.models import Person
from coordapp.invitations import texts
from coordapp.invitations.models_mailing import Mailing
from coordapp.invitations.texts import Text
from coordapp.shared import clock, languages


def filled(text: str, event, *people: Person, language: str = "de") -> str:
    people = people or (Person(name="Olha Kaya", address_as=""),)
    return "\n\n".join(texts.fill_in(Text("", text), event=event, people=people, language=language).paragraphs)


def test_each_field_is_filled_for_its_reader(make):
    event = make.event(title="Runder Tisch", place=make.place(name="Bürgerhaus", municipality="Plaue"))
    person = Person(name="Olha Kaya", address_as="Frau Kaya")
    text = "Guten Tag {anrede} ({name}), {veranstaltung} am {termin} in {ort}."
    with force_locale("de"):
        moment = languages.moment(event.starts_at)
    assert filled(text, event, person) == (
        f"Guten Tag Frau Kaya (Olha Kaya), Runder Tisch am {moment} in Plaue, Bürgerhaus."
    )


def test_without_a_way_to_address_somebody_the_name_stands_there(make):
    assert filled("{anrede}", make.event()) == "Olha Kaya"


@pytest.mark.parametrize(("address_as", "language", "expected"), [
    ("Frau Kaya", "de", "Frau Kaya"), ("Frau Kaya", "ar", "Olha Kaya"), ("Olha", "ar", "Olha"),
])  # fmt: skip
def test_a_german_title_is_not_used_in_other_languages(make, address_as, language, expected):
    person = Person(name="Olha Kaya", address_as=address_as)
    assert filled("{anrede}", make.event(), person, language=language) == expected


def test_what_a_field_holds_is_never_read_as_a_field_or_a_template(make):
    event = make.event(title="{name} {{ 7 * 7 }} {% raw %} %(name)s")
    reader = Person(name="{ort}", address_as="")
    assert filled("{veranstaltung}", event, reader) == "{name} {{ 7 * 7 }} {% raw %} %(name)s"
    assert filled("{name}", event, Person(name="{ort} {0.__class__}", address_as="")) == "{ort} {0.__class__}"


def test_a_hidden_place_is_named_by_its_municipality_only(make):
    event = make.event(hides_address=True, place=make.place(name="Frauenzentrum", municipality="Arnstadt"))
    assert filled("{ort}", event) == "Arnstadt"


@pytest.mark.parametrize(("text", "expected"), [
    ("Guten Tag {anrede}, {name} {veranstaltung} {termin} {ort}", []),
    ("Guten Tag {Anrede}", ["{Anrede}"]),
    ("{email} und {vorname} und {email}", ["{email}", "{vorname}"]),
    ("{anrede", ["{"]),
    ("anrede}", ["}"]),
    ("{{anrede}}", ["{", "}"]),
    ("{}", ["{}"]),
    ("{0.__class__}", ["{0.__class__}"]),
])  # fmt: skip
def test_fields_that_nobody_can_fill_in_are_named(text, expected):
    assert texts.unknown_fields(text) == expected


def test_a_field_that_stays_empty_is_counted_for_every_reader(make):
    event, people = make.event(place=None), [make.person(), make.person()]
    assert texts.empty_fields(event, people, "{name} in {ort}") == {"ort": 2}
    assert texts.empty_fields(event, people, "{name}") == {}
    assert texts.empty_fields(make.event(), people, "{ort}") == {}


def test_readers_of_a_language_without_own_text_get_ours_in_their_language(make):
    event = make.event()
    mailing = Mailing(event=event, name="x", texts={"de": {"subject": "Kommt!", "text": "Hallo {name}"}})
    assert texts.text_of(mailing, "de") == Text("Kommt!", "Hallo {name}")
    assert texts.text_of(mailing, "uk") == texts.built_in(event, "uk")
    assert texts.built_in(event, "uk").text != texts.built_in(event, "de").text
    assert "{anrede}" in texts.built_in(event, "ar").text


def test_our_own_words_survive_braces_in_the_summary(make):
    event = make.event(summary="Es geht um {alles}.")
    assert texts.unknown_fields(texts.built_in(event, "de").text) == []
    with clock.stopped(clock.now()):
        assert "Es geht um (alles)." in filled(texts.built_in(event, "de").text, event)
