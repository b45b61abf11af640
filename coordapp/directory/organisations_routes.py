"""The public directory of clubs and of advice centres, and what readers tell us about it."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm

from coordapp.accounts import limits
from coordapp.accounts.guards import Access, open_to
from coordapp.directory import organisation_reports, organisation_words, organisations
from coordapp.directory.models import Organisation, OrganisationKind
from coordapp.directory.organisations_forms import FilterForm, NewForm, ReportForm
from coordapp.extensions import db
from coordapp.shared.paging import asked_page, count_pages

bp = Blueprint("organisations", __name__)

PAGE = 30
HOUR = timedelta(hours=1)
REPORTS_PER_HOUR = 20  # from one network address
ASKED_FIRST = ("name", "kind", "description", "municipality", "phone", "email")  # of a new entry; the rest folds out
RECEIPTS_PER_HOUR = 10  # to one mailbox, so that nobody is flooded


@dataclass(frozen=True)
class Directory:
    """One of the two public lists."""

    endpoint: str
    title: LazyString
    lead: LazyString
    kinds: tuple[OrganisationKind, ...]


CLUBS = Directory(
    "organisations.index", _l("Vereine im Ilm-Kreis"),
    _l("Hier finden Sie Vereine, Initiativen und andere, die sich über neue Menschen freuen."), organisations.CLUBS,
)  # fmt: skip
ADVICE = Directory(
    "organisations.advice", _l("Beratung im Ilm-Kreis"),
    _l("Hier finden Sie Stellen, die Ihnen Rat geben und helfen."), organisations.ADVICE,
)  # fmt: skip
DIRECTORIES = (CLUBS, ADVICE)


@bp.get("/vereine/")
@open_to(Access.EVERYONE)
def index():
    """List the clubs as the reader chose."""
    return _list_page(CLUBS)


@bp.get("/beratung/")
@open_to(Access.EVERYONE)
def advice():
    """List the advice centres and offices as the reader chose."""
    return _list_page(ADVICE)


@bp.get("/vereine/<int:organisation_id>/")
@open_to(Access.EVERYONE)
def show(organisation_id: int):
    """Show all that is public about one organisation."""
    organisation = _get_public(organisation_id)
    listed_in = ADVICE if organisation.kind in ADVICE.kinds else CLUBS
    return render_template(
        "directory/organisations/show.html", organisation=organisation, listed_in=listed_in, words=organisation_words
    )


@bp.get("/vereine/<int:organisation_id>/aenderung-melden/")
@open_to(Access.EVERYONE)
def report(organisation_id: int):
    """Ask what is wrong with an entry."""
    return _report_page(ReportForm(_get_public(organisation_id)))


@bp.post("/vereine/<int:organisation_id>/aenderung-melden/")
@open_to(Access.EVERYONE)
def send_report(organisation_id: int):
    """Take a report; the office checks it."""
    organisation = _get_public(organisation_id)
    form = ReportForm(organisation)
    if not form.validate_on_submit():
        return _report_page(form), 422
    if not _is_within_limits(form):
        return _report_page(form), 429
    organisation_reports.report(organisation, values=form.changes(), note=form.note.data or "", reporter=form.reporter)
    db.session.commit()
    return redirect(url_for(".received"))


@bp.get("/vereine/eintragen/")
@open_to(Access.EVERYONE)
def new():
    """Ask for a club that is missing."""
    return _new_page(NewForm())


@bp.post("/vereine/eintragen/")
@open_to(Access.EVERYONE)
def send_new():
    """Take a new entry; the office checks it."""
    form = NewForm()
    if not form.validate_on_submit():
        return _new_page(form), 422
    if not _is_within_limits(form):
        return _new_page(form), 429
    organisation_reports.report(None, values=form.given, note=form.note.data or "", reporter=form.reporter)
    db.session.commit()
    return redirect(url_for(".received"))


@bp.get("/vereine/danke/")
@open_to(Access.EVERYONE)
def received():
    """Say what happens next with a report."""
    return render_template("directory/organisations/received.html")


def _list_page(directory: Directory) -> str:
    form = FilterForm(request.args)
    form.offer(directory.kinds)
    filters, page = form.filters(is_public=True), asked_page()
    number = organisations.count_organisations(filters)
    found = organisations.search_organisations(filters, limit=PAGE, offset=(page - 1) * PAGE)
    chosen = form.chosen()
    return render_template(
        "directory/organisations/index.html", directory=directory, directories=DIRECTORIES, form=form, chosen=chosen,
        found=found, number=number, page=page, pages=count_pages(number, size=PAGE), words=organisation_words,
        page_url=lambda number: url_for(directory.endpoint, **chosen, seite=number),
    )  # fmt: skip


def _get_public(organisation_id: int) -> Organisation:
    return organisations.find_public(organisation_id) or abort(404)


def _report_page(form: ReportForm) -> str:
    columns = list(organisation_words.COLUMNS)
    return render_template(
        "directory/organisations/report.html", organisation=form.organisation, form=form, columns=columns
    )


def _new_page(form: NewForm) -> str:
    rest = [column for column in organisation_words.COLUMNS if column not in ASKED_FIRST]
    return render_template("directory/organisations/new.html", form=form, first=ASKED_FIRST, rest=rest)


def _is_within_limits(form: ReportForm | NewForm) -> bool:
    """Count a report and tell whether it may be taken; the count is kept either way."""
    tries = [("organisation-report", limits.network(), REPORTS_PER_HOUR)]
    if form.reporter.email:
        tries.append(("organisation-receipt", form.reporter.email, RECEIPTS_PER_HOUR))
    if limits.hit_all(tries, window=HOUR):
        return True
    db.session.commit()
    _say_too_many(form)
    return False


def _say_too_many(form: FlaskForm) -> None:
    message = _("Von Ihrem Internet-Anschluss kamen zu viele Meldungen. Bitte rufen Sie uns an.")
    form.form_errors = [*form.form_errors, message]
