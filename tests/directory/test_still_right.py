"""Once a year the question "Stimmt das noch?", with the clock moved on."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from coordapp.directory import still_right
from coordapp.directory.models_profile import Volunteer
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock

LINK = re.compile(r"http://localhost(/mein/stimmt-noch/[^\s/]+/)")


def in_days(days: int):
    return clock.stopped(clock.now() + timedelta(days=days))


@pytest.fixture
def vera(make) -> Volunteer:
    """Return the profile of somebody who said today that all is right."""
    person = make.volunteer(name="Vera Hilft", email="vera@example.org", languages={"ar": "speaks"}, phone="+4936281")
    return db.session.get_one(Volunteer, person.id)


def run() -> int:
    written = still_right.write_due()
    db.session.commit()
    return written


def mails() -> list[Mail]:
    return list(db.session.scalars(select(Mail).order_by(Mail.id)))


@pytest.mark.parametrize(("days", "written"), [(364, 0), (366, 1)])
def test_a_year_after_the_last_word_the_question_goes_out(vera, days, written):
    with in_days(days):
        assert run() == written
    assert len(mails()) == written


def test_it_is_asked_once_a_year(vera):
    for days, total in ((366, 1), (367, 1), (700, 1), (366 + 366, 2), (366 + 367, 2)):
        with in_days(days):
            run()
        assert len(mails()) == total, days


def test_who_answered_is_asked_a_year_after_the_answer(vera):
    with in_days(366):
        run()
    vera.confirmed_at = clock.now() + timedelta(days=380)
    with in_days(380 + 364):
        assert run() == 0
    with in_days(380 + 366):
        assert run() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"email": None},
        {"email_bounced_at": clock.now()},
        {"merged_into_id": "somebody"},
    ],
    ids=["no address", "mail came back", "merged"],
)
def test_who_cannot_be_reached_is_not_asked(vera, make, change):
    for name, value in change.items():
        setattr(vera.person, name, make.person().id if value == "somebody" else value)
    with in_days(366):
        assert run() == 0


def test_who_was_never_informed_is_not_asked(vera):
    vera.informed_at = None
    with in_days(366):
        assert run() == 0


def test_many_are_asked_some_at_a_time(make, monkeypatch):
    monkeypatch.setattr(still_right, "AT_A_TIME", 2)
    for _number in range(3):
        make.volunteer()
    with in_days(366):
        assert [run(), run(), run()] == [2, 1, 0]


def test_the_mail_is_in_the_persons_language_and_its_link_opens_without_signing_in(vera, client):
    vera.person.language = "uk"
    with in_days(366):
        run()
        (mail,) = mails()
        address = LINK.search(mail.text).group(1)
        assert (mail.recipient, mail.language, mail.unsubscribe_url) == ("vera@example.org", "uk", None)
        page = client.get_page(address)
    assert page.buttons == ["Ja, alles stimmt noch"]
    assert "Arabisch" in page.text
    for private in ("Vera", "vera@example.org", "+4936281"):
        assert private not in page.text


def test_opening_confirms_nothing_and_the_button_does(vera, client):
    address = f"/mein/stimmt-noch/{still_right.token_of(vera)}/"
    before = vera.confirmed_at
    with in_days(366):
        client.get_page(address)
        assert vera.confirmed_at == before
        page = client.post_form(address, {})
        assert vera.confirmed_at == clock.now()
        assert "Danke!" in page.text
        client.post_form(address, {})  # twice is no error


def test_changing_and_deleting_ask_to_sign_in(vera, client):
    page = client.get_page(f"/mein/stimmt-noch/{still_right.token_of(vera)}/")
    for text in ("Angaben ändern", "Eintrag löschen"):
        assert client.get(page.links[text]).location.startswith("/konto/anmelden/?next=")


@pytest.mark.parametrize("change", [lambda t: t + "x", lambda t: t[1:], lambda t: "a"])
def test_a_changed_link_opens_nothing(vera, client, change):
    before = vera.confirmed_at
    address = f"/mein/stimmt-noch/{change(still_right.token_of(vera))}/"
    client.get_page(address, status=404)
    with in_days(3):
        client.post_to(address, status=404)
    assert vera.confirmed_at == before


def test_a_link_does_not_open_the_profile_of_who_got_the_number_next(vera, make, client):
    token = still_right.token_of(vera)
    vera.person.created_at = clock.now() - timedelta(days=1)
    client.get_page(f"/mein/stimmt-noch/{token}/", status=404)


def test_a_link_still_works_after_a_merger(vera, make, client):
    kept = make.volunteer(name="Vera H.", languages={"tr": "speaks"})
    token = still_right.token_of(vera)
    db.session.delete(vera)
    vera.person.merged_into_id = kept.id
    assert "Türkisch" in client.get_page(f"/mein/stimmt-noch/{token}/").text


@pytest.mark.parametrize("language", ["en", "ar", "uk", "ru", "fa"])
def test_the_page_opens_in_every_language(vera, client, language):
    client.get_page(f"/mein/stimmt-noch/{still_right.token_of(vera)}/?sprache={language}")
    client.get_page(f"/mein/stimmt-noch/x/?sprache={language}", status=404)
