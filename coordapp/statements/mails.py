"""The mails about a reported barrier."""

from flask import current_app

from coordapp.outbox import service as outbox
from coordapp.statements.models import BarrierReport


def report_received(report: BarrierReport) -> bool:
    """Tell the reader that their report arrived and until when they get an answer.

    Quotes nothing: a stranger may have typed the address, and their words must not go out in the name of the office.
    """
    return outbox.enqueue(
        "statements/mail/report_received.txt", to=report.email, language=report.language,
        key=f"barrier-received:{report.id}", due_on=report.due_on,
    )  # fmt: skip


def barrier_reported(report: BarrierReport) -> bool:
    """Tell the office that a report waits for an answer."""
    return outbox.enqueue(
        "statements/mail/barrier_reported.txt", to=current_app.config["OFFICE_EMAIL"],
        name=current_app.config["OFFICE_NAME"], language="de", key=f"barrier-reported:{report.id}", report=report,
    )  # fmt: skip
