"""Two people become one: what goes along, what holds afterwards, and how all of it is undone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from coordapp.directory import consents, merger_undo, mergers, profile
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.directory.models_consent import Consent, GivenBy, Purpose
from coordapp.directory.models_doubles import Merger
from coordapp.directory.models_profile import Engagement, FieldOfAction, Volunteer
from coordapp.directory.references import list_references
from coordapp.events.models import Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.shared import clock
from tests.house.addresses import dump

NOVEMBER = datetime(2026, 11, 22, 10, tzinfo=UTC)
NOTHING: frozenset[str] = frozenset()


@pytest.fixture(autouse=True)
def _november():
    with clock.stopped(NOVEMBER):
        yield


@pytest.fixture
def coordinator(make):
    return make.user(name="Ina Büro")


def two(make, **theirs) -> tuple[Person, Person]:
    kept = make.volunteer(name="Fatima Weiß", email="fatima@example.org", municipality="Ilmenau")
    return kept, make.volunteer(**{"name": "Weiß Fatima", "email": "weiss@example.org", "phone": "+4936771"} | theirs)


def merge(kept: Person, merged: Person, *taken: str, **more) -> Merger:
    made = mergers.merge(kept, merged, taken=frozenset(taken), by=None, **more)
    db.session.commit()
    return made


def undo(merger: Merger) -> list[str]:
    stays = merger_undo.undo(merger, by=None)
    db.session.commit()
    return stays


def rows() -> dict[str, list[tuple]]:
    return {name: found for name, found in dump().items() if name != "merger"}


def engage(person: Person, activity: str, field: FieldOfAction = FieldOfAction.WORK) -> None:
    volunteer = profile.get_volunteer(person)
    volunteer.engagements.append(Engagement(field=field, activity=activity))
    profile.save(volunteer)


# what goes along


def test_every_table_that_names_a_person_is_known(app):
    names = {one.name for one in list_references()}
    assert names >= {
        "registration.person_id", "invitation.person_id", "consent.person_id", "disclosure.person_id",
        "engagement.person_id", "topic.person_id", "person.merged_into_id",
    }  # fmt: skip
    assert not names & {"volunteer.person_id", "not_same.person_id", "merger.kept_id"}


def test_registrations_invitations_and_consents_go_along_and_old_links_work(app, client, make, coordinator):
    kept, merged = two(make)
    made = make.registration(of_person=merged)
    invitation = Invitation(event=make.event(), person=merged)
    db.session.add(invitation)
    merge(kept, merged)
    assert {made.person_id, invitation.person_id} == {kept.id}
    assert "Fatima Weiß" in client.get_page(f"/anmeldung/{made.token}/").text
    assert client.get(f"/einladung/{invitation.token}/").status_code == 200
    assert merged.merged_into_id == kept.id
    assert profile.find_volunteer(merged) is None


def test_of_two_registrations_for_one_event_the_second_stays_for_the_office_to_decide(app, make):
    kept, merged = two(make)
    event = make.event()
    ours, theirs = make.registration(event, kept), make.registration(event, merged)
    other = make.registration(of_person=merged)
    merge(kept, merged)
    assert (ours.person_id, theirs.person_id, other.person_id) == (kept.id, merged.id, kept.id)


def test_who_registers_with_the_old_name_and_address_is_the_one_who_stayed(app, make):
    kept, merged = two(make)
    merge(kept, merged)
    assert directory.remember_person(name="Weiß Fatima", email="weiss@example.org") is kept
    assert directory.remember_person(name="Fatima Weiß", email="fatima@example.org") is kept
    assert directory.search_people("weiss") == [kept]


def test_when_name_and_address_of_the_other_are_chosen_both_still_lead_to_one_person(app, make):
    kept, merged = two(make)
    merge(kept, merged, "name", "email", "phone")
    assert (kept.name, kept.email, kept.phone) == ("Weiß Fatima", "weiss@example.org", "+4936771")
    assert directory.remember_person(name="Fatima Weiß", email="fatima@example.org") is kept
    assert directory.remember_person(name="Weiß Fatima", email="weiss@example.org") is kept


def test_ways_that_were_not_chosen_stand_in_the_note(app, make):
    kept, merged = two(make)
    kept.phone = "+4936999"
    merge(kept, merged, "phone")
    assert kept.phone == "+4936771"
    assert profile.get_volunteer(kept).note == "auch: weiss@example.org, +4936999"


def test_profiles_are_united_and_the_same_engagement_is_kept_once(app, make):
    kept, merged = two(make, languages={"ar": "interprets"})
    for person in (kept, merged):
        engage(person, "Fahrdienst")
    engage(merged, "Deutschkurs", FieldOfAction.EDUCATION)
    merge(kept, merged)
    volunteer = profile.get_volunteer(kept)
    assert volunteer.languages == {"ar": "interprets"}
    assert [one.activity for one in volunteer.engagements] == ["Fahrdienst", "Deutschkurs"]
    assert "field:education" in volunteer.facets
    assert "language:ar:speaks" in volunteer.facets


def test_whoever_had_no_profile_gets_that_of_the_other(app, make):
    kept, merged = make.person(name="Fatima Weiß"), make.volunteer(name="Weiß Fatima", languages={"fa": "speaks"})
    engage(merged, "Fahrdienst")
    merge(kept, merged)
    volunteer = profile.get_volunteer(kept)
    assert (volunteer.languages, [one.activity for one in volunteer.engagements]) == ({"fa": "speaks"}, ["Fahrdienst"])
    assert db.session.scalars(db.select(Volunteer.person_id)).all() == [kept.id]


@pytest.mark.parametrize("withdrawn_of", ["kept", "merged"])
def test_what_either_withdrew_no_longer_holds(app, make, coordinator, withdrawn_of):
    kept, merged = two(make)
    withdrawing = {"kept": kept, "merged": merged}[withdrawn_of]
    consents.withdraw(withdrawing, [Purpose.INVITE_ROUND_TABLE], withdrawn_by=GivenBy.PHONE)
    consents.give(merged, Purpose.PHOTO, given_by=GivenBy.WEB)
    merge(kept, merged)
    assert consents.purposes_of(kept) == {Purpose.PHOTO}
    assert {one.withdrawn_by for one in consents.list_consents(kept)} == {GivenBy.PHONE, None}


def test_what_both_agree_to_holds_once_and_both_proofs_stay(app, make):
    kept, merged = two(make)
    merge(kept, merged)
    assert consents.purposes_of(kept) == {Purpose.INVITE_ROUND_TABLE}
    assert db.session.scalar(db.select(db.func.count(Consent.id))) == 2


# accounts


def test_an_account_goes_to_the_one_who_has_none(app, make):
    kept, merged = two(make)
    merged.user_id = make.user(email="weiss@example.org").id
    merge(kept, merged)
    assert (kept.user_id is not None, merged.user_id) == (True, None)


@pytest.mark.parametrize("closes", [True, False])
def test_of_two_accounts_both_lead_to_one_person_and_one_may_be_closed(app, make, closes):
    kept, merged = two(make)
    ours, theirs = make.user(), make.user()
    kept.user_id, merged.user_id = ours.id, theirs.id
    merge(kept, merged, closes_account=closes)
    assert directory.find_person_of(ours) is directory.find_person_of(theirs) is kept
    assert (ours.is_active, theirs.is_active) == (True, not closes)


# refusing


def test_nobody_is_merged_twice_or_into_themselves(app, make):
    kept, merged = two(make)
    merge(kept, merged)
    for pair in ((kept, merged), (merged, kept), (kept, kept)):
        with pytest.raises(mergers.CannotMerge):
            mergers.merge(*pair, taken=NOTHING, by=None)


def test_the_name_and_address_of_a_third_person_cannot_be_chosen(app, make):
    kept, merged = two(make)
    make.person(name="Weiß Fatima", email="fatima@example.org")
    with pytest.raises(IntegrityError):
        mergers.merge(kept, merged, taken=frozenset(("name",)), by=None)


# undoing


def full_two(make) -> tuple[Person, Person]:
    """Make two people with a bit of everything, things that clash included."""
    kept, merged = two(make, languages={"ar": "interprets"})
    event = make.event()
    for person in (kept, merged):
        make.registration(event, person)
        make.registration(of_person=person, status=RegistrationStatus.CANCELLED)
        db.session.add(Invitation(event=event, person=person))
        engage(person, "Fahrdienst")
        consents.disclose([person], "viewed", by=None, reason="Anruf")
    engage(merged, "Deutschkurs", FieldOfAction.EDUCATION)
    consents.give(merged, Purpose.PHOTO, given_by=GivenBy.WEB)
    consents.give(kept, Purpose.BROKERING, given_by=GivenBy.WEB)
    consents.withdraw(merged, [Purpose.INVITE_ROUND_TABLE], withdrawn_by=GivenBy.PHONE)
    volunteer = profile.get_volunteer(merged)
    volunteer.paused_until, volunteer.clearance_seen_on = date(2027, 2, 1), date(2026, 3, 4)
    profile.save(volunteer)
    merged.user_id = make.user().id
    for person in (kept, merged):
        directory.refresh_search_text(person)
    db.session.commit()
    return kept, merged


@pytest.mark.parametrize("taken", [(), ("name", "email"), ("name", "email", "phone", "address", "language", "channel")])
def test_undoing_leaves_every_row_as_it_was(app, make, taken):
    kept, merged = full_two(make)
    before = rows()
    made = merge(kept, merged, *taken)
    assert rows() != before
    assert undo(made) == []
    assert rows() == before


@pytest.mark.parametrize("has_profile", ["kept", "merged", "neither"])
def test_undoing_takes_back_a_profile_that_only_came_by_the_merger(app, make, has_profile):
    makers = {name: make.volunteer if name == has_profile else make.person for name in ("kept", "merged")}
    kept, merged = makers["kept"](name="Fatima Weiß"), makers["merged"](name="Weiß Fatima")
    if has_profile != "neither":
        engage({"kept": kept, "merged": merged}[has_profile], "Fahrdienst")
    db.session.commit()
    before = rows()
    assert undo(merge(kept, merged, "name")) == []
    assert rows() == before


def test_undoing_opens_an_account_again_that_was_closed(app, make):
    kept, merged = two(make)
    kept.user_id, merged.user_id = make.user().id, make.user().id
    db.session.commit()
    before = rows()
    undo(merge(kept, merged, closes_account=True))
    assert rows() == before


def test_what_was_changed_or_came_in_since_stays_and_is_named(app, make):
    kept, merged = full_two(make)
    made = merge(kept, merged, "phone")
    directory.change_contact(kept, name="Fatima Weiß-Kaya", email=kept.email, phone="+4912345")
    volunteer = profile.get_volunteer(kept)
    volunteer.paused_until = date(2028, 1, 1)
    profile.save(volunteer)
    newcomer = make.registration(of_person=kept)
    assert undo(made) == ["Name und Kontakt", "Profil"]
    assert (kept.name, kept.phone, merged.phone) == ("Fatima Weiß-Kaya", "+4912345", "+4936771")
    assert profile.get_volunteer(kept).paused_until == date(2028, 1, 1)
    assert profile.get_volunteer(merged).paused_until == date(2027, 2, 1)
    assert newcomer.person_id == kept.id
    assert "interprets" not in profile.get_volunteer(kept).facets


def test_what_was_withdrawn_since_holds_for_both(app, make):
    kept, merged = two(make)
    made = merge(kept, merged)
    with clock.stopped(NOVEMBER + timedelta(days=1)):
        consents.withdraw(kept, [Purpose.INVITE_ROUND_TABLE], withdrawn_by=GivenBy.WEB)
        undo(made)
    assert consents.purposes_of(kept) == consents.purposes_of(merged) == set()


def test_a_row_that_was_deleted_since_is_not_missed(app, make):
    kept, merged = two(make)
    made_registration = make.registration(of_person=merged)
    made = merge(kept, merged)
    db.session.delete(made_registration)
    assert undo(made) == []
    assert db.session.scalars(db.select(Registration)).all() == []


def test_a_later_merger_is_undone_first(app, make):
    kept, merged = two(make)
    third = make.volunteer(name="Fatima Weiss")
    db.session.commit()
    before = rows()
    first, second = merge(kept, merged), merge(third, kept)
    assert merged.merged_into_id == third.id
    with pytest.raises(merger_undo.CannotUndo, match="zuerst die spätere"):
        merger_undo.undo(first, by=None)
    undo(second)
    undo(first)
    assert rows() == before


def test_undoing_twice_or_too_late_is_refused(app, make):
    made = merge(*two(make))
    with clock.stopped(NOVEMBER + timedelta(days=31)), pytest.raises(merger_undo.CannotUndo):
        merger_undo.undo(made, by=None)
    undo(made)
    with pytest.raises(merger_undo.CannotUndo):
        merger_undo.undo(made, by=None)


# forgetting


def test_after_a_month_the_merger_is_forgotten_and_the_signpost_empty_but_leads_on(app, make):
    kept, merged = two(make)
    made = merge(kept, merged)
    with clock.stopped(NOVEMBER + timedelta(days=29)):
        assert mergers.purge_mergers() == 0
    with clock.stopped(NOVEMBER + timedelta(days=31)):
        assert mergers.purge_mergers() > 0
        assert mergers.purge_mergers() == 0
    db.session.expire_all()
    assert (made.moved, made.before, made.after) == ({}, {}, {})
    assert (merged.name, merged.email, merged.phone, merged.search_text) == ("", None, None, "")
    assert merged.merged_into_id == kept.id
    assert db.session.scalars(db.select(Consent.person_id)).all() == [kept.id]


def test_a_signpost_goes_when_no_old_link_works_any_more(app, make):
    kept, merged = two(make)
    merge(kept, merged)
    with clock.stopped(NOVEMBER + timedelta(days=401)):
        mergers.purge_mergers()
    assert db.session.scalars(db.select(Person.id)).all() == [kept.id]


def test_a_signpost_with_something_left_stays_as_it_is(app, make):
    kept, merged = two(make)
    event = make.event()
    make.registration(event, kept)
    make.registration(event, merged)
    merge(kept, merged)
    with clock.stopped(NOVEMBER + timedelta(days=401)):
        mergers.purge_mergers()
    db.session.expire_all()
    assert merged.name == "Weiß Fatima"


def test_an_undone_merger_makes_nobody_a_signpost(app, make):
    kept, merged = two(make)
    undo(merge(kept, merged))
    with clock.stopped(NOVEMBER + timedelta(days=401)):
        mergers.purge_mergers()
    db.session.expire_all()
    assert (merged.name, merged.email) == ("Weiß Fatima", "weiss@example.org")
    assert consents.purposes_of(merged) == {Purpose.INVITE_ROUND_TABLE}
