"""Invitations on paper."""

import io

import pytest
from pypdf import PdfReader

from coordapp.directory import consents, profile
from coordapp.directory.models import Channel
from coordapp.directory.models_consent import DisclosureKind, GivenBy, Purpose
from coordapp.extensions import db
from coordapp.invitations import codes, mailings, writing
from coordapp.invitations.audiences import Audience
from coordapp.invitations.models import Invitation
from coordapp.invitations.models_mailing import Mailing
from coordapp.outbox.models import Mail


def url(mailing: Mailing, rest: str = "") -> str:
    return f"/verwaltung/einladungen/versand/{mailing.id}/{rest}"


def pages_of(data: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


@pytest.fixture
def mailing(make) -> Mailing:
    at_home = {"street": "Markt 1", "postal_code": "98693", "municipality": "Ilmenau"}
    make.volunteer(name="Anna Kern", address_as="Frau Kern", email=None, **at_home)
    make.volunteer(name="Bernd Groß", channel=Channel.LETTER)
    make.volunteer(name="Carla Mail")
    place = make.place(name="Bürgerhaus", municipality="Plaue", stop="Bus 355, Markt")
    event = make.event(title="Runder Tisch #1 *mit* $Zeichen$", place=place)
    made = mailings.prepare(event, Audience(everybody=True), by=make.user())
    mailings.send(made, by=make.user())
    return made


def invitation_of(name: str) -> Invitation:
    return next(one for one in db.session.scalars(db.select(Invitation)) if one.person.name == name)


def print_all(office, mailing: Mailing, **data) -> list[str]:
    response = office.post(url(mailing, "briefe"), data={"csrf_token": office.csrf_token(), **data})
    assert response.mimetype == "application/pdf"
    return pages_of(response.data)


def test_who_has_no_mail_or_wants_letters_gets_one_with_facts_and_a_code(office, mailing):
    anna, bernd = print_all(office, mailing)
    code = invitation_of("Anna Kern").code
    for words in (
        "Anna Kern Markt 1 98693 Ilmenau", "Guten Tag Frau Kern,", "Einladung: Runder Tisch #1 *mit* $Zeichen$",
        "Bürgerhaus", "Bus 355, Markt", "http://localhost/einladung/code/", codes.shown(code), "03628 738-0",
    ):  # fmt: skip
        assert words in anna
    assert codes.shown(code) not in bernd
    assert "Bernd Groß" in bernd


def test_printing_is_noted_logged_and_done_once(office, mailing):
    print_all(office, mailing)
    db.session.expire_all()
    letters = db.session.scalars(db.select(Invitation).where(Invitation.by_letter)).all()
    assert all(letter.printed_at for letter in letters)
    for letter in letters:
        (log,) = consents.list_disclosures(letter.person)
        assert (log.kind, log.by_id) == (DisclosureKind.EXPORTED, office.user.id)
        assert "Runder Tisch" in log.reason
    page = office.get_page(url(mailing))
    assert "Brief gedruckt am" in page.text
    assert "Briefe drucken (2)" not in page.buttons
    assert len(print_all(office, mailing, again="1")) == 2


def test_nobody_gets_a_mail_and_a_letter(mailing):
    writing.write_due()
    assert [mail.recipient_name for mail in db.session.scalars(db.select(Mail))] == ["Carla Mail"]


def test_who_withdrew_before_the_printing_gets_no_letter(office, mailing):
    bernd = invitation_of("Bernd Groß").person
    consents.withdraw(bernd, [Purpose.INVITE_ROUND_TABLE], withdrawn_by=GivenBy.PHONE)
    (only,) = print_all(office, mailing)
    assert "Anna Kern" in only


def test_after_cancelling_nothing_is_printed(office, mailing):
    mailings.cancel(mailing)
    late = office.post_to(url(mailing, "briefe"), follow=True)
    assert "Inzwischen hat sich etwas geändert." in late.text


def test_who_came_by_a_list_reads_on_the_second_page_what_is_held(office, mailing):
    bernd = invitation_of("Bernd Groß").person
    volunteer = profile.get_volunteer(bernd)
    volunteer.informed_at, volunteer.source = None, "Liste Ehrenamt 2026"
    pages = print_all(office, mailing)
    assert len(pages) == 3
    assert "Liste Ehrenamt 2026" in pages[2]
    db.session.expire_all()
    assert volunteer.informed_at is not None


@pytest.mark.parametrize("language", ["ar", "fa", "uk", "ru", "en"])
def test_letters_are_written_in_the_reader_s_language(office, make, language):
    make.volunteer(name="Nour Roth", channel=Channel.LETTER, language=language)
    mailing = mailings.prepare(make.event(), Audience(everybody=True), by=make.user())
    mailings.send(mailing, by=make.user())
    (page,) = print_all(office, mailing)
    assert "Nour Roth" in page
    assert "http://localhost/einladung/code/" in page
    assert "Wann:" not in page
