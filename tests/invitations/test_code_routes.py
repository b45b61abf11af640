"""The page for the code of a letter."""

from datetime import timedelta

import pytest

from coordapp.extensions import db
from coordapp.invitations import code_routes, codes
from coordapp.invitations.models import Invitation
from coordapp.shared import clock

URL = "/einladung/code/"


@pytest.fixture
def letter(invite) -> Invitation:
    invitation = invite()
    invitation.code = "ABCDEFGH"
    return invitation


def test_a_code_is_eight_letters_that_nobody_mistakes():
    made = {codes.new_code() for _each in range(200)}
    assert len(made) == 200
    assert {letter for code in made for letter in code} <= set("ABCDEFGHKMNPRSTUWXYZ")
    assert {len(code) for code in made} == {8}
    assert codes.shown("ABCDEFGH") == "ABCD-EFGH"


@pytest.mark.parametrize("typed", ["ABCDEFGH", "abcd-efgh", " abcd efgh ", "ABCD–EFGH"])
def test_a_code_leads_to_the_invitation_however_it_is_typed(client, letter, typed):
    page = client.press(URL, "Weiter", {"code": typed}, status=200)
    assert page.url.endswith(f"/einladung/{letter.token}/")
    assert "Ich komme" in page.buttons


@pytest.mark.parametrize("typed", ["ABCDEFGK", "ABCD", "ABCDEFGHA", "12345678"])
def test_a_wrong_code_is_said_and_kept(client, letter, typed):
    page = client.press(URL, "Weiter", {"code": typed}, status=422)
    assert "Diesen Code gibt es nicht." in page.errors["code"]
    assert page.values["code"] == typed


def test_an_empty_code_is_said(client):
    assert "Bitte schreiben Sie den Code" in client.press(URL, "Weiter", status=422).errors["code"]


def test_an_invitation_without_a_code_is_found_by_none(invite):
    invite()
    assert codes.find_invitation("") is None


def test_nobody_can_try_codes_for_long(client, letter):
    with clock.stopped(clock.now()):
        for _each in range(code_routes.TRIES):
            client.press(URL, "Weiter", {"code": "KKKKKKKK"}, status=422)
        client.press(URL, "Weiter", {"code": "ABCDEFGH"}, status=429)
    with clock.stopped(clock.now() + code_routes.WINDOW + timedelta(minutes=1)):
        assert client.press(URL, "Weiter", {"code": "ABCDEFGH"}, status=200).url.endswith(f"{letter.token}/")
    assert db.session.get(Invitation, letter.id).answer is None
