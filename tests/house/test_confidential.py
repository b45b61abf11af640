"""What is confidential leaves no trace: not one address of the site, no mail's outside and no file tells of it.

Nothing here is a list of pages: every address, every mail and every file that exists is opened. The controls are at the
end: who was invited and the office do see it.
"""

import email
import email.policy
import logging
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from itertools import chain

import pytest
from pypdf import PdfReader

import config
from coordapp.accounts.guards import ROLES, Access, access_of
from coordapp.accounts.models import Role
from coordapp.events import waiting_list
from coordapp.events.models import Registration
from coordapp.extensions import db
from coordapp.invitations.models import Invitation
from coordapp.invitations.unsubscribe import unsubscribe_url
from coordapp.outbox import message
from coordapp.outbox.models import Mail
from coordapp.shared import clock, text
from coordapp.worker import JOBS
from tests import make
from tests.house import confidential
from tests.house.addresses import EACH, addresses_of, all_tokens, rules_of
from tests.html import parse

TEMPLATES = config.ROOT / "templates"
FIRST_LOOK = 250  # letters of a mail that lists of mails and locked screens show at most
NAMES_IT = {"invitations/mail/invitation.txt"}  # at its end, to who is asked to come
NOT_ABOUT_GROUPS = {
    "round_tables/mail/minutes.txt": "supervision has no minutes",
    "trainings/mail/certificate.txt": "of what is confidential no certificate is issued",
    "trainings/mail/interest_noted.txt": "confidential formats have no page to ask for the next group",
    "trainings/mail/interest_to_confirm.txt": "confidential formats have no page to ask for the next group",
    "trainings/mail/precondition_missing.txt": "nobody waits for a confidential group",
}
ABOUT_AN_EVENT = re.compile(r"\b(event|training|training_format|title)\b")
PAPER_FOR_MEMBERS = {"certificates_office"}  # rooms whose files are handed to those who were there, one by one
QUERY = {"art": "training", "gemeinde": "Arnstadt", "jahr": "2026", "seite": "1"}  # what lists let one choose


@pytest.fixture
def story(full_house, app) -> confidential.Story:
    """Run the confidential groups beside the demo county; answers of calendars are read."""
    app.config["IMAP_HOST"] = "imap.example.org"
    office = db.session.scalars(db.select(confidential.User).filter_by(role=Role.COORDINATOR)).first()
    return confidential.tell(office=office, elsewhere=make.event(capacity=None))


@pytest.fixture
def outsiders(story, newcomers) -> dict:
    """Return browsers of everybody who is neither invited nor of the office, with a life of their own."""
    for role in (Role.VOLUNTEER, Role.CLUB):
        user = newcomers[role].user
        person = make.volunteer(name=user.name, email=user.email, user_id=user.id)
        make.registration(make.event(), person)
    db.session.commit()
    return {role: client for role, client in newcomers.items() if role is not Role.COORDINATOR}


def found_in(*texts: str) -> list[str]:
    """Return which of the words and names stand in texts."""
    whole = " ".join(texts).casefold()
    return [word for word in (*confidential.WORDS, confidential.MEMBER.casefold()) if word in whole]


def words_in(*texts: str) -> list[str]:
    """Return which words that tell what it is about stand in texts."""
    return [word for word in found_in(*texts) if word != confidential.MEMBER.casefold()]


def read(response) -> str:
    """Return all that an answer says: headers, text, and what is inside Excel files and PDFs."""
    return f"{response.headers}\n{_content(response.get_data(), response.mimetype)}"


def _content(data: bytes, mimetype: str) -> str:
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as packed:
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    if mimetype == "application/pdf":
        pdf = PdfReader(BytesIO(data))
        return "\n".join([str(pdf.metadata), *(page.extract_text() for page in pdf.pages)])
    return data.decode("utf-8", "replace").replace("\r\n ", "")  # unfolds calendars


def open_to(app, role: Role | None) -> Iterator:
    """Yield the rules of pages that a role may open; that others answer 404 is what test_access.py is about."""
    for rule in rules_of(app, method="GET"):
        access = access_of(app, rule.endpoint)
        if access is Access.EVERYONE or (access is not None and role in ROLES[access]):
            yield rule


# nobody else


@pytest.mark.parametrize(("language", "roles"), [("de", [None, *Role]), ("ar", [None, Role.VOLUNTEER])])
def test_no_address_of_the_site_tells_anybody_else(app, outsiders, story, language, roles, caplog):
    caplog.set_level(logging.DEBUG)
    tokens = [token for token in all_tokens() if token in story.tokens_before]
    leaks, opened = [], 0
    for role in outsiders.keys() & set(roles):
        for rule in open_to(app, role):
            found = chain(*(addresses_of(app, rule, tokens=tokens, newest=newest) for newest in (True, False)))
            for address in dict.fromkeys(found):
                response = outsiders[role].get(address, query_string=QUERY | {"sprache": language})
                opened += response.status_code == 200
                leaks += [f"{address} as {role}: {word}" for word in found_in(read(response))]
    assert leaks == []
    assert opened > 100
    assert found_in(caplog.text) == []


