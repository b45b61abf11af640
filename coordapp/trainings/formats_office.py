"""The catalogue in the office: entries, and new groups from an entry."""

from flask import Blueprint, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.events import places
from coordapp.events.service import EditedMeanwhile
from coordapp.extensions import db
from coordapp.shared import clock, days
from coordapp.shared.forms import add_error
from coordapp.trainings import catalogue, demand, funders, hours, service, words
from coordapp.trainings.format_forms import FormatForm, differing
from coordapp.trainings.group_forms import PlanForm
from coordapp.trainings.models import TrainingFormat

bp = Blueprint("formats_office", __name__)

SETTLED = (
    "Es gibt schon Gruppen oder Menschen, die warten. Darum bleibt es, wie es ist. "
    "Legen Sie dafür bitte ein neues Angebot an."
)


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """List the catalogue with the groups of each entry and who waits."""
    lines = catalogue.list_lines(at=clock.now())
    return render_template(
        "trainings/formats_office/index.html", words=words, hours=hours,
        offered=[line for line in lines if line.format.is_offered],
        archived=[line for line in lines if not line.format.is_offered],
        waiting={one.format.id: len(one.waiters) for one in demand.list_demand()},
    )  # fmt: skip


@bp.get("/neu/")
@open_to(Access.OFFICE)
def new():
    """Ask for a new entry."""
    return _edit_page(None, _form(None))


@bp.post("/neu/")
@open_to(Access.OFFICE)
def create():
    """Store a new entry; it stands in the public catalogue at once unless it is confidential."""
    form = _form(None)
    if not form.validate_on_submit():
        return _edit_page(None, form), 422
    made = catalogue.create(form.values())
    db.session.commit()
    where = "Es ist vertraulich und steht in keiner Liste." if made.is_confidential else "Alle können es jetzt sehen."
    flash(f"Das Angebot ist gespeichert. {where} Als Nächstes: eine Gruppe planen.", "success")
    return redirect(url_for(".show", format_id=made.id))


@bp.get("/<int:format_id>/")
@open_to(Access.OFFICE)
def show(format_id: int):
    """Show an entry with its groups and all that can be done about it."""
    entry = service.get_format(format_id)
    return render_template(
        "trainings/formats_office/show.html", format=entry, groups=catalogue.list_groups_of(entry), now=clock.now(),
        uses=catalogue.uses_of(entry), waiting=_count_waiting(entry),
        words=words, hours=hours, logo_name=funders.logo_name,
    )  # fmt: skip


@bp.get("/<int:format_id>/bearbeiten/")
@open_to(Access.OFFICE)
def edit(format_id: int):
    """Show an entry, to be changed."""
    entry = service.get_format(format_id)
    form = _form(entry)
    form.fill(entry)
    return _edit_page(entry, form)


@bp.post("/<int:format_id>/bearbeiten/")
@open_to(Access.OFFICE)
def save(format_id: int):
    """Change an entry."""
    entry = service.get_format(format_id)
    form = _form(entry)
    if not form.validate_on_submit():
        return _edit_page(entry, form), 422
    try:
        catalogue.change(entry, form.values(), version=int(form.version.data or 0))
    except EditedMeanwhile:
        db.session.rollback()
        return _edited_meanwhile(entry, form)
    except catalogue.ConfidentialityIsSettled:
        db.session.rollback()
        add_error(form.confidentiality, SETTLED)
        return _edit_page(entry, form), 422
    db.session.commit()
    flash("Gespeichert. Gruppen, die schon geplant sind, bleiben, wie sie sind.", "success")
    return redirect(url_for(".show", format_id=format_id))


def _edited_meanwhile(entry: TrainingFormat, form: FormatForm):
    now = _form(entry)
    now.fill(entry)
    stored = differing(now, form)
    form.version.data = str(entry.version)
    return _edit_page(entry, form, stored=stored), 409


def _form(entry: TrainingFormat | None) -> FormatForm:
    form = FormatForm()
    form.offer(
        places=places.list_places(), funders=funders.list_funders(), is_new=entry is None,
        preconditions=catalogue.list_possible_preconditions(entry),
    )  # fmt: skip
    return form


def _edit_page(entry: TrainingFormat | None, form: FormatForm, *, stored: dict | None = None) -> str:
    return render_template("trainings/formats_office/edit.html", format=entry, form=form, stored=stored or {})


@bp.post("/<int:format_id>/archivieren")
@open_to(Access.OFFICE)
def archive(format_id: int):
    """Take an entry out of the public catalogue."""
    catalogue.offer(service.get_format(format_id), is_offered=False)
    db.session.commit()
    flash("Archiviert. Das Angebot steht nicht mehr im Katalog. Geplante Gruppen finden statt.", "success")
    return redirect(url_for(".show", format_id=format_id))


@bp.post("/<int:format_id>/anbieten")
@open_to(Access.OFFICE)
def offer(format_id: int):
    """Put an entry back from the archive."""
    catalogue.offer(service.get_format(format_id), is_offered=True)
    db.session.commit()
    flash("Das Angebot ist nicht mehr im Archiv.", "success")
    return redirect(url_for(".show", format_id=format_id))


@bp.post("/<int:format_id>/loeschen")
@open_to(Access.OFFICE)
def delete(format_id: int):
    """Delete an entry that nothing depends on."""
    entry = service.get_format(format_id)
    title = entry.title
    try:
        catalogue.delete(entry)
    except catalogue.InUse:
        db.session.rollback()
        flash("Dieses Angebot wird gebraucht und kann nicht gelöscht werden. Sie können es archivieren.", "warning")
        return redirect(url_for(".show", format_id=format_id))
    db.session.commit()
    flash(f"„{title}“ ist gelöscht.", "success")
    return redirect(url_for(".index"))


@bp.get("/<int:format_id>/gruppe/")
@open_to(Access.OFFICE)
def plan_group(format_id: int):
    """Ask when and where a new group is, with what the catalogue and the last group say."""
    entry, form = service.get_format(format_id), _plan_form()
    form.fill(entry, like=next((training.event for training in catalogue.list_groups_of(entry)), None))
    return _plan_page(entry, form)


@bp.post("/<int:format_id>/gruppe/")
@open_to(Access.OFFICE)
def save_group(format_id: int):
    """Make a draft of a new group; warn once of bad days."""
    entry, form = service.get_format(format_id), _plan_form()
    if "more" in request.form:
        form.add_row()
        return _plan_page(entry, form)
    if not form.validate_on_submit():
        return _plan_page(entry, form), 422
    warnings = days.warnings_in_words(form.days)
    if not form.knows(warnings):
        return _plan_page(entry, form, warnings=warnings), 422
    made = service.plan_group(entry, **form.group(places.list_places()))
    db.session.commit()
    flash("Der Entwurf ist gespeichert. Bitte prüfen und freigeben.", "success")
    return redirect(url_for("trainings_office.show", event_id=made.event_id))


def _count_waiting(entry: TrainingFormat) -> int:
    return 0 if entry.is_confidential else len(demand.demand_for(entry).waiters)


def _plan_form() -> PlanForm:
    form = PlanForm()
    form.let_choose(places.list_places())
    return form


def _plan_page(entry: TrainingFormat, form: PlanForm, *, warnings: dict | None = None) -> str:
    return render_template(
        "trainings/formats_office/plan_group.html", format=entry, form=form, warnings=warnings or {},
        waiting=_count_waiting(entry),
    )  # fmt: skip
