"""Four evenings for twelve, whom fifteen wish to come to; hours, certificates and their check; and a group that is
nobody else's business. Through the pages of office and visitors, with a real mail server.
"""

import io
import re
from collections.abc import Callable
from datetime import time, timedelta
from urllib.parse import urlsplit

import pypdf
import pytest

from coordapp.accounts.models import Role
from coordapp.directory import consents
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.events.models import Event, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.feedback import thanks
from coordapp.outbox.sender import Sender
from coordapp.shared import clock
from coordapp.trainings.models import Certificate, Training, TrainingFormat
from tests import make
from tests.mail_server import MailServer
from tests.pages import CheckingClient, form_values

OFFICE = "/verwaltung/schulungen"
TITLE, CONTENTS = "Gut zuhören", "Zuhören\nNachfragen"
WORD = "Zaunkönigrunde"  # of the group that nobody else may know of
NAMES = ("Mariam", "Olha", "Karl", "Yusuf", "Ines", "Petra", "Samir", "Anna", "Bernd", "Leyla", "Jonas", "Ruth",
         "Viktor", "Nadia", "Uwe")  # fmt: skip
LATE, MISSES = "Olha", "Mariam"  # half an hour late once; away on the last two evenings, so for exactly one half
ATTENDED = RegistrationStatus.ATTENDED


@pytest.fixture
def server(app):
    """Run the mail server and let the site send through it."""
    with MailServer() as server:
        app.config.update(
            SMTP_HOST="127.0.0.1", SMTP_PORT=server.port, SMTP_SECURITY="none", MAIL_PER_MINUTE=100_000
        )  # fmt: skip
        yield server


def send() -> None:
    """Send what waits."""
    db.session.commit()
    sender = Sender()
    while sender.send_next():
        pass
    sender.close()


def evenings(first: int) -> dict[str, str]:
    """Return the fields of four evenings, a week apart, the first so many days from now."""
    days = [clock.today() + timedelta(days=first + 7 * number) for number in range(4)]
    return {
        f"dates-{number}-{name}": value
        for number, day in enumerate(days)
        for name, value in (("day", day.isoformat()), ("begins", "18:00"), ("ends", "19:30"))
    }


def in_catalogue(office: CheckingClient, **facts) -> TrainingFormat:
    """Put an entry into the catalogue."""
    typed = {
        "type": "training", "hours": "6", "capacity": "12", "contents": CONTENTS, "trainer": "Ute Muster",
    } | facts  # fmt: skip
    office.post_form(f"{OFFICE}/angebote/neu/", typed, status=200)
    return db.session.scalars(db.select(TrainingFormat).filter_by(title=facts["title"])).one()


def plan(office: CheckingClient, entry: TrainingFormat, *, first: int) -> Training:
    """Plan a group of four evenings and publish it, whatever the days are."""
    page = office.post_form(f"{OFFICE}/angebote/{entry.id}/gruppe/", evenings(first))
    if page.status == 422:  # it warned of a holiday, once
        page = office.send(page, page.form_with(evenings(first)))
    assert page.status == 200, page.text[:3000]
    made = db.session.scalars(db.select(Training).filter_by(format_id=entry.id).order_by(Training.event_id)).all()[-1]
    step = "Anmeldung öffnen" if entry.is_confidential else "Veröffentlichen"
    office.press(f"{OFFICE}/{made.event_id}/", step, status=200)
    db.session.expire_all()
    return made


def register_all(client: CheckingClient, event: Event) -> dict[str, Registration]:
    """Let fifteen people register, one after the other; their addresses are known to be theirs."""
    for name in NAMES:
        person = make.person(name=f"{name} Beispiel", email=f"{name.lower()}@example.org")
        client.post_form(
            f"/schulungen/{event.id}/",
            {"name": person.name, "email": person.email, "organisation_name": "Sprachcafé", "field_of_work": "Bildung"},
            status=200,
        )
    return {one.person.name.split()[0]: one for one in registrations_of(event)}


