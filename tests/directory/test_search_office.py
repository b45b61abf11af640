"""The directory's front page: filters, lines without names, contact on a click, searches under a name."""

import re
from collections import Counter
from datetime import timedelta

import pytest

from coordapp.directory import consents, profile, search, search_misses
from coordapp.directory.models_consent import Disclosure, DisclosureKind, Purpose
from coordapp.directory.models_profile import Engagement, FieldOfAction, Volunteer
from coordapp.directory.models_search import SavedSearch, SearchMiss
from coordapp.directory.search_filters import Filters, Show
from coordapp.extensions import db
from coordapp.privacy import service as privacy
from coordapp.shared import clock

HOME = "/verwaltung/verzeichnis/"


@pytest.fixture
def offer(make):
    """Return a function that makes a volunteer who offers something."""

    def make_volunteer(*, agreed=(Purpose.DIRECTORY, Purpose.BROKERING), person=None, activity="", **columns):
        found = profile.get_volunteer(make.volunteer(agreed=agreed, **(person or {})))
        for name, value in columns.items():
            setattr(found, name, value)
        found.engagements = [Engagement(field=FieldOfAction.EDUCATION, activity=activity)] if activity else []
        return profile.save(found)

    return make_volunteer


@pytest.fixture
def amal(offer) -> Volunteer:
    """Return somebody who interprets Arabic in Arnstadt on Tuesdays, with everything that could leak."""
    return offer(
        person={"name": "Amal Haddad", "email": "amal.haddad@example.org", "phone": "+491713920002",
                "street": "Gartenweg 3", "postal_code": "98704", "municipality": "Plaue"},
        languages={"ar": "interprets", "de": "speaks"}, municipalities=["Arnstadt"],
        availability=["tuesday-evening", "tuesday-morning"], activity="liest mit Familie Özdemir",
        note="Schwester von Layla Haddad, 0171 3920099",
    )  # fmt: skip


SECRETS = (
    "Amal", "Haddad", "amal.haddad@example.org", "3920002", "Gartenweg", "98704", "Özdemir", "Layla", "3920099",
)  # fmt: skip


def rows(page) -> list[list[str]]:
    lines = [row for body in page.main.all("tbody") for row in body.all("tr")]
    return [[cell.text for cell in line.all("th", "td")] for line in lines]


def test_an_empty_directory_offers_to_bring_in_the_list(office):
    page = office.get_page(HOME)
    assert {"Liste einlesen", "Neue Person"} <= set(page.links)
    assert "noch niemand" in page.text
    assert "Ehrenamtliche suchen" not in page.buttons


def test_three_filters_and_a_button_find_who_fits_and_say_why(office, offer, amal):
    offer(languages={"ar": "speaks"}, municipalities=["Ilmenau"])
    page = office.press(
        HOME, "Ehrenamtliche suchen", {"spricht": "ar", "ort": "Arnstadt", "tag": "tuesday"}, status=200
    )
    assert page.url.endswith("/verwaltung/verzeichnis/?spricht=ar&ort=Arnstadt&tag=tuesday")
    assert "1 Person: Arabisch · Arnstadt · Dienstag" in page.text
    assert rows(page) == [[
        "A. H.", "Sprache und Bildung", "dolmetscht Arabisch; spricht Deutsch", "Arnstadt",
        "Di vormittags, abends", "dolmetscht Arabisch · Arnstadt · Dienstag",
        f"{clock.local(clock.now()):%d.%m.%Y}", "Kontakt zeigen",
    ]]  # fmt: skip
    assert page.links["A. H."] == f"/verwaltung/verzeichnis/personen/{amal.person_id}/"


def test_a_list_shows_no_name_and_no_contact_data(office, amal):
    for address in (HOME, f"{HOME}?wort=haddad", f"{HOME}?spricht=ar&verein=1", f"{HOME}liste/", f"{HOME}speichern/"):
        shown = office.get_page(address)
        text = re.sub(r"„haddad“|(wort|value)=\"?haddad", "", shown.response.text)  # what was typed is shown again
        assert [secret for secret in SECRETS if secret.casefold() in text.casefold()] == []


def test_somebody_fits_without_having_said_all(office, offer):
    offer(languages={"ar": "speaks"}, serves_whole_county=True, serves_online=True)
    page = office.get_page(f"{HOME}?spricht=ar&ort=Arnstadt&zeit=evening&gruppe=women&online=ja")
    assert rows(page)[0][5] == ("spricht Arabisch · ganzer Landkreis · Zeiten nicht bekannt · für alle · auch online")


def test_a_line_says_who_must_not_be_asked(office, make, offer):
    offer(agreed=[Purpose.DIRECTORY], person={"name": "Nein"})
    offer(paused_until=clock.today() + timedelta(days=3), person={"name": "Pause"})
    offer(confirmed_at=clock.now() - timedelta(days=800), person={"name": "Still"})
    profile.make_volunteer(make.person(name="Unbekannt"), is_informed=False)
    page = office.get_page(f"{HOME}?pause=auch&still=auch")
    pause = f"pausiert bis {clock.today() + timedelta(days=3):%d.%m.%Y}"
    assert {row[0] for row in rows(page)} == {
        "N. nicht vermitteln", f"P. {pause}", "S. lange nichts gehört", "U. noch nicht informiert",
    }  # fmt: skip


