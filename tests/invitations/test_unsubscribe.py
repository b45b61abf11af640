import re
from datetime import UTC, date, datetime, timedelta

import pytest
from itsdangerous import URLSafeSerializer

from coordapp.directory import consents, profile
from coordapp.directory.models import Person
from coordapp.directory.models_consent import INVITATIONS, Consent, GivenBy, Purpose
from coordapp.events import registration as registrations
from coordapp.events.models import Registration
from coordapp.extensions import db
from coordapp.invitations.unsubscribe import unsubscribe_url
from coordapp.outbox import service as outbox
from coordapp.outbox.models import Mail, MailStatus
from coordapp.outbox.sender import Sender
from coordapp.privacy import erasure
from coordapp.shared import clock

TABLES, TRAINING = Purpose.INVITE_ROUND_TABLE, Purpose.INVITE_TRAINING
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def vera(make) -> Person:
    return make.volunteer(name="Vera Hilft", email="vera@example.org", agreed=[TABLES, TRAINING])


def path(people, purpose=TABLES) -> str:
    return unsubscribe_url(people, purpose).removeprefix("http://localhost")


def agreed(person) -> set[Purpose]:
    return consents.purposes_of(person)


def status_of(key: str) -> MailStatus:
    db.session.expire_all()
    return outbox.find_mail(key).status


def queue(make, people, purpose=TABLES, *, key: str, to: str = "vera@example.org", bulk: bool = True) -> None:
    make.mail(
        to=to, key=key, status=MailStatus.QUEUED, unsubscribe_url=unsubscribe_url(people, purpose) if bulk else None
    )


def test_opening_the_link_only_asks(client, vera):
    page = client.get_page(path(vera))
    assert "Einladungen zu Runden Tischen" in page.text
    assert "Keine Einladungen mehr" in page.buttons
    assert agreed(vera) == {TABLES, TRAINING}


def test_a_mail_programs_one_click_ends_the_topic_without_cookie_token_or_redirect(app, vera):
    stranger = app.test_client(use_cookies=False)
    response = stranger.post(path(vera), data=ONE_CLICK)
    assert response.status_code == 200
    assert agreed(vera) == {TRAINING}
    last = consents.list_consents(vera)
    assert [(one.withdrawn_by, one.purpose) for one in last if one.withdrawn_at] == [(GivenBy.WEB, TABLES)]


def test_one_click_as_a_form_of_several_parts_counts_as_well(app, vera):
    response = app.test_client().post(path(vera), data=ONE_CLICK, content_type="multipart/form-data")
    assert response.status_code == 200
    assert agreed(vera) == {TRAINING}


def test_a_second_click_changes_nothing(app, client, vera):
    with clock.stopped(datetime(2027, 1, 1, tzinfo=UTC)):
        client.post(path(vera), data=ONE_CLICK)
    first = [(one.id, one.withdrawn_at) for one in consents.list_consents(vera)]
    assert client.post(path(vera), data=ONE_CLICK).status_code == 200
    db.session.expire_all()
    assert [(one.id, one.withdrawn_at) for one in consents.list_consents(vera)] == first


def test_the_button_of_the_page_ends_the_topic_and_says_so(client, vera):
    page = client.press(path(vera), "Keine Einladungen mehr")
    assert page.heading == "Keine Einladungen mehr"
    assert "Sie bekommen keine Einladungen mehr" in page.text
    assert "bleiben Sie angemeldet" in page.text
    assert agreed(vera) == {TRAINING}
    assert client.get_page(path(vera)).heading == "Keine Einladungen mehr"


def test_a_mistake_is_taken_back_with_a_consent_of_its_own(client, vera):
    client.post(path(vera), data=ONE_CLICK)
    page = client.press(path(vera), "War ein Versehen: wieder einladen")
    assert "Sie bekommen wieder Einladungen" in page.text
    assert agreed(vera) == {TABLES, TRAINING}
    latest = consents.list_consents(vera)[0]
    assert (latest.purpose, latest.given_by, latest.note) == (TABLES, GivenBy.WEB, "über den Link in einer Einladung")
    assert len([one for one in consents.list_consents(vera) if one.purpose is TABLES]) == 2


def test_what_the_office_noted_as_withdrawn_is_not_taken_back_by_the_link(client, vera):
    consents.withdraw(vera, [TABLES], withdrawn_by=GivenBy.PHONE)
    assert "War ein Versehen: wieder einladen" not in client.get_page(path(vera)).buttons
    client.post_to(path(vera) + "doch/", status=302)
    assert agreed(vera) == {TRAINING}


