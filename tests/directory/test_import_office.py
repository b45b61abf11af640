"""The pages of the import: what the office is asked, what it never sees unasked, and what the plan deletes."""

import io
from datetime import timedelta

import pytest
import python_calamine

from coordapp.directory import consents, erased, import_rejects, import_service, profile
from coordapp.directory.models import Channel, Person
from coordapp.directory.models_consent import Consent, Disclosure, GivenBy, Purpose
from coordapp.directory.models_import import ImportList, ImportMapping, ImportMemory, ImportRow
from coordapp.directory.models_profile import Level, Volunteer
from coordapp.extensions import db
from coordapp.privacy import service as privacy
from coordapp.shared import clock

IMPORT = "/verwaltung/verzeichnis/import/"
HEADINGS = "Name;E-Mail;Telefon;Ort;Bemerkung"


def upload(office, *lines: str, headings: str = HEADINGS, status: int = 200):
    """Send a file of some lines."""
    page = office.get_page(IMPORT)
    data = "\n".join([headings, *lines]).encode()
    return office.send(page, page.form_with(["file"]), {"file": (io.BytesIO(data), "liste.csv")}, status=status)


def bring(office, *lines: str, **more) -> str:
    """Bring a list in as far as its checked rows; return its address."""
    page = office.press(upload(office, *lines, **more).url, "Weiter zu den Spalten", status=200)
    return office.press(page.url, "Zeilen prüfen", status=200).url


def take_over(office, url: str):
    button = next(text for text in office.get_page(url).buttons if text.startswith("Übernehmen"))
    return office.press(url, button, status=200)


def row_url(number: int, page: str = "") -> str:
    found = db.session.query(ImportRow).filter_by(number=number).order_by(ImportRow.id.desc()).first()
    return f"{IMPORT}zeile/{found.id}/{page}"


def in_directory(make, **columns) -> Person:
    """Make a volunteer as an earlier list would have."""
    columns = {"name": "Elif Kaya", "email": "elif@example.org", "phone": "+493677111222", "proven": False} | columns
    return make.volunteer(**columns)


def test_a_page_without_lists_says_what_to_do(office):
    page = office.get_page(IMPORT)
    assert page.heading == "Liste einlesen"
    assert page.buttons == ["Weiter"]


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"\x89PNG\r\n\0", 422, "lässt sich nicht lesen"),
        (b"a;b\n" * 10_001, 413, "10.000 Zeilen"),
        (b"", 422, "steht nichts"),
    ],
)
def test_a_file_that_is_refused_says_why_beside_the_field(office, data, status, words):
    page = office.get_page(IMPORT)
    answer = office.send(page, page.form_with(["file"]), {"file": (io.BytesIO(data), "liste.xlsx")}, status=status)
    assert words in answer.errors["file"]
    assert db.session.query(ImportList).count() == 0
    assert "file" in office.send(page, page.form_with(["file"]), status=422).errors


def post_large(office, url: str, megabytes: int) -> int:
    """Send a file that is this large; return the status."""
    head = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{office.csrf_token()}\r\n--x\r\n'
    head += 'Content-Disposition: form-data; name="file"; filename="liste.csv"\r\n\r\nName\n'
    body = head.encode() + (b"Elif Kaya;" + b"x" * 1013 + b"\n") * 1024 * megabytes + b"\r\n--x--\r\n"
    return office.post(url, data=body, content_type="multipart/form-data; boundary=x").status_code


def test_more_than_ten_megabytes_are_refused_and_other_forms_stay_small(office):
    assert post_large(office, IMPORT, 11) == 413
    assert post_large(office, "/verwaltung/orte/neu/", 3) == 413
    assert post_large(office, IMPORT, 3) == 302