def test_who_was_asked_and_has_not_answered_is_marked(office, offer):
    offer(confirmed_at=clock.now() - timedelta(days=380), asked_at=clock.now() - timedelta(days=5))
    asked = f"{clock.local(clock.now() - timedelta(days=5)):%d.%m.%Y}"
    assert rows(office.get_page(HOME))[0][5].endswith(f"gefragt {asked}")


def test_contact_data_are_shown_once_and_that_is_logged(office, offer, amal):
    offer(person={"name": "Bert Anders", "phone": "+491713920077"}, languages={"ar": "speaks"})
    address = f"{HOME}?spricht=ar&wort=a"
    page = office.get_page(address)
    shown = office.send(page, page.form_with({"person_id"}), {"person_id": amal.person_id}, status=200)
    assert rows(shown)[0][0] == "Amal Haddad"
    assert rows(shown)[0][-1] == "0171 3920002 amal.haddad@example.org"
    assert "Bert Anders" not in shown.response.text
    assert shown.values["spricht"] == "ar"
    logged = db.session.scalars(db.select(Disclosure)).one()
    assert (logged.person_id, logged.kind, logged.by_id) == (amal.person_id, DisclosureKind.VIEWED, office.user.id)
    assert logged.reason == "Suche im Verzeichnis: Arabisch"
    assert "Haddad" not in office.get(address).text


def test_somebody_outside_the_hits_is_neither_shown_nor_logged(office, offer, amal):
    page = office.post_to(f"{HOME}?spricht=uk", {"person_id": amal.person_id}, status=302)
    assert page.response.location == f"{HOME}?spricht=uk"
    assert consents.list_disclosures(amal.person) == []
    assert "Haddad" not in office.get(page.response.location).text


def test_no_hit_names_the_filters_to_drop(office, offer, amal):
    offer(languages={"ar": "speaks"}, municipalities=["Ilmenau"], availability=["tuesday-morning"])
    offer(languages={"ar": "interprets"}, municipalities=["Ilmenau"], paused_until=clock.today() + timedelta(days=9))
    page = office.get_page(f"{HOME}?spricht=ar&stufe=interprets&ort=Ilmenau&tag=tuesday")
    assert [item.text for item in page.main.one("div", class_="empty").all("li")] == [
        "auch wer die Sprache weniger gut kann: 1 Person",
        "ohne „Arabisch: kann dolmetschen“: 1 Person",
        "ohne „Ilmenau“: 1 Person",
        "auch wer gerade pausiert: 1 Person",
    ]
    assert rows(office.get_page(page.links["ohne „Ilmenau“"]))[0][0] == "A. H."


@pytest.mark.parametrize("address", [HOME, f"{HOME}?spricht=zh&ort=Plaue"])
def test_the_number_of_queries_does_not_grow_with_the_list(office, offer, make, count_queries, address):
    def ask() -> int:
        with count_queries() as queries:
            office.get(address)
        return len(queries)

    offer(activity="Vorlesen")
    office.get(address)
    few = ask()
    for _number in range(30):
        offer(activity="Vorlesen").engagements[0].organisation = make.organisation()
    for number in range(10):
        search.save_search(f"Suche {number}", Filters(language="ar"), by=None)
    assert ask() == few


def test_a_long_list_has_pages_that_keep_the_filters(office, offer):
    for _number in range(51):
        offer(languages={"uk": "speaks"})
    page = office.get_page(f"{HOME}?spricht=uk")
    assert len(rows(page)) == 50
    assert page.links["Weiter"] == f"{HOME}?spricht=uk&seite=2"
    last = office.get_page(page.links["Weiter"])
    assert len(rows(last)) == 1
    hit = search.find(Filters(language="uk"), at=clock.now(), limit=1, offset=50)[0]
    shown = office.send(last, last.form_with({"person_id"}), status=200)
    assert hit.person.name in shown.text
    assert "Auf dieser Seite steht niemand mehr." in office.get_page(f"{HOME}?spricht=uk&seite=3").text


# searches under a name


def test_a_search_is_kept_for_all_used_renamed_and_deleted(office, browser_of, make, amal):
    kept = office.post_form(f"{HOME}speichern/?spricht=ar&ort=Arnstadt&ort=Plaue", {"name": "Arabisch im Norden"})
    assert kept.links["Arabisch im Norden"] == f"{HOME}?spricht=ar&ort=Arnstadt&ort=Plaue"
    colleague = browser_of(make.user(role=office.user.role))
    colleague.get_page(colleague.get_page(HOME).links["Arabisch im Norden"])
    saved = search.list_saved()[0]
    assert (saved.created_by_id, search.filters_of(saved).places) == (office.user.id, ("Arnstadt", "Plaue"))
    listed = colleague.get_page(f"{HOME}gespeichert/")
    assert rows(listed)[0][:3] == ["Arabisch im Norden", "Arabisch, Arnstadt oder Plaue", "1"]
    colleague.post_form(listed.links["Ändern"], {"name": "Arabisch"}, status=200)
    assert [one.name for one in search.list_saved()] == ["Arabisch"]
    gone = office.press(f"{HOME}gespeichert/{saved.id}/", "Suche löschen", status=200)
    assert gone.url.endswith("?spricht=ar&ort=Arnstadt&ort=Plaue")
    assert db.session.scalars(db.select(SavedSearch)).all() == []


