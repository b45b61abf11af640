"""Clubs, offices and firms ask for a training of their own; the office answers, hands on, declines or agrees."""

from datetime import UTC, datetime, timedelta

import pytest

from coordapp.accounts.models import User
from coordapp.directory import representatives
from coordapp.events import service as events
from coordapp.extensions import db
from coordapp.outbox.models import Mail
from coordapp.privacy import erasure, export
from coordapp.privacy import service as privacy
from coordapp.shared import clock
from coordapp.shared.attention import Urgency
from coordapp.trainings import request_attention, requests
from coordapp.trainings.models import RequestStatus, Training, TrainingFormat, TrainingRequest
from tests.events.test_races import at_once

S = RequestStatus
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in Arnstadt
DAYS = timedelta(days=1)
ASK, OFFICE = "/schulungen/anfrage/", "/verwaltung/schulungen/anfragen/"
FILLED = {
    "topic": "Wie wir neue Mitglieder willkommen heißen", "group_size": "15", "wanted_when": "im Mai, abends",
    "wanted_where": "Vereinshaus", "organisation_name": "SV Nord", "contact_name": "Kim Kanari",
    "email": "kim@example.org", "phone": "03628 123456",
}  # fmt: skip
PHONED = {name: value for name, value in FILLED.items() if name != "email"}
EVENING = {"dates-0-day": "2027-05-11", "dates-0-begins": "18:00", "dates-0-ends": "20:00"}


@pytest.fixture(autouse=True)
def _at_a_known_moment():
    with clock.stopped(NOW):
        yield


def ask(at: datetime = NOW, **said) -> TrainingRequest:
    """Make a request, with its receipt forgotten."""
    columns = {
        "topic": "Willkommen", "group_size": 15, "wanted_when": "im Mai", "organisation_name": "SV Nord",
        "contact_name": "Kim Kanari", "email": "kim@example.org", "phone": None,
    } | said  # fmt: skip
    with clock.stopped(at):
        made = requests.receive(**columns)
    db.session.execute(db.delete(Mail))
    return made


def written() -> list[Mail]:
    return list(db.session.scalars(db.select(Mail).order_by(Mail.id)))


def kept() -> list[TrainingRequest]:
    return list(db.session.scalars(db.select(TrainingRequest).order_by(TrainingRequest.id)))


def status_path(asked: TrainingRequest) -> str:
    return f"{ASK}stand/{asked.token}/"


# asking


def test_a_club_asks_and_gets_a_receipt_with_a_link_to_see_how_it_stands(client):
    done = client.post_form(ASK, FILLED, status=200)
    assert done.heading == "Danke für Ihre Anfrage"
    (asked,), (mail,) = kept(), written()
    assert (asked.status, asked.topic, asked.group_size, asked.wanted_when, asked.wanted_where) == (
        S.NEW, FILLED["topic"], 15, "im Mai, abends", "Vereinshaus",
    )  # fmt: skip
    assert (asked.organisation_name, asked.contact_name, asked.email, asked.phone) == (
        "SV Nord", "Kim Kanari", "kim@example.org", "+493628123456",
    )  # fmt: skip
    assert (mail.recipient, mail.subject) == ("kim@example.org", "Ihre Anfrage nach einer Schulung ist angekommen")
    assert status_path(asked) in mail.text
    for typed in ("willkommen heißen", "SV Nord", "Kanari", "Vereinshaus"):  # a stranger may have typed it
        assert typed not in mail.text + mail.html


def test_the_page_says_in_words_how_it_stands_and_nothing_of_contact_data(client, make):
    asked = ask(format_id=make.training_format(title="Offen für alle").id, phone="+493628123456")
    page = client.get_page(status_path(asked))
    assert "Ihre Anfrage ist bei uns angekommen." in page.text
    assert "Offen für alle" in page.text
    for hidden in ("kim@", "Kanari", "123456", "SV Nord", "Willkommen"):
        assert hidden not in page.root.text
    headers = client.get(status_path(asked)).headers
    assert (headers["X-Robots-Tag"], headers["Cache-Control"]) == ("noindex", "no-store")
    client.get_page(f"{ASK}stand/gibt-es-nicht/", status=404)


