"""The office brings in a list: file, columns, check, take over, undo. Single rows: import_rows_office.py."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import (
    consents,
    import_apply,
    import_check,
    import_files,
    import_rejects,
    import_showing,
    import_undo,
)
from coordapp.directory import import_service as imports
from coordapp.directory.import_forms import ConsentsForm, TableForm, UploadForm, mapping_form
from coordapp.directory.import_mapping import guess_header_row
from coordapp.directory.models_consent import DisclosureKind
from coordapp.directory.models_import import ImportList, ImportRow, Verdict
from coordapp.directory.models_profile import FieldOfAction
from coordapp.directory.profile import INFORM_WITHIN
from coordapp.extensions import db
from coordapp.shared import excel
from coordapp.shared.attention import counted
from coordapp.shared.forms import add_error, choices
from coordapp.shared.paging import asked_page, count_pages

bp = Blueprint("import_office", __name__)
ROWS_A_PAGE = 50
MOST_SHEETS, ROWS_BELOW = 8, 3  # shown to choose from; shown below the guessed headings
FORM_AROUND = 64 * 1024  # bytes of a form around its file


@bp.url_value_preprocessor
def allow_a_larger_file(endpoint: str | None, _values: dict | None) -> None:
    """Let the one form for files take more than others; runs before anything reads the form."""
    if endpoint == "import_office.upload":
        request.max_content_length = import_files.MOST_BYTES + FORM_AROUND


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """Ask for a file, and list what was brought in before."""
    return _index(UploadForm())


@bp.post("/")
@open_to(Access.OFFICE)
def upload():
    """Read a file and keep its rows as a draft."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _index(form), 422
    try:
        sheets = import_files.read(form.file.data.stream)
    except import_files.FileRefused as refused:
        add_error(form.file, str(refused))
        return _index(form), 413 if str(refused) in import_files.TOO_LARGE else 422
    draft = imports.start(sheets, file_name=form.file.data.filename or "", by=signed_in_user())
    db.session.commit()
    return redirect(url_for(".table", import_list_id=draft.id))


def _index(form: UploadForm):
    return render_template("directory/import_office/index.html", form=form, lists=imports.list_lists())


@bp.get("/<int:import_list_id>/tabelle/")
@open_to(Access.OFFICE)
def table(import_list_id: int):
    """Ask which sheet is meant and where the headings are."""
    draft = _draft(import_list_id)
    form, sheets = _table_form(draft)
    return render_template("directory/import_office/table.html", draft=draft, form=form, sheets=sheets)


@bp.post("/<int:import_list_id>/tabelle/")
@open_to(Access.OFFICE)
def save_table(import_list_id: int):
    """Keep where the headings are."""
    draft = _draft(import_list_id)
    form, sheets = _table_form(draft)
    if not form.validate_on_submit():
        return render_template("directory/import_office/table.html", draft=draft, form=form, sheets=sheets), 422
    sheet, header_row = form.chosen
    imports.choose_table(draft, sheet=sheet, header_row=header_row)
    db.session.commit()
    return redirect(url_for(".columns", import_list_id=draft.id))


def _table_form(draft: ImportList) -> tuple[TableForm, list[tuple[str, list[ImportRow]]]]:
    """Return the form, with the likely row chosen, and the first rows of each sheet."""
    sheets, offered = [], {}
    for number, sheet in list(enumerate(draft.sheets))[:MOST_SHEETS]:
        rows = imports.list_first_rows(draft, sheet=number)
        if not rows:
            continue
        guess = guess_header_row([row.cells for row in rows])
        shown = rows[: guess + ROWS_BELOW]
        offered |= {f"{number}-{row.number}": f"Zeile {row.number}" for row in shown}
        sheets.append((sheet["name"], shown))
        if number == draft.sheet:
            chosen = f"{number}-{draft.header_row or guess}"
    form = TableForm(data={"headings": chosen})
    form.headings.choices = choices(offered)
    return form, sheets


@bp.get("/<int:import_list_id>/spalten/")
@open_to(Access.OFFICE)
def columns(import_list_id: int):
    """Ask what the columns mean."""
    draft = _draft(import_list_id)
    return _columns(draft, mapping_form(draft, imports.list_headings(draft)))