def test_the_mapping_is_guessed_can_be_changed_and_is_known_the_next_time(office):
    page = office.press(upload(office, "Elif Kaya;;;Ilmenau;nett").url, "Weiter zu den Spalten")
    assert [page.values[f"column_{n}"] for n in range(5)] == ["name", "email", "phone", "place", "note"]
    assert "Zum Beispiel: Elif Kaya" in page.text
    wrong = office.send(page, page.form_with(["column_4"]), {"column_4": "name"}, status=422)
    assert "schon eine andere Spalte" in wrong.errors["column_4"]
    assert office.send(page, page.form_with(["column_0"]), {"column_0": ""}, status=422).errors["column_0"]
    office.send(page, page.form_with(["column_4"]), {"column_4": "", "name": "Meine Liste"}, status=200)
    again = office.press(upload(office, "Olha Beispiel;;;;").url, "Weiter zu den Spalten")
    assert (again.values["name"], again.values["column_4"], again.values["column_3"]) == ("Meine Liste", "", "place")


def test_the_other_sheet_can_be_chosen(office):
    page = upload(office, "Elif Kaya;;;;")
    assert page.values["headings"] == "0-1"
    page = office.send(page, page.form_with(["headings"]), {"headings": "0-2"}, status=200)
    assert "Elif Kaya" in page.text
    office.send(page, page.form_with(["name"]), {"headings": "7-9"}, status=422)


def test_a_known_person_changes_field_by_field_and_only_where_it_is_ticked(office, make):
    elif_ = in_directory(make, municipality="Arnstadt", languages={"tr": "speaks"})
    url = bring(office, "Kaya, Elif;elif@example.org;0160 5551201;Ilmenau;spielt Saz")
    page = office.get_page(row_url(2))
    assert page.main.one("fieldset").text.split("Telefon")[1].startswith(": (verdeckt) → 0160 5551201")
    office.send(page, page.form_with(["taken"]), {"taken": ["phone", "note"]}, status=200)
    take_over(office, url)
    volunteer = db.session.get_one(Volunteer, elif_.id)
    assert (elif_.phone, elif_.municipality, volunteer.note) == ("+491605551201", "Arnstadt", "spielt Saz")
    assert volunteer.languages == {"tr": "speaks"}  # the list says nothing of it
    assert (volunteer.source, volunteer.informed_at is None) == ("", False)  # knew of it before


def test_contact_data_of_the_directory_stay_hidden_until_a_click_that_is_logged(office, make):
    elif_ = in_directory(make, street="Kanarienweg 7")
    url = bring(office, "Elif Kaya;neu@example.org;03677 111222;;", headings=HEADINGS.replace("Ort", "Straße"))
    bring_again = bring(office, "Elif Kaya;elif@example.org;0160 5551201;Neuer Weg 1;",
                        headings=HEADINGS.replace("Ort", "Straße"))  # fmt: skip
    for address in (url, bring_again, row_url(2)):
        page = office.get(address).text
        assert "Kanarienweg" not in page
        assert "111222" not in page.replace("03677 111222", "") or address == url
    assert db.session.query(Disclosure).count() == 0
    shown = office.press(bring_again, "Verdeckte Kontaktdaten zeigen (wird vermerkt)", status=200)
    assert "Kanarienweg 7" in shown.text
    assert "03677 111222" in shown.text
    office.press(row_url(2), "Verdeckte Kontaktdaten zeigen (wird vermerkt)", status=200)
    logged = [(str(look.kind), look.person_id, look.by_id) for look in db.session.query(Disclosure)]
    assert logged == [("viewed", elif_.id, office.user.id)] * 2


def test_contact_data_that_people_proved_themselves_are_not_overwritten_unasked(office, make):
    own = in_directory(make, proven=True)
    url = bring(office, "Elif Kaya;elif@example.org;0160 5551201;;")
    take_over(office, url)
    assert own.phone == "+493677111222"
    url = bring(office, "Elif Kaya;elif@example.org;0160 5551201;;")
    page = office.get_page(row_url(2))
    office.send(page, page.form_of("Auswahl merken"), {"taken": ["phone"]})
    take_over(office, url)
    assert own.phone == "+491605551201"


