"""The office's pages of round tables: the years, planning one, and the page of each that leads to all else."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.events import places
from coordapp.extensions import db
from coordapp.round_tables import attendance, planning
from coordapp.round_tables.forms import YearForm
from coordapp.round_tables.rules import TABLES_A_YEAR
from coordapp.round_tables.service import get_round_table
from coordapp.shared import clock

bp = Blueprint("round_tables_office", __name__)
YEARS_AHEAD = 5


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """Show all round tables by year, the newest year first."""
    lines, this_year = planning.list_lines(), clock.today().year
    years = {clock.local(line.event.starts_at).year for line in lines} | {this_year, this_year + 1}
    by_year = {
        year: [line for line in lines if clock.local(line.event.starts_at).year == year]
        for year in sorted(years, reverse=True)
    }
    return render_template("round_tables/office/index.html", by_year=by_year, this_year=this_year, wanted=TABLES_A_YEAR)


@bp.get("/planen/")
@open_to(Access.OFFICE)
def plan():
    """Show a proposal for the round tables that a year still lacks."""
    year = _year()
    form = YearForm()
    form.offer(planning.propose_year(year), latest=planning.latest_by_place())
    if not form.slots.entries and "mehr" in request.args:
        form.slots.append_entry()
    return _plan_page(form, year)


@bp.post("/planen/")
@open_to(Access.OFFICE)
def save_plan():
    """Make drafts of the days that the office wants; warn once of bad days."""
    year, form = _year(), YearForm()
    form.let_choose(places.list_places())
    if not form.validate_on_submit():
        return _plan_page(form, year), 422
    warnings = planning.day_warnings(form.days)
    if not form.knows(list(warnings)):
        return _plan_page(form, year, warnings=warnings), 422
    made = planning.plan(form.chosen(places.list_places()))
    db.session.commit()
    flash(f"{_drafts(len(made))} gespeichert, noch nicht öffentlich. Bitte prüfen und veröffentlichen.", "success")
    return redirect(url_for(".index"))


def _drafts(number: int) -> str:
    return "1 Entwurf ist" if number == 1 else f"{number} Entwürfe sind"


def _year() -> int:
    this_year = clock.today().year
    year = request.args.get("jahr", this_year, type=int)
    return year if this_year <= year <= this_year + YEARS_AHEAD else abort(404)


def _plan_page(form: YearForm, year: int, *, warnings: dict | None = None) -> str:
    known = places.list_places()
    form.let_choose(known)
    return render_template(
        "round_tables/office/plan.html", form=form, year=year, places=known, warnings=warnings or {},
        planned=planning.list_planned(year), wanted=TABLES_A_YEAR, this_year=clock.today().year,
    )  # fmt: skip


@bp.get("/<int:event_id>/")
@open_to(Access.OFFICE)
def show(event_id: int):
    """Show a round table: what it is, where it stands, what comes next."""
    event = get_round_table(event_id)
    return render_template(
        "round_tables/office/show.html", overview=planning.overview(event), came=attendance.count_came(event)
    )
