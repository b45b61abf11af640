"""Registering for a training: what only trainings ask, who may say it, and what must be completed before."""

from datetime import UTC, datetime, timedelta

import pytest

from coordapp.directory import training_records
from coordapp.events.models import CancelledBy, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.shared import clock
from coordapp.trainings import answers, service
from coordapp.trainings.models import TrainingAnswers, TrainingRequest

S = RegistrationStatus
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OLHA = {"name": "Olha Beispiel", "email": "olha@example.org"}
FROM = {"organisation_name": "Malteser Hilfsdienst", "field_of_work": "Sprachcafé"}


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


@pytest.fixture
def training(make):
    return make.training(make.training_format(title="Grundkurs", capacity=2))


def page_of(training) -> str:
    return f"/schulungen/{training.event_id}/"


def one() -> Registration:
    return db.session.scalars(db.select(Registration)).one()


def said(registration: Registration) -> tuple[str, str] | None:
    kept = answers.find(registration)
    return kept and (kept.organisation_name, kept.field_of_work)


def templates() -> list[str]:
    return [mail.template.rpartition("/")[2] for mail in db.session.scalars(db.select(Mail).order_by(Mail.id))]


def test_name_and_address_are_enough(client, training):
    page = client.post_form(page_of(training), OLHA, status=200)
    assert page.heading == "Bitte schauen Sie jetzt in Ihre E-Mails"
    assert (one().status, one().party_size, one().organisation) == (S.UNCONFIRMED, 1, None)
    assert said(one()) == ("", "")
    assert templates() == ["confirm_registration.txt"]


def test_everybody_registers_for_themselves(client, training):
    assert "party_size" not in client.get_page(page_of(training)).values
    client.post_to(page_of(training), OLHA | {"party_size": "2"}, status=302)
    assert one().party_size == 1
    url = f"/anmeldung/{one().token}/"
    client.press(url, "Anmeldung bestätigen", status=200)
    assert "party_size" not in client.get_page(url).values
    client.post_to(url, {"party_size": "2", "note": "Ich komme"}, status=302)
    assert (one().party_size, one().note) == (1, "Ich komme")


def test_an_organisation_that_we_know_is_tied_to_the_registration(client, training, make):
    known = make.organisation(name="Malteser Hilfsdienst")
    typed = FROM | {"organisation_name": "  malteser  HILFSDIENST "}
    client.post_form(page_of(training), OLHA | typed, status=200)
    assert (one().organisation, said(one())) == (known, ("malteser HILFSDIENST", "Sprachcafé"))


def test_an_organisation_that_we_do_not_know_is_kept_as_typed(client, training):
    client.post_form(page_of(training), OLHA | FROM, status=200)
    assert (one().organisation, said(one())) == (None, tuple(FROM.values()))


def test_needs_are_folded_in_and_all_that_was_typed_stays_after_an_error(client, training):
    typed = OLHA | FROM | {"email": "olha", "needs": ["food"], "note": "Keine Nüsse"}
    page = client.post_form(page_of(training), typed, status=422)
    assert list(page.errors) == ["email"]
    assert {name: page.values[name] for name in typed} == typed | {"needs": "food"}
    assert page.main.all("details")[0].get("open") is not None
    client.send(page, page.form_with(["email"]), {"email": "olha@example.org"}, status=200)
    assert (one().needs, one().note) == (["food"], "Keine Nüsse")


def test_who_is_signed_in_types_neither_name_nor_address(volunteer_client, training):
    page = volunteer_client.get_page(page_of(training))
    assert "name" not in page.values
    page = volunteer_client.post_form(page_of(training), FROM, status=200)
    assert page.heading == "Sie sind angemeldet"
    assert (one().person.name, one().status, said(one())) == ("Vera Hilft", S.CONFIRMED, tuple(FROM.values()))


def test_who_speaks_for_a_club_finds_its_name_there(club_client, training):
    page = club_client.get_page(page_of(training))
    assert page.values["organisation_name"].startswith("Verein Nummer")


