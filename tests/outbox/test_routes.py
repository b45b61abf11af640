from datetime import timedelta

import pytest

from coordapp.extensions import db
from coordapp.outbox import service
from coordapp.outbox.models import MailStatus, SendingState
from coordapp.outbox.rules import Fault
from coordapp.shared import clock

GIVEN = ("to", "name", "language", "text", "is_secret", "expires_at")
ADDRESS = "/verwaltung/postausgang/"


@pytest.fixture
def put(write_mail):
    """Return a function that writes a mail and puts it into a state."""

    def put(key: str = "a", **columns):
        given = {
            name: columns.pop(name)
            for name in ("to", "name", "language", "text", "is_secret", "expires_at")
            if name in columns
        }
        mail = write_mail(key, **given)
        for column, value in columns.items():
            setattr(mail, column, value)
        db.session.commit()
        return mail

    return put


@pytest.fixture
def failed(put):
    def failed(key: str = "a", **columns):
        words = {"status": MailStatus.FAILED, "last_error": "550 5.1.1 <vera@example.org> unknown"}
        return put(key, **(words | columns))

    return failed


def rows(page) -> list[list[str]]:
    return [[cell.text for cell in row.all("th", "td")] for row in page.main.one("tbody").all("tr")]


def test_the_list_says_who_got_what_and_why_not(office, put, failed, app):
    app.config["SMTP_HOST"] = "127.0.0.1"
    put("a", status=MailStatus.SENT, sent_at=clock.now())
    failed("b", name="Ahmad Ali")
    put("c", attempts=1, last_error="450 4.2.0 Greylisted")
    failed("d", seen_at=clock.now(), last_error="450 4.2.0 Greylisted")
    page = office.get_page(ADDRESS)
    assert [row[1:] for row in rows(page)] == [
        ["Vera Hilft", "Mail d", "nicht zugestellt, erledigt Das Postfach ist gerade nicht erreichbar."],
        ["Vera Hilft", "Mail c", "wartet Das Postfach ist gerade nicht erreichbar. Wir versuchen es weiter."],
        ["Ahmad Ali", "Mail b", "nicht zugestellt Das Postfach gibt es nicht."],
        ["Vera Hilft", "Mail a", "gesendet"],
    ]
    assert "550" not in page.text
    assert list(page.links)[:4] == ["alle (4)", "wartet (1)", "gesendet (1)", "nicht zugestellt (1)"]


def test_a_tray_shows_its_mails_only(office, put, failed):
    put("a")
    failed("b")
    failed("c", seen_at=clock.now())
    for tray, subjects in (("nicht-zugestellt", ["Mail b"]), ("erledigt", ["Mail c"]), ("wartet", ["Mail a"])):
        assert [row[2] for row in rows(office.get_page(f"{ADDRESS}?ablage={tray}"))] == subjects
    assert len(rows(office.get_page(f"{ADDRESS}?ablage=unsinn&seite=x"))) == 3
    assert "Hier liegt keine Mail" in office.get_page(f"{ADDRESS}?ablage=gesendet").text


def test_the_list_has_pages_of_fifty(office, put):
    for n in range(51):
        put(str(n))
    first, second = office.get_page(ADDRESS), office.get_page(f"{ADDRESS}?seite=2")
    assert (len(rows(first)), [row[2] for row in rows(second)]) == (50, ["Mail 0"])
    assert "Seite 2 von 2" in second.text
    assert "Hier liegt keine Mail" in office.get_page(f"{ADDRESS}?seite=3").text
    for number in ("99999999999999999999", "9" * 5000, "-99999999999999999999", "0"):
        office.get_page(f"{ADDRESS}?seite={number}")


def test_the_list_takes_as_many_queries_for_thirty_mails_as_for_one(office, put, count_queries):
    put("first")
    with count_queries() as one:
        office.get(ADDRESS)
    for n in range(29):
        put(str(n))
    with count_queries() as thirty:
        office.get(ADDRESS)
    assert len(thirty) == len(one)
    assert len(one) <= 6


def test_without_a_mail_server_the_page_says_that_nothing_is_sent(office, put, app):
    put()
    assert "Es wird gerade nichts versendet" in office.get_page(ADDRESS).text
    app.config["SMTP_HOST"] = "127.0.0.1"
    assert "Es wird gerade nichts versendet" not in office.get_page(ADDRESS).text


