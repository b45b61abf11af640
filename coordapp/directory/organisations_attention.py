"""What the office must do about reports on organisations."""

from datetime import datetime

from flask import url_for

from coordapp.directory import organisation_reports
from coordapp.shared import languages
from coordapp.shared.attention import Line, Urgency, counted


def list_lines(_now: datetime) -> list[Line]:
    """Say how many reports wait to be checked, and since when the first of them."""
    reports = organisation_reports.list_open()
    if not reports:
        return []
    number = counted(len(reports), "Meldung", "Meldungen")
    since = languages.short_day(reports[0].created_at)
    return [
        Line(
            f"{number} zu Vereinen prüfen", url_for("organisation_reports_office.index"), Urgency.WAITED_FOR,
            about=f"Die älteste ist vom {since}." if len(reports) > 1 else f"Sie ist vom {since}.",
        )
    ]  # fmt: skip
