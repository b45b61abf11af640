"""The office's list of places."""

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.exc import IntegrityError

from coordapp.accounts.guards import Access, open_to
from coordapp.events import places
from coordapp.events.models import Place
from coordapp.events.place_forms import PlaceForm
from coordapp.extensions import db
from coordapp.shared.forms import add_error

bp = Blueprint("places_office", __name__)


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """List all places."""
    return render_template("events/places_office/index.html", places=places.list_places())


@bp.get("/neu/")
@open_to(Access.OFFICE)
def new():
    """Ask for a new place."""
    return render_template("events/places_office/edit.html", place=None, form=PlaceForm())


@bp.post("/neu/")
@open_to(Access.OFFICE)
def create():
    """Store a new place."""
    return _save(Place(name="", municipality=""), PlaceForm())


@bp.get("/<int:place_id>/")
@open_to(Access.OFFICE)
def edit(place_id: int):
    """Show a place, to be changed."""
    place = db.get_or_404(Place, place_id)
    return render_template("events/places_office/edit.html", place=place, form=PlaceForm(obj=place))


@bp.post("/<int:place_id>/")
@open_to(Access.OFFICE)
def save(place_id: int):
    """Change a place."""
    return _save(db.get_or_404(Place, place_id), PlaceForm())


def _save(place: Place, form: PlaceForm):
    shown = place if place.id else None
    if form.validate_on_submit():
        try:
            places.save_place(form.write_to(place))
            db.session.commit()
            flash("Der Ort ist gespeichert.", "success")
            return redirect(url_for(".index"))
        except IntegrityError:
            db.session.rollback()
            add_error(form.name, "Diesen Ort gibt es in dieser Gemeinde schon.")
    return render_template("events/places_office/edit.html", place=shown, form=form), 422
