"""The rows that were not taken over, as a file to mend and bring again."""

from sqlalchemy import select

from coordapp.directory.import_check import mended_cells
from coordapp.directory.import_service import list_headings
from coordapp.directory.models_import import ImportList, ImportRow, Verdict
from coordapp.extensions import db
from coordapp.shared import excel

REJECTED = (Verdict.ERROR, Verdict.DOUBLE, Verdict.LEFT_OUT)
REASON_WIDTH, COLUMN_WIDTH = 60, 22


def list_rejected(taken: ImportList) -> list[ImportRow]:
    """List the rows that did not go into the directory although somebody is in them."""
    return list(
        db.session.scalars(
            select(ImportRow)
            .where(
                ImportRow.import_list_id == taken.id,
                ImportRow.sheet == taken.sheet,
                ImportRow.verdict.in_(REJECTED),
            )
            .order_by(ImportRow.number)
        )
    )


def reason_of(row: ImportRow) -> str:
    """Say in words why a row stayed out."""
    if row.verdict is Verdict.DOUBLE:
        return f"nicht entschieden: {row.candidates[0]['why']}" if row.candidates else "nicht entschieden"
    return row.reason


def write_file(taken: ImportList) -> bytes:
    """Return an .xlsx file of the rejected rows, the reason in the last column."""
    headings = list_headings(taken)
    rows = [[*mended_cells(row), f"Zeile {row.number}: {reason_of(row)}"] for row in list_rejected(taken)]
    widths = [*(COLUMN_WIDTH for _heading in headings), REASON_WIDTH]
    return excel.workbook(
        excel.Sheet("nicht übernommen", widths, rows, headings=[*headings, "Warum nicht übernommen"])
    )  # fmt: skip
