"""Requests for in-house trainings in the office, until each is answered."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm

from coordapp.accounts.guards import Access, open_to
from coordapp.events import places
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.forms import id_in
from coordapp.trainings import request_words, requests, service
from coordapp.trainings.group_forms import NEW_FORMAT, RequestedGroupForm
from coordapp.trainings.models import TrainingRequest
from coordapp.trainings.request_forms import AnswerForm, DeclineForm, HandOnForm, NoteForm, PhoneRequestForm

bp = Blueprint("training_requests_office", __name__)

BY_PHONE = "Gespeichert. Es geht keine E-Mail hinaus: Bitte rufen Sie die Ansprechperson an."
ALREADY = "Über diese Anfrage ist schon entschieden."


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """List the requests, the open ones first."""
    return render_template(
        "trainings/requests_office/index.html", requests=requests.list_requests(), words=request_words,
        now=clock.now(), is_open=requests.OPEN,
    )  # fmt: skip


@bp.get("/neu/")
@open_to(Access.OFFICE)
def new():
    """Ask what somebody who phones would like."""
    return _new_page(_phone_form())


@bp.post("/neu/")
@open_to(Access.OFFICE)
def create():
    """Write down what somebody asked for on the telephone; with an address they get a receipt."""
    form = _phone_form()
    if not form.validate_on_submit():
        return _new_page(form), 422
    asked = requests.receive(**form.said())
    db.session.commit()
    flash("Die Anfrage ist aufgeschrieben.", "success")
    return redirect(url_for(".show", request_id=asked.id))


def _phone_form() -> PhoneRequestForm:
    form = PhoneRequestForm()
    form.offer(service.list_formats(offered_only=False), represented=())
    return form


def _new_page(form: PhoneRequestForm) -> str:
    return render_template("trainings/requests_office/new.html", form=form)


@bp.get("/<int:request_id>/")
@open_to(Access.OFFICE)
def show(request_id: int):
    """Show a request with all that can be done about it."""
    return _page(_get(request_id))


@bp.post("/<int:request_id>/antworten")
@open_to(Access.OFFICE)
def answer(request_id: int):
    """Write to the contact person."""
    asked, form = _get(request_id), AnswerForm()
    if not form.validate_on_submit():
        return _page(asked, form), 422
    return _do(asked, "Die Antwort ist unterwegs.", requests.answer, words=form.words.data or "")


@bp.post("/<int:request_id>/weitergeben")
@open_to(Access.OFFICE)
def hand_on(request_id: int):
    """Tell the contact person who can help instead."""
    asked, form = _get(request_id), HandOnForm()
    if not form.validate_on_submit():
        return _page(asked, form), 422
    done = "Die Ansprechperson erfährt, wer weiterhelfen kann."
    return _do(asked, done, requests.hand_on, to=form.to.data or "", words=form.words.data or "")


@bp.post("/<int:request_id>/ablehnen")
@open_to(Access.OFFICE)
def decline(request_id: int):
    """Say no, and why."""
    asked, form = _get(request_id), DeclineForm()
    if not form.validate_on_submit():
        return _page(asked, form), 422
    return _do(asked, "Abgelehnt. Die E-Mail ist unterwegs.", requests.decline, reason=form.reason.data or "")


@bp.post("/<int:request_id>/wieder-oeffnen")
@open_to(Access.OFFICE)
def reopen(request_id: int):
    """Talk about a request again."""
    asked = _get(request_id)
    done = requests.reopen(asked)
    db.session.commit()
    flash(*("Die Anfrage ist wieder offen.", "success") if done else ("Die Anfrage ist schon offen.", "info"))
    return redirect(url_for(".show", request_id=request_id))


@bp.post("/<int:request_id>/notiz")
@open_to(Access.OFFICE)
def take_notes(request_id: int):
    """Keep a note of the office."""
    asked, form = _get(request_id), NoteForm()
    if not form.validate_on_submit():
        return _page(asked, form), 422
    requests.take_notes(asked, note=form.note.data or "")
    db.session.commit()
    flash("Die Notiz ist gespeichert.", "success")
    return redirect(url_for(".show", request_id=request_id))


@bp.get("/<int:request_id>/zusagen/")
@open_to(Access.OFFICE)
def plan(request_id: int):
    """Ask when and where the training that was asked for is."""
    asked = _get(request_id)
    form = _group_form()
    form.propose(like=None, place=asked.format.place if asked.format else None, capacity=asked.group_size)
    form.format_id.data = asked.format_id or NEW_FORMAT
    return _plan_page(asked, form)


@bp.post("/<int:request_id>/zusagen/")
@open_to(Access.OFFICE)
def agree(request_id: int):
    """Make the closed group and send dates and link to the contact person."""
    asked = _get(request_id)
    form = _group_form()
    if "more" in request.form:
        form.add_row()
        return _plan_page(asked, form)
    if not form.validate_on_submit():
        return _plan_page(asked, form), 422
    group = form.group(places.list_places())
    try:
        chosen = id_in(form.format_id)
        made = (
            requests.make_format(asked, title=form.title.data or "", dates=group["dates"])
            if chosen == NEW_FORMAT else service.get_format(chosen)
        )  # fmt: skip
        training = requests.agree(asked, made, group=group)
    except requests.AlreadyDecided:
        db.session.rollback()
        flash(ALREADY, "info")
        return redirect(url_for(".show", request_id=request_id))
    db.session.commit()
    done = "Zugesagt. Termine und Link sind unterwegs an die Ansprechperson."
    flash(done if asked.email else f"{BY_PHONE} Der Link für die Gruppe steht auf dieser Seite.", "success")
    return redirect(url_for("trainings_office.show", event_id=training.event_id))


def _get(request_id: int) -> TrainingRequest:
    return db.get_or_404(TrainingRequest, request_id)


def _do(asked: TrainingRequest, done: str, deed, **given):
    """Do something about an open request and say so."""
    request_id = asked.id
    try:
        deed(asked, **given)
    except requests.AlreadyDecided:
        db.session.rollback()
        flash(ALREADY, "info")
        return redirect(url_for(".show", request_id=request_id))
    db.session.commit()
    flash(done if asked.email else BY_PHONE, "success")
    return redirect(url_for(".show", request_id=request_id))


def _page(asked: TrainingRequest, sent: FlaskForm | None = None) -> str:
    """Show a request; `sent` is a form with errors, which stands in its place."""
    forms = {"answer": AnswerForm, "hand_on": HandOnForm, "decline": DeclineForm, "note": NoteForm}
    shown = {
        name: sent if isinstance(sent, kind) else kind(formdata=None, obj=asked if kind is NoteForm else None)
        for name, kind in forms.items()
    }
    return render_template(
        "trainings/requests_office/show.html", asked=asked, forms=shown, sent=sent, words=request_words,
        now=clock.now(), is_open=asked.status in requests.OPEN, trainings=requests.list_trainings_of(asked),
    )  # fmt: skip


def _group_form() -> RequestedGroupForm:
    form = RequestedGroupForm()
    form.let_choose(places.list_places())
    form.offer(service.list_formats(offered_only=False))
    return form


def _plan_page(asked: TrainingRequest, form: RequestedGroupForm) -> str:
    return render_template("trainings/requests_office/plan.html", asked=asked, form=form)
