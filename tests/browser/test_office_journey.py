"""The office's way through a year: planned, published, moved, cancelled, held, written down; by mouse and by keyboard.

Sites and tests share one SQLite file: what a test reads it lets go of at once, else the site could not write.
"""

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from urllib.parse import urlsplit

import pypdf
import pytest
from playwright.sync_api import Locator, Page, expect

from coordapp.accounts.models import Role
from coordapp.events import reminders
from coordapp.events import service as events
from coordapp.events.kinds import EventKind
from coordapp.events.models import Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.round_tables import attendance, minutes, planning
from coordapp.shared import clock, languages
from tests import make
from tests.browser.conftest import PHONE
from tests.browser.test_registering import calendar_in, link_in, press_until

TODAY, LIST = "/verwaltung/", "Runde Tische"
A_BREATH = 2000  # milliseconds in which a mail too many would arrive
REMINDED_WITHIN = 80  # seconds: the worker looks each minute

COUNT_CLICKS = """addEventListener("click", (event) => {
  if (event.isTrusted && event.detail) sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1;
}, true);"""


@contextmanager
def looking_into_the_database() -> Iterator[None]:
    """Read what is stored now, and let go of it."""
    db.session.rollback()
    yield
    db.session.rollback()


@pytest.fixture
def office(open_browser) -> Page:
    """Return the window of the coordinator, on the page that lists what needs her."""
    return opened(open_browser(Role.COORDINATOR))


def opened(window: Page) -> Page:
    window.goto(TODAY)
    expect_heading(window, "Heute")
    return window


def expect_heading(window: Page, words: str) -> None:
    expect(window.get_by_role("heading", level=1)).to_contain_text(words)


def expect_message(window: Page, words: str) -> None:
    expect(window.get_by_role("status").first).to_contain_text(words)


def menu(window: Page, name: str) -> None:
    window.get_by_role("navigation", name="Büro").get_by_role("link", name=name, exact=True).click()


def card(window: Page, title: str) -> Locator:
    return window.locator("main .card").get_by_role("link", name=title, exact=True)


def words_of(message) -> str:
    """Return the text of a mail on one line."""
    return " ".join(message.get_body(("plain",)).get_content().split())


def value_in(entry: str, name: str) -> str:
    """Return a property of a calendar or of its only event."""
    lines = re.sub(r"\r?\n[ \t]", "", entry)
    without_zone = re.sub(r"BEGIN:VTIMEZONE.*?END:VTIMEZONE", "", lines, flags=re.DOTALL)
    (found,) = re.findall(rf"^{name}(?:;[^:\r\n]*)?:(.*?)\r?$", without_zone, re.MULTILINE)
    return found


def id_in(window: Page) -> int:
    return int(re.search(r"/(\d+)/", urlsplit(window.url).path)[1])


def good_day_near(day: date) -> date:
    """Return a day near another that nothing speaks against, and neither against a week later."""
    with looking_into_the_database():
        return next(
            other
            for other in (day + timedelta(days=days) for days in (7, -7, 14, -14, 21, -21))
            if not planning.day_warnings([other, other + timedelta(days=7)])
        )


def test_a_round_table_is_planned_published_moved_cancelled_and_held_after_all(
    app, office, open_browser, wait_for_mail, post
):
    day = plan_the_year_after_next(office)
    event_id = publish(office, day)
    visitor, address = open_browser(), "vera.besuch@example.org"
    registered = register_as_visitor(visitor, event_id, address, wait_for_mail)
    register_who_phones(office, day, "Oma Opitz")
    moved = move_by_a_week(office, event_id, day, address, wait_for_mail)
    assert value_in(moved, "UID") == value_in(registered, "UID")
    assert int(value_in(moved, "SEQUENCE")) > int(value_in(registered, "SEQUENCE"))
    sign_in_sheet_names(office, event_id, "Vera Besuch", "Oma Opitz")
    cancelled = cancel(office, event_id, address, wait_for_mail)
    visitor.goto(f"/runde-tische/{event_id}/")
    expect(visitor.locator("main")).to_contain_text("Der Grund: Wasserschaden im Saal")
    reinstated = reinstate(office, event_id, address, wait_for_mail)
    assert {value_in(entry, "UID") for entry in (cancelled, reinstated)} == {value_in(registered, "UID")}
    sequences = [int(value_in(entry, "SEQUENCE")) for entry in (moved, cancelled, reinstated)]
    assert sequences == sorted(set(sequences))

    visitor.reload()
    expect(visitor.get_by_role("button", name="Anmelden")).to_be_visible()
    office.wait_for_timeout(A_BREATH)
    subjects = [message["Subject"] for message in post.sent_to(address)]
    expected = ("bestätigen", "angemeldet", "Neuer Termin", "Abgesagt:", "Nicht abgesagt, findet statt")
    assert len(subjects) == len(expected), subjects
    assert all(word in subject for word, subject in zip(expected, subjects, strict=True)), subjects


