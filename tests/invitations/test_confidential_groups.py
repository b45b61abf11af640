"""What is different when the office invites to a confidential group, or to one of a club."""

import pytest

from coordapp.directory.models import Channel
from coordapp.directory.models_consent import Purpose
from coordapp.events import mails as events_mails
from coordapp.extensions import db
from coordapp.invitations import letters, mailings, mails, service, texts, writing
from coordapp.invitations.audiences import Audience
from coordapp.invitations.models import Invitation
from coordapp.invitations.models_mailing import Mailing
from coordapp.mailbox import answers
from coordapp.mailbox.models import MessageKind
from coordapp.mailbox.replies import Participation, Reply
from coordapp.outbox.models import Mail

TITLE = "Supervision Nachtigall"


@pytest.fixture
def group(make):
    """A confidential group that has not begun."""
    return make.training(make.training_format(title=TITLE, is_confidential=True, summary="Was uns belastet")).event


@pytest.fixture
def mailing(make, group) -> Mailing:
    make.volunteer(name="Olha Kaya", email="olha@example.org", agreed=[Purpose.INVITE_TRAINING])
    return mailings.prepare(group, Audience(everybody=True), by=make.user())


def text_url(mailing: Mailing) -> str:
    return f"/verwaltung/einladungen/versand/{mailing.id}/text/"


def written() -> list[Mail]:
    return list(db.session.scalars(db.select(Mail).order_by(Mail.id)))


def test_the_office_writes_a_text_and_the_subject_is_ours(office, mailing):
    page = office.get_page(text_url(mailing))
    assert "Diese Gruppe ist vertraulich" in page.text
    assert "de-subject" not in page.values
    office.post_form(text_url(mailing), {"de-text": f"Guten Tag,\n\nes geht um {TITLE}."})
    assert mailings.get_mailing(mailing.id).texts["de"]["subject"] == "Einladung: {veranstaltung}, {termin}"
    office.post_form(text_url(mailing), {"de-text": ""}, status=422)
    office.post_form(text_url(mailing), {"en-text": "Hello"})
    assert set(mailings.get_mailing(mailing.id).texts) == {"de", "en"}


def test_a_subject_that_came_another_way_is_not_sent(make, mailing):
    mailings.write_texts(mailing, {"de": texts.Text(f"Kommt zu {TITLE}", "Hallo")}, version=mailing.version)
    mailings.send(mailing, by=make.user())
    writing.write_all(mailing)
    (mail,) = written()
    assert mail.subject.startswith("Einladung: Ihr Termin, ")


def test_the_mail_says_at_its_end_what_it_is_about(make, mailing):
    mailings.send(mailing, by=make.user())
    writing.write_all(mailing)
    (mail,) = written()
    assert mail.text.index(TITLE) > mail.text.index("Bitte antworten Sie bis")
    assert "Was uns belastet" in mail.text
    assert "leiten Sie diese E-Mail nicht weiter" in mail.text.replace("\n", " ")
    assert mail.text.count(TITLE) == 1


def test_the_trial_leads_the_office_to_a_page_that_exists(make, office, mailing):
    mails.trial(mailing, office.user)
    (mail,) = written()
    assert f"http://localhost/verwaltung/schulungen/{mailing.event_id}/" in mail.text
    assert f"http://localhost/schulungen/{mailing.event_id}/" not in mail.text


def test_the_log_of_looks_does_not_say_what_a_letter_invited_to(make, group):
    make.volunteer(
        agreed=[Purpose.INVITE_TRAINING], channel=Channel.LETTER, street="Markt 1", postal_code="98693",
        municipality="Ilmenau",
    )  # fmt: skip
    made = mailings.prepare(group, Audience(everybody=True), by=make.user())
    mailings.send(made, by=make.user())
    assert letters.print_letters(made, by=make.user())
    log = db.metadata.tables["disclosure"]
    assert db.session.scalars(db.select(log.c.reason)).all() == ["Brief: Einladung"]


def test_who_came_to_a_confidential_group_can_be_invited_without_naming_it(make, group):
    make.registration(group)
    other = mailings.prepare(make.event(), Audience(events=(group.id,)), by=make.user())
    assert other.name == "war dabei: vertrauliche Gruppe"


def test_an_answer_from_a_calendar_counts(make):
    group = make.training(make.training_format(is_confidential=True), days=(30,)).event
    reader = make.volunteer(email="olha@example.org", agreed=[Purpose.INVITE_TRAINING])
    service.invite(group, [reader], by=make.user())
    reply = Reply(
        uid=group.dates[0].uid, address="olha@example.org", participation=Participation.ACCEPTED, sequence=None,
        stamped_at=None,
    )  # fmt: skip
    assert answers.take(reply, sender="olha@example.org").kind is MessageKind.ANSWER
    assert db.session.scalars(db.select(Invitation)).one().answer == "yes"


def test_a_group_of_a_club_keeps_its_title_but_no_mail_leads_to_a_public_page(make, client):
    event = make.training(make.training_format(title="Haus-Schulung")).event
    event.group_only = True
    made = make.registration(event)
    events_mails.registration_received(made)
    events_mails.registration_cancelled(made, had_entry=True)
    for mail in written():
        assert "Haus-Schulung" in mail.subject
        assert "CATEGORIES:Schulung" in mail.calendar
        assert f"/schulungen/{event.id}/" not in mail.text + mail.calendar
    assert "rufen Sie uns bitte an" in written()[1].text.replace("\n", " ")
    page = client.get_page(f"/anmeldung/{made.token}/")
    assert page.heading == "Ihre Anmeldung: Haus-Schulung"
    assert "Seite der Veranstaltung" not in page.links
    assert client.get(f"/kalender/termin/{event.id}.ics").status_code == 404
