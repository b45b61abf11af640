"""The office's pages of people who may be there twice."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from wtforms import BooleanField, RadioField
from wtforms.fields import SelectChoice

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import consents, doubles, merge_preview, merger_undo, mergers
from coordapp.directory.merge_preview import Preview
from coordapp.directory.models import Person
from coordapp.directory.models_consent import DisclosureKind
from coordapp.directory.models_doubles import Merger
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.forms import add_error, required
from coordapp.shared.paging import asked_page, count_pages

bp = Blueprint("doubles_office", __name__)
PAGE_SIZE = 25
EMPTY = "leer lassen"
CHOOSE = "Bitte wählen Sie eine der beiden Angaben."
THIRD = "So heißt schon jemand Drittes mit dieser E-Mail-Adresse. Bitte wählen Sie die andere Adresse."


class MergeForm(FlaskForm):
    """Which of two values stays, for each thing in which two people differ; the fields come from the preview."""

    closes_account = BooleanField("Das zweite Konto schließen")


def _form_for(plan: Preview) -> MergeForm:
    fields = {
        field.name: RadioField(
            field.label, choices=[SelectChoice(value=str(plan.kept.id), label=field.ours or EMPTY),
                                  SelectChoice(value=str(plan.merged.id), label=field.theirs or EMPTY)],
            default=str(plan.merged.id if field.takes_theirs else plan.kept.id), validators=[required(CHOOSE)],
        )
        for field in plan.differing
    }  # fmt: skip
    return type("FormOfTwo", (MergeForm,), fields)()


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """Show the pairs who may be one person, and the mergers that can still be undone."""
    found = doubles.list_suggestions()
    pages = count_pages(len(found), size=PAGE_SIZE)
    page = min(asked_page(), pages)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    ids = {number for pair in shown for number in (pair.one.id, pair.other.id)}
    recent = doubles.list_mergers()
    return render_template(
        "directory/doubles_office/index.html", pairs=shown, number=len(found), page=page, pages=pages,
        volunteers=doubles.list_volunteer_ids(ids), mergers=recent, within=mergers.UNDO_WITHIN,
        clashes=merge_preview.list_open_clashes([merger.merged_id for merger in recent]),
        page_url=lambda number: url_for(".index", seite=number),
    )  # fmt: skip


@bp.get("/<int:person_id>/<int:other_id>/")
@open_to(Access.OFFICE)
def compare(person_id: int, other_id: int):
    """Show two people side by side, contact data hidden, and what merging would do."""
    one, other = _pair(person_id, other_id)
    plan = merge_preview.preview(*merge_preview.in_order(one, other))
    return _page(plan, _form_for(plan))


@bp.post("/<int:person_id>/<int:other_id>/kontakt")
@open_to(Access.OFFICE)
def compare_contact(person_id: int, other_id: int):
    """Show two people with their contact data this once, and log it."""
    one, other = _pair(person_id, other_id)
    consents.disclose([one, other], DisclosureKind.VIEWED, by=signed_in_user(), reason="Doppelte geprüft")
    db.session.commit()
    plan = merge_preview.preview(*merge_preview.in_order(one, other), shows_contact=True)
    return _page(plan, _form_for(plan), shows_contact=True)


@bp.post("/<int:person_id>/<int:other_id>/")
@open_to(Access.OFFICE)
def merge(person_id: int, other_id: int):
    """Make one person of two, with the values that were chosen."""
    kept, merged = merge_preview.in_order(*_pair(person_id, other_id))
    plan = merge_preview.preview(kept, merged)
    form = _form_for(plan)
    if not form.validate_on_submit():
        return _page(plan, form), 422
    taken = frozenset(field.name for field in plan.differing if form.data[field.name] == str(merged.id))
    closes = form.closes_account.data and plan.can_close_account
    try:
        mergers.merge(kept, merged, taken=taken, by=signed_in_user(), closes_account=closes)
        db.session.commit()
    except mergers.CannotMerge:  # somebody else was faster
        db.session.rollback()
        flash("Das hat inzwischen schon jemand zusammengeführt.", "info")
        return redirect(url_for(".index"))
    except IntegrityError:
        db.session.rollback()
        add_error(form["email" if "email" in form else "name"], THIRD)
        return _page(merge_preview.preview(kept, merged), form), 422
    flash(f"{kept.name} ist jetzt eine Person. Das lässt sich 30 Tage lang zurücknehmen.", "success")
    return redirect(url_for(".index"))


@bp.post("/<int:person_id>/<int:other_id>/zwei-personen")
@open_to(Access.OFFICE)
def keep_apart(person_id: int, other_id: int):
    """Remember that two people are two."""
    one, other = _pair(person_id, other_id)
    doubles.say_not_same(one, other, by=signed_in_user())
    db.session.commit()
    flash("Gemerkt: Das sind zwei Personen. Dieses Paar wird nicht mehr vorgeschlagen.", "success")
    return redirect(url_for(".index"))


@bp.post("/zuruecknehmen")
@open_to(Access.OFFICE)
def undo():
    """Make two people of one again; say what stays because it was changed since."""
    merger = db.get_or_404(Merger, request.form.get("merger_id", 0, type=int))
    names = f"{merger.kept.name} und {merger.merged.name}"
    try:
        stays = merger_undo.undo(merger, by=signed_in_user())
        db.session.commit()
    except merger_undo.CannotUndo as problem:
        db.session.rollback()
        flash(str(problem), "warning")
    except IntegrityError:
        db.session.rollback()
        flash("Das geht nicht: Den alten Namen mit dieser Adresse hat inzwischen jemand anderes.", "warning")
    else:
        flash(f"{names} sind wieder zwei Personen.", "success")
        if stays:
            flash(f"Inzwischen geändert und deshalb geblieben: {', '.join(stays)}. Bitte prüfen Sie das.", "warning")
    return redirect(url_for(".index"))


def _pair(person_id: int, other_id: int) -> tuple[Person, Person]:
    """Return two different people who are both still there, or answer 404."""
    one, other = db.get_or_404(Person, person_id), db.get_or_404(Person, other_id)
    if one is other or one.merged_into_id is not None or other.merged_into_id is not None:
        abort(404)
    return one, other


def _page(plan: Preview, form: MergeForm, *, shows_contact: bool = False) -> str:
    return render_template(
        "directory/doubles_office/compare.html", plan=plan, form=form, shows_contact=shows_contact,
        why=doubles.find_reason(plan.kept, plan.merged), lost=merge_preview.consent_words(plan.lost),
        undo_until=clock.today() + mergers.UNDO_WITHIN,
    )  # fmt: skip
