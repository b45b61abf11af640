"""What holds when two people turn out to be one: tables for the rules."""

from datetime import UTC, date, datetime

import pytest

from coordapp.directory.models_profile import Volunteer
from coordapp.directory.unite import Stand, join_sources, strictest, unite_profiles

NEVER, AGREED, WITHDRAWN = Stand.NEVER_ASKED, Stand.AGREED, Stand.WITHDRAWN


@pytest.mark.parametrize(("one", "other", "expected"), [
    (AGREED, AGREED, AGREED),
    (AGREED, NEVER, AGREED),
    (AGREED, WITHDRAWN, WITHDRAWN),
    (WITHDRAWN, NEVER, WITHDRAWN),
    (WITHDRAWN, WITHDRAWN, WITHDRAWN),
    (NEVER, NEVER, NEVER),
])  # fmt: skip
def test_the_stricter_of_two_counts(one, other, expected):
    assert strictest(one, other) is strictest(other, one) is expected


def at(day: int) -> datetime:
    return datetime(2026, 5, day, tzinfo=UTC)


def profile_with(**values) -> Volunteer:
    empty = {
        "languages": {}, "target_groups": [], "municipalities": [], "serves_whole_county": False,
        "serves_online": False, "availability": [], "note": "", "source": "", "confirmed_at": at(1),
        "created_at": at(1),
    }  # fmt: skip
    return Volunteer(**empty | values)


@pytest.mark.parametrize(("column", "ours", "theirs", "expected"), [
    ("languages", {"ar": "speaks", "de": "understands"}, {"ar": "understands", "de": "interprets", "fa": "speaks"},
     {"ar": "speaks", "de": "interprets", "fa": "speaks"}),
    ("availability", ["tuesday-evening"], ["monday-morning", "tuesday-evening"], ["monday-morning", "tuesday-evening"]),
    ("municipalities", ["Plaue"], ["Arnstadt", "Plaue"], ["Plaue", "Arnstadt"]),
    ("serves_online", False, True, True),
    ("mobility", None, "car", "car"),
    ("mobility", "bus", "car", "bus"),
    ("paused_until", date(2027, 1, 1), date(2027, 3, 1), date(2027, 3, 1)),
    ("paused_until", None, date(2027, 3, 1), date(2027, 3, 1)),
    ("paused_until", None, None, None),
    ("note", "kommt zum RT", "neue Nr. erfragen", "kommt zum RT\nneue Nr. erfragen"),
    ("note", "kommt zum RT", "kommt zum RT", "kommt zum RT"),
    ("source", "Liste 2025", "Liste 2026", "Liste 2025, Liste 2026"),
    ("inform_until", at(9), at(7), at(7)),
    ("informed_at", None, at(7), at(7)),
    ("confirmed_at", at(3), at(8), at(8)),
])  # fmt: skip
def test_a_united_profile_holds_what_both_say(column, ours, theirs, expected):
    assert unite_profiles(profile_with(**{column: ours}), profile_with(**{column: theirs}))[column] == expected


def test_of_two_clearances_the_newer_counts_with_its_result():
    older = profile_with(clearance_seen_on=date(2024, 1, 1), clearance_fits=True)
    newer = profile_with(clearance_seen_on=date(2026, 1, 1), clearance_fits=False)
    for united in (unite_profiles(older, newer), unite_profiles(newer, older)):
        assert (united["clearance_seen_on"], united["clearance_fits"]) == (date(2026, 1, 1), False)


def test_sources_that_do_not_fit_on_the_line_are_not_cut():
    assert join_sources("a" * 100, "b" * 100) == "a" * 100