def plan_the_year_after_next(office: Page) -> date:
    """Save the three proposals, one of them on another day; return that day."""
    year = clock.today().year + 2
    menu(office, LIST)
    office.get_by_role("link", name=f"Jahr {year - 1} planen").click()
    expect(office.locator("main")).to_contain_text(f"Alle 3 Runden Tische für {year - 1} sind geplant.")
    office.get_by_role("link", name=f"Jahr {year} planen").click()
    expect_heading(office, f"Runde Tische {year} planen")

    slots = office.get_by_role("group", name=re.compile(r"^\d\. Termin"))
    expect(slots).to_have_count(3)
    places = slots.get_by_label("Ort")
    assert len({places.nth(number).input_value() for number in range(3)}) == 3
    field = slots.nth(1).get_by_label("Tag")
    day = good_day_near(date.fromisoformat(field.input_value()))
    field.fill(day.isoformat())
    office.get_by_role("button", name="Als Entwürfe speichern").click()
    expect_message(office, "3 Entwürfe sind gespeichert")
    drafts = office.get_by_role("table", name=f"Runde Tische {year}").locator("tbody tr")
    expect(drafts).to_have_count(3)
    expect(drafts.get_by_text("Entwurf", exact=True)).to_have_count(3)
    return day


def publish(office: Page, day: date) -> int:
    """Open the draft of a day and publish it; return its number."""
    office.get_by_role("link", name=languages.day(day)).click()
    expect(office.locator("main")).to_contain_text("Entwurf: noch sieht ihn niemand")
    event_id = id_in(office)
    office.get_by_role("button", name="Veröffentlichen").click()
    expect_message(office, "Veröffentlicht.")
    return event_id


def register_as_visitor(visitor: Page, event_id: int, address: str, wait_for_mail) -> str:
    """Find the event among those of its year, register and confirm; return the calendar entry."""
    with looking_into_the_database():
        year = clock.local(events.get_event(event_id).starts_at).year
    visitor.goto(f"/runde-tische/?jahr={year}")
    visitor.locator("main .card a").click()  # of three only one is published
    assert id_in(visitor) == event_id
    visitor.get_by_label("Ihr Name").fill("Vera Besuch")
    visitor.get_by_label("Ihre E-Mail-Adresse").fill(address)
    visitor.get_by_role("button", name="Anmelden").click()
    expect_heading(visitor, "Bitte schauen Sie jetzt in Ihre E-Mails")
    visitor.goto(link_in(wait_for_mail(address, "bestätigen")))
    visitor.get_by_role("button", name="Anmeldung bestätigen").click()
    expect(visitor.locator("main")).to_contain_text("Ihr Platz ist sicher.")
    method, entry = calendar_in(wait_for_mail(address, "angemeldet"))
    assert method == value_in(entry, "METHOD") == "REQUEST"
    return entry


def register_who_phones(office: Page, day: date, name: str) -> None:
    """Find the event by its day and register somebody without an address: three clicks to the letter."""
    office.context.add_init_script(COUNT_CLICKS)
    search = office.get_by_role("searchbox")
    search.fill(f"{day.day}.{day.month}.{day.year}")
    search.press("Enter")
    expect_heading(office, "Suche:")
    office.evaluate("sessionStorage.clicks = 0")
    office.get_by_role("link", name="Jemanden anmelden").click()
    office.get_by_label("Name", exact=True).fill(name)
    office.get_by_label("Telefon").fill("03628 738111")
    office.get_by_role("button", name="Anmelden", exact=True).click()
    expect_message(office, f"{name}: ")
    expect_message(office, "Sie können einen Brief drucken.")
    office.get_by_role("link", name="Brief drucken").click()
    expect_heading(office, "Ihre Anmeldung:")
    assert office.evaluate("Number(sessionStorage.clicks)") == 3
    expect(office.locator("main")).to_contain_text(name)
    expect(office.locator("main")).to_contain_text(languages.day(day))
    expect(office.locator("main")).to_contain_text("Ihr Platz ist sicher.")
    expect(office.get_by_role("button", name="Drucken")).to_be_visible()