def registrations_of(event: Event) -> list[Registration]:
    db.session.expire_all()
    return list(db.session.scalars(db.select(Registration).filter_by(event_id=event.id).order_by(Registration.id)))


def counted(event: Event) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for one in registrations_of(event):
        numbers[one.status.value] = numbers.get(one.status.value, 0) + 1
    return numbers


def hold(sign_in: Callable[[], CheckingClient], training: Training) -> None:
    """Tick who was there on each evening, from the sheet."""
    by_name = {one.person.name.split()[0]: one for one in registrations_of(training.event)}
    for number, date in enumerate(list(training.event.dates)):
        url = f"{OFFICE}/{training.event_id}/anwesenheit/{date.id}/"
        with clock.stopped(date.ends_at):
            office = sign_in()
            office.post_to(f"{url}alle", status=302)
            if number >= 2:
                office.post_to(f"{url}{by_name[MISSES].id}", {"came": "0"}, status=200)
            if number == 0:
                office.post_form(f"{url}{by_name[LATE].id}/gekuerzt/", {"minutes": "30"}, status=200)


def supervise(office: CheckingClient) -> Event:
    """Invite two people to a confidential group; one says yes by the link in the mail."""
    entry = in_catalogue(office, type="supervision", title=WORD, contents=f"Worte der {WORD}", summary=WORD)
    assert entry.is_confidential
    made = plan(office, entry, first=40)
    invited = [make.volunteer(agreed=[]) for _each in range(2)]
    for person in invited:
        consents.give(person, Purpose.INVITE_TRAINING, given_by=GivenBy.PHONE)
    db.session.commit()
    office.post_to(
        f"/verwaltung/einladungen/{made.event_id}/neu/", {"people": [str(one.id) for one in invited]}
    )  # fmt: skip
    return made.event


def links_to(server: MailServer, address: str, part: str) -> list[str]:
    """List the paths in the mails to an address that begin with this, in order."""
    found = []
    for message in server.sent_to(address):
        text = message.get_body(("plain",)).get_content()
        found += [urlsplit(url).path for url in re.findall(r"http://localhost\S+", text) if part in url]
    return found


def print_pdf(client: CheckingClient, url: str, button: str, typed: dict | None = None) -> str:
    """Press the button that gives a PDF, and return what it says."""
    form = client.get_page(url).form_of(button)
    response = client.post(url, data=form_values(form) | (typed or {}))
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(response.data)).pages)