def test_the_public_site_is_the_same_with_and_without_the_group(app, full_house, client, office):
    rules, elsewhere = list(rules_of(app, method="GET", access=Access.EVERYONE)), make.event(capacity=None)
    with clock.stopped(clock.now() + timedelta(days=6)):
        waiting_list.expire_due()  # the story looks so far ahead
    tokens = all_tokens()[::EACH]  # of each sort
    addresses = [address for rule in rules for address in addresses_of(app, rule, tokens=tokens)]
    with clock.stopped(clock.now()):
        before = {address: _fingerprint(client, address) for address in addresses}
        confidential.tell(office=office.user, elsewhere=elsewhere)
        changed = [address for address in addresses if _fingerprint(client, address) != before[address]]
    assert changed == []


def _fingerprint(client, address: str) -> tuple:
    """Return what of an answer would tell that something is new: all but what is drawn anew for each form."""
    response = client.get(address)
    body = re.sub(rb'name="csrf_token"[^>]*value="[^"]*"', b"", response.data)
    return response.status_code, body, response.headers.get("ETag"), response.headers.get("Last-Modified")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_leads_to_an_event_or_format_does_not_lead_there(app, outsiders, story, method):
    ids = {"event_id": [story.coming.id, story.past.id], "format_id": [story.format.id]}
    opened, asked = [], 0
    for rule in rules_of(app, method=method, access=Access.EVERYONE):
        for argument in rule.arguments & ids.keys():
            for role, client in outsiders.items():
                for value in ids[argument]:
                    address = re.sub(rf"<(\w+:)?{argument}>", str(value), rule.rule)
                    if "<" in address:
                        continue
                    status = client.open(address, method=method, data=_form(client, method)).status_code
                    asked += 1
                    opened += [f"{method} {address} as {role}: {status}"] if status != 404 else []
    assert opened == []
    assert asked


def _form(client, method: str) -> dict | None:
    if method == "GET":
        return None
    return {"csrf_token": client.csrf_token(), "name": "Fremd", "email": "fremd@example.org", "party_size": "1"}


def test_the_log_of_all_jobs_tells_nothing(app, story, caplog):
    caplog.set_level(logging.DEBUG)
    for job in JOBS:
        if job.name != "mailbox":  # there is none
            job.run()
            db.session.commit()
    assert found_in(caplog.text) == []


# mails


def test_no_mail_says_outside_what_it_is_about(app, story):
    leaks = [f"{mail.template}: {where} {words}" for mail in _mails() for where, words in _outside(mail) if words]
    assert leaks == []


def _mails() -> list[Mail]:
    return list(db.session.scalars(db.select(Mail).order_by(Mail.id)))


