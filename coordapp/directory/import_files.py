"""Uploaded files: what they are by their content, whether they are small enough, and the tables in them."""

import io
import json
import subprocess
import sys
import zipfile
from typing import IO

import config
from coordapp.directory.import_reader import MOST_ROWS, Failure

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024
MOST_SECONDS = 30
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and anything with a password
CONTENTS = ("xl/workbook.xml", "content.xml")  # what an .xlsx and an .ods file has inside

TOO_BIG = "Diese Datei ist zu groß. Möglich sind 10 MB. Vielleicht sind Bilder darin? Speichern Sie nur die Liste."
TOO_MANY_ROWS = f"Diese Liste hat mehr als {MOST_ROWS:,} Zeilen. Bitte teilen Sie sie auf.".replace(",", ".")
UNREADABLE = "Diese Datei lässt sich nicht lesen. Bitte speichern Sie die Liste als .xlsx, .xls, .ods oder .csv."
PROTECTED = "Diese Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort."
EMPTY = "In dieser Datei steht nichts."
REASONS = {
    Failure.UNREADABLE: UNREADABLE,
    Failure.TOO_MANY_ROWS: TOO_MANY_ROWS,
    Failure.PROTECTED: PROTECTED,
}
TOO_LARGE = (TOO_BIG, TOO_MANY_ROWS)


class FileRefused(Exception):
    """Raised with a German sentence that says what to do."""


def read(upload: IO[bytes]) -> list[dict]:
    """Return the tables of a file that are not empty: {"name", "rows"}, each row a list of texts of one width.

    Raises FileRefused. What a file is, its content says, not its name.
    """
    data = upload.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise FileRefused(TOO_BIG)
    if not data.strip():
        raise FileRefused(EMPTY)
    sheets = [sheet for sheet in _read_apart(data, kind=_kind(data)) if sheet["rows"]]
    if not sheets:
        raise FileRefused(EMPTY)
    return sheets


def _kind(data: bytes) -> str:
    """Tell a spreadsheet from a text; refuse what unpacks to too much."""
    if data.startswith(OLD_OFFICE):
        return "spreadsheet"
    if not data.startswith(b"PK"):
        return "text"
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise FileRefused(UNREADABLE) from None
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise FileRefused(TOO_BIG)
    if not {entry.filename for entry in entries} & set(CONTENTS):
        raise FileRefused(UNREADABLE)
    return "spreadsheet"


def _read_apart(data: bytes, *, kind: str) -> list[dict]:
    """Read in a process of its own, which may run out of memory without harm."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no word of the user's on the command line
            [sys.executable, "-m", "coordapp.directory.import_reader", kind],
            input=data, capture_output=True, timeout=MOST_SECONDS, cwd=config.ROOT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise FileRefused(TOO_BIG) from None
    if done.returncode == 0:
        return json.loads(done.stdout)
    is_known = done.returncode in set(Failure)
    raise FileRefused(REASONS[Failure(done.returncode)] if is_known else TOO_BIG)
