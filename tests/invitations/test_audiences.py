"""Whom an audience holds."""

from datetime import timedelta

import pytest

from coordapp.directory import profile, search
from coordapp.directory.models import Person
from coordapp.directory.models_profile import Engagement, FieldOfAction
from coordapp.directory.search_filters import Filters
from coordapp.events.models import Event, RegistrationStatus
from coordapp.invitations import audiences
from coordapp.invitations.audiences import Audience
from coordapp.shared import clock


def names(audience: Audience) -> list[str]:
    return [person.name for person in audiences.list_people(audience)]


@pytest.fixture
def event(make) -> Event:
    return make.event()


def test_everybody_means_the_volunteers_of_the_directory_narrowed_by_place_and_language(make):
    make.volunteer(name="Anna", municipality="Ilmenau", languages={"ar": "understands"})
    make.volunteer(name="Bernd", municipality="Plaue", language="ar")
    make.volunteer(name="Carla", municipality="Ilmenau")
    make.volunteer(name="Merged", merged_into_id=make.person().id)
    make.person(name="Kein Ehrenamt")
    assert names(Audience(everybody=True)) == ["Anna", "Bernd", "Carla"]
    assert names(Audience(everybody=True, municipality="Ilmenau")) == ["Anna", "Carla"]
    assert names(Audience(everybody=True, language="ar")) == ["Anna", "Bernd"]
    assert names(Audience(everybody=True, municipality="Ilmenau", language="ar")) == ["Anna"]


def test_a_saved_search_holds_who_fits_it_today_also_those_who_pause(make):
    found = make.volunteer(name="Anna", municipality="Ilmenau")
    make.volunteer(name="Bernd", municipality="Plaue")
    profile.get_volunteer(found).paused_until = clock.today() + timedelta(days=3)
    saved = search.save_search("Raum Ilmenau", Filters(lives_in="Ilmenau"), by=make.user())
    assert names(Audience(searches=(saved.id,))) == ["Anna"]
    assert audiences.describe(Audience(searches=(saved.id,))) == "Raum Ilmenau"
    search.delete_search(saved)
    assert names(Audience(searches=(saved.id,))) == []


def test_who_came_before_is_found_and_who_cancelled_is_not(make, event):
    earlier = make.event(title="Runder Tisch im Herbst", starts_at=make.in_days(-30))
    for name, status in (
        ("Anna", RegistrationStatus.ATTENDED), ("Bernd", RegistrationStatus.CONFIRMED),
        ("Carla", RegistrationStatus.ABSENT), ("Doris", RegistrationStatus.CANCELLED),
    ):  # fmt: skip
        make.registration(earlier, make.person(name=name), status=status)
    make.registration(event, make.person(name="Kommt noch"))
    assert names(Audience(events=(earlier.id,))) == ["Anna", "Bernd"]
    assert audiences.list_earlier_events(event) == [earlier]


def test_members_belong_to_an_organisation_or_are_engaged_with_it(make):
    club, other = make.organisation(), make.organisation()
    make.person(name="Anna", organisation=club)
    engaged = profile.get_volunteer(make.volunteer(name="Bernd"))
    engaged.engagements.append(Engagement(field=FieldOfAction.WORK, organisation=club))
    profile.save(engaged)
    make.person(name="Carla", organisation=other)
    assert names(Audience(organisations=(club.id,))) == ["Anna", "Bernd"]
    assert audiences.list_organisations() == sorted([club, other], key=lambda one: one.name)


def test_several_groups_are_put_together_and_each_person_counts_once(make):
    anna, bernd = make.volunteer(name="Anna"), make.person(name="Bernd")
    assert names(Audience(everybody=True, people=(anna.id, bernd.id))) == ["Anna", "Bernd"]
    assert audiences.describe(Audience(everybody=True, people=(anna.id, bernd.id))) == (
        "Alle Ehrenamtlichen, 2 einzelne Personen"
    )


def test_who_was_deleted_since_is_counted(make):
    anna = make.volunteer(name="Anna")
    assert audiences.count_gone(Audience(people=(anna.id, 999_999))) == 1


def test_an_audience_survives_being_kept(make):
    audience = Audience(everybody=True, municipality="Plaue", people=(3, 1), unknown=("Wer?",), without=(2,))
    assert Audience.from_json(audience.to_json()).to_json() == audience.to_json()


@pytest.mark.parametrize(("pasted", "found", "unknown"), [
    ("anna@example.org", ["Anna Kern"], []),
    ("ANNA@Example.org\n\n  anna@example.org ", ["Anna Kern"], []),
    ("Anna Kern <anna@example.org>; Bernd Groß <bernd@example.org>", ["Anna Kern", "Bernd Groß"], []),
    ("Bernd Gross", ["Bernd Groß"], []),
    ("Groß, Bernd", ["Bernd Groß"], []),
    ("Bernd Groß;bernd@example.org", ["Bernd Groß"], []),
    ("Fremd <fremd@example.org>", [], ["Fremd <fremd@example.org>"]),
    ("Niemand Bekannt", [], ["Niemand Bekannt"]),
    ("Olha Doppelt", [], ["Olha Doppelt"]),                            # two people of one name: not guessed
    ("olha2@example.org", ["Olha Doppelt"], []),
    ("familie@example.org", ["Eva Paar", "Udo Paar"], []),             # a couple: both
    ("Udo Paar <familie@example.org>", ["Udo Paar"], []),              # named: only he
    ("merged@example.org", [], ["merged@example.org"]),
    ("", [], []),
])  # fmt: skip
def test_a_pasted_list_finds_the_people_it_names(make, pasted, found, unknown):
    make.person(name="Anna Kern", email="anna@example.org")
    make.person(name="Bernd Groß", email="bernd@example.org")
    make.person(name="Olha Doppelt", email="olha1@example.org")
    make.person(name="Olha Doppelt", email="olha2@example.org")
    make.person(name="Eva Paar", email="familie@example.org")
    kept: Person = make.person(name="Udo Paar", email="familie@example.org")
    make.person(name="Merged", email="merged@example.org", merged_into_id=kept.id)
    read = audiences.read_list(pasted)
    assert sorted(person.name for person in read.people) == found
    assert read.unknown == unknown


def test_a_long_pasted_list_is_read_in_few_queries(make, count_queries):
    lines = [make.person(name=f"Person {number}").email for number in range(700)]
    with count_queries() as queries:
        assert len(audiences.read_list("\n".join(lines)).people) == 700
    assert len(queries) <= 4