def _outside(mail: Mail) -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of a mail that others see, or that go into calendars that others see, with what they tell."""
    sender = message.mailbox("Büro", "buero@example.org")
    raw = message.build(mail, to=message.mailbox(mail.recipient_name, mail.recipient), sender=sender)
    for part in email.message_from_bytes(raw, policy=email.policy.default).walk():
        yield "headers", words_in(*(f"{name}: {value}" for name, value in part.items()))
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True).decode()
        if part.get_content_type() in ("text/plain", "text/html"):
            yield from _visible(mail, content, is_page=part.get_content_type() == "text/html")
        else:
            yield part.get_content_type(), words_in(content.replace("\r\n ", ""))


def _visible(mail: Mail, content: str, *, is_page: bool) -> Iterator[tuple[str, list[str]]]:
    if is_page:
        root = parse(content)
        yield "title", words_in(root.one("title").text)
        content = root.one("body").text
    yield "first look", words_in(re.sub(r"https?://\S+", "", content)[:FIRST_LOOK])
    if mail.template not in NAMES_IT:
        yield "text", words_in(content)


def test_every_mail_that_may_be_about_a_group_was_written_for_the_confidential_one(app, story):
    about = {name for name in _templates() if ABOUT_AN_EVENT.search((TEMPLATES / name).read_text())}
    ours = {mail.template for mail in _mails() if _is_ours(mail, story)}
    assert about - ours - NOT_ABOUT_GROUPS.keys() == set()
    assert ours > NAMES_IT


def _templates() -> set[str]:
    return {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.glob("*/mail/*.txt") if path.name[0] != "_"}


def _is_ours(mail: Mail, story: confidential.Story) -> bool:
    mine = {person.email for person in story.people} | {story.office.email, "wanda@example.org"}
    return mail.recipient in mine or confidential.MEMBER in mail.recipient_name


def test_no_subject_takes_a_title_as_it_is():
    taken = {}
    for name in _templates() - NOT_ABOUT_GROUPS.keys():
        subject = re.search(r"{% block subject %}(.*?){% endblock %}", (TEMPLATES / name).read_text(), re.S)
        if subject and ".title" in subject[1] and "event.is_confidential" not in subject[1]:
            taken[name] = subject[1]
    assert taken == {}


def test_nobody_else_gets_a_mail_about_it(app, story):
    others = [mail for mail in _mails() if not _is_ours(mail, story)]
    assert others
    for mail in others:
        assert found_in(mail.subject, mail.text, mail.html, mail.calendar or "") == [], mail.template


# pages of those who were invited


def test_tabs_and_histories_of_the_invited_do_not_name_it_and_nobody_sees_who_else_comes(app, client, story):
    told, opened = [], set()
    for token, name in _links(story):
        for rule in rules_of(app, method="GET", access=Access.EVERYONE):
            if rule.arguments != {"token"}:
                continue
            address = rule.rule.replace("<token>", token)
            response = client.get(address)
            if response.status_code != 200:
                continue
            opened.add(rule.endpoint)
            others = [other for other in _names(story) if other != name and other in read(response)]
            told += [f"{address}: {other}" for other in others]
            if response.mimetype == "text/html":
                told += [f"{address}: title" for _word in words_in(parse(response.text).one("title").text)]
            else:
                told += [f"{address}: {word}" for word in words_in(read(response))] * (
                    response.mimetype != "application/pdf"
                )
    assert told == []
    assert {"events.registration", "events.calendar_file", "invitations.show", "unsubscribe.ask"} <= opened


def _links(story) -> list[tuple[str, str]]:
    """Return the tokens of links that people of the groups got, with whose they are."""
    events = (story.coming.id, story.past.id)
    found = []
    for model in (Registration, Invitation):
        rows = db.session.scalars(db.select(model).where(model.event_id.in_(events)))
        found += [(row.token, row.person.name) for row in rows]
    one = story.people[1]
    return [*found, (unsubscribe_url(one, story.coming.rules.invitation_purpose).split("/")[-2], one.name)]


def _names(story) -> list[str]:
    return [person.name for person in story.people]


def test_pages_and_mails_lead_nowhere_that_does_not_exist(app, client, story):
    token = story.registrations[0].token
    links = client.get_page(f"/anmeldung/{token}/").links.values()
    mails = " ".join(mail.text + (mail.calendar or "") for mail in _mails() if _is_ours(mail, story))
    assert [link for link in links if f"/{story.coming.id}/" in link] == []
    public = [address for address in re.findall(r"http://localhost(/\S*)", mails) if f"/{story.coming.id}/" in address]
    assert [address for address in public if not address.startswith("/verwaltung/")] == []


# files of the office


def test_no_file_that_the_office_takes_along_names_it(app, story, browser_of):
    office, leaks, files = browser_of(story.office), [], 0
    for rule in rules_of(app, method="GET", access=Access.OFFICE):
        if rule.endpoint.partition(".")[0] in PAPER_FOR_MEMBERS:
            continue
        for address in addresses_of(app, rule, tokens=[], newest=True):
            response = office.get(address)
            leaks += [f"{address}: {word} in headers" for word in words_in(str(response.headers))]
            if response.status_code == 200 and response.mimetype != "text/html":
                files += 1
                leaks += [f"{address}: {word}" for word in words_in(read(response))]
    assert leaks == []
    assert files


# controls


def test_the_office_and_the_invited_do_see_it(app, client, story, browser_of):
    office, member = browser_of(story.office), browser_of(story.member)
    for event in (story.coming, story.past):
        assert words_in(office.get(f"/verwaltung/anmeldungen/veranstaltung/{event.id}/").text)
        assert confidential.MEMBER in office.get(f"/verwaltung/anmeldungen/veranstaltung/{event.id}/").text
    for page in ("/anmeldung/meine/", "/mein/daten/", "/mein/daten.json"):
        assert words_in(member.get(page).text), page
    assert all(words_in(client.get(f"/anmeldung/{made.token}/").text) for made in story.registrations)
    for invitation in db.session.scalars(db.select(Invitation).filter_by(event_id=story.coming.id)):
        assert words_in(client.get(f"/einladung/{invitation.token}/").text)
    assert words_in(_content(story.letters, "application/pdf"))
    invited = [mail for mail in _mails() if mail.template in NAMES_IT and _is_ours(mail, story)]
    assert len(invited) > len(story.people)
    assert all(words_in(mail.text) and words_in(mail.html) for mail in invited)


def test_a_reader_that_finds_nothing_would_be_noticed():
    assert words_in("Zu ZAUNKOENIG") == ["zaunkoenig"]
    assert found_in(text.one_line(f"von {confidential.MEMBER} ")) == [confidential.MEMBER.casefold()]
    assert clock.now() > clock.now().replace(year=2020)
