"""What a stranger must not reach through the page after registering."""

import base64
import zlib

import pytest

from coordapp.events import visitors
from coordapp.events.models import Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.outbox.models import Mail

THANKS = "/anmeldung/danke/"


@pytest.fixture
def event(make):
    return make.event(capacity=40)


def register(client, event, *, name: str, email: str, **more):
    return client.post_form(f"/runde-tische/{event.id}/", {"name": name, "email": email} | more, status=200)


def registration_of(email: str) -> Registration | None:
    return db.session.scalars(db.select(Registration).join(Registration.person).filter_by(email=email)).first()


def cookie_of(client) -> str:
    """Return what the session cookie holds, as anybody can read it."""
    value = client.get_cookie("session").decoded_value.removeprefix(".").split(".")[0]
    raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    return (zlib.decompress(raw) if client.get_cookie("session").decoded_value.startswith(".") else raw).decode()


def test_a_member_cannot_prove_somebody_elses_address_there(app, make, volunteer_client, event):
    volunteer_client.press(f"/runde-tische/{event.id}/", "Anmelden")
    volunteer_client.post_to(THANKS, {"email": "fremd@example.org"}, status=404)
    assert registration_of("fremd@example.org") is None


def test_a_stranger_who_knows_name_and_address_cannot_take_a_registration_over(app, client, event):
    register(client, event, name="Olha Opfer", email="olha@example.org")
    before = registration_of("olha@example.org").token
    thief = app.test_client()
    register(thief, event, name="Olha Opfer", email="olha@example.org")
    thief.post_form(THANKS, {"email": "dieb@example.org"}, status=200)
    kept = registration_of("olha@example.org")
    assert (kept.token, kept.status) == (before, RegistrationStatus.UNCONFIRMED)
    assert registration_of("dieb@example.org").id != kept.id


def test_the_cookie_holds_what_was_typed_and_not_whether_it_was_known(app, make, client, event):
    known = make.registration(event, make.person(name="Kay Bekannt", email="kay@example.org"))
    register(client, event, name="Kay Bekannt", email="kay@example.org")
    stranger = app.test_client()
    register(stranger, event, name="Nora Neu", email="nora@example.org")
    for browser, name in ((client, "Kay Bekannt"), (stranger, "Nora Neu")):
        held = cookie_of(browser)
        assert name in held
        assert known.token not in held
    shapes = [[type(part) for part in _sent(browser)] for browser in (client, stranger)]
    assert shapes == [[int, str, str, str]] * 2
    assert [len(_sent(browser)[3]) for browser in (client, stranger)] == [len(_sent(client)[3])] * 2


def _sent(client) -> list:
    with client.session_transaction() as session:
        return session[visitors.RECEIVED]


def test_the_page_afterwards_shows_what_was_typed_though_the_person_changed(app, make, client, event):
    person = make.person(name="Kay Bekannt", email="kay@example.org")
    make.registration(event, person)
    register(client, event, name="Kay Bekannt", email="kay@example.org")
    person.email = "geheim@example.org"
    db.session.commit()
    assert "geheim@example.org" not in client.get_page(THANKS).text


def test_correcting_the_address_is_limited_like_registering(app, client, event):
    register(client, event, name="Viel Falsch", email="falsch0@example.org")
    answers = [client.post_to(THANKS, {"email": f"falsch{i}@example.org"}).status for i in range(1, 9)]
    assert answers == [302] * visitors.CORRECTIONS + [422] * (8 - visitors.CORRECTIONS)
    app.config["REGISTRATIONS_PER_HOUR"] = 8
    other = app.test_client()
    register(other, event, name="Zwei Falsch", email="anders0@example.org")
    answers = [other.post_to(THANKS, {"email": f"anders{i}@example.org"}).status for i in range(1, 4)]
    assert answers == [302, 422, 422]


def test_a_proven_address_does_not_confirm_other_names(app, make, client, event):
    make.person(name="Rita Richtig", email="rita@example.org")
    register(client, event, name="Ganz Anders", email="rita@example.org", party_size="5")
    assert registration_of("rita@example.org").status is RegistrationStatus.UNCONFIRMED


def test_no_words_of_a_stranger_stand_in_our_mails(app, make, client, event):
    make.person(name="Rita Richtig", email="rita@example.org")
    words = {"note": "Gewinn https://evil.example", "interpreter_language": "evil.example", "needs": "interpreter"}
    register(client, event, name="Rita Richtig", email="rita@example.org", topic="evil.example", **words)
    mail = db.session.scalars(db.select(Mail)).one()
    assert mail.subject.startswith("Sie sind angemeldet")
    assert "evil" not in mail.text + mail.html + (mail.calendar or "")
