from flask import Blueprint, flash, redirect, render_template, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.statements import service
from coordapp.statements.models import BarrierReport

bp = Blueprint("statements_office", __name__)


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """List the reported barriers with how much time is left to answer."""
    reports, today = service.list_reports(), clock.today()
    deadlines = {report.id: service.deadline_in_words(report, today=today) for report in reports}
    return render_template("statements/office/index.html", reports=reports, deadlines=deadlines, today=today)


@bp.post("/<int:report_id>/beantwortet")
@open_to(Access.OFFICE)
def mark_answered(report_id: int):
    """Note that a report has been dealt with."""
    service.mark_answered(db.get_or_404(BarrierReport, report_id))
    db.session.commit()
    flash("Die Meldung ist erledigt.", "success")
    return redirect(url_for(".index"))


@bp.post("/<int:report_id>/wieder-offen")
@open_to(Access.OFFICE)
def reopen(report_id: int):
    """Take back that a report has been dealt with."""
    service.reopen(db.get_or_404(BarrierReport, report_id))
    db.session.commit()
    flash("Die Meldung ist wieder offen.", "success")
    return redirect(url_for(".index"))