def test_fifteen_wish_to_come_and_eleven_get_a_certificate(server, browser_of, client):
    staff = make.user(role=Role.COORDINATOR)
    office = browser_of(staff)
    entry = in_catalogue(office, title=TITLE)
    training = plan(office, entry, first=30)
    event = training.event

    # fifteen for twelve, in the order in which they came
    register_all(client, event)
    assert counted(event) == {"confirmed": 12, "waiting": 3}
    send()
    assert len(server.messages) == 15
    confirmed = server.sent_to("karl@example.org")[0]
    calendars = [part for part in confirmed.walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_content().count("BEGIN:VEVENT") for part in calendars] == [1, 1, 1, 1]
    assert len({re.search(r"UID:(.+)", part.get_content())[1] for part in calendars}) == 4

    # the next group, for those who found no place: in one step, each asked once, in their order
    with clock.stopped(event.registration_closes_at + timedelta(minutes=1)):
        office = browser_of(staff)
        page = office.post_form(f"{OFFICE}/bedarf/{entry.id}/oeffnen/", evenings(80))
        assert "Viktor Beispiel" in page.text
        office.send(page, page.form_with({"confirmed": "1"}), {"confirmed": "1"}, status=200)
        send()
    following = db.session.scalars(db.select(Training).where(Training.event_id != event.id)).one().event
    assert [one.person.name for one in registrations_of(following)] == [f"{n} Beispiel" for n in NAMES[12:]]
    assert counted(following) == {"offered": 3}
    (accept,) = set(links_to(server, "viktor@example.org", "/anmeldung/")) - {
        f"/anmeldung/{one.token}/" for one in registrations_of(event)
    }
    with clock.stopped(event.registration_closes_at + timedelta(hours=2)):
        client.press(accept, "Platz annehmen", status=200)
    assert counted(following) == {"confirmed": 1, "offered": 2}

    # four evenings, hours, certificates for those who were there for more than one half
    hold(lambda: browser_of(staff), training)
    with clock.stopped(event.ends_at + timedelta(hours=1)):
        office = browser_of(staff)
        page = office.get_page(f"{OFFICE}/{event.id}/anwesenheit/")
        assert "3 von 6 Stunden" in page.text
        assert "5,5 von 6 Stunden" in page.text
        office.press(page.url, "Liste abschließen", status=200)
        page = office.press(f"{OFFICE}/{event.id}/bescheinigungen/", "Bescheinigungen ausstellen (11)", status=200)
        send()
        everything = print_pdf(office, f"{OFFICE}/{event.id}/bescheinigungen/drucken/", "PDF speichern")
    certificates = db.session.scalars(db.select(Certificate)).all()
    assert len(certificates) == 11
    assert f"{MISSES} Beispiel" not in {one.person.name for one in certificates}
    assert all(one.serial in everything and one.person.name in everything for one in certificates)

    # each by link, with a birth date that is nowhere afterwards; checked by its number, which tells nothing else
    (link,) = set(links_to(server, "karl@example.org", "/bescheinigung/")) - {"/bescheinigung/pruefen/"}
    words = print_pdf(client, link, "Bescheinigung speichern (PDF)", {"born": "1990-12-31"})
    own = next(one for one in certificates if one.person.name == "Karl Beispiel")
    for said in ("Karl Beispiel", "31.12.1990", TITLE, "Zuhören", "Ute Muster", own.serial):
        assert said in words
    checked = client.get_page(f"/bescheinigung/pruefen/?nummer={own.serial.lower().replace('-', ' ')}")
    assert "Diese Bescheinigung ist gültig" in checked.text
    assert not [told for told in ("Karl", TITLE, "Muster", "Stunden") if told in checked.text]
    assert "kennen wir nicht" in client.get_page("/bescheinigung/pruefen/?nummer=IK-2026-AAAA-AAAA").text

    # a thank-you with three questions, once; what came of them from five answers on
    noon = clock.from_local(clock.local(event.ends_at).date() + timedelta(days=1), time(12))
    with clock.stopped(noon):
        assert thanks.write_due() == 12
        assert thanks.write_due() == 0
        send()
        answer_all(server, client, event, browser_of(staff))


def answer_all(server: MailServer, client: CheckingClient, event: Event, office: CheckingClient) -> None:
    """Let five of those who were there answer; after four nothing of it is shown."""
    result = f"/verwaltung/rueckmeldungen/{event.id}/"
    for number, name in enumerate(NAMES[:5]):
        if number == 4:
            assert "Nur für Sie" not in office.get_page(result).text
        (link,) = {path for path in links_to(server, f"{name.lower()}@example.org", "/rueckmeldung/")}
        client.post_form(link, {"useful": "4", "clear": "3", "text": f"Nur für Sie {number}"}, status=200)
    assert "Nur für Sie 4" in office.get_page(result).text
    assert registrations_of(event)[0].status is ATTENDED


def test_a_supervision_group_is_nobody_elses_business(server, browser_of, client):
    office = browser_of(make.user(role=Role.COORDINATOR))
    event = supervise(office)
    for url in ("/", "/kalender/", "/kalender/ilm-kreis.ics", "/schulungen/", "/runde-tische/"):
        assert WORD not in client.get(url).get_data(as_text=True)
    assert client.get(f"/schulungen/{event.id}/").status_code == 404
    assert client.get(f"/kalender/termin/{event.id}.ics").status_code == 404
    assert WORD in office.get_page(f"{OFFICE}/{event.id}/").text
    send()
    for message in server.messages:
        assert WORD not in "".join(f"{name}: {value}" for name, value in message.items())
        assert all(
            WORD not in part.get_content() for part in message.walk() if part.get_content_subtype() == "calendar"
        )