def test_a_new_address_from_a_list_takes_the_account_along_and_back_again(office, make):
    elif_ = in_directory(make, user=make.user(email="elif@example.org", name="Elif Kaya"))
    url = bring(office, "Elif Kaya;neu@example.org;03677 111222;;")
    page = office.get_page(row_url(2))
    office.send(page, page.form_of("Auswahl merken"), {"taken": ["email"]}, status=200)
    take_over(office, url)
    assert (elif_.email, elif_.user.email) == ("neu@example.org", "neu@example.org")
    office.press(f"{url}rueckgaengig/", "Rückgängig machen", status=200)
    assert (elif_.email, elif_.user.email) == ("elif@example.org", "elif@example.org")


def test_somebody_who_is_no_volunteer_yet_comes_into_the_directory_uninformed(office, make):
    guest = make.person(name="Olha Beispiel", email="olha@example.org")
    take_over(office, bring(office, "Olha Beispiel;olha@example.org;;Plaue;"))
    volunteer = profile.find_volunteer(guest)
    assert (volunteer.source, volunteer.informed_at, volunteer.municipalities) == ("liste", None, ["Plaue"])
    assert volunteer.inform_until - volunteer.created_at == profile.INFORM_WITHIN
    assert consents.purposes_of(guest) == set()


def test_the_office_says_which_person_it_is_and_that_is_remembered(office, make):
    known = in_directory(make, name="Fatima Weiß", email="fatima@example.org", municipality="Plaue")
    line = "Fatima Weiss;;;Plaue;"
    url = bring(office, line)
    page = office.get_page(f"{url}?stand=entscheiden")
    assert "Fatima Weiß, Plaue (im Verzeichnis)" in page.text
    office.press(page.url, "Ist dieselbe Person", status=200)
    take_over(office, url)
    assert db.session.query(Person).count() == 1
    url = bring(office, line)
    assert "gleich (1)" in office.get_page(url).text
    office.press(row_url(2), "Zeile weglassen")
    take_over(office, url)
    assert "weggelassen (1)" in office.get_page(bring(office, line)).text
    assert (known.name, db.session.query(ImportMemory).one().person_id) == ("Fatima Weiß", None)


def test_a_heading_can_be_called_a_person_and_a_decision_taken_back(office):
    url = bring(office, "Sonnenschein;;;;", "Elif Kaya;elif@example.org;;;")
    office.press(row_url(2), "Das ist doch eine Person")
    assert "neu (2)" in office.get_page(url).text
    office.press(row_url(2), "Entscheidung zurücknehmen")
    assert "neu (1)" in office.get_page(url).text


def test_who_wanted_to_be_deleted_does_not_come_back(office, make):
    gone = in_directory(make)
    erased.remember(gone)
    db.session.delete(profile.get_volunteer(gone))
    db.session.delete(gone)
    url = bring(office, "Elif Kaya;elif@example.org;;;", "Olha Beispiel;olha@example.org;;;")
    assert "wollte gelöscht werden" in office.get_page(f"{url}?stand=weggelassen").text
    take_over(office, url)
    assert [person.name for person in db.session.query(Person)] == ["Olha Beispiel"]
    assert "wollte gelöscht werden" in import_rejects.reason_of(
        import_rejects.list_rejected(db.session.query(ImportList).one())[0]
    )


