"""The sign-in sheet, read as a reader of PDF reads it."""

import io

import pytest
from pypdf import PdfReader

from coordapp.events import attendance, papers
from coordapp.events.models import EventDate, RegistrationStatus


def read(response) -> PdfReader:
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    return PdfReader(io.BytesIO(response.data))


def url(event):
    return f"/verwaltung/runde-tische/{event.id}/unterschriftenliste.pdf"


def lines_of(page) -> list[str]:
    return [" ".join(line.split()) for line in page.extract_text().splitlines()]


def test_the_sheet_has_the_names_sorted_and_room_to_sign_and_nothing_else_about_anybody(office, make):
    event = make.event(starts_at=make.in_days(3), title="Runder Tisch in Arnstadt")
    for name, size in (("Zoë Zimmer", 1), ("Änne Öhler", 3), ("Наталія Шевченко", 1), ("#strong[Bob] *b*", 1)):
        make.registration(event, make.person(
            name=name, email=f"kanarienvogel{size}{name[0].encode().hex()}@example.org", phone="+4936281234567",
            municipality="Kanariendorf",
        ), party_size=size, note="Kanarienzettel")  # fmt: skip
    make.registration(event, make.person(name="Gregor Gegangen"), status=RegistrationStatus.CANCELLED)
    make.registration(event, make.person(name="Wanda Wartet"), status=RegistrationStatus.WAITING)
    text = "\n".join("\n".join(lines_of(page)) for page in read(office.get(url(event))).pages)
    names = [line for line in text.splitlines() if line[:1].isdigit()]
    assert names[:6] == [
        "1 #strong[Bob] *b*", "2 Änne Öhler", "3 Begleitung von Änne Öhler", "4 Begleitung von Änne Öhler",
        "5 Zoë Zimmer", "6 Наталія Шевченко",
    ]  # fmt: skip
    assert names[6:] == [str(number) for number in range(7, 15)]  # eight blank rows
    assert "Landratsamt Ilm-Kreis" in text
    for word in ("@", "1234567", "anarien", "Gegangen", "Wartet"):
        assert word not in text


def test_arabic_and_persian_names_can_be_read_out_of_it(office, make):
    event = make.event(starts_at=make.in_days(3))
    for name in ("علي حسن الخطيب", "پریسا گلمحمدی"):
        make.registration(event, make.person(name=name))
    text = "\n".join(lines_of(read(office.get(url(event))).pages[0]))
    for word in ("علي", "حسن", "الخطيب", "پریسا", "گلمحمدی"):
        assert word in text


def test_the_sheet_is_tagged_and_has_a_title_and_a_language(office, make):
    reader = read(office.get(url(make.event(title="Runder Tisch in Ilmenau"))))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - an object of the PDF
    assert root["/Lang"] == "de-DE"
    assert "/StructTreeRoot" in root
    assert reader.metadata.title == "Runder Tisch in Ilmenau – Unterschriftenliste"
    assert b"pdfuaid:part>1" in reader.xmp_metadata.rdf_root.ownerDocument.toxml().encode()


def test_each_date_has_its_own_sheet_and_each_page_its_number(office, make):
    event = make.event(starts_at=make.in_days(3))
    event.dates.append(EventDate(starts_at=make.in_days(4), ends_at=make.in_days(4, 18)))
    for number in range(30):
        make.registration(event, make.person(name=f"Person {number:02}"))
    pages = [lines_of(page) for page in read(office.get(url(event))).pages]
    assert len(pages) == 4
    assert [lines[-1].rpartition("Seite")[2] for lines in pages] == [f" {number} von 4" for number in (1, 2, 3, 4)]
    assert ["Unterschriftenliste" in lines for lines in pages] == [True, False, True, False]
    assert sum("Person 07" in line for lines in pages for line in lines) == 2


def test_the_file_is_named_after_the_day(office, make):
    event = make.event(starts_at=make.in_days(3))
    name = papers.sheet_filename(event)
    assert office.get(url(event)).headers["Content-Disposition"] == f'inline; filename="{name}"'
    assert name.endswith(".pdf")
    assert office.get(url(event)).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", [RegistrationStatus.ATTENDED, RegistrationStatus.ABSENT])
def test_it_can_be_printed_again_afterwards(app, make, status):
    registration = make.registration(status=status)
    assert attendance.list_signing(registration.event) == [registration]