def test_a_stranger_changes_nothing_about_who_is_registered_already(client, training, make):
    person = make.person(name=OLHA["name"], email=OLHA["email"])
    made = make.registration(training.event, person, created_at=NOW - timedelta(days=2))
    answers.remember(made, organisation_name="Frauenzentrum", field_of_work="Beratung")
    db.session.commit()
    client.post_form(page_of(training), OLHA | FROM, status=200)
    assert said(one()) == ("Frauenzentrum", "Beratung")
    assert one().organisation is None


def test_who_is_known_is_registered_at_once_with_what_they_said(client, training, make):
    make.person(name=OLHA["name"], email=OLHA["email"])
    client.post_form(page_of(training), OLHA | FROM, status=200)
    assert (one().status, said(one())) == (S.CONFIRMED, tuple(FROM.values()))


def test_as_long_as_nobody_has_confirmed_the_newer_answers_count(client, training):
    client.post_form(page_of(training), OLHA | FROM, status=200)
    client.post_form(page_of(training), OLHA | {"field_of_work": "Kita"}, status=200)
    assert said(one()) == ("", "Kita")
    assert db.session.query(TrainingAnswers).count() == 1


def test_who_comes_too_late_is_on_the_waiting_list(client, training, make):
    for _number in range(2):
        make.registration(training.event)
    make.person(name=OLHA["name"], email=OLHA["email"])
    client.post_form(page_of(training), OLHA | FROM, status=200)
    waiting = db.session.scalars(db.select(Registration).filter_by(status=S.WAITING)).one()
    assert said(waiting) == tuple(FROM.values())


def test_the_answers_go_when_the_registration_goes(training, make):
    made = make.registration(training.event)
    answers.remember(made, organisation_name="Kita", field_of_work="")
    db.session.delete(made)
    db.session.commit()
    assert db.session.query(TrainingAnswers).count() == 0


# what must be completed before


@pytest.fixture
def advanced(make, training):
    return make.training(make.training_format(title="Aufbaukurs", required_format=training.format))


def complete(make, training):
    person = make.person(name=OLHA["name"], email=OLHA["email"])
    training_records.remember(
        person, title="Grundkurs", completed_on=clock.today(), minutes=360, format_id=training.format_id
    )
    db.session.commit()
    return person


def test_who_completed_it_is_registered(client, make, training, advanced):
    complete(make, training)
    client.post_form(page_of(advanced), OLHA, status=200)
    assert one().status is S.CONFIRMED


def test_a_stranger_learns_nothing_and_the_owner_of_the_address_learns_it_behind_the_link(client, make, advanced):
    make.person(name=OLHA["name"], email=OLHA["email"])
    page = client.post_form(page_of(advanced), OLHA, status=200)
    assert page.heading == "Bitte schauen Sie jetzt in Ihre E-Mails"
    assert (one().status, templates()) == (S.UNCONFIRMED, ["confirm_registration.txt"])
    mail = db.session.scalars(db.select(Mail)).one()
    assert "Wichtig: Vor dieser Schulung müssen Sie eine andere besucht haben." in mail.text
    url = f"/anmeldung/{one().token}/"
    page = client.get_page(url)
    assert "Für diese Schulung müssen Sie vorher eine andere besucht haben." in page.text
    assert page.buttons == ["Anmeldung zurücknehmen"]
    assert page.links["Hier steht, welche Schulung Sie zuerst brauchen."] == page_of(advanced)
    client.post_to(f"{url}bestaetigen", status=302)
    assert (one().status, one().cancelled_by) == (S.CANCELLED, CancelledBy.NOT_CONFIRMED)  # the place is free again
    assert templates() == ["confirm_registration.txt"]
    page = client.get_page(url)
    assert "Für diese Schulung müssen Sie vorher eine andere besucht haben." in page.text
    training_records.remember(
        one().person, title="Grundkurs", completed_on=clock.today(), minutes=60,
        format_id=advanced.event.required_format_id,
    )  # fmt: skip
    db.session.commit()
    client.press(url, "Noch einmal anmelden", status=200)
    assert one().status is S.CONFIRMED


