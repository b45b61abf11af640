"""Topics from people who are registered already, through the link of their registration."""

from datetime import timedelta

import pytest

from coordapp.events import registration as registrations
from coordapp.events.models import CancelledBy, RegistrationStatus
from coordapp.extensions import db
from coordapp.round_tables.models import Topic
from coordapp.shared import clock
from tests.pages import form_values


def page_of(registration) -> str:
    return f"/runde-tische/thema/{registration.token}/"


def topics() -> list[str]:
    return list(db.session.scalars(db.select(Topic.text).order_by(Topic.id)))


def test_the_page_of_a_registration_leads_to_a_topic_which_the_office_finds(client, office, make):
    registration = make.registration()
    page = client.get_page(f"/anmeldung/{registration.token}/")
    assert page.links["Ein Thema vorschlagen"] == page_of(registration)
    page = client.post_form(page_of(registration), {"topic": "Fahrten nach Stadtilm"})
    assert "Danke für das Thema." in page.text
    assert "Fahrten nach Stadtilm" in page.text
    assert (
        "Fahrten nach Stadtilm"
        in office.get_page(f"/verwaltung/runde-tische/{registration.event_id}/tagesordnung/").text
    )


def test_the_same_words_twice_are_one_topic_and_five_are_enough(client, make):
    registration = make.registration()
    for words in ("Wohnen", "Wohnen", "Schule", "Arbeit", "Busse", "Sprache"):
        client.post_form(page_of(registration), {"topic": words})
    page = client.post_form(page_of(registration), {"topic": "Noch eins"}, status=422)
    assert page.values["topic"].strip() == "Noch eins"
    assert topics() == ["Wohnen", "Schule", "Arbeit", "Busse", "Sprache"]


@pytest.mark.parametrize("words", ["", "   ", "x" * 301])
def test_a_topic_without_words_or_too_long_says_so_beside_the_field(client, make, words):
    page = client.post_form(page_of(make.registration()), {"topic": words}, status=422)
    assert page.errors
    assert topics() == []


@pytest.mark.parametrize("status", [RegistrationStatus.CANCELLED, RegistrationStatus.UNCONFIRMED])
def test_who_is_not_coming_proposes_nothing(client, make, status):
    assert client.get(page_of(make.registration(status=status))).status_code == 404


def test_nothing_is_proposed_for_what_has_begun_or_is_called_off(client, make):
    begun = make.registration(make.event(starts_at=clock.now() - timedelta(hours=1)))
    called_off = make.registration(make.event(cancelled=True))
    for registration in (begun, called_off):
        assert client.get(page_of(registration)).status_code == 404


def test_a_link_that_was_cancelled_meanwhile_stores_nothing(client, make):
    registration = make.registration()
    form = client.get_page(page_of(registration)).form_with(["topic"])
    registrations.cancel(registration, by=CancelledBy.PARTICIPANT)
    db.session.commit()
    sent = form_values(form) | {"topic": "Zu spät"}
    assert client.post(page_of(registration), data=sent).status_code == 404
    assert topics() == []
