"""Telling us that one wants the next group: without an account, proven by a link, once, and taken back by the same."""

from datetime import timedelta

import pytest

from coordapp.directory import merger_undo, mergers
from coordapp.directory.models import Person
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.privacy import erasure, export
from coordapp.privacy import service as privacy
from coordapp.shared import clock
from coordapp.trainings import interests
from coordapp.trainings.models import TrainingInterest

FILLED = {
    "name": "Nour Neu", "email": "nour@example.org", "organisation_name": "Kita Sonnenschein", "field_of_work": "Kita",
}  # fmt: skip


@pytest.fixture
def wanted(make):
    return make.training_format(title="Gut zuhören")


def ask_path(training_format) -> str:
    return f"/schulungen/naechste-gruppe/{training_format.id}/"


def link_in(mail: Mail) -> str:
    return next(line for line in mail.text.splitlines() if "/naechste-gruppe/eintrag/" in line).removeprefix(
        "http://localhost"
    )


def written() -> list[Mail]:
    return list(db.session.scalars(db.select(Mail).order_by(Mail.id)))


def kept() -> list[TrainingInterest]:
    return list(db.session.scalars(db.select(TrainingInterest).order_by(TrainingInterest.id)))


# asking


def test_a_visitor_asks_confirms_by_the_link_and_is_told_how_to_take_it_back(client, wanted):
    done = client.post_form(ask_path(wanted), FILLED, status=200)
    assert done.heading == "Bitte schauen Sie jetzt in Ihre E-Mails"
    assert "nour@example.org" in done.text
    (interest,), (first,) = kept(), written()
    assert (interest.proven_at, interest.organisation_name, interest.field_of_work) == (
        None, "Kita Sonnenschein", "Kita",
    )  # fmt: skip
    assert (first.recipient, first.subject) == (
        "nour@example.org", "Bitte bestätigen: nächste Gruppe „Gut zuhören“"
    )  # fmt: skip
    assert "Kita" not in first.text + first.html  # words that a stranger may have typed
    assert "Nour" not in first.text + first.html

    path = link_in(first)
    assert client.get_page(path).heading == "Nächste Gruppe: Gut zuhören"
    db.session.expire_all()
    assert kept()[0].proven_at is None  # a mail scanner has opened the link
    page = client.press(path, "Ja, bitte Bescheid sagen", status=200)
    assert "Wir merken uns das" in page.text
    db.session.expire_all()
    assert kept()[0].proven_at is not None
    assert interest.person.email_proven_at is not None
    noted = written()[1]
    assert noted.subject == "Wir merken uns das: nächste Gruppe „Gut zuhören“"
    assert link_in(noted) == path
    for words in ("Guten Tag,", "Sie möchten bei der nächsten Gruppe „Gut zuhören“ dabei sein.",
                  "Ansehen oder zurücknehmen"):  # fmt: skip
        assert words in noted.text


def test_confirming_twice_writes_one_mail(client, wanted):
    client.post_form(ask_path(wanted), FILLED)
    path = link_in(written()[0])
    for _press in range(2):
        client.post_to(f"{path}bestaetigen", status=302)
    assert len(written()) == 2


def test_the_link_takes_it_back_and_then_opens_nothing(client, wanted):
    client.post_form(ask_path(wanted), FILLED)
    path = link_in(written()[0])
    done = client.press(path, "Nicht mehr Bescheid sagen", status=200)
    assert "Gelöscht." in done.root.text
    assert kept() == []
    gone = client.get_page(path, status=404)
    assert gone.heading == "Diesen Eintrag gibt es nicht mehr"
    client.post_to(f"{path}bestaetigen", status=404)
    client.post_to(f"{path}zuruecknehmen", status=404)


def test_who_is_signed_in_types_only_where_they_come_from(volunteer_client, make, wanted):
    person = db.session.scalars(db.select(Person).filter_by(email="vera@example.org")).one()
    person.organisation = make.organisation(name="Sportverein Nord e.V.")
    page = volunteer_client.get_page(ask_path(wanted))
    assert page.values == {"organisation_name": "Sportverein Nord e.V.", "field_of_work": ""}
    done = volunteer_client.send(page, page.form_with(["field_of_work"]), {"field_of_work": "Sport"}, status=200)
    assert done.heading == "Wir merken uns das"
    (interest,), (mail,) = kept(), written()
    assert (interest.person, interest.field_of_work) == (person, "Sport")
    assert interest.proven_at is not None
    assert mail.template == "trainings/mail/interest_noted.txt"


def test_the_same_person_twice_is_there_once_and_keeps_their_turn(client, make, wanted):
    first = clock.now() - timedelta(days=3)
    with clock.stopped(first):
        client.post_form(ask_path(wanted), FILLED)
    client.post_form(ask_path(wanted), FILLED | {"field_of_work": "Schule"})
    (interest,) = kept()
    assert (interest.created_at, interest.field_of_work) == (first, "Schule")
    assert [mail.template for mail in written()] == ["trainings/mail/interest_to_confirm.txt"] * 2


def test_a_double_click_is_one_mail(client, wanted):
    with clock.stopped(clock.now()):
        for _click in range(2):
            client.post_form(ask_path(wanted), FILLED)
    assert (len(kept()), len(written())) == (1, 1)


