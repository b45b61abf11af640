"""The office's pages of trainings: the groups, and the page of each that leads to all else."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.events import waiting_list
from coordapp.events.models import Registration
from coordapp.events.occupancy import occupancy_of
from coordapp.events.rules import State
from coordapp.events.service import AttendanceClosed, EditedMeanwhile
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.links import external
from coordapp.trainings import answers, catalogue, groups, hours, service, words
from coordapp.trainings.forms import AnswersForm
from coordapp.trainings.group_forms import LeadForm
from coordapp.trainings.models import Training

bp = Blueprint("trainings_office", __name__)

SHOWN_OVER = 30  # groups that are over, the latest first; more on a click
CLOSED = "Die Anwesenheit ist abgeschlossen, die Stunden stehen fest. Öffnen Sie zuerst die Liste wieder."


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """Show all groups, the coming ones first."""
    lines = groups.list_lines(at=clock.now())
    over = [line for line in reversed(lines) if line.state is State.OVER]
    shown = over if "alle" in request.args else over[:SHOWN_OVER]
    return render_template(
        "trainings/office/index.html", coming=[line for line in lines if line.state is not State.OVER],
        over=shown, left_out=len(over) - len(shown), words=words,
    )  # fmt: skip


@bp.get("/<int:event_id>/")
@open_to(Access.OFFICE)
def show(event_id: int):
    """Show a group: what it is, where it stands, what comes next."""
    training = service.get_training(event_id)
    token = training.group_token
    return render_template(
        "trainings/office/show.html", overview=groups.overview(training, at=clock.now()), words=words, hours=hours,
        precondition=catalogue.find_precondition(training.event),
        group_url=external("trainings.group", token=token) if token else "",
    )  # fmt: skip


@bp.post("/<int:event_id>/neuer-link")
@open_to(Access.OFFICE)
def renew_link(event_id: int):
    """Give a closed group another link."""
    service.renew_link(service.get_training(event_id))
    db.session.commit()
    flash("Das ist der neue Link. Der alte geht nicht mehr: Bitte schicken Sie der Gruppe den neuen.", "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.get("/<int:event_id>/leitung/")
@open_to(Access.OFFICE)
def lead(event_id: int):
    """Show who leads a group and how long it takes, to be changed."""
    training, form = service.get_training(event_id), LeadForm()
    form.fill(training)
    return _lead_page(training, form)


@bp.post("/<int:event_id>/leitung/")
@open_to(Access.OFFICE)
def save_lead(event_id: int):
    """Change who leads a group and how long it takes."""
    training, form = service.get_training(event_id), LeadForm()
    if not form.fits(training):
        return _lead_page(training, form), 422
    try:
        service.change_group(
            training, version=int(form.version.data or 0), trainer=form.trainer.data or "",
            minutes=form.hours.minutes or training.minutes,
        )  # fmt: skip
    except EditedMeanwhile:
        db.session.rollback()
        form.version.data = str(training.event.version)
        return _lead_page(training, form, stored=training), 409
    except AttendanceClosed:
        db.session.rollback()
        form.form_errors.append(CLOSED)
        return _lead_page(training, form), 422
    db.session.commit()
    flash("Gespeichert.", "success")
    return redirect(url_for(".show", event_id=event_id))


def _lead_page(training: Training, form: LeadForm, *, stored: Training | None = None) -> str:
    return render_template(
        "trainings/office/lead.html", training=training, event=training.event, form=form, stored=stored, hours=hours
    )


@bp.get("/<int:event_id>/angemeldete/")
@open_to(Access.OFFICE)
def participants(event_id: int):
    """List who is registered, with their organisations and fields of work."""
    training = service.get_training(event_id)
    listed = answers.list_of(training.event)
    return render_template(
        "trainings/office/participants.html", event=training.event, listed=listed,
        line=waiting_list.positions(registration for registration, _answers in listed),
        occupancy=occupancy_of(training.event),
    )  # fmt: skip


@bp.get("/angemeldete/<int:registration_id>/")
@open_to(Access.OFFICE)
def answers_of(registration_id: int):
    """Show where somebody comes from, to be changed."""
    made = _get_registration(registration_id)
    return _answers_page(made, AnswersForm(obj=answers.find_latest(made)))


@bp.post("/angemeldete/<int:registration_id>/")
@open_to(Access.OFFICE)
def save_answers(registration_id: int):
    """Note where somebody comes from."""
    made, form = _get_registration(registration_id), AnswersForm()
    if not form.validate_on_submit():
        return _answers_page(made, form), 422
    answers.remember(
        made, organisation_name=form.organisation_name.data or "", field_of_work=form.field_of_work.data or ""
    )
    db.session.commit()
    known = f" {made.organisation.name} steht im Verzeichnis." if made.organisation else ""
    flash(f"Gespeichert.{known}", "success")
    return redirect(url_for(".participants", event_id=made.event_id))


def _get_registration(registration_id: int) -> Registration:
    """Return a registration for a training; answer 404 for any other."""
    made = db.get_or_404(Registration, registration_id)
    return made if service.find_training(made.event) is not None else abort(404)


def _answers_page(made: Registration, form: AnswersForm) -> str:
    return render_template("trainings/office/answers.html", registration=made, event=made.event, form=form)
