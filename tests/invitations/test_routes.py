"""The page behind the link in an invitation."""

from datetime import timedelta

import pytest

from coordapp.events import registration as registrations
from coordapp.events.models import CancelledBy, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.invitations.models import Answer, Invitation
from coordapp.outbox import service as outbox
from coordapp.shared import clock


def url(invitation: Invitation, rest: str = "") -> str:
    return f"/einladung/{invitation.token}/{rest}"


def registration_of(invitation: Invitation) -> Registration | None:
    return registrations.find_registration_of(invitation.event, invitation.person)


def test_one_click_on_the_page_registers_without_filling_in_anything(client, invite, make, mails):
    place = make.place(name="Bürgerhaus", stop="Bus 355, Markt", last_bus="21:10 Uhr")
    invitation = invite(make.event(title="Runder Tisch in Ilmenau", place=place))
    page = client.get_page(url(invitation))
    assert f"Guten Tag {invitation.person.name}" in page.text
    for fact in ("Runder Tisch in Ilmenau", "Bürgerhaus", "Bus 355, Markt", "21:10 Uhr", "noch 20 Plätze frei"):
        assert fact in page.text
    assert page.buttons == ["Ich komme", "Ich komme nicht", "Vielleicht"]
    done = client.press(url(invitation), "Ich komme", status=200)
    made = registration_of(invitation)
    assert (made.status, made.party_size) == (RegistrationStatus.CONFIRMED, 1)
    assert done.url.endswith(f"/anmeldung/{made.token}/")
    assert "Sie sind angemeldet" in done.text
    assert "Bus 355, Markt" in done.text
    assert "21:10 Uhr" in done.text
    assert "Termin in den Kalender" in done.links
    assert [mail.calendar_method for mail in mails("registration:")] == ["REQUEST"]
    assert db.session.get(Invitation, invitation.id).answer is Answer.YES


def test_opening_the_link_changes_nothing(client, invite, make, mails):
    invitation = invite(person=make.volunteer(proven=False))
    for _scanner in range(3):
        client.get_page(url(invitation))
    assert (invitation.answer, registration_of(invitation), invitation.person.email_proven_at) == (None, None, None)
    assert len(mails()) == 1


def test_a_double_click_is_one_registration_and_one_mail(client, invite, mails):
    invitation = invite()
    page = client.get_page(url(invitation))
    form = page.form_of("Ich komme")
    first = client.send(page, form, {"answer": "yes"})
    second = client.send(page, form, {"answer": "yes"})
    assert first.url == second.url
    assert "Sie sind angemeldet" in second.text
    assert len(mails("registration:")) == 1


def test_party_and_needs_are_folded_in(client, invite):
    invitation = invite()
    data = {"party_size": "3", "needs": ["interpreter", "child_care"], "interpreter_language": "Arabisch"}
    client.press(url(invitation), "Ich komme", data, status=200)
    made = registration_of(invitation)
    assert (made.party_size, made.needs, made.interpreter_language) == (3, ["interpreter", "child_care"], "Arabisch")


@pytest.mark.parametrize(("data", "field"), [
    ({"party_size": "0"}, "party_size"), ({"party_size": "viele"}, "party_size"),
    ({"needs": ["interpreter"], "interpreter_language": ""}, "interpreter_language"),
])  # fmt: skip
def test_what_cannot_be_is_said_beside_the_field_and_all_stays(client, invite, data, field):
    invitation = invite()
    page = client.press(url(invitation), "Ich komme", data | {"note": "Ich komme später"}, status=422)
    assert list(page.errors) == [field]
    assert page.values["note"] == "Ich komme später"
    assert page.main.all("details")[0].get("open") is not None
    assert registration_of(invitation) is None
    assert client.get_page(url(invitation) + "?sprache=uk").status == 200


def test_a_party_that_is_larger_than_the_event_is_told_so(client, invite, make):
    invitation = invite(make.event(capacity=3))
    page = client.press(url(invitation), "Ich komme", {"party_size": "4"}, status=422)
    assert "Bitte melden Sie weniger Personen an" in page.text
    assert page.values["party_size"] == "4"


def test_a_no_is_thanked_for_and_can_be_taken_back(client, invite, mails):
    invitation = invite()
    page = client.press(url(invitation), "Ich komme nicht", status=200)
    assert "Danke, dass Sie Bescheid gesagt haben." in page.text
    assert "Sie haben abgesagt" in page.text
    assert page.buttons == ["Ich komme", "Vielleicht"]
    assert (invitation.answer, registration_of(invitation)) == (Answer.NO, None)
    client.press(url(invitation), "Ich komme", status=200)
    db.session.expire_all()
    assert (invitation.answer, registration_of(invitation).status) == (Answer.YES, RegistrationStatus.CONFIRMED)


def test_whoever_is_registered_sees_it_and_may_still_say_no(client, invite, make):
    invitation = invite()
    made = make.registration(invitation.event, invitation.person)
    page = client.get_page(url(invitation))
    assert "Sie sind angemeldet" in page.text
    assert page.links["Anmeldung ansehen, ändern oder absagen"] == f"/anmeldung/{made.token}/"
    assert page.buttons == ["Ich komme nicht"]
    client.press(url(invitation), "Ich komme nicht", status=200)
    db.session.expire_all()
    assert (made.status, made.cancelled_by) == (RegistrationStatus.CANCELLED, CancelledBy.PARTICIPANT)