def test_consents_on_paper_count_only_for_what_the_office_ticks(office):
    lines = ("Elif Kaya;elif@example.org;;;Einwilligung liegt vor (Papier, 03/25)", "Olha Beispiel;o@example.org;;;")
    url = bring(office, *lines)
    assert "1 Zeile spricht von einer Einwilligung" in office.get_page(url).text
    page = office.get_page(f"{url}einwilligungen/")
    assert "purposes" not in page.values  # nothing is ticked for the office
    office.send(page, page.form_of("Merken"), {"purposes": ["invite_round_table", "directory"]}, status=200)
    take_over(office, url)
    given = db.session.query(Consent).order_by(Consent.id).all()
    assert {(str(c.purpose), c.person.name, str(c.given_by), c.recorded_by_id) for c in given} == {
        ("directory", "Elif Kaya", "paper", office.user.id),
        ("invite_round_table", "Elif Kaya", "paper", office.user.id),
    }
    assert given[0].note == "Liste „liste“, Zeile 2: Einwilligung liegt vor (Papier, 03/25)"


def test_undoing_leaves_and_names_what_was_changed_since(office, make):
    known = in_directory(make)
    url = bring(office, "Elif Kaya;elif@example.org;0160 5551201;Plaue;",
                "Neu Eins;eins@example.org;;;", "Neu Zwei;zwei@example.org;;;", "Neu Drei;drei@example.org;;;",
                "Neu Vier;vier@example.org;;;")  # fmt: skip
    take_over(office, url)
    one, two, three = (
        db.session.query(Person).filter_by(email=f"{n}@example.org").one() for n in ("eins", "zwei", "drei")
    )
    one.phone = "+493677999"
    make.registration(of_person=two)
    consents.give(three, Purpose.BROKERING, given_by=GivenBy.WEB)
    known.municipality = "Stadtilm"
    page = office.press(f"{url}rueckgaengig/", "Rückgängig machen", status=200)
    assert "Rückgängig gemacht: 1 Zeile. 4 Zeilen bleiben, siehe unten." in page.text
    assert "Seitdem geändert: Telefon. Die Person bleibt." in page.text
    assert "seitdem eingeladen, angemeldet oder zusammengeführt" in page.text
    assert "hat sich seitdem selbst gemeldet" in page.text
    assert "Seitdem geändert und geblieben: Ort." in page.text
    db.session.expire_all()
    names = {person.name for person in db.session.query(Person)}
    assert names == {"Elif Kaya", "Neu Eins", "Neu Zwei", "Neu Drei"}
    assert (known.phone, known.municipality) == ("+493677111222", "Stadtilm")
    office.get_page(f"{url}rueckgaengig/", status=404)
    office.post_to(f"{url}rueckgaengig/", status=302)


def test_undoing_takes_consents_back_and_gives_profiles_their_old_values(office, make):
    known = in_directory(make, agreed=(), languages={"tr": str(Level.SPEAKS)}, channel=Channel.PHONE)
    headings = f"{HEADINGS};Sprachen;Tätigkeit"
    url = bring(office, "Elif Kaya;elif@example.org;;;Einwilligung da, nicht anrufen;Kurdisch;Chor", headings=headings)
    page = office.get_page(f"{url}einwilligungen/") if "spricht von" in office.get_page(url).text else None
    assert page is None  # "nicht" makes it doubtful, so it is not offered
    url = bring(office, "Elif Kaya;elif@example.org;;;Einwilligung da;Kurdisch;Chor", headings=headings)
    page = office.get_page(f"{url}einwilligungen/")
    office.send(page, page.form_of("Merken"), {"purposes": ["directory"]})
    take_over(office, url)
    volunteer = profile.get_volunteer(known)
    assert (volunteer.languages, len(volunteer.engagements)) == ({"tr": "speaks", "ku": "speaks"}, 1)
    assert consents.purposes_of(known) == {Purpose.DIRECTORY}
    office.press(f"{url}rueckgaengig/", "Rückgängig machen")
    db.session.expire_all()
    assert (volunteer.languages, volunteer.engagements, volunteer.note) == ({"tr": "speaks"}, [], "")
    assert " language:ku:speaks " not in volunteer.facets
    assert consents.purposes_of(known) == set()


