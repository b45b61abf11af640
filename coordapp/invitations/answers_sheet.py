"""The answers to the invitations of an event as an Excel file for the office; it holds no contact data."""

import io
from collections.abc import Iterable

import xlsxwriter

from coordapp.events.models import Event
from coordapp.invitations import words
from coordapp.invitations.service import Line
from coordapp.shared import clock
from coordapp.shared.languages import short_day

HEADINGS = ("Name", "Gemeinde", "Stand", "Personen", "Eingeladen", "Weg", "Erinnert", "Geantwortet", "Versand")
WIDTHS = (28, 22, 24, 10, 12, 22, 12, 12, 30)


def answers_sheet(lines: Iterable[Line]) -> bytes:
    """Return an Excel file with one row for each invitation; nothing that somebody typed becomes a formula or link."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet, bold = book.add_worksheet("Antworten"), book.add_format({"bold": True})
        for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, bold)
        for row, line in enumerate(lines, start=1):
            for column, value in enumerate(_row(line)):
                if isinstance(value, int):
                    sheet.write_number(row, column, value)
                else:
                    sheet.write_string(row, column, value)
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _row(line: Line) -> tuple[str | int, ...]:
    invitation, registration = line.invitation, line.registration
    comes = registration is not None and registration.is_active
    return (
        invitation.person.name,
        invitation.person.municipality,
        words.STATES[line.state][0],
        registration.party_size if registration is not None and comes else "",
        short_day(invitation.invited_at),
        words.way(line),
        short_day(invitation.reminded_at) if invitation.reminded_at else "",
        short_day(invitation.answered_at) if invitation.answered_at else "",
        invitation.mailing.name if invitation.mailing else "",
    )


def filename(event: Event) -> str:
    """Return a name that says what it is and of which day: "antworten-2027-03-16.xlsx"."""
    return f"antworten-{clock.local(event.starts_at):%Y-%m-%d}.xlsx"
