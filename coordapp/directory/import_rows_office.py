"""One row of a list: what was read in it, its cells to be mended, who it is, which changes are wanted."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import consents, import_check, import_showing
from coordapp.directory import import_service as imports
from coordapp.directory.import_forms import CellsForm, cells_form, show_problems
from coordapp.directory.models_consent import DisclosureKind
from coordapp.directory.models_import import Decision, ImportRow, Verdict
from coordapp.extensions import db

bp = Blueprint("import_rows_office", __name__)


@bp.get("/zeile/<int:import_row_id>/")
@open_to(Access.OFFICE)
def show(import_row_id: int):
    """Show a row, its cells to be mended."""
    row = _row(import_row_id)
    return _show(row, _form(row))


@bp.post("/zeile/<int:import_row_id>/")
@open_to(Access.OFFICE)
def mend(import_row_id: int):
    """Mend cells and check the row again; what was not sent stays as it is."""
    row = _row(import_row_id)
    form = _form(row)
    if not form.validate_on_submit():
        return _show(row, form), 422
    sent = {number: cell for number, cell in form.cells().items() if f"cell_{number}" in request.form}
    imports.repair(row, sent)
    import_check.check_again(row)
    db.session.commit()
    if row.verdict is Verdict.ERROR:
        form = _form(row)
        show_problems(form, row)
        return _show(row, form), 422
    flash(f"Zeile {row.number}: {import_showing.VERDICTS[Verdict(row.verdict)]}.", "success")
    return _back(row)


@bp.post("/zeile/<int:import_row_id>/entscheiden/")
@open_to(Access.OFFICE)
def decide(import_row_id: int):
    """Keep who a row is, or that it is left out."""
    row = _row(import_row_id)
    try:
        decision = Decision(request.form.get("decision", "")) if request.form.get("decision") else None
    except ValueError:
        abort(400)
    imports.decide(row, decision, **_chosen(row, decision))
    import_check.check_again(row)
    db.session.commit()
    flash(f"Zeile {row.number}: {import_showing.VERDICTS[Verdict(row.verdict)]}.", "success")
    return _back(row)


def _chosen(row: ImportRow, decision: Decision | None) -> dict[str, int | None]:
    """Return which of the candidates was chosen; nobody else can be."""
    if decision is not Decision.SAME_PERSON:
        return {}
    person_id, number = request.form.get("person_id", type=int), request.form.get("twin_number", type=int)
    offered = [(candidate["person_id"], candidate["row"]) for candidate in row.candidates]
    if (person_id, number) not in offered:
        abort(400)
    return {"person_id": person_id, "twin_number": number}


@bp.post("/zeile/<int:import_row_id>/aenderungen/")
@open_to(Access.OFFICE)
def take_changes(import_row_id: int):
    """Keep which changes of a row are wanted."""
    row = _row(import_row_id)
    imports.take_changes(row, set(request.form.getlist("taken")))
    db.session.commit()
    flash(f"Zeile {row.number}: Ihre Auswahl ist gemerkt.", "success")
    return _back(row)


@bp.post("/zeile/<int:import_row_id>/kontakt/")
@open_to(Access.OFFICE)
def show_contact(import_row_id: int):
    """Show a row with the contact data it would replace, and log that they were seen."""
    row = _row(import_row_id)
    if row.person is not None:
        consents.disclose([row.person], DisclosureKind.VIEWED, by=signed_in_user(), reason="Eine Liste eingelesen")
        db.session.commit()
    return _show(row, _form(row, is_sent=False), with_contact=True)


def _show(row: ImportRow, form: CellsForm, *, with_contact: bool = False):
    names = {twin.number: import_showing.name_of(twin) for twin in imports.list_by_number(
        row.import_list, {candidate["row"] for candidate in row.candidates if candidate["row"]})}  # fmt: skip
    return render_template(
        "directory/import_rows_office/show.html", row=row, list=row.import_list, form=form, showing=import_showing,
        with_contact=with_contact, Verdict=Verdict, Decision=Decision,
        candidates=import_showing.candidates_of(row, imports.list_people([row]), names),
        is_below_headings=row.number > row.import_list.header_row,
    )  # fmt: skip


def _form(row: ImportRow, *, is_sent: bool | None = None) -> CellsForm:
    return cells_form(row, imports.list_headings(row.import_list), import_check.mended_cells(row), is_sent=is_sent)


def _row(row_id: int) -> ImportRow:
    """Return a row of a list that can still be changed; otherwise there is no such page."""
    row = db.get_or_404(ImportRow, row_id)
    draft = row.import_list
    if draft.applied_at is not None or draft.checked_at is None or row.sheet != draft.sheet:
        abort(404)
    return row


def _back(row: ImportRow):
    """Go back to the list where the row stood, as far as the form says it."""
    verdict = import_showing.verdict_of(request.form.get("stand"))
    slug = import_showing.SLUGS[verdict] if verdict else None
    page = request.form.get("seite", type=int)
    return redirect(url_for("import_office.show", import_list_id=row.import_list_id, stand=slug, seite=page))