def test_somebody_changed_between_checking_and_taking_over_is_left_alone(office, make):
    known = in_directory(make)
    url = bring(office, "Elif Kaya;elif@example.org;0160 5551201;Plaue;")
    known.phone = "+493677999999"
    take_over(office, url)
    assert (known.phone, known.municipality) == ("+493677999999", "Plaue")


def test_a_list_is_taken_over_once_and_then_cannot_be_changed(office):
    url = bring(office, "Elif Kaya;elif@example.org;;;")
    row = row_url(2)
    take_over(office, url)
    assert "schon übernommen" in office.post_to(f"{url}uebernehmen/", follow=True).text
    assert db.session.query(Person).count() == 1
    for page in ("tabelle/", "spalten/", "einwilligungen/"):
        office.get_page(f"{url}{page}", status=404)
    office.post_to(f"{url}verwerfen/", status=404)
    office.get_page(row, status=404)


def test_a_draft_can_be_thrown_away(office):
    url = bring(office, "Elif Kaya;elif@example.org;;;")
    office.press(url, "Entwurf löschen", status=200)
    assert (db.session.query(ImportList).count(), db.session.query(ImportRow).count()) == (0, 0)


def test_a_formula_in_a_list_comes_back_as_text(office):
    evil = '"=HYPERLINK(""http://x"")";@SUM(A1);=1+1;+cmd;-1'
    url = bring(office, evil)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(office.get(f"{url}nicht-uebernommen.xlsx").data))
    assert book.get_sheet_by_index(0).to_python()[1][:3] == ['=HYPERLINK("http://x")', "@SUM(A1)", "=1+1"]


def test_the_plan_deletes_drafts_rows_and_lists_in_time(office):
    start = clock.now()
    bring(office, "Elif Kaya;elif@example.org;;;")
    take_over(office, bring(office, "Olha Beispiel;olha@example.org;;;"))

    def kept(days: int) -> tuple[int, int]:
        with clock.stopped(start + timedelta(days=days, minutes=5)):
            privacy.delete_due()
        return db.session.query(ImportList).count(), db.session.query(ImportRow).count()

    assert [kept(days) for days in (1, 2, 7, 366)] == [(2, 4), (1, 2), (1, 0), (0, 0)]
    with clock.stopped(start + import_service.MEMORY + timedelta(days=1)):
        privacy.delete_due()
    assert db.session.query(ImportMapping).count() == 0


def test_after_the_rows_are_gone_the_numbers_stay(office):
    url = bring(office, "Elif Kaya;elif@example.org;;;")
    take_over(office, url)
    db.session.query(ImportList).update({"applied_at": clock.now() - import_service.UNDO - timedelta(hours=1)})
    import_service.forget_due()
    page = office.get_page(url)
    assert "1 neu aufgenommen" in page.text
    assert "Die Zeilen dieser Liste sind gelöscht" in page.text
    office.get_page(f"{url}rueckgaengig/", status=404)


def test_a_long_list_is_shown_in_pages_with_the_same_number_of_queries(office, count_queries, make):
    for number in range(30):
        in_directory(make, name=f"Person {chr(65 + number % 26)}{number // 26}x", email=f"p{number}@example.org")
    lines = [f"Person {chr(65 + n % 26)}{n // 26}x;p{n}@example.org;;Plaue;" for n in range(30)]
    lines = [line.replace("0x", "aax").replace("1x", "bbx") for line in lines]
    short, long = (
        bring(office, lines[0]),
        bring(office, *lines, *(f"Neu Mensch;n{n}@example.org;;;" for n in range(30))),
    )
    counted = []
    for url in (short, long):
        with count_queries() as queries:
            office.get_page(url)
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert "Seite 1 von 2" in office.get_page(long).text
    assert office.get_page(f"{long}?seite=99").status == 200


def test_only_the_office_opens_the_import(client, volunteer_client, administrator):
    assert client.get(IMPORT).status_code == 302
    assert volunteer_client.get(IMPORT).status_code == 404
    assert administrator.get(IMPORT).status_code == 404
