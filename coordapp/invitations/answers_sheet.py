"""The answers to the invitations of an event as an Excel file for the office; it holds no contact data."""

from collections.abc import Iterable

from coordapp.events.models import Event
from coordapp.invitations import words
from coordapp.invitations.service import Line
from coordapp.shared import clock
from coordapp.shared.excel import Sheet, workbook
from coordapp.shared.languages import short_day

HEADINGS = ("Name", "Gemeinde", "Stand", "Personen", "Eingeladen", "Weg", "Erinnert", "Geantwortet", "Versand")
WIDTHS = (28, 22, 24, 10, 12, 22, 12, 12, 30)


def answers_sheet(lines: Iterable[Line]) -> bytes:
    """Return an Excel file with one row for each invitation."""
    return workbook(Sheet("Antworten", WIDTHS, [_row(line) for line in lines], headings=HEADINGS))


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