def test_a_stranger_does_not_change_what_somebody_confirmed(client, make, wanted):
    known = make.person(name="Nour Neu", email="nour@example.org")
    interests.note(wanted, known, organisation_name="Echt", proven=True)
    client.post_form(ask_path(wanted), FILLED | {"organisation_name": "Falsch"})
    (interest,) = kept()
    assert (interest.organisation_name, interest.person) == ("Echt", known)


def test_the_answer_does_not_tell_who_is_known(client, app, make, wanted):
    make.person(name="Nour Neu", email="nour@example.org")
    known = client.post_form(ask_path(wanted), FILLED, status=200)
    unknown = app.test_client().post_form(ask_path(wanted), FILLED | {"email": "anders@example.org"}, status=200)
    assert known.text.replace("nour@", "anders@") == unknown.text
    assert [one.proven_at is not None for one in kept()] == [True, False]


def test_an_error_keeps_all_that_was_typed(client, wanted):
    page = client.post_form(ask_path(wanted), FILLED | {"email": "nour@"}, status=422)
    assert page.values == FILLED | {"email": "nour@"}
    assert list(page.errors) == ["email"]
    assert "Diese E-Mail-Adresse ist nicht vollständig." in page.errors["email"]
    assert kept() == []


@pytest.mark.parametrize("columns", [{"is_confidential": True}, {"is_offered": False}])
def test_what_is_confidential_or_not_offered_cannot_be_asked_for(client, make, columns):
    hidden = make.training_format(title="Geheimwort", **columns)
    for path in (ask_path(hidden), f"{ask_path(hidden)}danke/"):
        assert "Geheimwort" not in client.get_page(path, status=404).root.text
    client.post_to(ask_path(hidden), FILLED, status=404)
    assert kept() == []


def test_links_are_kept_out_of_caches_and_search_engines(client, make, wanted):
    interest = interests.note(wanted, make.person(), proven=True)
    for path in (f"/schulungen/naechste-gruppe/eintrag/{interest.token}/", f"{ask_path(wanted)}danke/"):
        headers = client.get(path).headers
        assert (headers["X-Robots-Tag"], headers["Cache-Control"]) == ("noindex", "no-store")
    assert "X-Robots-Tag" not in client.get(ask_path(wanted)).headers


def test_nobody_is_flooded_with_mails(client, wanted):
    for number in range(10):
        client.post_form(ask_path(wanted), FILLED | {"name": f"Person {number}"}, status=200)
    page = client.post_form(ask_path(wanted), FILLED | {"name": "Noch wer"}, status=429)
    assert "Bitte rufen Sie uns an" in page.text
    assert page.values["name"] == "Noch wer"
    assert len(written()) == 10


def test_the_mail_speaks_the_language_of_the_page(client, wanted):
    client.post_form(f"{ask_path(wanted)}?sprache=en", FILLED)
    (mail,) = written()
    assert (mail.language, kept()[0].language) == ("en", "en")
    assert "?sprache=en" in link_in(mail)


def test_the_page_tells_of_a_group_with_free_places(client, make, wanted):
    assert "noch Plätze frei" not in client.get_page(ask_path(wanted)).text
    group = make.training(wanted)
    page = client.get_page(ask_path(wanted))
    assert "In einer Gruppe sind noch Plätze frei" in page.text
    assert f"/schulungen/{group.event_id}/" in page.links.values()


# how long it is kept


@pytest.mark.parametrize(("proven", "days", "left"), [
    (False, 13, 1), (False, 15, 0), (True, 15, 1), (True, 729, 1), (True, 731, 0),
])  # fmt: skip
def test_what_nobody_confirms_is_gone_after_two_weeks_and_the_rest_after_two_years(make, wanted, proven, days, left):
    interests.note(wanted, make.person(proven=proven), proven=proven)
    with clock.stopped(clock.now() + timedelta(days=days)):
        privacy.delete_due()
    assert len(kept()) == left
    assert len(db.session.scalars(db.select(Person)).all()) == left


def test_it_is_given_out_and_goes_when_somebody_wants_all_deleted(make, wanted):
    person = make.person()
    make.registration(of_person=person)  # for which the emptied person stays
    interests.note(wanted, person, organisation_name="Kita Kanari", proven=True)
    (held,) = export.collect(person, None)["training_interest"]
    assert (held["format_id"], held["organisation_name"]) == ("Gut zuhören", "Kita Kanari")
    erasure.erase(person)
    assert kept() == []


# two people turn out to be one


def test_two_who_are_one_want_it_once_and_undoing_gives_each_their_own(make, wanted):
    kept_one, merged = make.person(name="Fatima Weiß"), make.person(name="Weiß Fatima")
    other = make.training_format()
    for person, training_format in ((kept_one, wanted), (merged, wanted), (merged, other)):
        interests.note(training_format, person, proven=True)
    before = {(one.id, one.person_id) for one in kept()}
    made = mergers.merge(kept_one, merged, taken=frozenset(), by=None)
    assert interests.find_interest_of(wanted, kept_one) is not None
    assert interests.find_interest_of(other, kept_one) is not None
    assert len(kept()) == 3  # the one that both had stays where it was

    merger_undo.undo(made, by=None)
    assert {(one.id, one.person_id) for one in kept()} == before