def event_page(office: Page, event_id: int) -> None:
    menu(opened(office), LIST)
    office.locator(f"main a[href$='/{event_id}/']").first.click()
    expect(card(office, "Unterschriftenliste (PDF)")).to_be_visible()


def move_by_a_week(office: Page, event_id: int, day: date, address: str, wait_for_mail) -> str:
    """Change the day, read whom that touches, send; return the calendar entry of the mail."""
    event_page(office, event_id)
    office.get_by_role("link", name="Bearbeiten").click()
    later = day + timedelta(days=7)
    office.get_by_label("Tag", exact=True).fill(later.isoformat())
    office.get_by_role("button", name="Speichern").click()
    expect_heading(office, "Änderung prüfen und senden")
    main = office.locator("main")
    expect(main).to_contain_text("1 Person bekommt eine E-Mail")
    expect(main).to_contain_text("1 Person hat keine E-Mail-Adresse")
    expect(main.get_by_role("listitem").filter(has_text="Oma Opitz").get_by_role("link").first).to_have_attribute(
        "href", "tel:+493628738111"
    )
    preview = office.get_by_role("region", name="Vorschau der E-Mail")
    expect(preview).to_contain_text(f"Bisher: {languages.day(day)}")
    expect(preview).to_contain_text(f"Neu: {languages.day(later)}")
    office.get_by_role("button", name="Speichern und senden (1)").click()
    expect_message(office, "Gespeichert.")
    expect(office.locator("main")).to_contain_text(languages.day(later))

    mail = wait_for_mail(address, "Neuer Termin")
    assert f"Bisher: {languages.day(day)}" in words_of(mail)
    assert f"Neu: {languages.day(later)}" in words_of(mail)
    method, entry = calendar_in(mail)
    assert method == value_in(entry, "METHOD") == "REQUEST"
    assert value_in(entry, "DTSTART").startswith(f"{later:%Y%m%d}T")
    return entry


def sign_in_sheet_names(office: Page, event_id: int, *names: str) -> None:
    """Check the PDF behind the link."""
    event_page(office, event_id)
    answer = office.request.get(card(office, "Unterschriftenliste (PDF)").get_attribute("href"))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    sheet = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.body())).pages)
    assert all(name in sheet for name in names), sheet


def cancel(office: Page, event_id: int, address: str, wait_for_mail) -> str:
    """Call the event off with a reason; return the calendar entry of the mail."""
    event_page(office, event_id)
    office.get_by_role("link", name="Absagen", exact=True).click()
    office.get_by_label("Grund, wie ihn die Angemeldeten lesen").fill("Wasserschaden im Saal")
    office.get_by_role("button", name="Absagen und Bescheid geben (1)").click()
    expect_message(office, "Abgesagt.")
    expect(office.locator("main")).to_contain_text("abgesagt: Wasserschaden im Saal")
    mail = wait_for_mail(address, "Abgesagt:")
    assert "Der Grund: Wasserschaden im Saal" in words_of(mail)
    method, entry = calendar_in(mail)
    assert method == value_in(entry, "METHOD") == "CANCEL"
    assert value_in(entry, "STATUS") == "CANCELLED"
    return entry


def reinstate(office: Page, event_id: int, address: str, wait_for_mail) -> str:
    """Let it happen after all; return the calendar entry of the mail."""
    event_page(office, event_id)
    office.get_by_role("link", name="Doch stattfinden lassen").click()
    office.get_by_role("button", name="Findet statt: Bescheid geben (1)").click()
    expect_message(office, "Die Veranstaltung findet statt.")
    method, entry = calendar_in(wait_for_mail(address, "Nicht abgesagt, findet statt"))
    assert method == value_in(entry, "METHOD") == "REQUEST"
    assert value_in(entry, "STATUS") == "CONFIRMED"
    return entry