def test_the_entry_of_the_catalogue_is_chosen_already(client, make):
    offered = make.training_format(title="Offen für alle")
    hidden = [make.training_format(is_confidential=True), make.training_format(is_offered=False)]
    page = client.get_page(f"{ASK}?angebot={offered.id}")
    assert page.values["format_id"] == str(offered.id)
    client.send(page, page.form_with(["topic"]), FILLED | {"topic": ""}, status=200)
    assert (kept()[0].format_id, kept()[0].topic) == (offered.id, "")
    for other in (*(one.id for one in hidden), 999_999, "quatsch", 10**30):
        assert client.get_page(f"{ASK}?angebot={other}").values["format_id"] == "0"
    for one in hidden:
        assert one.title not in client.get_page(ASK).root.text
        client.post_to(ASK, FILLED | {"format_id": str(one.id)}, status=422)


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(client):
    page = client.post_form(ASK, {"email": "kim@example.org", "wanted_where": "hier"}, status=422)
    assert set(page.errors) == {"topic", "group_size", "wanted_when", "organisation_name", "contact_name"}
    assert (page.values["email"], page.values["wanted_where"]) == ("kim@example.org", "hier")
    page = client.post_form(ASK, FILLED | {"group_size": "0"}, status=422)
    assert list(page.errors) == ["group_size"]
    assert kept() == []


def test_who_speaks_for_a_club_is_offered_it(club_client, make):
    ours, theirs = make.organisation(name="Unser Verein e.V."), make.organisation(name="Fremder Verein e.V.")
    representatives.add(ours, db.session.get(User, club_client.user.id))
    page = club_client.get_page(ASK)
    assert (page.values["contact_name"], page.values["email"]) == ("Klaus Verein", "klaus@example.org")
    assert page.values["represented"] == str(ours.id)
    assert "Fremder Verein" not in page.root.text
    wishes = {"topic": "Konflikte", "group_size": "8", "wanted_when": "bald"}
    club_client.send(page, page.form_with(["topic"]), wishes, status=200)
    (asked,) = kept()
    assert (asked.organisation_id, asked.organisation_name) == (ours.id, "Unser Verein e.V.")
    assert asked.user_id == club_client.user.id
    club_client.post_to(ASK, FILLED | {"format_id": "0", "represented": str(theirs.id)}, status=422)
    page = club_client.post_form(ASK, wishes | {"represented": "0", "email": "kim@example.org"}, status=422)
    assert list(page.errors) == ["organisation_name"]


def test_a_form_that_is_sent_twice_is_one_request(client):
    for _click in range(2):
        client.post_form(ASK, FILLED, status=200)
    assert (len(kept()), len(written())) == (1, 1)
    with clock.stopped(NOW + 2 * timedelta(hours=1)):
        client.post_form(ASK, FILLED, status=200)
    assert (len(kept()), len(written())) == (2, 2)


def test_nobody_is_flooded_with_receipts(client):
    for number in range(5):
        client.post_form(ASK, FILLED | {"topic": f"Thema {number}"}, status=200)
    page = client.post_form(ASK, FILLED | {"topic": "Noch eins"}, status=429)
    assert "Bitte rufen Sie uns an" in page.text
    assert page.values["topic"] == "Noch eins"
    assert len(written()) == 5


# none is lost


def test_the_office_sees_the_open_ones_first_with_their_age(office, make):
    ask(NOW - 5 * DAYS, organisation_name="Alt")
    ask(NOW - 1 * DAYS, organisation_name="Jung")
    requests.decline(ask(NOW - 20 * DAYS, organisation_name="Entschieden"), reason="Nein")
    page = office.get_page(OFFICE)
    assert [row.text for row in page.main.all("tr")] == [
        "Wer Was Personen Wann Stand Alter",
        "Alt Willkommen 15 im Mai neu 5 Tage Beantworten: Alt", "Jung Willkommen 15 im Mai neu 1 Tag Beantworten: Jung",
        "Wer Was Personen Wann Stand Entschieden",
        "Entschieden Willkommen 15 im Mai abgelehnt 23.11.2026 Ansehen: Entschieden",
    ]  # fmt: skip


def test_an_empty_list_says_where_requests_come_from(office):
    assert "Noch hat niemand nach einer Schulung gefragt." in office.get_page(OFFICE).text


def test_the_number_of_queries_does_not_grow_with_the_requests(office, make, count_queries):
    def count() -> int:
        db.session.commit()
        with count_queries() as queries:
            office.get_page(OFFICE)
            office.get_page("/verwaltung/")
        return len(queries)

    ask(format_id=make.training_format().id)
    first = count()
    for number in range(30):
        ask(organisation_name=f"Verein {number}", format_id=make.training_format().id)
    assert count() == first


