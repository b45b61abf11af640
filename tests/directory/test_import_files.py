"""Files: read by their content, refused politely when they are too large or not what they seem."""

import io
import resource
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from coordapp.directory import import_files
from coordapp.directory.import_files import FileRefused
from coordapp.directory.import_reader import MOST_ROWS

DATA = Path(__file__).parent / "data"
ROWS = [["Name", "Ort"], ["Groß, Zoë", "Ilmenau"], ["", ""], ["Weiß, Åsa", "Plaue"]]
ODS_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Liste">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""
ODS_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
</manifest:manifest>"""


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData></worksheet>'
)


def read(data: bytes) -> list[dict]:
    return import_files.read(io.BytesIO(data))


def xlsx(rows, *, at=(0, 0)) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("Liste")
    for number, row in enumerate(rows):
        sheet.write_row(at[0] + number, at[1], row)
    book.close()
    return file.getvalue()


def ods(rows: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", ODS_MANIFEST)
        archive.writestr("content.xml", ODS_CONTENT.format(rows=rows))
    return file.getvalue()


def ods_rows(rows) -> str:
    def cell(text):
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    return "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)


def repacked(data: bytes, **replaced: str) -> bytes:
    """Return a spreadsheet with some of its parts replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = replaced.get(Path(entry.filename).stem, old.read(entry))
            new.writestr(entry.filename, content)
    return file.getvalue()


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_files_are_read_whatever_their_delimiter_and_encoding(delimiter, encoding):
    lines = [delimiter.join(f'"{cell}"' if "," in cell else cell for cell in row) for row in ROWS]
    assert read("\r\n".join(lines).encode(encoding)) == [{"name": "", "rows": ROWS}]


def test_spreadsheets_of_three_kinds_are_read():
    assert read(xlsx(ROWS))[0] == {"name": "Liste", "rows": ROWS}
    assert read(ods(ods_rows(ROWS)))[0] == {"name": "Liste", "rows": ROWS}
    old = read((DATA / "alte-liste.xls").read_bytes())
    assert old[0]["rows"][1] == ["Kaya, Elif", "36775559", "Ilmenau"]  # no 36775559.0


def test_rows_keep_the_numbers_they_have_in_the_file():
    assert read(xlsx(ROWS, at=(4, 2)))[0]["rows"][4] == ["", "", "Name", "Ort"]


def test_line_breaks_and_control_characters_in_cells_become_spaces():
    assert read(xlsx([["Name"], ["Groß,\nZoë"]]))[0]["rows"][1] == ["Groß, Zoë"]
    assert read(b"Name;Ort\nA\x07B;C\n")[0]["rows"][1] == ["A B", "C"]


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"%PDF-1.7\n\0", b"PK\x03\x04 not a zip", b"<html><table></table></html>",
        import_files.OLD_OFFICE + b"\0" * 2000, b"\x00\x01\x02",
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_whatever_it_is_called(data):
    with pytest.raises(FileRefused, match="lässt sich nicht lesen"):
        read(data)


def test_another_zip_and_an_empty_file_are_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(FileRefused, match="lässt sich nicht lesen"):
        read(file.getvalue())
    for nothing in (b"", b" \n ", xlsx([])):
        with pytest.raises(FileRefused, match="steht nichts"):
            read(nothing)


def test_too_many_rows_and_too_many_bytes_are_refused():
    for data in (b"Name;Ort\n" * (MOST_ROWS + 1), b"Name;Ort\n" * 100_001):
        with pytest.raises(FileRefused, match=r"mehr als 10\.000 Zeilen"):
            read(data)
    with pytest.raises(FileRefused, match="zu groß"):
        read(b"x" * (import_files.MOST_BYTES + 1))
    assert len(read(b"Name;Ort\n" * MOST_ROWS)[0]["rows"]) == MOST_ROWS


def test_a_zip_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    bomb = repacked(xlsx(ROWS), sheet1=" " * (import_files.MOST_UNPACKED + 1))
    assert len(bomb) < 200_000
    with pytest.raises(FileRefused, match="zu groß"):
        read(bomb)


def test_a_sheet_that_claims_to_be_huge_does_not_take_the_site_along():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    huge_sheet = repacked(xlsx(ROWS), sheet1=SHEET.format(row=1_048_576, cell="XFD1048576"))
    huge_row = '<table:table-row table:number-rows-repeated="1000000">' + ods_rows([["x"] * 30])[17:]
    for data in (huge_sheet, ods(huge_row)):
        with pytest.raises(FileRefused, match="zu groß|mehr als"):
            read(data)
    assert time.monotonic() - begun < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_an_entity_in_a_spreadsheet_reads_no_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim-4711")
    evil = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1">'
        "<si><t>Name &e;</t></si></sst>"
    )
    data = repacked(xlsx([["Name", "Ort"]]), sharedStrings=evil)
    try:
        shown = str(read(data))
    except FileRefused as refused:
        shown = str(refused)
    assert "geheim" not in shown