def test_a_round_table_of_the_past_is_ticked_on_a_phone_and_its_minutes_are_sent_once(app, open_browser, post):
    with looking_into_the_database():
        held = events.list_events(EventKind.ROUND_TABLE)
        event_id, day = next(
            (event.id, clock.local(event.starts_at).date()) for event in reversed(held) if event.ends_at < clock.now()
        )
        coming_id = events.list_coming(EventKind.ROUND_TABLE, at=clock.now())[0].id
    phone = opened(open_browser(Role.COORDINATOR, width=PHONE))
    menu(phone, LIST)
    phone.get_by_role("link", name=languages.day(day)).click()
    card(phone, "Anwesenheit").click()
    phone.get_by_role("button", name="Liste wieder öffnen").click()
    expect_message(phone, "Die Liste ist wieder offen.")
    tick_two_and_take_one_back(phone, event_id)
    add_walk_in(phone, name="Xaver Vorbei", email="xaver@example.org")
    phone.get_by_role("button", name="Liste abschließen").click()
    expect_message(phone, "Die Liste ist abgeschlossen. Nicht da: ")

    said = "Es gab Kuchen und 3 neue Gesichter."
    write_minutes(phone, event_id, said=said, task="Stühle aus dem Keller holen", who="Xaver Vorbei")
    send_minutes(phone, event_id, said=said, post=post)
    phone.get_by_role("navigation", name="Büro").get_by_role("link", name=LIST).click()
    phone.get_by_role("link", name="Offene Aufgaben").click()
    expect(phone.locator("main")).to_contain_text("Stühle aus dem Keller holen")

    visitor = open_browser()
    visitor.goto(f"/runde-tische/{event_id}/")
    expect(visitor.locator("main")).to_contain_text(said)
    expect(visitor.locator("main")).to_contain_text("Stühle aus dem Keller holen")
    expect(visitor.locator("main")).not_to_contain_text("Xaver")
    visitor.goto(f"/runde-tische/{coming_id}/")
    expect(visitor.locator("main")).to_contain_text("Stühle aus dem Keller holen")


def tick_two_and_take_one_back(phone: Page, event_id: int) -> None:
    """Tap two people who are not ticked, and one of them again; what was tapped is stored without a button."""
    boxes = phone.locator("[data-attendance] input[type=checkbox]")
    came, back = (int(boxes.nth(number).get_attribute("value")) for number in range(2))
    tap(phone, *(one for one in (came, back) if phone.locator(f"#da-{one}").is_checked()))
    phone.reload()
    expect(phone.locator(f"#da-{came}")).not_to_be_checked()
    tap(phone, came, back, back)
    with looking_into_the_database():
        status = {one: db.session.get_one(Registration, one).status for one in (came, back)}
        number = attendance.count_came(events.get_event(event_id))
    assert status[came] is RegistrationStatus.ATTENDED
    assert status[back] is not RegistrationStatus.ATTENDED
    expect(phone.locator("[data-came]")).to_have_text(str(number))
    phone.reload()
    expect(phone.locator(f"#da-{came}")).to_be_checked()
    expect(phone.locator(f"#da-{back}")).not_to_be_checked()


def tap(phone: Page, *registration_ids: int) -> None:
    for registration_id in registration_ids:
        phone.locator(f"label[for=da-{registration_id}]").click()
    if registration_ids:
        expect(phone.locator("[data-state]")).to_have_text("Alles gespeichert")


def add_walk_in(phone: Page, *, name: str, email: str) -> None:
    """Register somebody at the door with two fields."""
    before = int(phone.locator("[data-came]").inner_text())
    phone.get_by_label("Name", exact=True).fill(name)
    phone.get_by_label("E-Mail-Adresse").fill(email)
    phone.get_by_role("button", name="Ist da").click()
    expect_message(phone, f"{name} ist da.")
    expect(phone.locator("[data-came]")).to_have_text(str(before + 1))
    expect(phone.get_by_role("checkbox", name=name)).to_be_checked()


def write_minutes(phone: Page, event_id: int, *, said: str, task: str, who: str) -> None:
    """Write what was said and a task into the next empty line, and look at it as others will read it."""
    event_page(phone, event_id)
    card(phone, "Protokoll").click()
    phone.get_by_label("Allgemeines").fill(said)
    line = phone.get_by_role("group", name=re.compile(r"^Aufgabe \d+")).last
    line.get_by_label("Was ist zu tun?").fill(task)
    line.get_by_label("Wer?").fill(who)
    line.get_by_label("Bis wann?").fill((clock.today() + timedelta(days=30)).isoformat())
    phone.get_by_role("button", name="Speichern und prüfen").click()
    expect_heading(phone, "Protokoll prüfen und senden")
    expect_message(phone, "Gesendet ist noch nichts.")
    expect(phone.locator("main")).to_contain_text(said)
    expect(phone.locator("main")).to_contain_text(task)


