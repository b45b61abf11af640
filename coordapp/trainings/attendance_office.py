"""Ticking who was there on each date, and for how long; closing the list counts the hours."""

from collections.abc import Container
from datetime import date as day

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.events import attendance as door
from coordapp.events import papers
from coordapp.events.attendance_forms import WalkInForm
from coordapp.events.dates import AttendanceClosed
from coordapp.events.models import EventDate, Registration
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.attention import counted
from coordapp.shared.pdf import pdf_response
from coordapp.trainings import attendance
from coordapp.trainings.attendance_forms import MissedForm
from coordapp.trainings.attendance_rules import is_date_open
from coordapp.trainings.hours import length
from coordapp.trainings.models import Training
from coordapp.trainings.service import get_training

bp = Blueprint("training_attendance_office", __name__)
NOT_OPEN = "Die Liste öffnet am Tag selbst."
CLOSED = "Die Liste ist abgeschlossen. Öffnen Sie sie wieder, wenn etwas nicht stimmt."


@bp.get("/<int:event_id>/unterschriftenliste.pdf")
@open_to(Access.OFFICE)
def sheet(event_id: int):
    """Give out the sign-in sheets as a PDF, one for each date; of a confidential group there is no list on paper."""
    event = get_training(event_id).event
    if event.is_confidential:
        abort(404)
    made = papers.sign_in_sheet(event, door.list_signing(event))
    return pdf_response(made, filename=papers.sheet_filename(event))


@bp.get("/<int:event_id>/anwesenheit/")
@open_to(Access.OFFICE)
def show(event_id: int):
    """Show the dates, and the hours of everybody so far."""
    training = get_training(event_id)
    event, now = training.event, clock.now()
    opened = [date for date in event.dates if is_date_open(event, date, at=now)]
    ticked = attendance.count_ticked(event)
    return render_template(
        "trainings/attendance_office/show.html", training=training, event=event, ticked=ticked,
        opened={date.id for date in opened}, hours=attendance.list_hours(training) if opened else [],
        next_date=_next_date(opened, ticked, today=clock.local(now).date()),
        unticked=[date for date in event.dates if date.id not in ticked],
        can_close=event.dates[-1] in opened, planned=length(training.minutes), length=length,
    )  # fmt: skip


@bp.get("/<int:event_id>/anwesenheit/<int:event_date_id>/")
@open_to(Access.OFFICE)
def date(event_id: int, event_date_id: int):
    """Show who is expected on one date, to be ticked."""
    training, chosen = _find(event_id, event_date_id)
    missed_minutes = attendance.missed_on(chosen)
    return render_template(
        "trainings/attendance_office/date.html", training=training, event=training.event, date=chosen,
        registrations=door.list_attendance(training.event), missed=missed_minutes, form=WalkInForm(),
        ticked=list(missed_minutes), planned=attendance.planned_of(training)[chosen.id],
        is_open=is_date_open(training.event, chosen, at=clock.now()), place=training.event.dates.index(chosen) + 1,
        url_of=lambda one: url_for(".tick", event_id=event_id, event_date_id=event_date_id, registration_id=one.id),
    )  # fmt: skip


@bp.post("/<int:event_id>/anwesenheit/<int:event_date_id>/")
@open_to(Access.OFFICE)
def save(event_id: int, event_date_id: int):
    """Store the boxes that were changed on the page, and leave alone what it did not change."""
    (training, chosen), changed = _find(event_id, event_date_id), 0
    ticked = set(request.form.getlist("came", type=int))
    was_ticked = set(request.form.getlist("was", type=int))
    for registration in door.list_attendance(training.event):
        if (registration.id in ticked) == (registration.id in was_ticked):
            continue
        attendance.set_attendance(training, chosen, registration, came=registration.id in ticked)
        changed += 1
    db.session.commit()
    flash(f"Gespeichert: {counted(changed, 'Änderung', 'Änderungen')}.", "success")
    return _back(event_id, event_date_id)


@bp.post("/<int:event_id>/anwesenheit/<int:event_date_id>/<int:registration_id>")
@open_to(Access.OFFICE)
def tick(event_id: int, event_date_id: int, registration_id: int):
    """Store one tap and answer with what all helpers have ticked by now."""
    training, chosen = _find(event_id, event_date_id)
    registration = _find_registration(training, registration_id)
    if request.form.get("came") not in ("0", "1"):
        abort(404)
    attendance.set_attendance(training, chosen, registration, came=request.form["came"] == "1")
    db.session.commit()
    ticked = list(attendance.missed_on(chosen))
    return jsonify(came=len(ticked), ticked=ticked)


@bp.post("/<int:event_id>/anwesenheit/<int:event_date_id>/alle")
@open_to(Access.OFFICE)
def all_came(event_id: int, event_date_id: int):
    """Tick everybody at once, as it stands on the sheet."""
    number = attendance.mark_all(*_find(event_id, event_date_id))
    db.session.commit()
    flash(
        f"{counted(number, 'Person', 'Personen')} abgehakt. Nehmen Sie den Haken bei allen weg, die fehlten.", "success"
    )
    return _back(event_id, event_date_id)


