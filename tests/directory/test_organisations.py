from datetime import UTC, datetime, timedelta

import pytest

from coordapp.directory import organisation_words, organisations
from coordapp.directory.models import OrganisationKind
from coordapp.directory.organisations import Filters
from coordapp.extensions import db
from coordapp.shared import clock

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def names(**filters) -> list[str]:
    found = organisations.search_organisations(Filters(**filters))
    assert organisations.count_organisations(Filters(**filters)) == len(found)
    return [organisation.name for organisation in found]


@pytest.fixture
def some(make):
    """Make organisations that differ in everything that can be filtered."""
    make.organisation(
        name="Öffnungsverein", topics="Fußball, Straße", municipality="Arnstadt", target_groups=["women"],
        languages=["ar", "de"], is_public=True, confirmed_at=NOW - timedelta(days=10),
    )  # fmt: skip
    make.organisation(
        name="Beratung Mitte", kind=OrganisationKind.ADVICE_CENTRE, description="Hilfe beim Ausfüllen",
        municipality="Ilmenau", target_groups=["men"], languages=["fa"], is_public=True,
        confirmed_at=NOW - timedelta(days=500),
    )  # fmt: skip
    make.organisation(name="Angelfreunde", municipality="Stadtilm")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["Angelfreunde", "Beratung Mitte", "Öffnungsverein"]),
        ({"words": "oeffnung"}, ["Öffnungsverein"]),
        ({"words": "ÖFFNUNG  strasse"}, ["Öffnungsverein"]),
        ({"words": "ausfullen"}, ["Beratung Mitte"]),
        ({"words": "Frauen"}, ["Öffnungsverein"]),
        ({"words": "fussball ilmenau"}, []),
        ({"words": "%"}, []),
        ({"words": "_"}, []),
        ({"municipality": "Ilmenau"}, ["Beratung Mitte"]),
        ({"target_group": "men"}, ["Beratung Mitte"]),
        ({"target_group": "women"}, ["Öffnungsverein"]),
        ({"language": "ar"}, ["Öffnungsverein"]),
        ({"language": "a"}, []),
        ({"kinds": organisations.ADVICE}, ["Beratung Mitte"]),
        ({"kinds": organisations.CLUBS, "is_public": True}, ["Öffnungsverein"]),
        ({"is_public": False}, ["Angelfreunde"]),
        ({"is_old": True}, ["Angelfreunde", "Beratung Mitte"]),
        ({"is_old": True, "is_public": True, "words": "hilfe"}, ["Beratung Mitte"]),
    ],
)
def test_organisations_are_found_by_what_was_asked(some, filters, expected):
    assert names(**filters) == expected


def test_the_words_of_target_groups_are_kept_in_german_whoever_saves(app, make):
    organisation = make.organisation(target_groups=["elderly"])
    with app.test_request_context("/?sprache=ar"):
        organisations.save(organisation, {"description": "Neu"})
    assert names(words="ältere") == [organisation.name]


def test_what_was_saved_is_found_at_once_and_no_longer_by_what_was_there_before(make):
    organisation = make.organisation(name="Alt e.V.", topics="Schach")
    organisations.save(organisation, {"topics": "Boxen", "kind": "initiative"})
    assert names(words="boxen") == ["Alt e.V."]
    assert names(words="schach") == []
    assert organisation.kind is OrganisationKind.INITIATIVE


def test_two_organisations_never_have_the_same_name_however_it_is_written(make):
    make.organisation(name="Müllers Verein")
    other = make.organisation(name="Anderer Verein", topics="Schach")
    with pytest.raises(organisations.NameTaken):
        organisations.save(other, {"name": "MULLERS  verein", "topics": "Boxen"})
    db.session.commit()
    assert (other.name, other.topics) == ("Anderer Verein", "Schach")
    organisations.save(other, {"name": "ANDERER VEREIN"})
    assert other.name == "ANDERER VEREIN"


def test_changes_are_only_what_really_differs(make):
    organisation = make.organisation(name="Verein", target_groups=["women", "men"], phone=None)
    typed = organisations.values_of(organisation) | {"target_groups": ["men", "women"], "phone": "", "topics": "Neu"}
    assert organisations.changes(organisation, typed) == {"topics": "Neu"}


def test_the_fingerprint_changes_with_each_value(make):
    organisation = make.organisation()
    seen = {organisations.fingerprint(organisation)}
    for column, value in (("phone", "+4936281"), ("languages", ["ar"]), ("is_step_free", True), ("name", "Neu")):
        setattr(organisation, column, value)
        seen.add(organisations.fingerprint(organisation))
    assert len(seen) == 5


@pytest.mark.parametrize(("days", "expected"), [(None, True), (1, False), (395, False), (397, True)])
def test_an_entry_is_old_after_thirteen_months_without_confirmation(make, days, expected):
    confirmed_at = None if days is None else NOW - timedelta(days=days)
    organisation = make.organisation(confirmed_at=confirmed_at)
    assert organisations.is_old(organisation, at=NOW) is expected
    assert bool(names(is_old=True)) is expected


@pytest.mark.parametrize(
    ("description", "topics", "expected"),
    [
        ("Wir spielen Fußball.\n\nJeden Tag.", "Sport", "Wir spielen Fußball."),
        ("", "Sport, Spaß", "Sport, Spaß"),
        ("", "", ""),
        ("wort " * 60, "", ("wort " * 44).strip()[:219] + " …"),
    ],
)
def test_a_list_says_in_one_line_what_an_organisation_does(make, description, topics, expected):
    said = organisation_words.sentence(make.organisation(description=description, topics=topics))
    assert said == expected
    assert len(said) <= organisation_words.LONGEST_SENTENCE + 2
