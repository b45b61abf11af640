"""From the office's Excel list to counted answers; the mail server refuses and puts off, and the sender dies."""

import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import icalendar
import pytest

from coordapp.accounts.models import Role
from coordapp.directory import doubles
from coordapp.directory.models import Person
from coordapp.directory.models_consent import Purpose
from coordapp.directory.models_profile import Volunteer
from coordapp.events.models import Event, Registration
from coordapp.extensions import db
from coordapp.invitations import writing
from coordapp.invitations.models import Answer, Invitation
from coordapp.mailbox import service as came_back
from coordapp.outbox.models import Mail, MailStatus
from coordapp.outbox.sender import Sender
from coordapp.shared import clock
from tests import make
from tests.directory.test_import_story import bring, mend_and_decide, take_over
from tests.mailbox.conftest import OURS, UID, raw
from tests.outbox.sending_process import CONTEXT, send_all
from tests.outbox.test_processes import KillingServer
from tests.pages import CheckingClient
from tests.sign_in import sign_in

AREA = ["Ilmenau", "Großbreitenbach", "Stadtilm", "Plaue"]
SEGMENT = "Raum Ilmenau, mit Einwilligung"
REMINDER = "Kommen Sie?"
KILLS = {9: "taken", 24: "MAIL"}  # number of the mail, and how far it has come


class StrictServer(KillingServer):
    """Refuses some addresses for good, puts others off once, and kills the sender twice."""

    def __init__(self) -> None:
        super().__init__(KILLS)
        self.unknown: set[str] = set()
        self.put_off: set[str] = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.unknown:
            return "550 5.1.1 No such user"
        if address in self.put_off:
            self.put_off.discard(address)
            return "451 4.7.1 Greylisted, come back later"
        return await super().handle_RCPT(server, session, envelope, address, options)

    def told(self, subject: str) -> dict[str, list[str]]:
        """Return the Message-IDs that each address got under a subject, copies too."""
        found: dict[str, list[str]] = {}
        for envelope, message in zip(self.envelopes, self.messages, strict=True):
            if message["Subject"].startswith(subject):
                assert len(envelope.rcpt_tos) == 1
                found.setdefault(envelope.rcpt_tos[0], []).append(message["Message-ID"])
        return found


@pytest.fixture
def server(fresh_app):
    """Run the mail server and let the site send through it; calendar answers are read."""
    with StrictServer() as server:
        fresh_app.config.update(
            SMTP_HOST="127.0.0.1", SMTP_PORT=server.port, SMTP_SECURITY="none", MAIL_PER_MINUTE=100_000,
            IMAP_HOST="imap.example.org",
        )  # fmt: skip
        yield server


@pytest.fixture
def send(fresh_app, server) -> Callable[[], int]:
    """Return a function that sends what waits, with a new sender whenever one was killed; it says how many it took."""
    kept = ("INSTANCE_PATH", "SECRET_KEY", "BASE_URL", "SQLALCHEMY_DATABASE_URI", "SMTP_HOST", "SMTP_PORT",
            "SMTP_SECURITY", "MAIL_PER_MINUTE")  # fmt: skip
    settings = {name: fresh_app.config[name] for name in kept} | {"MAIL_LEASE": 1}

    def send_out() -> int:
        senders, deadline = 0, time.monotonic() + 120
        while count_due() and time.monotonic() < deadline:
            process = CONTEXT.Process(target=send_all, args=(settings,))
            process.start()
            server.sender_id = process.pid
            process.join(60)
            senders += 1
        return senders

    return send_out


def count_due() -> int:
    """Count the mails that wait for a sender now, and those whose sender died."""
    waits = (Mail.status == MailStatus.QUEUED) & (Mail.next_attempt_at <= clock.now())
    number = db.select(db.func.count()).select_from(Mail).where(waits | (Mail.status == MailStatus.SENDING))
    found = db.session.scalar(number)
    db.session.rollback()
    return found


def send_later(app) -> None:
    """Send what was put off, when its time has come."""
    with clock.stopped(clock.now() + timedelta(minutes=3)):
        sender = Sender()
        while sender.send_next():
            pass
        sender.close()


# the parts of the story


def import_list(office: CheckingClient) -> None:
    """Bring the office's list in, and decide about the rows that are unclear."""
    url = bring(office)
    mend_and_decide(office)
    assert "65 neu aufgenommen" in take_over(office, url).text


