"""What people report about organisations, side by side with what the entry says, to be taken over or not."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import organisation_reports, organisation_words, organisations
from coordapp.directory.models import OrganisationReport
from coordapp.directory.organisations_forms import DecisionForm
from coordapp.extensions import db

bp = Blueprint("organisation_reports_office", __name__)


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """List what is to be checked, and what was decided last."""
    return render_template(
        "directory/organisation_reports_office/index.html", reports=organisation_reports.list_open(),
        decided=organisation_reports.list_decided(), title_of=organisation_reports.title_of,
        names_of=organisations.names_of,
    )  # fmt: skip


@bp.get("/<int:organisation_report_id>/")
@open_to(Access.OFFICE)
def show(organisation_report_id: int):
    """Show a report beside the entry."""
    report = _get(organisation_report_id)
    return _page(report, DecisionForm(report))


@bp.post("/<int:organisation_report_id>/")
@open_to(Access.OFFICE)
def decide(organisation_report_id: int):
    """Take over what is ticked, or leave the entry as it is; who reported it gets an answer."""
    report = _get(organisation_report_id)
    form = DecisionForm(report)
    if not form.validate_on_submit():
        return _page(report, form), 422
    try:
        target = _carry_out(report, form)
    except organisation_reports.AlreadyDecided:
        db.session.rollback()
        flash("Über diese Meldung ist schon entschieden.", "info")
        return redirect(url_for(".index"))
    except organisations.NameTaken:
        db.session.rollback()
        form.form_errors = [*form.form_errors, "Einen Eintrag mit diesem Namen gibt es schon."]
        return _page(_get(organisation_report_id), form), 422
    db.session.commit()
    return redirect(target)


@bp.post("/<int:organisation_report_id>/zuordnen/")
@open_to(Access.OFFICE)
def attach(organisation_report_id: int):
    """Compare a new entry with the one of the same name that is there already."""
    report = _get(organisation_report_id)
    organisation = _find_namesake(report)
    if organisation is None:
        abort(404)
    organisation_reports.attach(report, organisation)
    db.session.commit()
    flash(f"Die Meldung gehört jetzt zu {organisation.name}.", "success")
    return redirect(url_for(".show", organisation_report_id=report.id))


def _carry_out(report: OrganisationReport, form: DecisionForm) -> str:
    """Do what the pressed button says; return where to go then."""
    office, answer = signed_in_user(), form.answer.data or ""
    if form.reject.data:
        organisation_reports.reject(report, by=office, answer=answer)
        flash(f"Abgelehnt. {_told(report)}".strip(), "success")
        return url_for(".index")
    is_new = report.organisation_id is None
    organisation = organisation_reports.take(report, form.take.data or (), by=office, answer=answer)
    if organisation is None:
        flash(f"Erledigt. {_told(report)}".strip(), "success")
        return url_for(".index")
    if is_new:
        organisations.publish(organisation, is_public=bool(form.is_public.data))
    flash(f"{'Übernommen' if report.values else 'Erledigt'}. {_told(report)}".strip(), "success")
    return url_for("organisations_office.show", organisation_id=organisation.id)


def _told(report: OrganisationReport) -> str:
    return "Die Antwort ist unterwegs." if organisation_reports.answer_address(report) else ""


def _get(organisation_report_id: int) -> OrganisationReport:
    return db.get_or_404(OrganisationReport, organisation_report_id)


def _find_namesake(report: OrganisationReport):
    """Return the entry that has the name of a new one."""
    if report.organisation_id is not None or report.decided_at is not None:
        return None
    return organisations.find_by_name(str(report.values.get("name", "")))


def _page(report: OrganisationReport, form: DecisionForm) -> str:
    return render_template(
        "directory/organisation_reports_office/show.html", report=report, form=form, words=organisation_words,
        title=organisation_reports.title_of(report), namesake=_find_namesake(report),
        is_answered=organisation_reports.answer_address(report) is not None,
    )  # fmt: skip