@pytest.mark.parametrize("name", ["", "Raum Ilmenau"])
def test_a_name_that_is_missing_or_taken_is_an_error_beside_the_field(office, name):
    taken = search.save_search("Raum Ilmenau", Filters(), by=None)
    other = search.save_search("Raum Arnstadt", Filters(), by=None)
    for address in (f"{HOME}speichern/?spricht=ar", f"{HOME}gespeichert/{other.id}/"):
        page = office.post_form(address, {"name": name}, status=422)
        assert page.errors["name"]
        assert page.values["name"] == name
    assert [one.name for one in search.list_saved()] == ["Raum Arnstadt", taken.name]


# what was missing


def look(office, **filters) -> None:
    office.press(HOME, "Ehrenamtliche suchen", filters, status=200)


def test_a_search_without_a_hit_is_counted_once_an_hour(office, browser_of, make, amal):
    this_hour = clock.now().replace(minute=5)
    with clock.stopped(this_hour):
        look(office, spricht="uk", ort="Arnstadt", tag="monday", zeit="evening", feld="work", gruppe="women")
        look(office, spricht="uk", ort="Arnstadt", tag="monday", zeit="evening", feld="work", gruppe="women")
        look(browser_of(make.user(role=office.user.role)), spricht="uk")
        look(office, spricht="ar")
        look(office)
    wanted = Filters(language="uk")
    assert search_misses.note(wanted, by=office.user, at=this_hour + timedelta(minutes=54))
    assert not search_misses.note(wanted, by=office.user, at=this_hour + timedelta(minutes=54))
    assert search_misses.note(wanted, by=office.user, at=this_hour + timedelta(minutes=55))
    quarters = search_misses.list_quarters()  # two of them in one hour of the year
    assert sum(quarter.searches for quarter in quarters) == 4
    assert sum((Counter(dict(quarter.missing)) for quarter in quarters), Counter()) == {
        ("Sprache", "Ukrainisch"): 4, ("Ort", "Arnstadt"): 1, ("Zeit", "Montag abends"): 1,
        ("Handlungsfeld", "Arbeit"): 1, ("Zielgruppe", "Frauen"): 1,
    }  # fmt: skip


def test_opening_an_address_counts_nothing(office, amal):
    office.get_page(f"{HOME}?spricht=uk")
    assert db.session.scalars(db.select(SearchMiss)).all() == []


def test_words_and_names_are_neither_counted_nor_kept(office, make, amal):
    make.organisation(name="Verein Haddad")
    look(office, spricht="ar", wort="Haddad Nirgends")
    assert db.session.scalars(db.select(SearchMiss)).all() == []
    look(office, spricht="uk", wort="Haddad Nirgends")
    kept = db.session.execute(db.select(SearchMiss.__table__)).one()
    assert "addad" not in str(tuple(kept))


def test_the_page_of_what_was_missing_has_a_table_for_each_quarter(office, amal):
    assert "Bisher hat nichts gefehlt." in office.get_page(f"{HOME}gefehlt/").text
    filters = Filters(language="ti", places=("Geratal", "Plaue"))
    for days in (0, 100):
        search_misses.note(filters, by=office.user, at=clock.now() - timedelta(days=days))
    page = office.get_page(f"{HOME}gefehlt/")
    assert len(page.main.all("table")) == 2
    assert rows(page) == [["Geratal", "Ort", "1"], ["Plaue", "Ort", "1"], ["Tigrinya", "Sprache", "1"]] * 2


def test_what_was_missing_is_forgotten_after_two_years(office):
    now = clock.now()
    search_misses.note(Filters(language="ti"), by=office.user, at=now - privacy.SEARCH_MISSES - timedelta(hours=1))
    search_misses.note(Filters(language="uk"), by=office.user, at=now - privacy.SEARCH_MISSES)
    assert privacy.delete_due() == 1
    assert db.session.scalars(db.select(SearchMiss.language)).all() == ["uk"]


def test_everything_typed_comes_back_in_the_form(office, amal):
    wanted = Filters(
        language="ar", places=("Arnstadt", "Geratal", "Plaue"), words="vorlesen", is_online=True, silent=Show.ONLY,
        is_informed=False, purpose=Purpose.BROKERING,
    )  # fmt: skip
    page = office.press(HOME, "Ehrenamtliche suchen", wanted.to_args(), status=200)
    form = page.form_of("Ehrenamtliche suchen")
    assert form.one("details").get("open") is not None
    again = office.send(page, form, status=200)
    assert again.url == page.url
    assert again.values["ort"] == ["Arnstadt", "Geratal", "Plaue"]
