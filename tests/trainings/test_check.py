"""The page that says whether a number is valid: typed in any way, and nothing else about the certificate."""

import pytest
from flask import url_for

from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.links import external
from coordapp.trainings.certificate_numbers import read_number
from coordapp.trainings.models import Certificate

PAGE = "/bescheinigung/pruefen/"
SERIAL = "IK-2027-7F3K-9QXD"


@pytest.fixture
def certificate(make):
    """Return a certificate that somebody holds."""
    event = make.training().event
    made = Certificate(
        serial=SERIAL, event_id=event.id, person=make.person(name="Kanarienvogel"), title="Kanarienkurs",
        trainer="Kanarientrainer", place="Kanariendorf", contents="Kanarieninhalt", dates="Kanarientag",
        minutes_planned=360, minutes_attended=271,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def ask(client, number, **kwargs):
    return client.get_page(PAGE, query_string={"nummer": number}, **kwargs)


@pytest.mark.parametrize("typed", [
    SERIAL, "ik-2027-7f3k-9qxd", "  IK 2027 7F3K 9QXD ", "IK20277F3K9QXD", "2027-7F3K-9QXD", "20277f3k9qxd",
    "IK–2027–7F3K–9QXD", "IK-2027-7F3K-9QXD.", "IK-٢٠٢٧-7F3K-9QXD", "ＩＫ-2027-7F3K-9QXD",
])  # fmt: skip
def test_a_number_is_read_however_it_is_typed(typed):
    assert read_number(typed, prefix="IK") == SERIAL


@pytest.mark.parametrize("typed", ["", "IK-2027", "IK-2027-7F3K-9QX", "IK-2027-7F3K-9QX0", "' OR 1=1 --", "٢", "²²²²"])
def test_what_is_no_number_is_none(typed):
    assert read_number(typed, prefix="IK") is None


def test_a_number_of_another_prefix_stays_as_it_is():
    assert read_number("LK-2027-7F3K-9QXD", prefix="IK") == "LK-2027-7F3K-9QXD"


def test_a_valid_number_says_when_it_was_issued_and_nothing_else(client, certificate):
    page = ask(client, "ik 2027 7f3k 9qxd")
    assert f"Nummer {SERIAL}: ausgestellt am {clock.today():%d.%m.%Y}, gültig." in page.text
    body = page.response.get_data(as_text=True)
    assert [word for word in ("Kanarien", "271", "360", certificate.token) if word in body] == []


def test_one_that_was_taken_back_says_so(client, certificate):
    certificate.withdrawn_at = clock.now()
    page = ask(client, SERIAL)
    assert f"Nummer {SERIAL}: zurückgenommen am {clock.today():%d.%m.%Y}." in page.text
    assert "gültig." not in page.text


@pytest.mark.parametrize("typed", ["IK-2027-7F3K-9QXE", "Hallo", "<script>alert(1)</script>"])
def test_an_unknown_number_is_not_known(client, certificate, typed):
    page = ask(client, typed)
    assert "Diese Nummer kennen wir nicht" in page.text
    assert page.values["nummer"] == typed


def test_without_a_number_it_asks_for_one(client):
    assert client.get_page(PAGE).heading == "Bescheinigung prüfen"
    assert "Diese Nummer" not in ask(client, "").text


def test_a_number_that_is_far_too_long_is_asked_again(client):
    assert list(ask(client, "A" * 61, status=422).errors) == ["nummer"]


def test_the_code_on_the_paper_leads_here_with_the_number(app, client, certificate):
    address = external("certificates.check", nummer=SERIAL)
    assert address == f"http://localhost{PAGE}?nummer={SERIAL}"
    assert "gültig." in client.get_page(address.removeprefix("http://localhost")).text


def test_the_form_needs_no_script_and_sends_the_number_in_the_address(app, client):
    form = client.get_page(PAGE).main.one("form")
    with app.test_request_context():
        assert (form["method"], form["action"]) == ("get", url_for("certificates.check"))


@pytest.mark.parametrize("language", ["ar", "en", "fa", "ru", "uk"])
def test_the_answer_can_be_read_in_every_language(client, certificate, language):
    page = client.get_page(PAGE, query_string={"nummer": SERIAL, "sprache": language})
    assert SERIAL in page.text
