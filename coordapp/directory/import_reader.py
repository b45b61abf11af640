"""Reads a file into tables of texts. Runs as a process of its own with little memory, see import_files.py.

A spreadsheet of a few hundred bytes can claim to be as large as a house: what it unfolds to must not take the site
along.
"""

import csv
import io
import json
import resource
import sys
from collections import Counter
from datetime import date, datetime, time, timedelta
from enum import IntEnum

import python_calamine

from coordapp.shared import text

MOST_MEMORY = 280 * 1024 * 1024  # bytes, of the address space
MOST_SECONDS = 15  # of the processor
MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 10_000, 60, 1_000
DELIMITERS = ";\t,"
LEADING_ROWS = 60  # looked at to find the delimiter


class Failure(IntEnum):
    """Why a file was not read: the exit code of the process."""

    UNREADABLE = 3
    TOO_MANY_ROWS = 4
    PROTECTED = 5


class ReadFailed(Exception):
    """Raised with a Failure."""


def read_spreadsheet(data: bytes) -> list[dict]:
    """Return the sheets of an .xlsx, .xls or .ods file: {"name", "rows"}, each row a list of texts."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [_sheet(book, meta.name) for meta in book.sheets_metadata if _is_sheet(meta)]
    except python_calamine.PasswordError:
        raise ReadFailed(Failure.PROTECTED) from None
    except (python_calamine.CalamineError, ValueError, OSError):
        raise ReadFailed(Failure.UNREADABLE) from None


def _is_sheet(meta) -> bool:
    is_visible = meta.visible == python_calamine.SheetVisibleEnum.Visible
    return is_visible and meta.typ == python_calamine.SheetTypeEnum.WorkSheet


def _sheet(book: python_calamine.CalamineWorkbook, name: str) -> dict:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height >= MOST_ROWS:
        raise ReadFailed(Failure.TOO_MANY_ROWS)
    rows = sheet.to_python(skip_empty_area=False)
    return {"name": text.one_line(name)[:80], "rows": _trimmed([_row(row) for row in rows])}


def read_text(data: bytes) -> list[dict]:
    """Return the one table of a .csv file, whatever its encoding and delimiter."""
    written = decode(data)
    rows = []
    try:
        for row in csv.reader(io.StringIO(written, newline=""), delimiter=find_delimiter(written)):
            rows.append(_row(row))
            if len(rows) > MOST_ROWS:
                raise ReadFailed(Failure.TOO_MANY_ROWS)
    except csv.Error:
        raise ReadFailed(Failure.UNREADABLE) from None
    return [{"name": "", "rows": _trimmed(rows)}]


def decode(data: bytes) -> str:
    """Return a text in UTF-8 (with or without mark), UTF-16 with mark, or Windows-1252."""
    is_marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ("utf-16",) if is_marked else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            written = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in written and not written.lstrip().startswith("<"):
            return written
    raise ReadFailed(Failure.UNREADABLE)


def find_delimiter(written: str) -> str:
    """Return what separates the cells: the sign that makes the most lines equally wide."""
    lines = [line for line in written.splitlines()[:LEADING_ROWS] if line.strip()]

    def score(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        width, number = max(widths.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
        return (number, width) if width > 1 else (0, 0)

    return max(DELIMITERS, key=score)


def _row(row: list) -> list[str]:
    return [_cell(value) for value in row[:MOST_COLUMNS]]


def _cell(value) -> str:
    """Return a cell as it is read; whole numbers come as 1.0."""
    if isinstance(value, str):
        return text.one_line(value)[:MOST_LETTERS]
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y}" if value.time() == time() else f"{value:%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, time | timedelta):
        return str(value)[:5]
    return str(value)


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Cut off empty rows at the end and empty columns at the right; make all rows equally wide."""
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((column + 1 for row in rows for column, cell in enumerate(row) if cell), default=0)
    return [[*row[:width], *[""] * (width - len(row))] for row in rows]


def main() -> None:
    """Read a file from the standard input and write its tables as JSON; the exit code says what went wrong."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    read = read_spreadsheet if sys.argv[1:] == ["spreadsheet"] else read_text
    try:
        sheets = read(sys.stdin.buffer.read())
    except ReadFailed as failure:
        sys.exit(int(failure.args[0]))
    json.dump(sheets, sys.stdout)


if __name__ == "__main__":
    main()
