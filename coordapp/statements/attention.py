"""What the office must do about reported barriers."""

from datetime import datetime

from flask import url_for

from coordapp.shared import clock
from coordapp.shared.attention import Line, Urgency
from coordapp.statements import service


def list_lines(now: datetime) -> list[Line]:
    """Say how many reports wait for an answer, and until when the first of them."""
    reports = [report for report in service.list_reports() if report.is_open]
    if not reports:
        return []
    deed = "1 gemeldete Barriere beantworten" if len(reports) == 1 else f"{len(reports)} gemeldete Barrieren beantworten"
    until, today = reports[0].due_on, clock.local(now).date()
    return [
        Line(
            deed, url_for("statements_office.index"), Urgency.BROKEN if until < today else Urgency.WAITED_FOR,
            about=f"Frist: {service.deadline_in_words(reports[0], today=today)}", until=until,
        )
    ]  # fmt: skip
