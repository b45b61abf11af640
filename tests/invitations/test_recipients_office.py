"""The office chooses whom to invite, and takes single people out again."""

import pytest

from coordapp.directory.models import Person
from coordapp.events.models import Event, RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations import mailings
from coordapp.invitations.models_mailing import Mailing


def url(event: Event) -> str:
    return f"/verwaltung/einladungen/{event.id}/neu/"


def the_mailing() -> Mailing:
    db.session.expire_all()
    return db.session.scalars(db.select(Mailing)).one()


def reachable() -> list[str]:
    return [person.name for person in mailings.check_mailing(the_mailing()).reachable]


@pytest.fixture
def event(make) -> Event:
    return make.event(title="Runder Tisch in Ilmenau")


@pytest.fixture
def volunteers(make) -> list[Person]:
    return [
        make.volunteer(name="Anna Kern", municipality="Ilmenau", languages={"de": "speaks", "ar": "speaks"}),
        make.volunteer(name="Bernd Kern", municipality="Ilmenau", email="bernd@example.org"),
        make.volunteer(name="Carla Roth", municipality="Plaue", languages={"ar": "speaks"}),
    ]


def test_all_volunteers_are_chosen_with_one_tick(office, event, volunteers):
    page = office.get_page(url(event))
    assert "Alle Ehrenamtlichen im Verzeichnis (3)" in page.text
    check = office.press(url(event), "Weiter: prüfen", {"everybody": "y"}, status=200)
    assert "Einladung senden (3)" in check.buttons
    assert (the_mailing().name, the_mailing().created_by_id) == ("Alle Ehrenamtlichen", office.user.id)


def test_a_place_and_a_language_narrow_the_choice(office, event, volunteers):
    assert "Arabisch" in office.get_page(url(event)).text
    office.press(url(event), "Weiter: prüfen", {"everybody": "y", "municipality": "Ilmenau", "language": "ar"})
    assert reachable() == ["Anna Kern"]


def test_nothing_chosen_is_said(office, event, volunteers):
    page = office.press(url(event), "Weiter: prüfen", {"municipality": "Plaue"}, status=422)
    assert "Bitte wählen Sie, wen Sie einladen möchten." in page.text
    assert page.values["municipality"] == "Plaue"
    assert db.session.scalars(db.select(Mailing)).all() == []


def test_single_people_are_searched_and_added_and_the_rest_of_the_form_stays(office, event, volunteers):
    found = office.press(url(event), "Person suchen", {"wanted": "kern", "everybody": "y"}, status=200)
    assert {"Anna Kern, Ilmenau", "Bernd Kern, Ilmenau"} <= {label.text for label in found.main.all("label")}
    assert found.values["everybody"] == "y"
    form = found.form_of("Weiter: prüfen")
    chosen = office.send(
        found, form, {"everybody": [], "wanted": "roth", "people": [str(volunteers[1].id)], "search": "1"}
    )  # fmt: skip
    assert chosen.values["people"] == str(volunteers[1].id)
    office.send(chosen, chosen.form_of("Weiter: prüfen"), {"people": [str(p.id) for p in volunteers[1:]]})
    assert reachable() == ["Bernd Kern", "Carla Roth"]


def test_a_name_that_nobody_has_is_said(office, event):
    assert "Niemand heißt so." in office.press(url(event), "Person suchen", {"wanted": "Unbekannt"}).text


def test_a_pasted_list_finds_people_and_names_strangers(office, event, volunteers):
    pasted = "bernd@example.org\r\nAnna Kern\r\nfremd@example.org"
    check = office.press(url(event), "Weiter: prüfen", {"pasted": pasted}, status=200)
    assert reachable() == ["Anna Kern", "Bernd Kern"]
    assert "unbekannt, nicht im Verzeichnis (1)" in check.text
    assert "fremd@example.org" in check.text
    mailings.send(the_mailing(), by=office.user)
    assert "fremd" not in str(the_mailing().audience)


def test_earlier_participants_and_members_of_organisations_can_be_chosen(office, event, make):
    earlier = make.event(title="Runder Tisch im Herbst", starts_at=make.in_days(-30))
    make.registration(earlier, make.volunteer(name="Anna"), status=RegistrationStatus.ATTENDED)
    club = make.organisation(name="ISWI e.V.")
    make.volunteer(name="Bernd", organisation=club)
    make.volunteer(name="Carla")
    data = {"events": [str(earlier.id)], "organisations": [str(club.id)]}
    office.press(url(event), "Weiter: prüfen", data, status=200)
    assert reachable() == ["Anna", "Bernd"]


def test_what_was_not_offered_is_not_taken(office, event, volunteers, make):
    other = make.event(starts_at=make.in_days(60))
    make.registration(other, make.volunteer(name="Kommt erst"))
    office.post_to(url(event), {"events": [str(other.id)], "people": ["999999", str(10**30), "-1"]}, status=422)


def test_a_draft_can_be_changed_and_single_people_taken_out_and_back(office, event, volunteers):
    check = office.press(url(event), "Weiter: prüfen", {"everybody": "y"}, status=200)
    anna = str(volunteers[0].id)
    out = office.send(check, check.form_of("Angekreuzte auslassen"), {"without": [anna]})
    assert "Einladung senden (2)" in out.buttons
    assert "von Ihnen ausgelassen (1)" in out.text
    edit = office.get_page(out.links["Empfänger ändern"])
    assert edit.values["everybody"] == "y"
    narrowed = office.send(edit, edit.form_of("Weiter: prüfen"), {"municipality": "Ilmenau"})
    assert "Einladung senden (1)" in narrowed.buttons
    back = office.send(narrowed, narrowed.form_of("Angekreuzte auslassen"), {"without": []})
    assert "Einladung senden (2)" in back.buttons


def test_what_is_sent_cannot_be_changed(office, event, volunteers):
    check = office.press(url(event), "Weiter: prüfen", {"everybody": "y"}, status=200)
    mailings.send(the_mailing(), by=office.user)
    late = office.send(check, check.form_of("Angekreuzte auslassen"), {"without": [str(volunteers[0].id)]})
    assert "Die Einladung ist schon gesendet." in late.text
    edit = f"/verwaltung/einladungen/versand/{the_mailing().id}/empfaenger/"
    assert office.get(edit).status_code == 302
    assert "Die Einladung ist schon gesendet." in office.post_to(edit, {"everybody": "y"}, follow=True).text


def test_the_page_asks_as_often_for_thirty_people_as_for_one(office, event, make, count_queries):
    def fill(number: int) -> None:
        for _each in range(number):
            make.volunteer(organisation=make.organisation())
        db.session.commit()

    fill(1)
    office.get_page(url(event))
    with count_queries() as few:
        office.get_page(url(event))
    fill(30)
    with count_queries() as many:
        office.get_page(url(event))
    assert len(many) == len(few)