@pytest.mark.parametrize(("days", "urgency"), [(1, Urgency.WAITED_FOR), (4, Urgency.BROKEN)])
def test_new_ones_stand_on_today_and_are_urgent_after_three_days(app, make, days, urgency):
    ask(NOW - days * DAYS)
    requests.answer(ask(NOW - 10 * DAYS, topic="Wird besprochen"), words="Ja")
    with app.test_request_context():
        (line,) = request_attention.list_lines(NOW)
    assert (line.deed, line.urgency, line.url) == ("1 Anfrage nach einer Schulung beantworten", urgency, OFFICE)


def test_what_is_talked_about_for_a_month_stands_there_too(app):
    requests.answer(ask(NOW - 31 * DAYS), words="Wir überlegen")
    with app.test_request_context():
        (line,) = request_attention.list_lines(NOW)
    assert (line.deed, line.urgency) == ("1 Anfrage nach einer Schulung entscheiden", Urgency.TO_DO)


# what the office makes of it


def test_an_answer_goes_by_mail_and_the_request_is_being_talked_about(office, client):
    asked = ask()
    office.post_form(f"{OFFICE}{asked.id}/", {"words": "Gern!\n\nPasst der 11. Mai?"}, status=200)
    (mail,) = written()
    assert (mail.recipient, mail.subject) == ("kim@example.org", "Zu Ihrer Anfrage nach einer Schulung")
    assert "Passt der 11. Mai?" in mail.text
    assert (asked.status, asked.answered_at, asked.decided_at) == (S.IN_TALKS, NOW, None)
    page = client.get_page(status_path(asked))
    assert "im Gespräch" in page.text
    assert "Passt der 11. Mai?" in page.text
    with clock.stopped(NOW + timedelta(minutes=20)):
        for _click in range(2):
            office.post_form(f"{OFFICE}{asked.id}/", {"words": "Oder der 12.?"}, status=200)
    assert len(written()) == 2
    assert asked.answered_at == NOW


def test_handing_on_tells_who_can_help_and_keeps_the_contact_data_here(office, client):
    asked = ask()
    office.post_form(f"{OFFICE}{asked.id}/", {"to": "Volkshochschule", "words": "Tel. 03628 610"}, status=200)
    (mail,) = written()
    assert (asked.status, asked.handed_to, asked.decided_at) == (S.HANDED_ON, "Volkshochschule", NOW)
    for words in ("Weiterhelfen kann Ihnen: Volkshochschule", "Tel. 03628 610",
                  "Ihre Kontaktdaten haben wir nicht weitergegeben."):  # fmt: skip
        assert words in " ".join(mail.text.split())
    assert "Weiterhelfen kann Ihnen: Volkshochschule" in client.get_page(status_path(asked)).text
    office.press(f"{OFFICE}{asked.id}/", "Wieder öffnen", status=200)
    assert (asked.status, asked.decided_at) == (S.IN_TALKS, None)


def test_declining_needs_a_reason_and_says_it(office, client):
    asked = ask()
    page = office.post_form(f"{OFFICE}{asked.id}/", {"reason": ""}, status=422)
    assert "Bitte schreiben Sie den Grund." in page.errors["reason"]
    assert page.main.one("details", open="")["class"].startswith("kern-accordion")
    office.post_form(f"{OFFICE}{asked.id}/", {"reason": "Im Mai ist niemand frei."}, status=200)
    (mail,) = written()
    assert "Im Mai ist niemand frei." in mail.text
    assert (asked.status, asked.decided_at) == (S.DECLINED, NOW)
    assert "Leider können wir diese Schulung nicht machen." in client.get_page(status_path(asked)).text


@pytest.mark.parametrize(("deed", "data"), [
    ("antworten", {"words": "Doch"}), ("weitergeben", {"to": "VHS"}), ("ablehnen", {"reason": "Nein"}),
    ("zusagen/", EVENING | {"format_id": "0", "title": "Neu", "place_id": "0"}),
])  # fmt: skip
def test_what_is_decided_is_not_decided_again(office, deed, data):
    asked = ask()
    requests.decline(asked, reason="Nein")
    page = office.post_to(f"{OFFICE}{asked.id}/{deed}", data, follow=True, status=200)
    assert "Über diese Anfrage ist schon entschieden." in page.root.text
    assert [mail.template for mail in written()] == ["trainings/mail/request_declined.txt"]
    assert db.session.scalars(db.select(TrainingFormat)).all() == []


def test_a_note_is_for_the_office_only(office, client):
    asked = ask()
    office.post_form(f"{OFFICE}{asked.id}/", {"note": "Zahlt sonst nie"}, status=200)
    assert "Zahlt sonst nie" in office.get_page(f"{OFFICE}{asked.id}/").values["note"]
    assert "Zahlt sonst nie" not in client.get_page(status_path(asked)).root.text
    assert written() == []


