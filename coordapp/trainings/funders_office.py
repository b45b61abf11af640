"""Who pays for trainings, with their logos, in the office."""

from flask import Blueprint, flash, redirect, render_template, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.extensions import db
from coordapp.shared.forms import add_error
from coordapp.trainings import funders
from coordapp.trainings.funder_forms import FunderForm
from coordapp.trainings.models import Funder

bp = Blueprint("funders_office", __name__)

TAKEN = "Einen Förderer mit diesem Namen gibt es schon."


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """List the funders, and ask for another."""
    return _index(FunderForm())


@bp.post("/")
@open_to(Access.OFFICE)
def create():
    """Add a funder."""
    form = FunderForm()
    if not _save(Funder(), form):
        return _index(form), 422
    db.session.commit()
    flash("Gespeichert. Sie können den Förderer jetzt bei Angeboten auswählen.", "success")
    return redirect(url_for(".index"))


@bp.get("/<int:funder_id>/")
@open_to(Access.OFFICE)
def edit(funder_id: int):
    """Show a funder, to be changed."""
    funder = db.get_or_404(Funder, funder_id)
    return _edit_page(funder, FunderForm(obj=None, data={"name": funder.name}))


@bp.post("/<int:funder_id>/")
@open_to(Access.OFFICE)
def save(funder_id: int):
    """Rename a funder, or change the logo."""
    funder, form = db.get_or_404(Funder, funder_id), FunderForm()
    if not _save(funder, form):
        return _edit_page(funder, form), 422
    db.session.commit()
    flash("Gespeichert.", "success")
    return redirect(url_for(".index"))


@bp.post("/<int:funder_id>/entfernen")
@open_to(Access.OFFICE)
def remove(funder_id: int):
    """Remove a funder from all entries of the catalogue."""
    funder = db.get_or_404(Funder, funder_id)
    funders.remove(funder)
    db.session.commit()
    flash(f"{funder.name} ist entfernt.", "success")
    return redirect(url_for(".index"))


def _save(funder: Funder, form: FunderForm) -> bool:
    """Store what was typed; or say in the form what is wrong."""
    if not form.validate_on_submit():
        return False
    try:
        funders.save(funder, name=form.name.data or "", logo=form.checked, drops_logo=form.drops_logo.data)
    except funders.NameTaken:
        add_error(form.name, TAKEN)
        return False
    return True


def _index(form: FunderForm) -> str:
    return render_template(
        "trainings/funders_office/index.html", form=form, funders=funders.list_funders(),
        numbers=funders.count_formats(), logo_name=funders.logo_name,
    )  # fmt: skip


def _edit_page(funder: Funder, form: FunderForm) -> str:
    return render_template(
        "trainings/funders_office/edit.html", funder=funder, form=form, logo_name=funders.logo_name,
        number=funders.count_formats().get(funder.id, 0),
    )  # fmt: skip