def test_trouble_with_the_mail_server_is_said_in_words(office, put, app):
    app.config["SMTP_HOST"] = "127.0.0.1"
    put()
    db.session.add(SendingState(id=1, troubles=3, trouble_since=clock.now(), last_error="535 5.7.8 Wrong"))
    text = office.get_page(ADDRESS).text
    assert "Der Versand klappt gerade nicht" in text
    assert "Unser Mailserver nimmt das Kennwort nicht an." in text
    assert "535 5.7.8 Wrong" in text


def test_a_mail_can_be_read_with_the_links_of_this_site_only(office, put):
    mail = put(
        text="http://localhost/kalender/ und https://boese.example/x und <b>fett</b> http://localhost.boese.example/"
    )
    page = office.get_page(f"{ADDRESS}{mail.id}")
    body = page.main.one("pre")
    assert "<b>fett</b>" in body.text
    assert [link["href"] for link in body.all("a")] == ["http://localhost/kalender/", "http://localhost/datenschutz/"]
    assert "Vera Hilft, vera@example.org" in page.text


def test_a_mail_in_arabic_says_so(office, put):
    body = office.get_page(f"{ADDRESS}{put(language='ar').id}").main.one("pre")
    assert (body["lang"], body["dir"]) == ("ar", "auto")


def test_a_secret_is_shown_only_where_nothing_is_sent(office, put, app):
    mail = put(is_secret=True, text="geheimer Link")
    assert "geheimer Link" in office.get_page(f"{ADDRESS}{mail.id}").text
    app.config["SMTP_HOST"] = "127.0.0.1"
    page = office.get_page(f"{ADDRESS}{mail.id}")
    assert "geheimer Link" not in page.response.get_data(as_text=True)
    assert "Den Text zeigen wir nicht" in page.text


def test_a_deleted_text_is_explained(office, put):
    mail = put(status=MailStatus.SENT)
    mail.text = mail.html = ""
    assert "Der Text ist gelöscht" in office.get_page(f"{ADDRESS}{mail.id}").text


def test_a_failed_mail_is_sent_again_by_a_button(office, failed):
    mail = failed(attempts=4, first_tried_at=clock.now(), seen_at=None)
    page = office.press(f"{ADDRESS}{mail.id}", "Noch einmal senden", status=200)
    assert "Die Mail wird noch einmal gesendet." in page.root.text
    assert page.buttons == []
    mail = service.find_mail("a")
    assert (mail.status, mail.attempts, mail.first_tried_at, mail.last_error) == ("queued", 0, None, "")
    assert service.count_failed() == 0


def test_a_mail_that_is_no_longer_of_use_is_not_sent_again(office, failed, put):
    late = failed("a", expires_at=clock.now() - timedelta(minutes=1))
    assert office.get_page(f"{ADDRESS}{late.id}").buttons == ["Erledigt"]
    sent = put("b", status=MailStatus.SENT)
    for mail in (late, sent):
        page = office.post_to(f"{ADDRESS}{mail.id}/noch-einmal", follow=True)
        assert "kann nicht noch einmal gesendet werden" in page.root.text
    assert (service.find_mail("a").status, service.find_mail("b").status) == ("failed", "sent")


def test_a_failed_mail_is_settled_by_a_button(office, failed):
    mail = failed()
    page = office.press(f"{ADDRESS}{mail.id}", "Erledigt", status=200)
    assert "Die Mail ist erledigt." in page.root.text
    assert service.count_failed() == 0
    assert office.get_page(f"{ADDRESS}{mail.id}").buttons == ["Noch einmal senden"]


def test_all_failed_mails_are_sent_again_at_once(office, failed, put, app):
    app.config["SMTP_HOST"] = "127.0.0.1"
    for n in range(3):
        failed(str(n))
    failed("late", expires_at=clock.now() - timedelta(minutes=1))
    failed("seen", seen_at=clock.now())
    page = office.press(f"{ADDRESS}?ablage=nicht-zugestellt", "Alle noch einmal senden (4)", status=200)
    assert "3 Mails werden noch einmal gesendet." in page.root.text
    states = [service.find_mail(key).status for key in ("0", "1", "2", "late", "seen")]
    assert states == ["queued"] * 3 + ["failed"] * 2


def test_what_the_server_said_is_there_for_the_it(office, failed):
    page = office.get_page(f"{ADDRESS}{failed(last_error=Fault.NO_SMTPUTF8).id}")
    assert "Unser Mailserver kann keine Adressen mit Umlauten" in page.text
    assert "address needs SMTPUTF8" in page.main.one("details").text


def test_there_is_no_page_for_a_mail_that_does_not_exist(office):
    assert office.get_page(f"{ADDRESS}999", status=404)
