"""Filters stand in addresses and in saved searches, and come back from there as they were."""

import json

import pytest
from werkzeug.datastructures import MultiDict

from coordapp.directory.models import TargetGroup
from coordapp.directory.models_consent import Purpose
from coordapp.directory.models_profile import DayPart, FieldOfAction, Level
from coordapp.directory.search_filters import NOTHING, Filters, Show

ALL = Filters(
    language="ar", level=Level.INTERPRETS, places=("Ilmenau", "Amt Wachsenburg"), weekday="tuesday",
    part=DayPart.EVENING, field=FieldOfAction.EDUCATION, words="Hausaufgaben & mehr", group=TargetGroup.WOMEN,
    is_online=True, lives_in="Arnstadt", organisation_id=7, purpose=Purpose.BROKERING, is_informed=False,
    paused=Show.ALSO, silent=Show.ONLY,
)  # fmt: skip


def test_filters_come_back_from_json_as_they_were():
    assert Filters.from_args(json.loads(json.dumps(ALL.to_args()))) == ALL


def test_filters_come_back_from_an_address_as_they_were():
    assert Filters.from_args(MultiDict(ALL.to_args())) == ALL


def test_no_filters_are_no_arguments():
    assert NOTHING.to_args() == {}
    assert Filters.from_args({}) == NOTHING


@pytest.mark.parametrize(
    "args",
    [
        {"spricht": "klingonisch"},
        {"ort": "Erfurt"},
        {"tag": "tuesday'; drop table person"},
        {"zeit": "night"},
        {"feld": "politics"},
        {"gruppe": "everybody"},
        {"verein": "-1"},
        {"verein": "99999999999999999999"},
        {"verein": "²"},
        {"darf": "photo"},  # nobody is asked by this
        {"informiert": "vielleicht"},
        {"pause": "immer"},
        {"stufe": "interprets"},  # of which language?
        {"wort": " \t\r\n"},
        {"unbekannt": "1", "seite": "2"},
        {"wort": None},
    ],
)
def test_what_nobody_knows_is_ignored(args):
    assert Filters.from_args(args) == NOTHING


def test_the_empty_choice_beside_ticked_places_says_nothing():
    assert Filters.from_args(MultiDict([("ort", ""), ("ort", "Geratal"), ("ort", "Geratal")])).places == ("Geratal",)


def test_dropping_the_language_drops_its_level():
    assert ALL.without("language").level is None


def test_dropping_one_part_keeps_all_others():
    dropped = ALL.without("weekday")
    assert dropped.to_args() == {name: value for name, value in ALL.to_args().items() if name != "tag"}


def test_every_part_can_be_dropped_and_those_left_out_be_shown():
    assert set(Filters(language="ar").looser()) == {"language", "paused", "silent"}
    assert Filters(language="ar").looser()["paused"].paused is Show.ALSO
    assert "paused" not in Filters(paused=Show.ALSO).looser()


def test_the_demand_holds_no_typed_words_and_no_names():
    assert Filters(words="Olha", organisation_id=3, lives_in="Plaue", purpose=Purpose.BROKERING).demand() == NOTHING
    assert ALL.demand().to_args().keys() == {"spricht", "stufe", "ort", "tag", "zeit", "feld", "gruppe"}
