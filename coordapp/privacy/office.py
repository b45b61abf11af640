"""Delete somebody who asked the office for it."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.directory import profile
from coordapp.directory.models import Person
from coordapp.extensions import db
from coordapp.privacy import erasure

bp = Blueprint("privacy_office", __name__)


@bp.get("/<int:person_id>/loeschen/")
@open_to(Access.OFFICE)
def ask(person_id: int):
    """Say what deleting somebody does, and offer it."""
    person = _get(person_id)
    return render_template(
        "privacy/office/erase.html", person=person, volunteer=profile.find_volunteer(person),
        coming=erasure.list_coming(person),
    )  # fmt: skip


@bp.post("/<int:person_id>/loeschen/")
@open_to(Access.OFFICE)
def erase(person_id: int):
    """Delete somebody with all that is held about them."""
    erasure.erase(_get(person_id))
    db.session.commit()
    flash("Gelöscht. Auch eine alte Liste bringt diese Person nicht zurück.", "success")
    return redirect(url_for("office.start"))


def _get(person_id: int) -> Person:
    person = db.get_or_404(Person, person_id)
    return person if person.merged_into_id is None else abort(404)
