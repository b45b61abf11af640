import zipfile
from datetime import date
from io import BytesIO

from python_calamine import CalamineWorkbook

from coordapp.shared.excel import Sheet, workbook


def test_what_somebody_typed_stays_text_and_days_and_numbers_are_such():
    typed = ["=1+1", "@SUM(1)", "-5", "+49 3628", "https://evil.example", "zwei\nZeilen", "00123"]
    made = workbook(Sheet("Liste", [10] * 9, [[*typed, 7, date(2027, 3, 16)]], headings=list("abcdefghi")))
    heading, row = CalamineWorkbook.from_filelike(BytesIO(made)).get_sheet_by_name("Liste").to_python()
    assert heading == list("abcdefghi")
    assert row == [*typed, 7, date(2027, 3, 16)]
    parts = zipfile.ZipFile(BytesIO(made))
    page = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert "hyperlink" not in page
    assert 'quotePrefix="1"' in parts.read("xl/styles.xml").decode()
    assert page.count('t="s"') == 9 + len(typed)


def test_a_sheet_may_have_no_headings_and_no_rows():
    made = workbook(Sheet("Leer", [10], [], headings=["Name"]), Sheet("Hinweise", [10, 20], [["Wofür", "Üben"]]))
    book = CalamineWorkbook.from_filelike(BytesIO(made))
    assert book.get_sheet_by_name("Leer").to_python() == [["Name"]]
    assert book.get_sheet_by_name("Hinweise").to_python() == [["Wofür", "Üben"]]