@bp.post("/<int:import_list_id>/spalten/")
@open_to(Access.OFFICE)
def save_columns(import_list_id: int):
    """Keep what the columns mean, and check all rows."""
    draft = _draft(import_list_id)
    form = mapping_form(draft, imports.list_headings(draft))
    if not form.validate_on_submit():
        return _columns(draft, form), 422
    imports.save_mapping(
        draft, name=form.name.data or "", mapping=form.mapping(), default_field=FieldOfAction(form.default_field.data)
    )
    import_check.check(draft)
    db.session.commit()
    return redirect(url_for(".show", import_list_id=draft.id))


def _columns(draft: ImportList, form):
    rows = imports.list_first_rows(draft, sheet=draft.sheet, after=draft.header_row)
    samples = [
        list(dict.fromkeys(row.cells[number] for row in rows if row.cells[number]))[:3]
        for number in range(len(draft.mapping))
    ]
    return render_template("directory/import_office/columns.html", draft=draft, form=form, samples=samples)


@bp.get("/<int:import_list_id>/")
@open_to(Access.OFFICE)
def show(import_list_id: int):
    """Show what becomes of each row, or what became of it."""
    return _show(_list(import_list_id), with_contact=False)


@bp.post("/<int:import_list_id>/")
@open_to(Access.OFFICE)
def show_contacts(import_list_id: int):
    """Show the rows of this page with the contact data they would replace, and log that they were seen."""
    shown = _list(import_list_id)
    rows, _page, _pages = _rows_of_page(shown, import_showing.verdict_of(request.args.get("stand")))
    seen = [row.person for row in rows if row.person is not None and import_showing.has_hidden([row])]
    consents.disclose(seen, DisclosureKind.VIEWED, by=signed_in_user(), reason="Eine Liste eingelesen")
    db.session.commit()
    return _show(shown, with_contact=True)


def _show(shown: ImportList, *, with_contact: bool):
    if shown.checked_at is None:
        return redirect(url_for(".table" if not shown.header_row else ".columns", import_list_id=shown.id))
    verdict = import_showing.verdict_of(request.args.get("stand"))
    rows, page, pages = _rows_of_page(shown, verdict)
    return render_template(
        "directory/import_office/show.html", list=shown, rows=rows, page=page, pages=pages, verdict=verdict,
        numbers=imports.count_by_verdict(shown), showing=import_showing, with_contact=with_contact,
        people=imports.list_people(rows), names=_names_of_twins(shown, rows),
        consenting=len(imports.list_consenting(shown)), can_be_undone=imports.can_be_undone(shown),
        is_draft=shown.applied_at is None, headings=imports.list_headings(shown), Verdict=Verdict,
        rejected=len(import_rejects.list_rejected(shown)), undo_until=imports.undo_until(shown),
        inform_until=(shown.applied_at or shown.created_at) + INFORM_WITHIN,
        page_url=lambda number: url_for(
            ".show", import_list_id=shown.id, stand=request.args.get("stand"), seite=number),
    )  # fmt: skip


def _rows_of_page(shown: ImportList, verdict: Verdict | None) -> tuple[list[ImportRow], int, int]:
    numbers = imports.count_by_verdict(shown)
    total = numbers[verdict] if verdict else sum(numbers.values())
    pages = count_pages(total, size=ROWS_A_PAGE)
    page = min(asked_page(), pages)
    rows = imports.list_rows(shown, verdict, limit=ROWS_A_PAGE, offset=(page - 1) * ROWS_A_PAGE)
    return rows, page, pages


def _names_of_twins(shown: ImportList, rows: list[ImportRow]) -> dict[int, str]:
    """Return who stands in the earlier rows that some rows might repeat."""
    twins = imports.list_by_number(shown, {c["row"] for row in rows for c in row.candidates if c["row"]})
    return {row.number: import_showing.name_of(row) for row in twins}


@bp.get("/<int:import_list_id>/einwilligungen/")
@open_to(Access.OFFICE)
def paper_consents(import_list_id: int):
    """Ask what the consents on paper cover that the list speaks of."""
    draft = _draft(import_list_id)
    form = ConsentsForm(data={"purposes": draft.consents})
    rows = imports.list_consenting(draft)
    return render_template("directory/import_office/consents.html", draft=draft, form=form, rows=rows)