def test_somebody_who_never_agreed_may_press_as_well(client, make):
    stranger = make.person(email="nie@example.org")
    assert client.post(path(stranger), data=ONE_CLICK).status_code == 200
    page = client.get_page(path(stranger))
    assert "War ein Versehen: wieder einladen" not in page.buttons
    assert "Pause" not in page.text


def test_topics_are_chosen_by_boxes(client, vera):
    page = client.get_page(path(vera))
    assert page.values["topic"] == [f"{vera.id}:{TABLES}", f"{vera.id}:{TRAINING}"]
    client.press(path(vera), "Themen speichern", {"topic": [f"{vera.id}:{Purpose.INVITE_WEEK}"]})
    assert agreed(vera) == {Purpose.INVITE_WEEK}


def test_boxes_touch_neither_other_people_nor_other_consents(client, make, vera):
    consents.give(vera, Purpose.BROKERING, given_by=GivenBy.PAPER)
    other = make.volunteer(agreed=[])
    forged = [f"{other.id}:{TABLES}", f"{vera.id}:{Purpose.PHOTO}", "unsinn", f"{vera.id}:{TRAINING}"]
    client.post_to(path(vera) + "themen/", {"topic": forged}, status=302)
    assert agreed(vera) == {TRAINING, Purpose.BROKERING}
    assert agreed(other) == set()


def test_a_pause_instead_brings_the_topic_back_later(client, vera):
    with clock.stopped(datetime(2026, 11, 30, 12, tzinfo=UTC)):
        client.post(path(vera), data=ONE_CLICK)
        page = client.press(path(vera), "3 Monate Pause")
        assert "Sie haben 3 Monate Pause." in page.text
        assert "28. Februar 2027" in page.text
        assert agreed(vera) == {TABLES, TRAINING}
        assert profile.find_volunteer(vera).paused_until == date(2027, 2, 28)
        client.press(path(vera), "Pause beenden")
    assert profile.find_volunteer(vera).paused_until is None


def test_only_the_offered_lengths_of_a_pause_are_taken(client, vera):
    for months in ("2", "-1", "999999"):
        client.post_to(path(vera) + "pause/", {"months": months}, status=400)
    assert profile.find_volunteer(vera).paused_until is None


def test_what_waits_to_be_sent_is_dropped_but_no_service_mail(client, make, vera):
    queue(make, vera, key="bulk")
    queue(make, vera, TRAINING, key="other topic")
    queue(make, vera, key="service", bulk=False)
    stranger = make.volunteer(email="andere@example.org")
    queue(make, stranger, key="stranger", to="andere@example.org")
    client.post(path(vera), data=ONE_CLICK)
    assert status_of("bulk") is MailStatus.EXPIRED
    assert {status_of(key) for key in ("other topic", "service", "stranger")} == {MailStatus.QUEUED}


def test_what_the_office_notes_as_withdrawn_drops_what_waits_as_well(office, make, vera):
    queue(make, vera, key="tables")
    queue(make, vera, TRAINING, key="training")
    data = {"purpose": TABLES.value, "withdrawn_by": "phone"}
    office.post_to(f"/verwaltung/verzeichnis/personen/{vera.id}/einwilligungen/zurueckziehen", data, status=302)
    assert (status_of("tables"), status_of("training")) == (MailStatus.EXPIRED, MailStatus.QUEUED)


def test_ending_invitations_cancels_no_registration(client, make, vera):
    registration = make.registration(of_person=vera)
    client.post(path(vera), data=ONE_CLICK)
    db.session.expire_all()
    assert db.session.get_one(Registration, registration.id).is_coming
    assert registrations.find_registration(registration.token).is_active


def test_a_couple_with_one_box_can_end_it_together_or_each_alone(client, make, vera):
    taras = make.volunteer(name="Taras Hilft", email="vera@example.org")
    queue(make, [vera, taras], key="shared")
    page = client.get_page(path([taras, vera]))
    assert "Vera Hilft, Taras Hilft" in page.text
    client.post(path(vera), data=ONE_CLICK)
    assert (agreed(vera), agreed(taras)) == ({TRAINING}, {TABLES})
    assert status_of("shared") is MailStatus.QUEUED
    client.post(path([vera, taras]), data=ONE_CLICK)
    assert (agreed(vera), agreed(taras)) == ({TRAINING}, set())
    assert status_of("shared") is MailStatus.EXPIRED


def test_the_link_of_somebody_merged_leads_to_who_they_are_now(client, make, vera):
    double = make.person(name="V. Hilft", email="v@example.org")
    old = path(double)
    double.merged_into_id = vera.id
    client.post(old, data=ONE_CLICK)
    assert agreed(vera) == {TRAINING}


