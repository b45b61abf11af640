"""The directory and its invitations: volunteers offer help and answer, clubs keep their entry right."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from coordapp.accounts import sign_ups
from coordapp.accounts.models import Role, User
from coordapp.directory import consents, profile, representatives
from coordapp.directory.models import Organisation, OrganisationReport, Person
from coordapp.directory.models_consent import Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.events.models import Registration
from coordapp.extensions import db
from coordapp.invitations import service as invitations
from coordapp.invitations.models import Answer, Invitation
from tests import make
from tests.browser.test_registering import press_until

SUMMARY = ".error-summary"
DONE = ".flashes .kern-alert"  # what the last deed did


@pytest.fixture
def look(axe, overflow) -> Callable[[Page], None]:
    """Return a function that looks at a page as it stands: nothing for axe to find, nothing too wide."""

    def look_at(page: Page) -> None:
        assert axe(page) == []
        assert overflow(page) == 0

    return look_at


def path_in(message, beginning: str) -> str:
    """Return the path of the first link in a mail that begins so."""
    text = message.get_body(("plain",)).get_content()
    return urlsplit(re.search(rf"https?://[^/\s]+{beginning}\S+", text).group()).path


def has_focus(page: Page, selector: str) -> bool:
    """Tell whether the focus is on an element, or came there within a moment."""
    expect(page.locator(selector).first).to_be_focused()
    return True


def person_of(address: str) -> Person:
    """Return a person as they are stored now."""
    db.session.rollback()
    return db.session.scalars(db.select(Person).filter_by(email=address)).one()


def profile_of(address: str) -> Volunteer | None:
    """Return somebody's profile as it is stored now."""
    return profile.find_volunteer(person_of(address))


def let_write() -> None:
    """Keep what was made and let go of the database, so that the site can write."""
    db.session.commit()
    db.session.rollback()


def test_offering_help_by_mouse_on_a_phone_in_four_parts(app, phone, wait_for_mail, look):
    phone.goto("/")
    phone.get_by_role("link", name="Mein Bereich").click()
    phone.get_by_label("Ihre E-Mail-Adresse").fill("olha.neu@example.org")
    phone.get_by_role("button", name="Link schicken").click()
    phone.goto(path_in(wait_for_mail("olha.neu@example.org"), "/konto/neu/"))
    phone.get_by_role("button", name="Zugang anlegen").click()
    assert has_focus(phone, SUMMARY)
    look(phone)
    phone.get_by_label("Name").fill("Olha Neu")
    phone.get_by_role("button", name="Zugang anlegen").click()
    assert has_focus(phone, DONE)
    phone.get_by_role("link", name="Ich möchte mithelfen").click()
    look(phone)
    phone.get_by_role("button", name="Ich stimme zu und trage mich ein").click()

    look(phone)
    for fill_in in (
        lambda: phone.get_by_label("Handlungsfeld").first.select_option(index=1),
        lambda: phone.get_by_label("Im ganzen Ilm-Kreis").check(),
        lambda: phone.get_by_label("Sprache", exact=True).first.select_option("uk"),
    ):
        assert has_focus(phone, DONE)
        phone.get_by_role("link", name="Ausfüllen").first.click()
        fill_in()
        phone.get_by_role("button", name="Speichern").click()
        expect(phone.locator(DONE)).to_contain_text("Gespeichert")
    expect(phone.get_by_role("link", name="Ausfüllen")).to_have_count(0)
    stored = profile_of("olha.neu@example.org")
    assert (stored.languages, stored.serves_whole_county, len(stored.engagements)) == ({"uk": "speaks"}, True, 1)
    db.session.rollback()

    phone.get_by_role("button", name="Pause für einen Monat").click()
    expect(phone.locator("main")).to_contain_text("Sie haben Pause bis")
    look(phone)


def test_offering_help_by_keyboard_alone(app, page, look):
    token = sign_ups.new_link("tasja.neu@example.org", next_path="/mein/mithelfen/")
    let_write()
    page.goto(f"/konto/neu/{token}/")
    press_until(page, "#name")
    page.keyboard.type("Tasja Neu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mithelfen und gefunden werden")
    press_until(page, "main form button")
    page.keyboard.press("Space")
    assert has_focus(page, DONE)

    page.goto("/mein/mithelfen/sprachen/")
    for number in (0, 1):  # the same language twice
        press_until(page, f"#languages-{number}-code")
        page.keyboard.type("Arabisch")
    page.keyboard.press("Enter")
    press_until(page, "main form button")
    page.keyboard.press("Enter")
    assert has_focus(page, SUMMARY)
    expect(page.locator(SUMMARY)).to_contain_text("Diese Sprache steht zweimal da.")
    look(page)
    press_until(page, f"{SUMMARY} a")
    page.keyboard.press("Enter")
    assert has_focus(page, "#languages-1-code")
    page.keyboard.type("Deutsch")
    press_until(page, "main form button")
    page.keyboard.press("Enter")
    assert has_focus(page, DONE)
    assert list(profile_of("tasja.neu@example.org").languages) == ["ar", "de"]
    db.session.rollback()

    page.goto("/mein/zustimmungen/")
    press_until(page, "#brokering button")
    page.keyboard.press("Enter")
    expect(page.locator("#brokering")).to_contain_text("seit")
    assert has_focus(page, "#brokering")  # it stands far below the message
    assert consents.has_agreed(person_of("tasja.neu@example.org"), Purpose.BROKERING)
    db.session.rollback()


