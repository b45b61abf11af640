import re
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordapp.accounts import limits
from coordapp.accounts.guards import Access, open_to
from coordapp.extensions import db
from coordapp.shared import languages
from coordapp.statements import declaration, service
from coordapp.statements.forms import BarrierForm

bp = Blueprint("statements", __name__)

HOUR = timedelta(hours=1)
REPORTS_PER_HOUR = 20  # from one network address
RECEIPTS_PER_HOUR = 3  # to one mailbox, so that nobody is flooded


@bp.get("/barrierefreiheit/")
@open_to(Access.EVERYONE)
def accessibility():
    """Show the accessibility statement (ThürBITVO section 3)."""
    return render_template("statements/accessibility.html", declaration=declaration, days=service.DAYS_TO_ANSWER)


@bp.get("/datenschutz/")
@open_to(Access.EVERYONE)
def privacy():
    """Show what happens with the data of people (DSGVO 13)."""
    return render_template("statements/privacy.html")


@bp.get("/impressum/")
@open_to(Access.EVERYONE)
def imprint():
    """Show who is responsible for the site (DDG 5)."""
    return render_template("statements/imprint.html")


@bp.get("/barriere-melden/")
@open_to(Access.EVERYONE)
def report_barrier():
    """Show the form for a barrier, with the page already filled in if it is named."""
    return _form_page(BarrierForm(data={"page": _path(request.args.get("seite", ""))}))


@bp.post("/barriere-melden/")
@open_to(Access.EVERYONE)
def send_barrier_report():
    """Take a report."""
    form = BarrierForm()
    if not form.validate_on_submit():
        return _form_page(form), 422
    if not _is_within_limits(form.email.data):
        form.form_errors.append(_("Von Ihrem Internet-Anschluss kamen zu viele Meldungen. Bitte rufen Sie uns an."))
        return _form_page(form), 429
    report = service.report_barrier(description=form.description.data, page=form.page.data or "", email=form.email.data)
    db.session.commit()
    flash(
        _("Danke für Ihre Meldung. Wir kümmern uns bis zum %(day)s darum.", day=languages.day(report.due_on)), "success"
    )
    return redirect(url_for(".report_barrier"))


def _is_within_limits(email: str | None) -> bool:
    """Count a report and tell whether it may be taken. Commits, so that it counts."""
    tries = [("barrier", limits.network(), REPORTS_PER_HOUR)]
    if email:
        tries.append(("barrier-receipt", email, RECEIPTS_PER_HOUR))
    is_allowed = limits.hit_all(tries, window=HOUR)
    db.session.commit()
    return is_allowed


def _form_page(form: BarrierForm) -> str:
    return render_template("statements/report_barrier.html", form=form, days=service.DAYS_TO_ANSWER)


def _path(address: str) -> str:
    """Return the path of an address on this site: no other host, no question mark with what follows."""
    path = re.split("[?#]", address)[0] if address.startswith("/") and not address.startswith("//") else ""
    return path[:300]
