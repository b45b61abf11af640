"""Barriers are reported and answered; the room privacy deletes them a year later. Nothing here commits."""

from datetime import date, timedelta

from sqlalchemy import select

from coordapp.extensions import db
from coordapp.shared import clock, languages
from coordapp.statements import mails
from coordapp.statements.models import BarrierReport

DAYS_TO_ANSWER = 30  # a month, BGG 12b(4)


def report_barrier(*, description: str, page: str = "", email: str | None = None) -> BarrierReport:
    """Keep a report, tell the office, and send a receipt to who left an address."""
    report = BarrierReport(
        description=description, page=page, email=email or None, language=languages.current(),
        due_on=clock.today() + timedelta(days=DAYS_TO_ANSWER),
    )  # fmt: skip
    db.session.add(report)
    db.session.flush()
    mails.barrier_reported(report)
    if report.email:
        mails.report_received(report)
    return report


def mark_answered(report: BarrierReport) -> None:
    """Note that a report has been dealt with."""
    report.answered_at = report.answered_at or clock.now()


def reopen(report: BarrierReport) -> None:
    """Take back that a report has been dealt with."""
    report.answered_at = None


def list_reports() -> list[BarrierReport]:
    """List all reports: the open ones by deadline, then the answered ones, the last answered first."""
    return list(
        db.session.scalars(
            select(BarrierReport).order_by(
                BarrierReport.answered_at.is_not(None), BarrierReport.answered_at.desc(), BarrierReport.due_on,
                BarrierReport.id,
            )
        )
    )  # fmt: skip


def deadline_in_words(report: BarrierReport, *, today: date) -> str:
    """Say for the office how much time is left: "noch 12 Tage", "heute", "seit 3 Tagen überfällig"."""
    days = (report.due_on - today).days
    if days < 0:
        return "seit gestern überfällig" if days == -1 else f"seit {-days} Tagen überfällig"
    return {0: "heute", 1: "noch 1 Tag"}.get(days, f"noch {days} Tage")