def test_a_link_is_good_after_more_than_a_year(client, vera):
    with clock.stopped(clock.now() + timedelta(days=800)):
        client.post(path(vera), data=ONE_CLICK)
    assert agreed(vera) == {TRAINING}


def test_the_link_holds_an_id_and_a_topic_and_nothing_readable_of_the_person(app, vera):
    token = path(vera).split("/")[2]
    _is_signed, payload = URLSafeSerializer("another key").loads_unsafe(token)
    assert payload == [TABLES, [vera.id, int(vera.created_at.timestamp())]]
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", token)
    assert len(unsubscribe_url(vera, TABLES)) < 200


@pytest.mark.parametrize("change", ["cut", "longer", "other person", "other key", "nonsense", "arabic"])
def test_a_wrong_link_changes_nothing_and_helps(app, client, make, vera, change):
    other = make.volunteer()
    token, theirs = path(vera).split("/")[2], path(other).split("/")[2]
    payload = [TABLES, [vera.id, int(vera.created_at.timestamp())]]
    wrong = {
        "cut": token[:-2],
        "longer": token + "x",
        "other person": theirs.rsplit(".", 1)[0] + "." + token.rsplit(".", 1)[1],
        "other key": URLSafeSerializer("another key", salt="unsubscribe").dumps(payload),
        "nonsense": "....",
        "arabic": "مرحبا",
    }[change]
    page = client.get_page(f"/keine-einladungen/{wrong}/", status=404)
    assert page.heading == "Dieser Link gilt nicht mehr"
    assert "03628 738-0" in page.text
    assert client.post(f"/keine-einladungen/{wrong}/", data=ONE_CLICK).status_code == 400
    for deed in ("doch", "themen", "pause"):
        client.post_to(f"/keine-einladungen/{wrong}/{deed}/", {"months": "1"}, status=404)
    assert agreed(vera) == {TABLES, TRAINING}
    assert agreed(other) == {TABLES}


def test_the_link_of_somebody_deleted_does_not_pass_to_the_next_with_their_id(client, make):
    with clock.stopped(clock.now() - timedelta(days=400)):
        gone = make.person()
        old, number = path(gone), gone.id
    db.session.delete(gone)
    db.session.flush()
    newcomer = make.volunteer(id=number)
    assert client.post(old, data=ONE_CLICK).status_code == 400
    assert agreed(newcomer) == {TABLES}


def test_the_link_of_somebody_erased_opens_nothing_though_figures_keep_their_row(client, make, vera):
    make.registration(of_person=vera)
    link = path(vera)
    with clock.stopped(clock.now() + timedelta(days=1)):
        erasure.erase(vera)
    db.session.commit()
    assert db.session.get(Person, vera.id) is not None
    client.get_page(link, status=404)


def test_other_deeds_of_the_page_need_its_csrf_token(client, vera):
    for deed in ("doch", "themen", "pause"):
        assert client.post(path(vera) + f"{deed}/", data={"months": "1"}).status_code == 400
    assert agreed(vera) == {TABLES, TRAINING}


def test_the_page_is_kept_out_of_caches_and_indexes(client, vera):
    response = client.get(path(vera))
    assert (response.headers["Cache-Control"], response.headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_the_consent_shown_is_kept_in_the_language_it_was_read_in(client, vera):
    client.post(path(vera), data=ONE_CLICK)
    client.get(path(vera), query_string={"sprache": "uk"})
    client.post_to(path(vera) + "doch/", status=302)
    latest = db.session.scalars(db.select(Consent).order_by(Consent.id.desc())).first()
    assert latest.language == "uk"


def test_all_topics_of_invitations_are_offered(client, vera):
    boxes = [box["value"] for box in client.get_page(path(vera)).main.all("input") if box.get("type") == "checkbox"]
    assert boxes == [f"{vera.id}:{purpose}" for purpose in INVITATIONS]


def test_a_mail_says_in_its_headers_how_it_is_ended(make, smtp, app, vera):
    queue(make, vera, key="bulk")
    queue(make, vera, key="service", bulk=False)
    db.session.commit()
    sender = Sender()
    while sender.send_next():
        pass
    sender.close()
    bulk, service = smtp.messages
    assert bulk["List-Unsubscribe"] == f"<{unsubscribe_url(vera, TABLES)}>"
    assert bulk["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert service["List-Unsubscribe"] is None
    assert service["List-Unsubscribe-Post"] is None
    assert db.session.scalars(db.select(Mail.status)).all() == [MailStatus.SENT] * 2
