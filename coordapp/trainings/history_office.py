"""The training history of a person in the office: what they completed here, and what they completed elsewhere."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import training_records
from coordapp.directory.models import Person
from coordapp.directory.models_training import TrainingRecord
from coordapp.extensions import db
from coordapp.trainings.history_forms import ElsewhereForm
from coordapp.trainings.hours import length
from coordapp.trainings.service import list_formats

bp = Blueprint("training_history_office", __name__)


@bp.get("/<int:person_id>/schulungen/")
@open_to(Access.OFFICE)
def show(person_id: int):
    """Show the history of somebody, and offer to add to it."""
    return _page(_find(person_id), _form())


@bp.post("/<int:person_id>/schulungen/")
@open_to(Access.OFFICE)
def add(person_id: int):
    """Add a training that somebody completed elsewhere."""
    person, form = _find(person_id), _form()
    if not form.validate_on_submit():
        return _page(person, form), 422
    form.write_to(person, by=signed_in_user())
    db.session.commit()
    flash("Eingetragen.", "success")
    return redirect(url_for(".show", person_id=person_id))


@bp.post("/<int:person_id>/schulungen/<int:record_id>/entfernen")
@open_to(Access.OFFICE)
def remove(person_id: int, record_id: int):
    """Take away a line that the office added; what was completed here follows from the list of attendance."""
    person, record = _find(person_id), db.get_or_404(TrainingRecord, record_id)
    if record.person_id != person.id or record.event_id is not None:
        abort(404)
    training_records.forget(record)
    db.session.commit()
    flash("Entfernt.", "success")
    return redirect(url_for(".show", person_id=person_id))


def _find(person_id: int) -> Person:
    return db.get_or_404(Person, person_id)


def _form() -> ElsewhereForm:
    return ElsewhereForm().let_choose([one for one in list_formats(offered_only=False) if not one.is_confidential])


def _page(person: Person, form: ElsewhereForm) -> str:
    return render_template(
        "trainings/history_office/show.html", person=person, form=form, length=length,
        records=training_records.list_records(person),
    )  # fmt: skip