# agreeing


def test_agreeing_makes_a_closed_group_and_sends_dates_and_link(office, client, make):
    offered = make.training_format(title="Offen für alle", capacity=20)
    asked = ask(format_id=offered.id)
    place = make.place(name="Vereinshaus")
    page = office.get_page(f"{OFFICE}{asked.id}/zusagen/")
    assert (page.values["format_id"], page.values["capacity"]) == (str(offered.id), "15")
    done = office.send(
        page, page.form_with(["format_id"]), EVENING | {"place_id": str(place.id)}, status=200
    )  # fmt: skip
    assert "Zugesagt." in done.root.text
    (made,) = db.session.scalars(db.select(Training)).all()
    assert (made.request, made.format, made.event.capacity, made.event.place) == (asked, offered, 15, place)
    assert (made.event.group_only, made.event.is_published) == (True, True)
    assert (asked.status, asked.decided_at) == (S.AGREED, NOW)
    (mail,) = written()
    link = f"http://localhost/schulungen/gruppe/{made.group_token}/"
    assert mail.subject == "Zusage: Offen für alle"
    for words in ("Dienstag, 11. Mai 2027, 18:00 bis 20:00 Uhr", "Vereinshaus", "15 Plätze", link):
        assert words in mail.text
    assert link.removeprefix("http://localhost") in client.get_page(status_path(asked)).links.values()
    client.get_page(link, status=200)
    client.get_page(f"/schulungen/{made.event_id}/", status=404)
    assert made.event not in events.list_coming(made.event.kind, at=NOW)

    again = office.post_to(f"{OFFICE}{asked.id}/zusagen/", page.values | EVENING, follow=True, status=200)
    assert "Über diese Anfrage ist schon entschieden." in again.root.text
    assert (len(db.session.scalars(db.select(Training)).all()), len(written())) == (1, 1)


def test_from_own_words_an_entry_is_made_that_the_public_does_not_see(office, client):
    asked = ask(topic="Wie wir neue Mitglieder gewinnen und halten, auch solche, die wenig Zeit haben")
    page = office.get_page(f"{OFFICE}{asked.id}/zusagen/")
    assert asked.topic in page.text
    assert page.values["title"] == ""  # it will stand on certificates, where a stranger's words must not
    page = office.send(page, page.form_with(["title"]), EVENING | {"title": ""}, status=422)
    assert list(page.errors) == ["title"]
    office.send(
        page, page.form_with(["title"]), {"title": "Mitglieder gewinnen", "trainer": "Mara Muster"}, status=200
    )  # fmt: skip
    assert db.session.scalars(db.select(Training.trainer)).all() == ["Mara Muster"]
    (made,) = db.session.scalars(db.select(TrainingFormat)).all()
    assert (made.title, made.minutes, made.capacity, made.is_offered) == ("Mitglieder gewinnen", 120, 15, False)
    assert made.contents == ""
    assert "Mitglieder gewinnen" not in client.get_page("/schulungen/").root.text


def test_a_confidential_group_has_no_link_and_its_word_stays_out_of_mail_and_page(office, client, make):
    hidden = make.training_format(title="Geheimwort", is_confidential=True)
    asked = ask()
    office.post_form(
        f"{OFFICE}{asked.id}/zusagen/", EVENING | {"format_id": str(hidden.id)}, status=200
    )  # fmt: skip
    (mail,) = written()
    assert mail.subject == "Zusage: Ihr Termin"
    assert "Wir melden uns bei Ihnen wegen der Namen." in " ".join(mail.text.split())
    assert "Geheimwort" not in mail.text + mail.html
    assert "/gruppe/" not in mail.text
    assert "Geheimwort" not in client.get_page(status_path(asked)).root.text