def test_who_confirms_without_it_after_the_deadline_still_reads_why_not(client, make, advanced):
    made = make.registration(advanced.event, status=S.UNCONFIRMED)
    advanced.event.registration_closes_at = NOW - timedelta(minutes=1)
    db.session.commit()
    page = client.post_to(f"/anmeldung/{made.token}/bestaetigen", follow=True, status=200)
    assert "Für diese Schulung müssen Sie vorher eine andere besucht haben." in page.root.text
    assert one().status is S.CANCELLED


def test_who_is_signed_in_and_lacks_it_is_refused(volunteer_client, advanced):
    page = volunteer_client.post_to(page_of(advanced), status=422)
    assert "müssen Sie vorher eine andere besucht haben" in page.text
    assert db.session.query(Registration).count() == 0


def test_the_office_is_told_and_led_to_the_history_of_the_person(office, make, training, advanced):
    person = make.person(name=OLHA["name"], email=OLHA["email"])
    url = f"/verwaltung/anmeldungen/veranstaltung/{advanced.event_id}/neu/"
    page = office.press(url, "Anmelden", OLHA, status=422)
    assert "Dieser Person fehlt die Schulung, die man vorher besucht haben muss." in page.text
    href = page.links["Tragen Sie das bei Olha Beispiel ein"]
    assert href == f"/verwaltung/verzeichnis/personen/{person.id}/schulungen/"
    office.get_page(href)
    training_records.remember(
        person, title="Anderswo", completed_on=clock.today(), minutes=60, format_id=training.format_id
    )
    db.session.commit()
    office.send(page, page.form_of("Anmelden"), status=200)
    assert one().status is S.CONFIRMED


def test_the_office_is_told_how_to_take_in_somebody_unknown(office, advanced):
    url = f"/verwaltung/anmeldungen/veranstaltung/{advanced.event_id}/neu/"
    page = office.press(url, "Anmelden", {"name": "Neu Hier"}, status=422)
    assert page.links["Nehmen Sie sie zuerst auf"] == "/verwaltung/verzeichnis/personen/neu/"


# a closed group


def test_with_its_link_one_registers_for_a_closed_group(client, make):
    asked = TrainingRequest(
        organisation_name="Kita", contact_name="Eva", email="eva@example.org", topic="Hilfe", group_size=8,
        wanted_when="im März",
    )  # fmt: skip
    training = make.training(request=asked)
    url = f"/schulungen/gruppe/{training.group_token}/"
    page = client.post_form(url, OLHA | {"email": "olha"}, status=422)
    assert list(page.errors) == ["email"]
    page = client.post_form(url, OLHA | FROM, status=200)
    assert page.heading == "Bitte schauen Sie jetzt in Ihre E-Mails"
    assert (one().event, said(one())) == (training.event, tuple(FROM.values()))
    page = client.press(f"/anmeldung/{one().token}/", "Anmeldung bestätigen", status=200)
    assert one().status is S.CONFIRMED


def test_who_is_registered_already_is_led_to_their_registration(volunteer_client, training):
    volunteer_client.post_form(page_of(training), FROM, status=200)
    page = volunteer_client.get_page(page_of(training))
    assert page.links["Ihre Anmeldung ansehen, ändern oder absagen"] == f"/anmeldung/{one().token}/"
    assert "Anmelden" not in page.buttons