def settle_doubles(office: CheckingClient) -> None:
    """Merge those of one name and place; all others are two people."""
    start = "/verwaltung/verzeichnis/doppelte/"
    for _each in range(20):
        pair = next(iter(doubles.list_suggestions()), None)
        if pair is None:
            break
        one, other = pair.one, pair.other
        if one.municipality == other.municipality:
            office.press(f"{start}{one.id}/{other.id}/", "Zusammenführen", status=200)
        else:
            office.post_to(f"{start}{one.id}/{other.id}/zwei-personen", status=302)
    assert "Niemand scheint doppelt zu sein." in office.get_page(start).text


def record_consents(office: CheckingClient) -> int:
    """Record what people said on the telephone; every eighth said nothing. Return how many agreed."""
    ids = list(db.session.scalars(db.select(Volunteer.person_id).order_by(Volunteer.person_id)))
    agreed = [person_id for number, person_id in enumerate(ids) if number % 8 != 5]
    said = {"purposes": str(Purpose.INVITE_ROUND_TABLE), "given_by": "phone", "said_on": clock.today().isoformat()}
    for person_id in agreed:
        office.post_to(
            f"/verwaltung/verzeichnis/personen/{person_id}/einwilligungen/", said | {"language": "de"}, status=302
        )
    return len(agreed)


def save_segment(office: CheckingClient) -> int:
    """Keep the search for those of the area who agreed; return how many it finds."""
    places = "&".join(f"ort={place}" for place in AREA)
    page = office.get_page(f"/verwaltung/verzeichnis/?{places}&darf={Purpose.INVITE_ROUND_TABLE}")
    office.post_form(page.links["Suche speichern"], {"name": SEGMENT}, status=200)
    line = office.get_page("/verwaltung/verzeichnis/gespeichert/").main.one("tbody").one("tr").text
    assert line.startswith(SEGMENT)
    return len(list_segment())


def list_segment() -> list[Person]:
    agreed = db.select(Person).join(Volunteer).where(Person.municipality.in_(AREA), Person.merged_into_id.is_(None))
    with_consent = db.text("EXISTS (SELECT 1 FROM consent WHERE consent.person_id = person.id)")
    return list(db.session.scalars(agreed.where(with_consent).order_by(Person.id)))


def invite(office: CheckingClient, event: Event, *, number: int) -> None:
    """Invite the segment: whom, check, send."""
    choose = office.get_page(f"/verwaltung/einladungen/{event.id}/neu/")
    (segment,) = [box["value"] for box in choose.main.all("option", "input") if box.get("value") == "1"][:1]
    page = office.post_form(choose.url, {"searches": segment}, status=200)
    assert SEGMENT in page.text
    assert "Diese bekommen keine Einladung (1)" in page.text
    office.press(page.url, f"Einladung senden ({number})", status=200)
    while writing.write_due():
        db.session.commit()
    db.session.commit()


def figures(office: CheckingClient, event: Event) -> dict[str, int]:
    """Return the numbers on the page of the invitations."""
    page = office.get_page(f"/verwaltung/einladungen/{event.id}/")
    tiles = [re.fullmatch(r"(\d+) (.+)", tile.text) for tile in page.main.all("a", class_="tile")]
    return {tile[2]: int(tile[1]) for tile in tiles}


def counted_in_database(event: Event) -> dict[str, int]:
    """Count the answers without the code that the page uses."""
    rows = db.session.execute(
        db.select(Invitation.answer, Registration.status, Mail.status, Person.email_bounced_at)
        .join(Person, Person.id == Invitation.person_id)
        .outerjoin(Mail, Mail.key == Invitation.mail_key)
        .outerjoin(
            Registration,
            (Registration.person_id == Invitation.person_id) & (Registration.event_id == Invitation.event_id),
        )
        .where(Invitation.event_id == event.id)
    ).all()
    names = {Answer.YES: "kommen", Answer.MAYBE: "kommen vielleicht", Answer.NO: "kommen nicht"}
    found = Counter({"eingeladen": len(rows)})
    for answer, registered, status, bounced_at in rows:
        assert (answer is Answer.YES) == (registered == "confirmed")
        is_lost = status is not MailStatus.SENT or bounced_at is not None
        found[names.get(answer) or ("nicht zugestellt" if is_lost else "noch keine Antwort")] += 1
    db.session.rollback()
    return dict(found)


def mail_to(server: StrictServer, address: str, subject: str = "Einladung"):
    return next(one for one in server.sent_to(address) if one["Subject"].startswith(subject))


