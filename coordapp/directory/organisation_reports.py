"""What people outside say about organisations, and what the office makes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from coordapp.accounts.models import User
from coordapp.directory import organisations, organisations_mails
from coordapp.directory.models import Organisation, OrganisationReport
from coordapp.directory.organisation_words import COLUMNS
from coordapp.extensions import count_rows, db
from coordapp.shared import clock, languages

DOUBLE = timedelta(hours=1)  # the same once more within this time is the same report
NEEDED = ("name", "kind")  # of a new organisation


class AlreadyDecided(Exception):
    """Raised when somebody else was quicker."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who says it; all of it may be empty."""

    name: str = ""
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One column of a report beside what the entry says now."""

    column: str
    label: str
    old: object
    new: object

    @property
    def is_needed(self) -> bool:
        """Tell whether a new entry cannot do without it."""
        return self.column in NEEDED


# deeds of those outside


def report(organisation: Organisation | None, *, values: dict, note: str, reporter: Reporter) -> OrganisationReport:
    """Keep what somebody says about an organisation, or about one that is missing (None), and send a receipt.

    A form that is sent twice makes one report. The caller has counted the try, which lets one of two wait.
    """
    number = organisation.id if organisation is not None else None
    said = {"organisation_id": number, "note": note, "reporter_email": reporter.email, "reporter_name": reporter.name}
    query = select(OrganisationReport).filter_by(**said, decided_at=None)
    recent = db.session.scalars(query.where(OrganisationReport.created_at > clock.now() - DOUBLE))
    same = next((other for other in recent if other.values == values), None)
    if same is not None:
        return same
    made = OrganisationReport(**said, values=values, language=languages.current())
    db.session.add(made)
    db.session.flush()
    organisations_mails.report_received(made)
    return made


def propose(organisation: Organisation, values: dict, *, by: User) -> OrganisationReport | None:
    """Keep what a representative wants to change and the office must agree to; None when nothing is left of it.

    It takes the place of what they proposed before.
    """
    wanted, pending = organisations.changes(organisation, values), find_proposal(organisation, by=by)
    if not wanted:
        if pending is not None:
            db.session.delete(pending)
        return None
    if pending is None:
        pending = OrganisationReport(organisation_id=organisation.id, reported_by=by, language=by.language)
        db.session.add(pending)
    if pending.values != wanted:
        pending.values, pending.created_at = wanted, clock.now()
    db.session.flush()
    return pending


# deeds of the office


def take(found: OrganisationReport, columns: Iterable[str], *, by: User, answer: str = "") -> Organisation | None:
    """Take over some columns of a report into its entry, made now if it is new; answer who said it.

    Raises AlreadyDecided, or organisations.NameTaken with nothing changed.
    """
    _decide(found, by=by, is_taken=True)
    organisation = found.organisation
    wanted = {*columns, *(NEEDED if organisation is None else ())}
    chosen = {column: value for column, value in found.values.items() if column in wanted}
    if organisation is None and chosen:
        organisation = Organisation()
    if organisation is not None and chosen:
        found.organisation = organisations.save(organisation, chosen)
    db.session.flush()
    organisations_mails.report_answered(found, taken=list(chosen), answer=answer)
    return found.organisation


def reject(found: OrganisationReport, *, by: User, answer: str = "") -> None:
    """Leave the entry as it is, and say why to who wanted to change it. Raises AlreadyDecided."""
    _decide(found, by=by, is_taken=False)
    organisations_mails.report_answered(found, taken=[], answer=answer)


def _decide(found: OrganisationReport, *, by: User, is_taken: bool) -> None:
    is_open = (OrganisationReport.id == found.id, OrganisationReport.decided_at.is_(None))
    decision = {"decided_at": clock.now(), "decided_by_id": by.id, "is_taken": is_taken}
    if count_rows(update(OrganisationReport).where(*is_open).values(decision)) != 1:
        raise AlreadyDecided
    db.session.refresh(found)


def attach(found: OrganisationReport, organisation: Organisation) -> None:
    """Read a report about a missing organisation as one about an entry that is there after all."""
    found.organisation = organisation
    found.values = {column: found.values[column] for column in organisations.changes(organisation, found.values)}
    db.session.flush()


# facts


def answer_address(found: OrganisationReport) -> str | None:
    """Return where an answer goes."""
    return found.reporter_email or (found.reported_by.email if found.reported_by is not None else None)


def title_of(found: OrganisationReport) -> str:
    """Return the name of the organisation that a report is about."""
    return found.organisation.name if found.organisation is not None else str(found.values.get("name", ""))


def differences(found: OrganisationReport) -> list[Difference]:
    """List what a report would change, column by column."""
    held = organisations.values_of(found.organisation) if found.organisation is not None else {}
    return [
        Difference(column, str(label).rstrip("?"), held.get(column), found.values[column])
        for column, label in COLUMNS.items()
        if column in found.values
    ]


# questions


def find_proposal(organisation: Organisation, *, by: User) -> OrganisationReport | None:
    """Return what a representative has proposed and nobody has decided on."""
    mine = select(OrganisationReport).filter_by(organisation_id=organisation.id, reported_by_id=by.id, decided_at=None)
    return db.session.scalars(mine.order_by(OrganisationReport.id)).first()


def list_open(organisation: Organisation | None = None) -> list[OrganisationReport]:
    """List the reports to check, of one organisation where it is named, the oldest first."""
    query = select(OrganisationReport).where(OrganisationReport.decided_at.is_(None))
    if organisation is not None:
        query = query.where(OrganisationReport.organisation_id == organisation.id)
    return list(db.session.scalars(_with_names(query).order_by(OrganisationReport.created_at, OrganisationReport.id)))


def list_decided(*, limit: int = 20) -> list[OrganisationReport]:
    """List the reports decided on, the last first."""
    query = select(OrganisationReport).where(OrganisationReport.decided_at.is_not(None))
    latest = (OrganisationReport.decided_at.desc(), OrganisationReport.id.desc())
    return list(db.session.scalars(_with_names(query).order_by(*latest).limit(limit)))


def _with_names(query):
    return query.options(
        joinedload(OrganisationReport.organisation), joinedload(OrganisationReport.reported_by),
        joinedload(OrganisationReport.decided_by),
    )  # fmt: skip


def count_open() -> int:
    """Return how many reports wait to be checked."""
    waiting = select(func.count(OrganisationReport.id)).where(OrganisationReport.decided_at.is_(None))
    return db.session.scalar(waiting) or 0