def test_after_its_link_was_renewed_nobody_gets_into_a_closed_group_by_correcting_an_address(client, make):
    asked = TrainingRequest(
        organisation_name="Kita", contact_name="Eva", email="eva@example.org", topic="Hilfe", group_size=8,
        wanted_when="im März",
    )  # fmt: skip
    closed = make.training(request=asked)
    make.person(name=OLHA["name"], email=OLHA["email"])
    client.post_form(f"/schulungen/gruppe/{closed.group_token}/", OLHA, status=200)
    service.renew_link(closed)
    made = one()
    made.proven_at, made.status, made.expires_at = NOW, S.CONFIRMED, None
    db.session.commit()
    client.post_form("/anmeldung/danke/", {"email": "fremd@example.org"}, status=200)
    assert one().person.email == OLHA["email"]


def test_links_in_the_mails_open_in_the_language_of_the_reader(client, training):
    client.get(f"{page_of(training)}?sprache=ar")
    client.post_form(page_of(training), OLHA, status=200)
    mail = db.session.scalars(db.select(Mail)).one()
    assert f"/anmeldung/{one().token}/?sprache=ar" in mail.text
    assert f"/anmeldung/{one().token}/?sprache=ar" in mail.html


# said later, through the link of the registration: who was invited or phoned was never asked


def own_page(registration: Registration) -> str:
    return f"/schulungen/angaben/{registration.token}/"


def test_who_was_never_asked_says_it_from_the_page_of_the_registration(client, training, make):
    known, made = make.organisation(name="Malteser Hilfsdienst"), make.registration(training.event)
    page = client.get_page(f"/anmeldung/{made.token}/")
    assert page.links["Verein und Arbeitsfeld angeben"] == own_page(made)
    page = client.press(own_page(made), "Speichern", FROM, status=200)
    assert page.heading == "Ihre Anmeldung: Grundkurs"
    assert "Gespeichert." in page.text
    assert (one().organisation, said(one())) == (known, tuple(FROM.values()))
    assert client.get_page(own_page(made)).values == FROM


def test_too_much_is_said_beside_its_field_and_nothing_is_lost(client, training, make):
    made = make.registration(training.event)
    page = client.press(own_page(made), "Speichern", FROM | {"field_of_work": "x" * 161}, status=422)
    assert (list(page.errors), page.values["organisation_name"]) == (["field_of_work"], FROM["organisation_name"])
    assert said(made) is None


@pytest.mark.parametrize("status", [S.CANCELLED, S.UNCONFIRMED])
def test_who_is_not_registered_for_sure_says_nothing_more(client, training, make, status):
    made = make.registration(training.event, status=status)
    assert client.get(own_page(made)).status_code == 404
    assert "Verein und Arbeitsfeld angeben" not in client.get_page(f"/anmeldung/{made.token}/").links


def test_nothing_more_is_said_once_it_has_begun_or_of_a_round_table(client, training, make):
    made, other = make.registration(training.event), make.registration()
    with clock.stopped(training.event.starts_at):
        assert client.get(own_page(made)).status_code == 404
    with clock.stopped(training.event.starts_at - timedelta(seconds=1)):
        assert client.get(own_page(made)).status_code == 200
    assert client.get(own_page(other)).status_code == 404


def test_what_was_said_for_the_last_training_is_offered_for_the_next(client, training, make):
    person = make.person()
    before = make.registration(make.training().event, person)
    answers.remember(before, **FROM)
    made = make.registration(training.event, person)
    db.session.commit()
    assert client.get_page(own_page(made)).values == FROM


def test_what_a_stranger_said_in_somebodys_name_is_not_offered_to_them(client, training, make):
    person = make.person()
    answers.remember(make.registration(make.training().event, person, status=S.UNCONFIRMED), **FROM)
    made = make.registration(training.event, person)
    db.session.commit()
    assert client.get_page(own_page(made)).values == dict.fromkeys(FROM, "")


def test_what_was_said_for_a_confidential_training_stays_there(client, training, make):
    person = make.person()
    secret = make.training(make.training_format(is_confidential=True))
    answers.remember(make.registration(secret.event, person), **FROM)
    made = make.registration(training.event, person)
    db.session.commit()
    assert secret.event.is_confidential
    assert client.get_page(own_page(made)).values == dict.fromkeys(FROM, "")
