"""The office's pages for the door: the sign-in sheet, ticking who came, walk-ins."""

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.events import attendance as door
from coordapp.events import papers
from coordapp.events.attendance_forms import WalkInForm
from coordapp.events.attendance_rules import is_attendance_open
from coordapp.events.models import Event, Registration, RegistrationStatus
from coordapp.extensions import db
from coordapp.round_tables import attendance
from coordapp.round_tables.service import get_round_table
from coordapp.shared import clock
from coordapp.shared.pdf import pdf_response

bp = Blueprint("attendance_office", __name__)
NOT_OPEN = "Die Liste öffnet am Tag des Runden Tisches."


@bp.get("/<int:event_id>/unterschriftenliste.pdf")
@open_to(Access.OFFICE)
def sheet(event_id: int):
    """Give out the sign-in sheet as a PDF."""
    event = get_round_table(event_id)
    made = papers.sign_in_sheet(event, door.list_signing(event))
    return pdf_response(made, filename=papers.sheet_filename(event))


@bp.get("/<int:event_id>/anwesenheit/")
@open_to(Access.OFFICE)
def show(event_id: int):
    """Show who is expected, to be ticked."""
    event = get_round_table(event_id)
    return render_template(
        "round_tables/attendance_office/show.html", event=event, registrations=door.list_attendance(event),
        came=attendance.count_came(event), form=WalkInForm(),
        is_open=is_attendance_open(event, at=clock.now()), ticked=attendance.list_ticked(event),
        url_of=lambda registration: url_for(".tick", event_id=event.id, registration_id=registration.id),
    )  # fmt: skip


@bp.post("/<int:event_id>/anwesenheit/")
@open_to(Access.OFFICE)
def save(event_id: int):
    """Store the boxes that were changed on the page, and leave alone what it did not change."""
    event, changed = get_round_table(event_id), 0
    ticked = set(request.form.getlist("came", type=int))
    was_ticked = set(request.form.getlist("was", type=int))
    for registration in door.list_attendance(event):
        if (registration.id in ticked) == (registration.id in was_ticked):
            continue
        attendance.set_attendance(registration, came=registration.id in ticked)
        changed += 1
    db.session.commit()
    flash(f"Gespeichert: {changed} {'Änderung' if changed == 1 else 'Änderungen'}.", "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.post("/<int:event_id>/anwesenheit/<int:registration_id>")
@open_to(Access.OFFICE)
def tick(event_id: int, registration_id: int):
    """Store one tap and answer with what all helpers have ticked by now."""
    event, registration = get_round_table(event_id), db.get_or_404(Registration, registration_id)
    if registration.event_id != event.id or request.form.get("came") not in ("0", "1"):
        abort(404)
    attendance.set_attendance(registration, came=request.form["came"] == "1")
    db.session.commit()
    return jsonify(came=attendance.count_came(event), ticked=attendance.list_ticked(event))


@bp.get("/<int:event_id>/anwesenheit/dazu/")
@open_to(Access.OFFICE)
def walk_in(event_id: int):
    """Show the two fields for somebody who is not on the list."""
    return _walk_in_page(get_round_table(event_id), WalkInForm())


@bp.post("/<int:event_id>/anwesenheit/dazu/")
@open_to(Access.OFFICE)
def add_walk_in(event_id: int):
    """Register somebody at the door as having come."""
    event, form = get_round_table(event_id), WalkInForm()
    if not form.is_new(door.list_attendance(event)):
        return _walk_in_page(event, form), 422
    door.add_walk_in(
        event, name=form.name.data or "", email=form.email.data, by=signed_in_user(), status=RegistrationStatus.ATTENDED
    )
    db.session.commit()
    flash(f"{form.name.data} ist da.", "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.post("/<int:event_id>/anwesenheit/abschliessen")
@open_to(Access.OFFICE)
def close(event_id: int):
    """Count who was not ticked as absent, or take that back."""
    event = get_round_table(event_id)
    if "reopen" in request.form:
        attendance.reopen_list(event)
        words = "Die Liste ist wieder offen."
    else:
        absent = attendance.close_list(event)
        words = f"Die Liste ist abgeschlossen. Nicht da: {absent} {'Anmeldung' if absent == 1 else 'Anmeldungen'}."
    db.session.commit()
    flash(words, "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.errorhandler(door.AttendanceNotOpen)
def not_open(_error):
    """Lead back to the list, which says when it opens."""
    db.session.rollback()
    flash(NOT_OPEN, "warning")
    return redirect(url_for(".show", event_id=(request.view_args or {})["event_id"]))


def _walk_in_page(event: Event, form: WalkInForm) -> str:
    return render_template("round_tables/attendance_office/walk_in.html", event=event, form=form)
