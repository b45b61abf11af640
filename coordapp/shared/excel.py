"""Excel files. All is text, a number or a day: nothing that somebody typed becomes a formula or a link."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from coordapp.shared import text

FILE_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # how a formula begins, should somebody type the cell anew
Cell = str | int | date


@dataclass(frozen=True)
class Sheet:
    """A sheet of a file; without headings the first cell of each row stands out instead."""

    name: str
    widths: Sequence[int]  # of the columns, in letters
    rows: Iterable[Sequence[Cell]]
    headings: Sequence[str] = ()


def workbook(*sheets: Sheet) -> bytes:
    """Return an .xlsx file."""
    file = BytesIO()
    with Workbook(file, OPTIONS) as book:
        styles = _Styles(book)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, styles)
    return file.getvalue()


class _Styles:
    def __init__(self, book: Workbook) -> None:
        self.heading = book.add_format({"bold": True, "num_format": "@", "valign": "top"})
        self.text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self.quoted = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True, "quote_prefix": True})
        self.number = book.add_format({"valign": "top"})
        self.day = book.add_format({"num_format": "dd.mm.yyyy", "valign": "top", "align": "left"})


def _write_sheet(page: Worksheet, sheet: Sheet, styles: _Styles) -> None:
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    for column, heading in enumerate(sheet.headings):
        page.write_string(0, column, heading, styles.heading)
    first = 1 if sheet.headings else 0
    last = first
    for last, row in enumerate(sheet.rows, first):
        for column, cell in enumerate(row):
            if column == 0 and not sheet.headings:
                page.write_string(last, column, str(cell), styles.heading)
            else:
                _write(page, last, column, cell, styles)
    if sheet.headings:
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, last, len(sheet.headings) - 1)


def _write(page: Worksheet, row: int, column: int, cell: Cell, styles: _Styles) -> None:
    if isinstance(cell, date):
        page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), styles.day)  # noqa: DTZ001 - a day
    elif isinstance(cell, int):
        page.write_number(row, column, cell, styles.number)
    else:
        tidy = text.clean(cell)
        page.write_string(row, column, tidy, styles.quoted if tidy.startswith(DANGEROUS) else styles.text)