def send_minutes(phone: Page, event_id: int, *, said: str, post) -> None:
    """Send the minutes: everybody gets them once, with first names only."""
    with looking_into_the_database():
        people = minutes.list_recipients(events.get_event(event_id)).by_mail
        addresses = [person.email for person in people]
    assert "xaver@example.org" in addresses
    phone.get_by_role("button", name=re.compile(rf"senden \({len(addresses)}\)")).click()
    expect_message(phone, f"geht an {len(addresses)} Personen.")
    expect(phone.locator("main")).to_contain_text("Dieses Protokoll ist gesendet")
    expect(phone.get_by_role("button", name=re.compile(r"senden \("))).to_have_count(0)
    for _attempt in range(30):
        arrived = [message for message in post.messages if said in words_of(message)]
        if len(arrived) >= len(addresses):
            break
        time.sleep(1)
    phone.wait_for_timeout(A_BREATH)
    arrived = [message for message in post.messages if said in words_of(message)]
    assert sorted(message["To"].addresses[0].addr_spec for message in arrived) == sorted(addresses)
    (own,) = [message for message in arrived if "xaver@example.org" in message["To"]]
    assert "Stühle aus dem Keller holen – Xaver" in words_of(own)
    assert not any("Vorbei" in words_of(message) for message in arrived)


def test_somebody_who_phones_is_registered_by_keyboard_alone(app, office):
    name = "Tilda Telefon"
    press_until(office, "#office-search")
    office.keyboard.type(name)
    office.keyboard.press("Enter")
    expect_heading(office, f"Suche: {name}")
    press_until(office, "main a[href*='/neu/']")
    office.keyboard.press("Enter")
    expect_heading(office, "Jemanden anmelden:")
    press_until(office, "#phone")
    office.keyboard.type("03677 657111")
    press_until(office, "#party_size")
    office.keyboard.press("Control+A")
    office.keyboard.type("2")
    press_until(office, "main form button")
    office.keyboard.press("Space")
    expect_heading(office, name)
    expect_message(office, f"{name}: ")
    with looking_into_the_database():
        made = db.session.scalars(db.select(Registration).join(Registration.person).filter_by(name=name)).one()
        stored = (made.person.phone, made.person.email, made.party_size, made.status, made.entered_by is not None)
    assert stored == ("+493677657111", None, 2, RegistrationStatus.CONFIRMED, True)
    press_until(office, "main a[href$='/brief/']")
    office.keyboard.press("Enter")
    expect_heading(office, "Ihre Anmeldung:")
    expect(office.locator("main")).to_contain_text(name)


def test_who_registered_is_reminded_once_and_can_cancel_from_the_reminder(app, page, wait_for_mail, post):
    address, long_ago = "rosa.rechtzeitig@example.org", clock.now() - timedelta(days=20)
    with looking_into_the_database():
        event = make.event(starts_at=make.in_days(13), title="Runder Tisch mit Erinnerung")
        person = make.person(name="Rosa Rechtzeitig", email=address)
        registration = make.registration(event, person, created_at=long_ago, confirmed_at=long_ago)
        registration_id, day = registration.id, languages.day(event.starts_at)
        db.session.commit()
    reminder = wait_for_mail(address, "Erinnerung", seconds=REMINDED_WITHIN)
    assert reminder["Subject"] == f"Erinnerung: Runder Tisch mit Erinnerung, {day}"
    assert f"Wann: {day}, 15:00 bis 18:00 Uhr" in words_of(reminder)
    with looking_into_the_database():
        assert reminders.write_due() == 0

    page.goto(link_in(reminder))
    page.get_by_role("button", name="Ich komme nicht").click()
    expect(page.locator("main")).to_contain_text("Sie sind abgemeldet.")
    wait_for_mail(address, "abgemeldet")
    with looking_into_the_database():
        assert db.session.get_one(Registration, registration_id).status is RegistrationStatus.CANCELLED
    assert len(post.sent_to(address)) == 2
