"""The mails about organisations: one function, one template, one key each."""

from coordapp.accounts.models import User
from coordapp.directory.models import Organisation, OrganisationReport
from coordapp.outbox import service as outbox
from coordapp.shared import clock


def report_received(report: OrganisationReport) -> bool:
    """Tell who left an address that their report arrived and what happens next.

    Quotes nothing: a stranger may have typed the address, and their words must not go out in the name of the office.
    """
    return outbox.enqueue(
        "directory/mail/organisation_report_received.txt", to=report.reporter_email, language=report.language,
        key=f"organisation-report-received:{report.id}", is_new=report.organisation_id is None,
    )  # fmt: skip


def report_answered(report: OrganisationReport, *, taken: list[str], answer: str) -> bool:
    """Tell the reporter, or the representative, what the office made of it."""
    by = report.reported_by
    return outbox.enqueue(
        "directory/mail/organisation_report_answered.txt",
        to=report.reporter_email or (by.email if by is not None else None), language=report.language,
        key=f"organisation-report-answered:{report.id}", organisation=report.organisation, is_taken=report.is_taken,
        is_partly=0 < len(taken) < len(report.values), answer=answer,
    )  # fmt: skip


def representative_added(user: User, organisation: Organisation) -> bool:
    """Tell somebody that they speak for an organisation and how to sign in."""
    return outbox.enqueue(
        "directory/mail/representative_added.txt", to=user.email, name=user.name, language=user.language,
        key=f"representative:{organisation.id}:{user.id}:{clock.now():%Y%m%d%H%M}", organisation=organisation,
        email=user.email,
    )  # fmt: skip