@bp.post("/<int:import_list_id>/einwilligungen/")
@open_to(Access.OFFICE)
def save_paper_consents(import_list_id: int):
    """Keep what the consents on paper cover."""
    draft, form = _draft(import_list_id), ConsentsForm()
    if not form.validate_on_submit():
        rows = imports.list_consenting(draft)
        return render_template("directory/import_office/consents.html", draft=draft, form=form, rows=rows), 422
    draft.consents = [str(purpose) for purpose in form.purposes.data or []]
    db.session.commit()
    flash("Gemerkt. Die Einwilligungen werden beim Übernehmen eingetragen.", "success")
    return redirect(url_for(".show", import_list_id=draft.id))


@bp.post("/<int:import_list_id>/uebernehmen/")
@open_to(Access.OFFICE)
def take_over(import_list_id: int):
    """Write everything that can be written into the directory."""
    draft = _list(import_list_id)
    try:
        import_apply.apply(draft, by=signed_in_user())
        db.session.commit()
        flash("Die Liste ist übernommen.", "success")
    except import_apply.NotNow as refused:
        db.session.rollback()
        flash(str(refused), "warning")
    except IntegrityError:
        db.session.rollback()
        flash("Es wurde nichts übernommen: Gerade hat sich im Verzeichnis etwas geändert. Bitte prüfen Sie die "
              "Spalten noch einmal.", "error")  # fmt: skip
    return redirect(url_for(".show", import_list_id=import_list_id))


@bp.get("/<int:import_list_id>/rueckgaengig/")
@open_to(Access.OFFICE)
def undo(import_list_id: int):
    """Say what undoing will do, and ask."""
    taken = _undoable(import_list_id)
    return render_template(
        "directory/import_office/undo.html", list=taken, numbers=imports.count_by_verdict(taken), Verdict=Verdict,
        undo_until=imports.undo_until(taken),
    )  # fmt: skip


@bp.post("/<int:import_list_id>/rueckgaengig/")
@open_to(Access.OFFICE)
def take_back(import_list_id: int):
    """Undo taking over."""
    try:
        outcome = import_undo.undo(_list(import_list_id))
    except import_apply.NotNow as refused:
        db.session.rollback()
        flash(str(refused), "warning")
        return redirect(url_for(".show", import_list_id=import_list_id))
    db.session.commit()
    left = f" {counted(outcome.left, 'Zeile bleibt', 'Zeilen bleiben')}, siehe unten." if outcome.left else ""
    flash(f"Rückgängig gemacht: {counted(outcome.rows, 'Zeile', 'Zeilen')}.{left}", "success")
    return redirect(url_for(".show", import_list_id=import_list_id))


@bp.post("/<int:import_list_id>/verwerfen/")
@open_to(Access.OFFICE)
def throw_away(import_list_id: int):
    """Delete a draft with all its rows."""
    imports.throw_away(_draft(import_list_id))
    db.session.commit()
    flash("Der Entwurf ist gelöscht. Im Verzeichnis hat sich nichts geändert.", "success")
    return redirect(url_for(".index"))


@bp.get("/<int:import_list_id>/nicht-uebernommen.xlsx")
@open_to(Access.OFFICE)
def rejected(import_list_id: int):
    """Give the rows that stay out back as a file."""
    taken = _list(import_list_id)
    headers = {"Content-Disposition": 'attachment; filename="nicht-uebernommen.xlsx"'}
    return Response(import_rejects.write_file(taken), mimetype=excel.FILE_TYPE, headers=headers)


def _list(list_id: int) -> ImportList:
    return db.get_or_404(ImportList, list_id)


def _draft(list_id: int) -> ImportList:
    """Return a list that is not taken over yet; otherwise there is no such page."""
    draft = _list(list_id)
    if draft.applied_at is not None:
        abort(404)
    return draft


def _undoable(list_id: int) -> ImportList:
    taken = _list(list_id)
    if not imports.can_be_undone(taken):
        abort(404)
    return taken
