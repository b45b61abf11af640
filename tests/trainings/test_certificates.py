"""Certificates: who is due one, issued once with a mail, printed in one file, taken back; no birth date anywhere."""

import io
import logging
import re
import time
from datetime import date

import pytest
from pypdf import PdfReader

from coordapp.events.models import RegistrationStatus
from coordapp.extensions import db
from coordapp.outbox.models import Mail, MailStatus
from coordapp.privacy import erasure
from coordapp.shared import clock, languages
from coordapp.trainings import attendance, certificate_papers, certificates
from coordapp.trainings.certificate_numbers import ALPHABET, new_number
from coordapp.trainings.models import Certificate, Funder
from tests.house.addresses import dump
from tests.pages import form_values

PAST = (-22, -15, -8, -1)
NUMBER = re.compile(r"IK-\d{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


def url(training, rest=""):
    return f"/verwaltung/schulungen/{training.event_id}/bescheinigungen/{rest}"


def hold(make, *people, training=None, dates=(0, 1, 2, 3), closed=True):
    """Hold a training of four past evenings at which everybody was on these dates."""
    training = training or make.training(days=PAST)
    for person in people:
        registration = make.registration(training.event, person)
        for number in dates:
            attendance.set_attendance(training, training.event.dates[number], registration, came=True)
    if closed:
        attendance.close_list(training)
    return training


def issue(office, training) -> list[Certificate]:
    office.post_to(url(training), status=302)
    return list(db.session.scalars(db.select(Certificate).order_by(Certificate.id)))


def printed(client, certificate, born="") -> PdfReader:
    """Print a certificate by its link."""
    data = {"csrf_token": client.csrf_token(), "born": born}
    return read(client.post(f"/bescheinigung/{certificate.token}/", data=data))


def print_all(office, training, **born):
    """Send the office's form with some birth dates; return the answer."""
    form = office.get_page(url(training, "drucken/")).form_of("PDF speichern")
    return office.post(url(training, "drucken/"), data=form_values(form) | born)


def read(response) -> PdfReader:
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    return PdfReader(io.BytesIO(response.data))


def text_of(page) -> str:
    return " ".join(page.extract_text().split())


def test_those_who_were_there_long_enough_get_one_and_the_others_are_told_why(office, make):
    training = make.training(days=PAST)
    hold(make, make.person(name="Anna Alles"), training=training, closed=False)
    hold(make, make.person(name="Hans Halb"), training=training, dates=(0, 1), closed=False)
    hold(make, make.person(name="Nora Nie"), training=training, dates=())
    page = office.get_page(url(training))
    assert "Bekommen eine Bescheinigung (1)" in page.text
    assert "Hans Halb 3 von 6 Stunden" in page.text
    assert "war nicht länger als 50 Prozent der Zeit da" in page.text
    assert "war nicht da" in page.text
    page = office.press(url(training), "Bescheinigungen ausstellen (1)")
    assert "1 Bescheinigung ausgestellt." in page.text
    made = db.session.scalars(db.select(Certificate)).one()
    assert (made.person.name, made.minutes_planned, made.minutes_attended) == ("Anna Alles", 360, 360)
    assert (made.issued_by_id, NUMBER.fullmatch(made.serial) is not None) == (office.user.id, True)
    assert made.serial in page.text


def test_issuing_twice_makes_no_second_one_and_writes_no_second_mail(office, make):
    training = hold(make, make.person(), make.person(), make.person(email=None))
    first = issue(office, training)
    assert [one.id for one in issue(office, training)] == [one.id for one in first]
    mails = db.session.scalars(db.select(Mail).order_by(Mail.id)).all()
    assert [mail.subject for mail in mails] == ["Ihre Bescheinigung"] * 2
    links = {mail.recipient: re.search(r"/bescheinigung/([^/]+)/", mail.text)[1] for mail in mails}
    assert links == {one.person.email: one.token for one in first if one.person.email}


def test_no_link_goes_to_an_address_that_a_visitor_typed_and_nobody_proved(office, make):
    training = hold(make, make.person(proven=False))
    (made,) = issue(office, training)
    assert made.is_valid
    assert db.session.scalars(db.select(Mail)).all() == []


def test_who_lost_the_link_gets_it_once_more_and_a_double_click_is_one_mail(office, make):
    training = hold(make, make.person(name="Anna"), make.person(name="Bert", email=None))
    anna, bert = issue(office, training)
    page = office.get_page(url(training))
    assert [button for button in page.buttons if button.startswith("Noch")] == ["Noch einmal senden: Anna"]
    with clock.stopped(clock.now()):
        page = office.post_to(url(training, f"{anna.id}/senden"), follow=True, status=200)
        assert "Anna bekommt den Link noch einmal per E-Mail." in page.root.text
        page = office.post_to(url(training, f"{anna.id}/senden"), follow=True, status=200)
    assert "An Anna geht gerade keine weitere E-Mail." in page.root.text
    office.post_to(url(training, f"{bert.id}/senden"), follow=True, status=200)
    mails = db.session.scalars(db.select(Mail).order_by(Mail.id)).all()
    assert [mail.recipient for mail in mails] == [anna.person.email] * 2
    assert mails[0].text == mails[1].text
    office.press(url(training, f"{anna.id}/zuruecknehmen/"), "Zurücknehmen")
    db.session.expire_all()
    assert {mail.status for mail in mails} == {MailStatus.EXPIRED}
    office.post_to(url(training, f"{anna.id}/senden"), status=404)


def test_one_certificate_or_those_without_address_are_printed_alone(office, make):
    training = hold(make, make.person(name="Anna"), make.person(name="Bert", email=None), make.person(name="Cem"))
    anna, bert, _cem = issue(office, training)
    links = office.get_page(url(training)).links
    assert links["Drucken: Anna"] == url(training, f"drucken/?nur={anna.id}")
    assert links["Nur die ohne E-Mail drucken (1)"] == url(training, f"drucken/?nur={bert.id}")
    page = office.get_page(links["Nur die ohne E-Mail drucken (1)"])
    assert "1 Bescheinigung in einer Datei" in page.text
    answer = office.post(page.url, data=form_values(page.form_of("PDF speichern")))
    nothing = office.get(url(training, "drucken/?nur=abc"))
    assert (nothing.status_code, nothing.location) == (302, url(training))
    made = read(answer)
    assert (len(made.pages), bert.serial in text_of(made.pages[0])) == (1, True)


def test_a_link_is_not_sent_again_to_an_address_that_nobody_proved(office, make):
    training = hold(make, make.person(proven=False))
    (made,) = issue(office, training)
    assert "Noch einmal senden" not in office.get_page(url(training)).text
    office.post_to(url(training, f"{made.id}/senden"), status=302)
    assert db.session.scalars(db.select(Mail)).all() == []


def test_the_mail_is_in_the_language_of_the_registration(office, make):
    training = make.training(days=PAST)
    registration = make.registration(training.event, make.person(language="de"), language="en")
    for day in training.event.dates:
        attendance.set_attendance(training, day, registration, came=True)
    attendance.close_list(training)
    issue(office, training)
    assert db.session.scalars(db.select(Mail.language)).all() == ["en"]


def test_before_the_list_is_closed_and_for_a_confidential_group_there_is_none(office, make):
    open_one = hold(make, make.person(), closed=False)
    page = office.get_page(url(open_one))
    assert "Die Stunden stehen noch nicht fest" in page.text
    assert "Schließen Sie zuerst die Liste" in office.post_to(url(open_one), follow=True).text
    secret = hold(make, make.person(), training=make.training(make.training_format(is_confidential=True), days=PAST))
    for rest in ("", "drucken/"):
        assert office.get(url(secret, rest)).status_code == 404
        assert office.post_to(url(secret, rest)).status == 404
    with pytest.raises(certificates.CannotIssue):
        certificates.issue(secret, by=office.user)
    assert db.session.scalars(db.select(Certificate)).all() == []


def test_numbers_have_forty_bits_and_no_letters_that_look_alike():
    assert (len(ALPHABET), len(set(ALPHABET))) == (32, 32)
    assert set("0O1I") & set(ALPHABET) == set()
    numbers = {new_number("IK", year=2027) for _ in range(2_000)}
    assert len(numbers) == 2_000
    assert all(NUMBER.fullmatch(number) for number in numbers)


def test_the_paper_says_all_that_a_certificate_says(office, client, make):
    kind = make.training_format(
        title="Zuhören lernen", contents="Aktiv zuhören\n\nGrenzen setzen", trainer="Ute Muster"
    )
    kind.funders = [Funder(name="Freistaat Thüringen")]
    training = make.training(kind, days=PAST)
    hold(make, make.person(name="Olha #strong[Beispiel]"), training=training, dates=(0, 1, 3))
    made = issue(office, training)[0]
    link = f"/bescheinigung/{made.token}/"
    page = client.get_page(link)
    assert "Zuhören lernen" in page.text
    assert "4,5 von 6 Stunden" in page.text
    reader = printed(client, made, "1990-05-01")
    assert len(reader.pages) == 1
    words = text_of(reader.pages[0])
    missing = languages.day_and_month(training.event.dates[2].starts_at)
    for shown in (
        "Bescheinigung", "Olha #strong[Beispiel]", "geboren am 01.05.1990", "Zuhören lernen", "Aktiv zuhören",
        "Grenzen setzen", "geplant: 6 Stunden", "Ute Muster", "Landratsamt Ilm-Kreis", "Arnstadt",
        "18:00 bis 19:30 Uhr",
        "Freistaat Thüringen", made.serial, f"4,5 Stunden (gekürzt: am {missing} nicht da)", "http://localhost/bescheinigung/pruefen/",
    ):  # fmt: skip
        assert shown in words, shown
    assert "geboren" not in text_of(printed(client, made).pages[0])


def test_the_paper_is_tagged_and_pictures_have_words(office, client, make, app):
    app.config["CERTIFICATE_LOGO"] = str(app.root_path) + "/static/img/icon-180.png"
    kind = make.training_format()
    with open(f"{app.root_path}/static/img/icon-180.png", "rb") as file:
        kind.funders = [Funder(name="Freistaat Thüringen", logo=file.read(), logo_type="image/png", logo_digest="x")]
    training = hold(make, make.person(), training=make.training(kind, days=PAST))
    made = issue(office, training)[0]
    reader = printed(client, made)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - an object of the PDF
    assert root["/Lang"] == "de-DE"
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part>1" in reader.xmp_metadata.rdf_root.ownerDocument.toxml().encode()
    assert alternatives(root["/StructTreeRoot"]) == [
        "Logo: Ilm-Kreis", "Logo: Freistaat Thüringen", f"QR-Code: Er führt zur Prüfung der Nummer {made.serial}",
    ]  # fmt: skip


def alternatives(element) -> list[str]:
    """Return the alternative texts in a tree of tags, in order."""
    node = element.get_object()
    found = [str(node["/Alt"])] if "/Alt" in node else []
    inside = node.get("/K", [])
    for child in inside if isinstance(inside, list) else [inside]:
        if hasattr(child.get_object(), "get"):
            found += alternatives(child)
    return found


def test_a_broken_logo_keeps_nobody_from_their_certificate(office, client, make):
    kind = make.training_format()
    kind.funders = [Funder(name="Freistaat Thüringen", logo=b"no picture", logo_type="image/png", logo_digest="x")]
    training = hold(make, make.person(), training=make.training(kind, days=PAST))
    made = issue(office, training)[0]
    assert "Freistaat Thüringen" in text_of(printed(client, made).pages[0])


def test_names_in_arabic_letters_are_on_the_paper(office, client, make):
    training = hold(make, make.person(name="علي حسن الخطيب"))
    made = issue(office, training)[0]
    page = printed(client, made).pages[0]
    assert "الخطيب" in page.extract_text()
    assert any(
        "IBMPlexSansArabic" in str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()
    )


def test_all_of_a_course_are_one_file_with_the_birth_dates_of_those_who_want_them(office, make):
    training = hold(make, *(make.person(name=f"Person {number:02}") for number in range(3)))
    made = issue(office, training)
    response = print_all(office, training, **{"rows-1-born": "31.12.1980"})
    pages = [text_of(one) for one in read(response).pages]
    assert ["geboren" in one for one in pages] == [False, True, False]
    assert "geboren am 31.12.1980" in pages[1]
    assert [f"Person {number:02}" in one for number, one in enumerate(pages)] == [True] * 3
    assert all(one.serial in pages[number] for number, one in enumerate(made))
    assert response.headers["Content-Disposition"] == 'attachment; filename="bescheinigungen.pdf"'


@pytest.mark.parametrize("typed", ["morgen", "31.12.2099", "1.1.1700"])
def test_a_birth_date_that_cannot_be_is_asked_again(office, client, make, typed):
    training = hold(make, make.person())
    made = issue(office, training)[0]
    page = client.post_form(f"/bescheinigung/{made.token}/", {"born": typed}, status=422)
    assert (list(page.errors), page.values["born"]) == (["born"], typed)
    page = office.post_form(url(training, "drucken/"), {"rows-0-born": typed}, status=422)
    assert (list(page.errors), page.values["rows-0-born"]) == (["rows-0-born"], typed)


def test_a_birth_date_is_in_no_table_no_log_and_no_address(office, client, make, caplog):
    caplog.set_level(logging.DEBUG)
    training = hold(make, make.person())
    made = issue(office, training)[0]
    before = dump()
    data = {"csrf_token": client.csrf_token(), "born": "1987-06-05"}
    first = client.post(f"/bescheinigung/{made.token}/", data=data)
    second = print_all(office, training, **{"rows-0-born": "1987-06-05"})
    for response in (first, second):
        assert "05.06.1987" in text_of(read(response).pages[0])
        assert "1987" not in response.request.url + str(response.headers)
        assert response.headers["Cache-Control"] == "no-store"
    after = dump()
    assert after == before
    held = str(after) + caplog.text
    assert [words for words in ("1987-06-05", "05.06.1987", "date(1987") if words in held] == []


def test_the_link_is_kept_out_of_caches_and_search_engines(office, client, make):
    made = issue(office, hold(make, make.person()))[0]
    response = client.get(f"/bescheinigung/{made.token}/")
    assert (response.headers["Cache-Control"], response.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert client.get(f"/bescheinigung/{made.token}x/").status_code == 404


def test_one_taken_back_gives_no_paper_and_another_with_a_new_number_follows(office, client, make):
    training = hold(make, make.person(name="Anna Alles"))
    old = issue(office, training)[0]
    page = office.press(url(training, f"{old.id}/zuruecknehmen/"), "Zurücknehmen")
    assert f"Die Bescheinigung {old.serial} gilt nicht mehr." in page.text
    assert db.session.scalars(db.select(Mail.status)).all() == [MailStatus.EXPIRED]  # it had not gone yet
    link = f"/bescheinigung/{old.token}/"
    assert "gilt nicht mehr" in client.get_page(link).text
    assert client.post_to(link).status == 410
    assert "schon zurückgenommen" in office.get_page(url(training, f"{old.id}/zuruecknehmen/")).text
    page = office.press(url(training), "Bescheinigungen ausstellen (1)")
    made = list(db.session.scalars(db.select(Certificate).order_by(Certificate.id)))
    assert len({one.serial for one in made}) == 2
    assert [one.is_valid for one in made] == [False, True]
    assert "Zurückgenommen (1)" in page.text


def test_when_hours_change_after_issuing_the_office_is_told(office, make):
    training = hold(make, make.person())
    issue(office, training)
    attendance.reopen_list(training)
    attendance.set_missed(training, training.event.dates[0], training_registration(training), minutes=60)
    attendance.close_list(training)
    assert "Die Stunden sind jetzt andere" in office.get_page(url(training)).text


def training_registration(training):
    return attendance.list_hours(training)[0].registration


def test_a_certificate_of_another_training_is_not_found(office, make):
    made = issue(office, hold(make, make.person()))[0]
    other = hold(make, make.person())
    for call in (office.get, office.post_to):
        answer = call(url(other, f"{made.id}/zuruecknehmen/"))
        assert getattr(answer, "status_code", None) or answer.status == 404
    assert db.session.get(Certificate, made.id, populate_existing=True).is_valid


def test_when_somebody_is_deleted_the_number_stays_and_the_link_is_dead(office, client, make):
    person = make.person(name="Gerda Geht")
    training = hold(make, person)
    made = issue(office, training)[0]
    link = f"/bescheinigung/{made.token}/"
    erasure.erase(person)
    assert client.get(link).status_code == 404
    kept = db.session.get(Certificate, made.id, populate_existing=True)
    assert (kept.person_id, kept.is_valid) == (None, True)
    checked = client.get_page("/bescheinigung/pruefen/", query_string={"nummer": made.serial})
    assert "Diese Bescheinigung ist gültig" in checked.text
    page = office.get_page(url(training))
    assert "wollte gelöscht werden" in page.text
    assert "Bescheinigungen ausstellen (1)" not in page.buttons
    assert "Gerda" not in str(dump())


def test_who_was_absent_or_waits_is_never_due(office, make):
    training = make.training(days=PAST)
    make.registration(training.event, status=RegistrationStatus.WAITING)
    make.registration(training.event, status=RegistrationStatus.CANCELLED)
    hold(make, training=training)
    assert issue(office, training) == []


def test_a_hundred_certificates_are_written_fast(app, make):
    people = [make.person(name=f"Person {number}") for number in range(100)]
    made_up = [
        Certificate(
            id=number, serial=f"IK-2027-AAAA-{number:04}", person=person, title="Grundkurs", contents="Zuhören\nFragen",
            trainer="Ute Muster", dates="\n".join(["Dienstag, 2. März 2027, 18:00 bis 19:30 Uhr"] * 4), place="Ilmenau",
            minutes_planned=360, minutes_attended=360, reduction="", issued_at=clock.now(),
        )
        for number, person in enumerate(people, 1)
    ]  # fmt: skip
    born = {number: date(1990, 1, 1) for number in range(1, 101)}
    with db.session.no_autoflush:
        begun = time.process_time()  # what other programs do at the same time does not count
        made = certificate_papers.print_certificates(made_up, born=born)
        took = time.process_time() - begun
    db.session.rollback()
    assert len(PdfReader(io.BytesIO(made)).pages) == 100
    assert took < 2  # seconds; some 0.6 are usual


def test_the_pages_ask_the_database_the_same_number_of_times_for_one_and_thirty(office, make, count_queries):
    few, many = hold(make, make.person()), hold(make, *(make.person() for _ in range(30)))
    for training in (few, many):
        issue(office, training)

    def ask(training) -> int:
        with count_queries() as queries:
            office.get_page(url(training))
            office.get_page(url(training, "drucken/"))
        return len(queries)

    ask(few)
    assert ask(many) == ask(few)
