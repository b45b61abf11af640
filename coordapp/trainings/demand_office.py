"""Who waits for which training, and opening the next group for them."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.directory import service as directory
from coordapp.events import places
from coordapp.events.service import EditedMeanwhile
from coordapp.extensions import db
from coordapp.shared.attention import counted
from coordapp.shared.forms import add_error
from coordapp.trainings import demand, interests, service
from coordapp.trainings.group_forms import NextGroupForm
from coordapp.trainings.interest_forms import PhoneForm
from coordapp.trainings.models import TrainingFormat

bp = Blueprint("demand_office", __name__)

ALREADY = "Die Gruppe ist schon geöffnet, oder jemand hat das Angebot gerade geändert. Bitte sehen Sie nach."
LISTED = "steht schon auf der Liste. Ist es jemand anderes? Dann ergänzen Sie den Namen, etwa um den Ort."
SHOWN = 5  # organisations or fields named in the list of formats


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """List the formats with how many wait for each, since when, and where they come from."""
    return render_template("trainings/demand_office/index.html", demands=demand.list_demand(), shown=SHOWN)


@bp.get("/<int:format_id>/")
@open_to(Access.OFFICE)
def show(format_id: int):
    """Show who waits for a format, in their order."""
    training_format = _get(format_id)
    wanted = demand.demand_for(training_format)
    return render_template(
        "trainings/demand_office/show.html", demand=wanted, format=training_format,
        lacking=demand.who_lack(training_format, wanted.waiters),
    )  # fmt: skip


@bp.get("/<int:format_id>/eintragen/")
@open_to(Access.OFFICE)
def note(format_id: int):
    """Ask who phones and wants to hear of the next group."""
    return _note_page(_get(format_id), PhoneForm())


@bp.post("/<int:format_id>/eintragen/")
@open_to(Access.OFFICE)
def save_note(format_id: int):
    """Note somebody who phones; a name that is on the list already is asked about."""
    training_format, form = _get(format_id), PhoneForm()
    if not form.validate_on_submit():
        return _note_page(training_format, form), 422
    name = form.name.data or ""
    known = interests.find_namesake(training_format, name)
    if known is not None and form.email.data in (None, "", known.person.email):
        add_error(form.name, f"{known.person.name} {LISTED}")
        return _note_page(training_format, form), 422
    person = directory.remember_person(name=name, email=form.email.data, phone=form.phone.data, language="de")
    directory.fill_in_phone(person, form.phone.data)
    interests.note(
        training_format, person, organisation_name=form.organisation_name.data or "",
        field_of_work=form.field_of_work.data or "", proven=True, by_account=True, language=person.language,
    )  # fmt: skip
    db.session.commit()
    told = "Die E-Mail ist unterwegs." if person.mail_address else "Rufen Sie an, wenn es so weit ist."
    flash(f"{name} ist vorgemerkt. {told}", "success")
    return redirect(url_for(".show", format_id=format_id))


def _note_page(training_format: TrainingFormat, form: PhoneForm) -> str:
    return render_template("trainings/demand_office/note.html", format=training_format, form=form)


@bp.get("/<int:format_id>/oeffnen/")
@open_to(Access.OFFICE)
def plan(format_id: int):
    """Ask when and where the next group is."""
    training_format = _get(format_id)
    form = _form()
    latest = demand.find_latest_group(training_format)
    form.propose(like=latest, place=training_format.place, capacity=training_format.capacity)
    form.version.data = str(training_format.version)
    return _plan_page(training_format, form)


@bp.post("/<int:format_id>/oeffnen/")
@open_to(Access.OFFICE)
def open_group(format_id: int):
    """Open the next group; show first whom it concerns and what they will read."""
    training_format, form = _get(format_id), _form()
    if "more" in request.form:
        form.add_row()
        return _plan_page(training_format, form)
    if not form.validate_on_submit():
        return _plan_page(training_format, form), 422
    group = form.group(places.list_places())
    if "confirmed" not in request.form:
        return render_template(
            "trainings/demand_office/preview.html", format=training_format, form=form, group=group,
            preview=demand.preview_opening(training_format, group=group),
        )  # fmt: skip
    try:
        opened = demand.open_next_group(training_format, version=int(form.version.data or 0), group=group)
    except EditedMeanwhile:
        db.session.rollback()
        flash(ALREADY, "info")
        return redirect(url_for(".show", format_id=format_id))
    db.session.commit()
    flash(_done_words(opened.plan), "success")
    for waiter in opened.plan.without_address:
        flash(f"{waiter.person.name} hat keine E-Mail-Adresse. Bitte rufen Sie an.", "warning")
    return redirect(url_for("trainings_office.show", event_id=opened.training.event_id))


def _get(format_id: int) -> TrainingFormat:
    """Return a format; answer 404 for what is confidential, for which nobody waits here."""
    training_format = service.get_format(format_id)
    return abort(404) if training_format.is_confidential else training_format


def _form() -> NextGroupForm:
    form = NextGroupForm()
    form.let_choose(places.list_places())
    return form


def _plan_page(training_format: TrainingFormat, form: NextGroupForm) -> str:
    waiting = len(demand.demand_for(training_format).waiters)
    return render_template("trainings/demand_office/plan.html", format=training_format, form=form, waiting=waiting)


def _done_words(plan: demand.Plan) -> str:
    words = ["Die Gruppe ist geöffnet und steht im Kalender."]
    if plan.offered:
        words.append(f"{counted(len(plan.offered), 'Person bekommt', 'Personen bekommen')} einen Platz angeboten.")
    if plan.waiting:
        words.append(f"{counted(len(plan.waiting), 'Person steht', 'Personen stehen')} auf der Warteliste.")
    if plan.lacking:
        words.append(f"{counted(len(plan.lacking), 'Person fehlt', 'Personen fehlt')} die nötige Schulung.")
    return " ".join(words)