def test_a_registration_that_waits_for_its_proof_is_confirmed_by_the_answer(client, invite, make):
    invitation = invite(person=make.volunteer(proven=False))
    made = make.registration(invitation.event, invitation.person, status=RegistrationStatus.UNCONFIRMED)
    assert "Ich komme" in client.get_page(url(invitation)).buttons
    client.press(url(invitation), "Ich komme", status=200)
    db.session.expire_all()
    assert made.status is RegistrationStatus.CONFIRMED
    assert invitation.person.email_proven_at is not None


def test_a_full_event_offers_the_waiting_list_in_words(client, invite, make):
    event = make.event(capacity=1)
    make.registration(event)
    invitation = invite(event)
    page = client.get_page(url(invitation))
    assert "Alle Plätze sind vergeben. Sie können sich auf die Warteliste setzen." in page.text
    assert page.buttons == ["Auf die Warteliste setzen", "Ich komme nicht"]
    done = client.press(url(invitation), "Auf die Warteliste setzen", status=200)
    assert "Sie stehen auf der Warteliste" in done.text
    assert "Sie stehen auf der Warteliste" in client.get_page(url(invitation)).text


@pytest.mark.parametrize(("change", "words", "buttons"), [
    ({"cancelled_at": clock.now()}, "Diese Veranstaltung ist abgesagt", []),
    ({"registration_closes_at": clock.now() - timedelta(hours=1)}, "Die Zeit für die Anmeldung ist vorbei.",
     ["Ich komme nicht"]),
    ({"published_at": None}, "Diese Veranstaltung ist noch nicht veröffentlicht.", ["Ich komme nicht"]),
])  # fmt: skip
def test_a_refusal_says_why_and_offers_the_next_round_table(client, invite, make, change, words, buttons):
    invitation = invite(make.event(starts_at=make.in_days(20)))
    make.event(title="Abgesagt", starts_at=make.in_days(50), cancelled=True)
    closed = clock.now() - timedelta(hours=1)
    make.event(title="Nicht mehr offen", starts_at=make.in_days(60), registration_closes_at=closed)
    following = make.event(title="Der nächste Runde Tisch", starts_at=make.in_days(90))
    for name, value in change.items():
        setattr(invitation.event, name, value)
    page = client.get_page(url(invitation))
    assert words in page.text
    assert page.buttons == buttons
    assert page.links["Der nächste Runde Tisch"] == f"/runde-tische/{following.id}/"
    late = client.post_to(url(invitation), {"answer": "yes", "party_size": "1"}, status=422)
    assert words in late.text
    assert registration_of(invitation) is None


def test_an_event_that_is_over_offers_the_calendar_when_nothing_follows(client, invite, make):
    invitation = invite(make.event(starts_at=make.in_days(5)))
    with clock.stopped(make.in_days(6)):
        page = client.get_page(url(invitation))
        assert "Diese Veranstaltung ist schon vorbei." in page.text
        assert page.links["Alle Veranstaltungen im Kalender"] == "/kalender/"
        assert page.buttons == []
        late = client.post_to(url(invitation), {"answer": "no"}, follow=True)
    assert "Sie müssen nichts mehr tun." in late.text
    assert invitation.answer is None


def test_a_hidden_address_is_shown_only_to_who_is_coming(client, invite, make):
    invitation = invite(make.event(hides_address=True, place=make.place(name="Frauenzentrum")))
    assert "Frauenzentrum" not in client.get_page(url(invitation)).text
    assert "Frauenzentrum" not in outbox.find_mail(invitation.mail_key).text
    client.press(url(invitation), "Ich komme")
    assert "Frauenzentrum" in client.get_page(url(invitation)).text


def test_an_unknown_link_opens_nothing_and_a_form_without_token_neither(client, invite):
    assert client.get("/einladung/gibt-es-nicht/").status_code == 404
    invitation = invite()
    assert client.post(url(invitation), data={"answer": "yes", "party_size": "1"}).status_code == 400
    assert registration_of(invitation) is None


def test_the_page_of_a_secret_link_stays_out_of_indexes_and_names_no_address(client, invite, make):
    invitation = invite(person=make.volunteer(email="geheim@example.org", phone="+493628738100"))
    response = client.get(url(invitation))
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "geheim@example.org" not in response.text
    assert "738100" not in response.text


def test_the_registration_is_in_the_language_of_the_page(client, invite):
    invitation = invite()
    page = client.get_page(url(invitation) + "?sprache=ar")
    form = next(form for form in page.main.all("form") if "party_size" in {f.get("name") for f in form.all("input")})
    client.send(page, form, {"answer": "yes"})
    assert registration_of(invitation).language == "ar"


def test_a_maybe_is_kept_registers_nobody_and_can_be_changed(client, invite, mails):
    invitation = invite()
    page = client.press(url(invitation), "Vielleicht", status=200)
    assert "Danke. Sie können bis" in page.text
    assert "Sie wissen es noch nicht genau" in page.text
    assert (invitation.answer, registration_of(invitation)) == (Answer.MAYBE, None)
    assert page.buttons == ["Ich komme", "Ich komme nicht"]
    client.press(url(invitation), "Ich komme", status=200)
    db.session.expire_all()
    assert (invitation.answer, registration_of(invitation).status) == (Answer.YES, RegistrationStatus.CONFIRMED)


def test_a_maybe_after_the_deadline_changes_nothing(client, invite):
    invitation = invite()
    invitation.event.registration_closes_at = clock.now() - timedelta(minutes=1)
    client.post_to(url(invitation), {"answer": "maybe"}, follow=True)
    assert invitation.answer is None


def test_a_maybe_takes_no_place_away(client, invite):
    invitation = invite()
    client.press(url(invitation), "Ich komme", status=200)
    client.post_to(url(invitation), {"answer": "maybe"}, follow=True)
    assert registration_of(invitation).status is RegistrationStatus.CONFIRMED