def test_offering_help_and_leaving_without_script(app, open_browser):
    token = sign_ups.new_link("ohne.neu@example.org", next_path="/mein/mithelfen/")
    let_write()
    page = open_browser(script=False)
    page.goto(f"/konto/neu/{token}/")
    page.get_by_label("Name").fill("Ohne Neu")
    page.get_by_role("button", name="Zugang anlegen").click()
    page.get_by_role("button", name="Ich stimme zu und trage mich ein").click()
    page.goto("/mein/mithelfen/angebot/")
    page.get_by_label("Was genau?").first.fill("Begleitung zum Amt")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator(SUMMARY)).to_contain_text("Bitte wählen Sie, wozu das gehört.")
    page.get_by_label("Handlungsfeld").first.select_option(index=2)
    page.get_by_label("Für welchen Verein").first.fill("Verein, den niemand kennt")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator(SUMMARY)).to_contain_text("Diesen Namen kennen wir noch nicht.")
    page.get_by_label("Für welchen Verein").first.fill("")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator(DONE)).to_contain_text("Gespeichert")
    assert profile_of("ohne.neu@example.org").engagements[0].activity == "Begleitung zum Amt"
    db.session.rollback()

    with page.expect_download() as download:
        page.goto("/mein/")
        page.get_by_role("link", name="Alles als Datei herunterladen").click()
    assert "Begleitung zum Amt" in download.value.path().read_text()
    page.goto("/mein/loeschen/")
    page.get_by_role("button", name="Alles löschen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alles ist gelöscht")
    assert db.session.scalars(db.select(Person).filter_by(email="ohne.neu@example.org")).first() is None
    db.session.rollback()


def test_an_invitation_is_answered_in_arabic(app, open_browser, wait_for_mail, look):
    address = "amira.eingeladen@example.org"
    person = make.volunteer(name="أميرة حداد", email=address, language="ar")
    event, office = make.event(), db.session.scalars(db.select(User).filter_by(role=Role.COORDINATOR)).first()
    invitations.invite(event, [person], by=office)
    let_write()
    message = wait_for_mail(address)
    assert message["Content-Language"] == "ar"

    page = open_browser(width=360, language="ar")
    page.goto(path_in(message, "/einladung/"))
    assert page.evaluate("document.documentElement.dir") == "rtl"
    look(page)
    for answer, stored in (("maybe", Answer.MAYBE), ("no", Answer.NO), ("yes", Answer.YES)):
        page.locator(f"main button[value={answer}]").click()
        assert has_focus(page, DONE)
        look(page)
        db.session.rollback()
        assert db.session.scalars(db.select(Invitation.answer).filter_by(event_id=event.id)).one() is stored
        db.session.rollback()
    registration = db.session.scalars(db.select(Registration).filter_by(event_id=event.id)).one()
    assert registration.is_coming
    db.session.rollback()

    page.goto(path_in(message, "/keine-einladungen/"))
    look(page)
    page.locator("main form button").first.click()
    assert has_focus(page, ".main .kern-alert--success")
    look(page)
    assert not consents.has_agreed(person_of(address), Purpose.INVITE_ROUND_TABLE)
    db.session.rollback()


def test_somebody_finds_a_club_and_reports_a_change(app, phone, look):
    club = make.organisation(name="Zitherverein Gräfenroda", municipality="Geratal", is_public=True)
    let_write()
    phone.goto("/vereine/")
    phone.get_by_label("Wörter").fill("zither")
    phone.get_by_role("button", name="Zeigen").click()
    expect(phone.get_by_role("status").filter(has_text="1 Eintrag")).to_be_visible()
    look(phone)
    phone.get_by_role("link", name="Zitherverein Gräfenroda").click()
    look(phone)
    phone.get_by_role("link", name="Änderung melden").click()
    phone.get_by_role("button", name="Meldung abschicken").click()
    assert has_focus(phone, SUMMARY)
    look(phone)
    phone.get_by_label("Was stimmt nicht?").fill("Wir proben jetzt mittwochs.")
    phone.get_by_role("button", name="Meldung abschicken").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Danke für Ihre Meldung")
    look(phone)
    report = db.session.scalars(db.select(OrganisationReport).filter_by(organisation_id=club.id)).one()
    assert report.note == "Wir proben jetzt mittwochs."
    db.session.rollback()


def test_a_club_keeps_its_own_entry_right(app, open_browser, look):
    account = db.session.scalars(db.select(User).filter_by(role=Role.CLUB).order_by(User.id)).first()
    club_id = representatives.list_represented(account)[0].id
    db.session.rollback()
    page = open_browser(Role.CLUB)
    page.goto("/mein/vereine/")
    look(page)
    page.get_by_role("link", name="Ändern").first.click()
    page.get_by_label("Internetseite").fill("kaputt")
    page.get_by_role("button", name="Speichern").click()
    assert has_focus(page, SUMMARY)
    look(page)
    page.get_by_label("Internetseite").fill("www.verein.example")
    page.get_by_role("button", name="Speichern").click()
    assert has_focus(page, DONE)
    look(page)
    assert db.session.get(Organisation, club_id).website == "https://www.verein.example"
    db.session.rollback()
