"""What the office must do about reported barriers."""

from datetime import datetime

from flask import url_for

from coordapp.shared import clock
from coordapp.shared.attention import Line, Urgency, counted
from coordapp.statements import service


def list_lines(now: datetime) -> list[Line]:
    """Say how many reports wait for an answer, and until when the first of them."""
    reports = [report for report in service.list_reports() if report.is_open]
    if not reports:
        return []
    number = counted(len(reports), "gemeldete Barriere", "gemeldete Barrieren")
    until, today = reports[0].due_on, clock.local(now).date()
    return [
        Line(
            f"{number} beantworten", url_for("statements_office.index"), Urgency.WAITED_FOR,
            about=f"Frist: {service.deadline_in_words(reports[0], today=today)}", until=until,
        )
    ]  # fmt: skip