def path_in(message, pattern: str) -> str:
    """Return a link of a mail, without its host."""
    return urlsplit(re.search(pattern, message.get_body(("plain",)).get_content())[0]).path


def read_mailbox(app, tmp_path, content: bytes) -> str:
    """Let the office's mailbox be read."""
    file = tmp_path / f"{time.time_ns()}.eml"
    file.write_bytes(content)
    done = app.test_cli_runner().invoke(args=["mailbox", "read", str(file)])
    assert done.exit_code == 0, done.output
    return done.output


def reply_to(message, address: str) -> bytes:
    """Return what a calendar program answers to an invitation: maybe."""
    (entry,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    (date,) = icalendar.Calendar.from_ical(entry.get_content()).walk("VEVENT")
    assert (date["ATTENDEE"].params["RSVP"], str(date["ATTENDEE"])) == ("TRUE", f"mailto:{address}")
    return raw("reply_apple_tentative", **{UID: str(date["UID"]), "vera@example.org": address})


def test_from_the_list_to_counted_answers(fresh_app, server, send, tmp_path):
    office = sign_in(fresh_app.test_client(), make.user(role=Role.COORDINATOR, name="Ina Büro"))
    visitor = fresh_app.test_client()
    import_list(office)
    settle_doubles(office)
    assert record_consents(office) == 55
    number = save_segment(office) - 1  # one has no address
    event = make.event(title="Runder Tisch in Ilmenau", capacity=None)
    db.session.commit()
    invite(office, event, number=number)

    mails = list(db.session.scalars(db.select(Mail.recipient).where(Mail.key.startswith("invitation:m"))))
    shared = "juergen.gross17@example.org"  # of two people
    alone = [address for address in mails if address != shared]
    assert (len(mails), len(set(mails)), shared in mails) == (number - 1, number - 1, True)
    server.unknown, server.put_off = {alone[6], alone[-3]}, set(alone[2::8])
    yes, no, maybe, ended, bounced = (alone[at] for at in (0, 3, 5, 9, 11))

    assert send() > len(KILLS)
    send_later(fresh_app)
    got = server.told("Einladung")
    assert set(got) == set(mails) - server.unknown
    assert all(len(set(ids)) == 1 for ids in got.values())
    assert server.kills == len(KILLS)
    assert sum(len(ids) - 1 for ids in got.values()) == 1  # the one that was in flight
    came_back.consider_refusals()
    db.session.commit()
    assert figures(office, event)["nicht zugestellt"] == 2

    link = path_in(mail_to(server, yes), r"http://localhost/einladung/\S+")
    assert "Sie sind angemeldet" in visitor.press(link, "Ich komme", status=200).text
    name = db.session.scalar(db.select(Person.name).where(Person.email == no))
    assert (
        f"{name} kommt nicht."
        in office.press(f"/verwaltung/einladungen/{event.id}/", f"Nein: {name}", status=200).root.text
    )
    assert "1  " in read_mailbox(fresh_app, tmp_path, reply_to(mail_to(server, maybe), maybe))
    one_click = urlsplit(mail_to(server, ended)["List-Unsubscribe"].strip("<>")).path
    stranger = fresh_app.test_client(use_cookies=False)
    assert stranger.post(one_click, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    dsn = raw("postfix_unknown", **{OURS: mail_to(server, bounced)["Message-ID"], "vera@example.org": bounced})
    read_mailbox(fresh_app, tmp_path, dsn)

    silent = number - 2 - 4  # not reached, answered or came back; who wants no more is silent but not reminded
    page = office.get_page(f"/verwaltung/einladungen/{event.id}/")
    office.press(page.url, f"Alle ohne Antwort erinnern ({silent - 1})", status=200)
    assert not [text for text in office.get_page(page.url).buttons if "erinnern" in text]
    send()
    reminded = server.told(REMINDER)
    assert set(reminded) == set(mails) - server.unknown - {yes, no, maybe, ended, bounced}
    assert {len(ids) for ids in reminded.values()} == {1}
    assert mail_to(server, shared, REMINDER)["In-Reply-To"] == mail_to(server, shared)["Message-ID"]

    numbers = figures(office, event)
    assert numbers == counted_in_database(event) == {
        "eingeladen": number, "kommen": 1, "kommen vielleicht": 1, "kommen nicht": 1,
        "noch keine Antwort": silent, "nicht zugestellt": 3,
    }  # fmt: skip
    assert numbers.pop("eingeladen") == sum(numbers.values())