@bp.get("/<int:event_id>/anwesenheit/<int:event_date_id>/<int:registration_id>/gekuerzt/")
@open_to(Access.OFFICE)
def missed(event_id: int, event_date_id: int, registration_id: int):
    """Ask how long somebody was away who came later or left earlier."""
    training, chosen = _find(event_id, event_date_id)
    registration = _find_registration(training, registration_id)
    known = attendance.missed_on(chosen).get(registration_id)
    return _missed_page(training, chosen, registration, MissedForm(minutes=known))


@bp.post("/<int:event_id>/anwesenheit/<int:event_date_id>/<int:registration_id>/gekuerzt/")
@open_to(Access.OFFICE)
def save_missed(event_id: int, event_date_id: int, registration_id: int):
    """Store how long somebody was away."""
    training, chosen = _find(event_id, event_date_id)
    registration, form = _find_registration(training, registration_id), MissedForm()
    if not form.fits(attendance.planned_of(training)[chosen.id]):
        return _missed_page(training, chosen, registration, form), 422
    attendance.set_missed(training, chosen, registration, minutes=form.minutes.data or 0)
    db.session.commit()
    flash(f"{registration.person.name}: gespeichert.", "success")
    return _back(event_id, event_date_id)


@bp.get("/<int:event_id>/anwesenheit/<int:event_date_id>/dazu/")
@open_to(Access.OFFICE)
def walk_in(event_id: int, event_date_id: int):
    """Show the two fields for somebody who is not on the list."""
    return _walk_in_page(*_find(event_id, event_date_id), WalkInForm())


@bp.post("/<int:event_id>/anwesenheit/<int:event_date_id>/dazu/")
@open_to(Access.OFFICE)
def add_walk_in(event_id: int, event_date_id: int):
    """Register somebody at the door and tick them."""
    (training, chosen), form = _find(event_id, event_date_id), WalkInForm()
    if not form.is_new(door.list_attendance(training.event)):
        return _walk_in_page(training, chosen, form), 422
    attendance.add_walk_in(training, chosen, name=form.name.data or "", email=form.email.data, by=signed_in_user())
    db.session.commit()
    flash(f"{form.name.data} ist da.", "success")
    return _back(event_id, event_date_id)


@bp.post("/<int:event_id>/anwesenheit/abschliessen")
@open_to(Access.OFFICE)
def close(event_id: int):
    """Count the hours for good, or take that back."""
    training = get_training(event_id)
    if "reopen" in request.form:
        attendance.reopen_list(training)
        words = "Die Liste ist wieder offen."
    else:
        closed = attendance.close_list(training)
        words = f"Die Liste ist abgeschlossen. Da waren {closed.attended}, nicht da {closed.absent}."
    db.session.commit()
    flash(words, "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.errorhandler(door.AttendanceNotOpen)
def not_open(_error):
    """Lead back to the dates, which say when they open."""
    return _refused(NOT_OPEN)


@bp.errorhandler(AttendanceClosed)
def closed_already(_error):
    """Lead back to the hours, where the list can be opened again."""
    return _refused(CLOSED)


def _refused(words: str):
    db.session.rollback()
    flash(words, "warning")
    return redirect(url_for(".show", event_id=(request.view_args or {})["event_id"]))


def _next_date(opened: list[EventDate], ticked: Container[int], *, today: day) -> EventDate | None:
    """Return the date to tick next: today's, else the first that nobody has begun to tick."""
    unticked = [date for date in opened if date.id not in ticked]
    todays = [date for date in unticked if clock.local(date.starts_at).date() == today]
    return next(iter(todays + unticked), None)


def _find(event_id: int, event_date_id: int) -> tuple[Training, EventDate]:
    training = get_training(event_id)
    chosen = attendance.find_date(training.event, event_date_id)
    return training, chosen or abort(404)


def _find_registration(training: Training, registration_id: int) -> Registration:
    registration = db.get_or_404(Registration, registration_id)
    return registration if registration.event_id == training.event_id else abort(404)


def _back(event_id: int, event_date_id: int):
    return redirect(url_for(".date", event_id=event_id, event_date_id=event_date_id))


def _missed_page(training: Training, chosen: EventDate, registration: Registration, form: MissedForm) -> str:
    return render_template(
        "trainings/attendance_office/missed.html", training=training, event=training.event, date=chosen,
        registration=registration, form=form, planned=attendance.planned_of(training)[chosen.id],
    )  # fmt: skip


def _walk_in_page(training: Training, chosen: EventDate, form: WalkInForm) -> str:
    return render_template(
        "trainings/attendance_office/walk_in.html", training=training, event=training.event, date=chosen, form=form
    )
