"""A volunteer registers, confirms, changes and cancels: by mouse, by keyboard alone, without script, in Arabic."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from coordapp.events.models import Event, Registration
from coordapp.extensions import db

MOST_TABS = 60


def link_in(message) -> str:
    """Return the path of the first registration link in a mail."""
    text = message.get_body(("plain",)).get_content()
    return urlsplit(re.search(r"https?://\S+/anmeldung/\S+", text).group()).path


def calendar_in(message) -> tuple[str, str]:
    """Return method and content of the calendar part of a mail."""
    part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    return part.get_param("method"), part.get_content()


def registration_of(address: str) -> Registration:
    """Return the last registration of an address as it is stored, and let go of the database for the site to write."""
    db.session.rollback()
    found = db.session.scalars(
        db.select(Registration).join(Registration.person).filter_by(email=address).order_by(Registration.id.desc())
    ).first()
    db.session.expunge_all()
    db.session.rollback()
    return found


def press_until(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does; fail when it never comes."""
    for _tab in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by the keyboard on {page.url}")


def test_by_mouse_on_a_phone_in_two_pages_and_two_fields(app, phone, wait_for_mail):
    phone.goto("/")
    expect(phone.locator("main")).to_contain_text("Plätze frei")
    phone.get_by_role("link", name="Ansehen und anmelden").click()
    phone.get_by_label("Ihr Name").fill("Mia Maus")
    phone.get_by_label("Ihre E-Mail-Adresse").fill("mia.maus@example.org")
    phone.get_by_role("button", name="Anmelden").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Bitte schauen Sie jetzt in Ihre E-Mails")
    expect(phone.locator("main")).to_contain_text("mia.maus@example.org")

    phone.goto(link_in(wait_for_mail("mia.maus@example.org", "bestätigen")))
    phone.get_by_role("button", name="Anmeldung bestätigen").click()
    expect(phone.locator("main")).to_contain_text("Ihr Platz ist sicher.")
    confirmed = wait_for_mail("mia.maus@example.org", "angemeldet")
    method, entry = calendar_in(confirmed)
    assert method == "REQUEST"
    assert entry.count("ATTENDEE") == 1
    assert "PARTSTAT=ACCEPTED" in entry.replace("\r\n ", "")

    phone.goto(link_in(confirmed))
    phone.get_by_label("Wie viele Personen kommen").fill("2")
    phone.get_by_label("Ich suche eine Mitfahrgelegenheit").check()
    phone.get_by_role("button", name="Änderung speichern").click()
    expect(phone.locator("main")).to_contain_text("Gespeichert.")
    assert registration_of("mia.maus@example.org").party_size == 2

    phone.get_by_role("button", name="Ich komme nicht").click()
    expect(phone.locator("main")).to_contain_text("Sie sind abgemeldet.")
    method, entry = calendar_in(wait_for_mail("mia.maus@example.org", "abgemeldet"))
    assert method == "CANCEL"
    assert "STATUS:CANCELLED" in entry


def test_by_keyboard_alone(app, page, wait_for_mail):
    page.goto("/")
    press_until(page, "main a.kern-btn")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    press_until(page, "#name")
    page.keyboard.type("Tasja Taste")
    press_until(page, "#email")
    page.keyboard.type("tasja")
    page.keyboard.press("Enter")

    summary = page.locator(".error-summary, [data-error-summary], .kern-alert--danger").first
    expect(summary).to_contain_text("Diese E-Mail-Adresse ist nicht vollständig.")
    assert page.evaluate("document.activeElement.contains(document.querySelector('a[href=\"#email\"]'))")
    assert page.locator("#name").input_value() == "Tasja Taste"
    press_until(page, "a[href='#email']")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "email"
    page.keyboard.press("Control+A")
    page.keyboard.type("tasja@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bitte schauen Sie jetzt in Ihre E-Mails")

    page.goto(link_in(wait_for_mail("tasja@example.org", "bestätigen")))
    press_until(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Ihr Platz ist sicher.")
    page.keyboard.press("Tab")
    press_until(page, "form[action$='/absagen'] button")
    page.keyboard.press("Space")
    expect(page.locator("main")).to_contain_text("Sie sind abgemeldet.")


def test_without_script(app, open_browser, wait_for_mail):
    page = open_browser(script=False)
    page.goto("/")
    page.get_by_role("link", name="Ansehen und anmelden").click()
    page.locator("main details summary").first.click()
    page.get_by_label("Ich brauche eine Übersetzung").check()
    page.get_by_label("Ihr Name").fill("Ohne Skript")
    page.get_by_label("Ihre E-Mail-Adresse").fill("ohne@example.org")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.locator("main")).to_contain_text("Bitte schreiben Sie die Sprache. Beispiel: Arabisch")
    assert page.get_by_label("Ich brauche eine Übersetzung").is_checked()
    page.get_by_label("In welche Sprache").fill("Dari")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.locator("main")).to_contain_text("ohne@example.org")
    wait_for_mail("ohne@example.org", "bestätigen")
    assert registration_of("ohne@example.org").interpreter_language == "Dari"


@pytest.mark.parametrize("language", ["ar", "fa"])
def test_from_right_to_left_and_mails_in_the_readers_language(app, open_browser, wait_for_mail, language):
    page = open_browser(width=360, language=language)
    page.goto("/")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    page.locator("main a.kern-btn").first.click()
    address = f"neu-{language}@example.org"
    page.locator("#name").fill("أميرة حداد")
    page.locator("#email").fill(address)
    page.locator("main form button").first.click()
    expect(page.locator("main")).to_contain_text(address)
    message = wait_for_mail(address)
    assert message["Content-Language"] == language
    html = message.get_body(("html",)).get_content()
    assert f'lang="{language}"' in html
    assert 'dir="rtl"' in html


def test_a_double_click_registers_once_and_the_back_button_too(app, page, wait_for_mail, post):
    page.goto("/")
    page.get_by_role("link", name="Ansehen und anmelden").click()
    page.get_by_label("Ihr Name").fill("Dora Doppel")
    page.get_by_label("Ihre E-Mail-Adresse").fill("dora@example.org")
    page.get_by_role("button", name="Anmelden").dblclick()
    page.wait_for_url("**/anmeldung/danke/")
    page.go_back()
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url("**/anmeldung/danke/")
    wait_for_mail("dora@example.org", "bestätigen")
    page.wait_for_timeout(1500)
    assert len(post.sent_to("dora@example.org")) == 1
    number = db.select(db.func.count(Registration.id)).join(Registration.person).filter_by(email="dora@example.org")
    assert db.session.scalar(number) == 1


def test_the_language_switch_stays_on_the_page_and_is_kept(app, page):
    event_id = db.session.scalar(db.select(db.func.max(Event.id)).where(Event.published_at.is_not(None)))
    db.session.rollback()
    page.goto(f"/runde-tische/{event_id}/")
    page.locator(".language-switch summary").click()
    page.locator(".language-switch a[lang=uk]").click()
    assert urlsplit(page.url).path == f"/runde-tische/{event_id}/"
    assert page.evaluate("document.documentElement.lang") == "uk"
    page.goto("/kalender/")
    assert page.evaluate("document.documentElement.lang") == "uk"