def test_the_office_writes_down_who_phones_and_no_mail_goes_without_an_address(office):
    page = office.press(f"{OFFICE}neu/", "Anfrage speichern", {}, status=422)
    assert list(page.errors) == ["organisation_name", "contact_name", "phone", "topic", "group_size", "wanted_when"]
    page = office.press(f"{OFFICE}neu/", "Anfrage speichern", PHONED | {"phone": ""}, status=422)
    assert (list(page.errors), page.values["topic"]) == (["phone"], PHONED["topic"])
    page = office.press(f"{OFFICE}neu/", "Anfrage speichern", PHONED, status=200)
    asked = db.session.scalars(db.select(TrainingRequest)).one()
    assert (asked.email, asked.phone, asked.status) == ("", "+493628123456", S.NEW)
    assert "keine: bitte anrufen" in page.text
    page = office.press(
        f"{OFFICE}{asked.id}/", "Antwort aufschreiben", {"words": "Am Telefon: gern im Mai"}, status=200
    )
    assert "Es geht keine E-Mail hinaus: Bitte rufen Sie die Ansprechperson an." in page.text
    assert "unterwegs" not in page.text
    assert (asked.status, asked.answer) == (S.IN_TALKS, "Am Telefon: gern im Mai")
    page = office.post_form(f"{OFFICE}{asked.id}/zusagen/", EVENING | {"title": "Neue Leute"}, status=200)
    assert "Der Link für die Gruppe steht auf dieser Seite." in page.text
    assert f"/schulungen/gruppe/{db.session.scalars(db.select(Training)).one().group_token}/" in page.text
    assert written() == []


def test_what_somebody_asked_for_on_the_telephone_is_given_out_and_deleted_with_them(office, make):
    office.press(f"{OFFICE}neu/", "Anfrage speichern", PHONED, status=200)
    kim, other = make.person(name="Kim  KANARI", phone="+493628123456"), make.person(phone="+493628123456")
    assert [len(export.collect(one, None).get("training_request", [])) for one in (kim, other)] == [1, 0]
    erasure.erase(kim)
    db.session.commit()
    assert db.session.query(TrainingRequest).count() == 0


def test_who_phones_and_has_an_address_gets_a_receipt(office):
    office.press(f"{OFFICE}neu/", "Anfrage speichern", PHONED | {"email": "kim@example.org"}, status=200)
    assert [mail.recipient for mail in written()] == ["kim@example.org"]


def test_a_group_that_is_called_off_or_over_is_not_offered_any_more(office, client, make):
    asked = ask()
    office.post_form(f"{OFFICE}{asked.id}/zusagen/", EVENING | {"title": "Neue Leute"}, status=200)
    training = db.session.scalars(db.select(Training)).one()
    assert "0 Personen sind angemeldet." in client.get_page(status_path(asked)).text
    make.registration(training.event, make.person(name="Nora Name"))
    page = client.get_page(status_path(asked))
    assert "1 Person ist angemeldet." in page.text
    assert "Nora Name" not in page.root.text
    assert "Zur Anmeldung für Ihre Gruppe" in page.links
    with clock.stopped(training.event.ends_at):
        assert "Zur Anmeldung für Ihre Gruppe" not in client.get_page(status_path(asked)).links
    events.cancel_event(training.event)
    db.session.commit()
    assert "Zur Anmeldung für Ihre Gruppe" not in client.get_page(status_path(asked)).links


def test_two_who_agree_at_one_moment_make_one_group(fresh_app):
    asked_id = ask().id
    begins = NOW + 30 * DAYS
    needed = {"dates": [(begins, begins + timedelta(hours=2))], "place": None, "capacity": 5}

    def agreeing() -> int:
        asked = db.session.get(TrainingRequest, asked_id)
        made = requests.make_format(asked, title="Neu", dates=needed["dates"])
        event_id = requests.agree(asked, made, group=needed).event_id
        db.session.commit()
        return event_id

    answers = at_once(fresh_app, [agreeing] * 2)
    (made,) = db.session.scalars(db.select(Training.event_id)).all()
    assert sorted(map(str, answers)) == sorted([str(made), "AlreadyDecided: "])
    assert len(written()) == 1


# how long it is kept


@pytest.mark.parametrize(("days", "left"), [(364, ["Entschieden", "Offen"]), (366, ["Offen"])])
def test_a_year_after_the_decision_a_request_is_gone_but_never_an_open_one(app, days, left):
    requests.decline(ask(organisation_name="Entschieden"), reason="Nein")
    ask(organisation_name="Offen")
    with clock.stopped(NOW + days * DAYS):
        privacy.delete_due()
    assert [one.organisation_name for one in kept()] == left


def test_it_is_given_out_by_account_and_address_and_goes_when_all_is_deleted(app, make):
    user = make.user(email="kim@example.org", name="Kim Kanari")
    person = make.person(name=user.name, email=user.email, user_id=user.id)
    ask()
    ask(email="verein@example.org", user_id=user.id, topic="Zweites")
    ask(email="fremd@example.org", topic="Fremdes")
    held = export.collect(person, user)["training_request"]
    assert [row["topic"] for row in held] == ["Willkommen", "Zweites"]
    erasure.erase(person)
    assert [one.topic for one in kept()] == ["Fremdes"]
