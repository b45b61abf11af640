"""The office's deeds on an event of any kind: edit, publish, cancel, reinstate, copy."""

from collections.abc import Iterable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.events import mails, places, service
from coordapp.events.forms import CancelEventForm, DuplicateForm, EventForm
from coordapp.events.models import Event, Place
from coordapp.extensions import db
from coordapp.shared.forms import add_error

bp = Blueprint("events_office", __name__)

ATTENDANCE_CLOSED = (
    "Die Anwesenheit ist abgeschlossen, die Termine stehen fest. Öffnen Sie zuerst die Liste der Anwesenheit wieder."
)
PUBLISHED = "Veröffentlicht. Ab jetzt steht die Veranstaltung im Kalender."
PUBLISHED_FOR_A_GROUP = "Die Anmeldung ist offen. Im Kalender steht nichts davon: Die Gruppe ist geschlossen."
INVITED = "Wer per E-Mail eingeladen ist und noch nicht fest geantwortet hat, bekommt auch eine Nachricht."


def hub(event: Event):
    """Lead back to the office's page of an event."""
    return redirect(url_for(event.rules.office_endpoint, event_id=event.id))


@bp.get("/<int:event_id>/bearbeiten/")
@open_to(Access.OFFICE)
def edit(event_id: int):
    """Show what an event holds, to be changed."""
    event = service.get_event(event_id)
    form = _event_form(event)
    form.fill(event)
    return _edit_page(event, form)


@bp.post("/<int:event_id>/bearbeiten/")
@open_to(Access.OFFICE)
def save(event_id: int):
    """Change an event; when people must be told, show first whom and what."""
    event = service.get_event(event_id)
    form = _event_form(event)
    if "add_date" in request.form:
        form.add_row()
        return _edit_page(event, form, is_added=True)
    form.carry_deadline(event)
    if not form.validate_on_submit():
        return _edit_page(event, form), 422
    place = db.session.get(Place, form.place_id.data)
    try:
        planned = service.planned_change(event, dates=form.dates, place=place)
        is_told = planned.is_notified and event.is_published and not event.is_cancelled
        touched = service.list_touched(event) if is_told else []
        if touched and "confirmed" not in request.form:
            return _preview_page(event, form, planned, touched)
        service.change_event(event, version=int(form.version.data or 0), dates=form.dates, place=place, **form.facts())
    except (service.EditedMeanwhile, service.TooManyTaken, service.DateIsOver, service.AttendanceClosed) as problem:
        db.session.rollback()
        return _refused(event, form, problem)
    db.session.commit()
    flash(
        " ".join(["Gespeichert.", *([_told(touched)] if touched else []), *([INVITED] if is_told else [])]), "success"
    )
    return hub(event)


def _event_form(event: Event, **given) -> EventForm:
    form = EventForm(**given)
    form.most_dates = event.rules.most_dates
    form.place_id.choices = {place.id: f"{place.municipality}: {place.name}" for place in places.list_places()}
    return form


def _edit_page(event: Event, form: EventForm, *, is_added: bool = False, differing: Iterable = ()) -> str:
    return render_template(
        "events/office/edit.html", event=event, form=form, is_added=is_added, differing=differing
    )  # fmt: skip


def _preview_page(event: Event, form: EventForm, planned: service.Change, touched: list) -> str:
    return render_template(
        "events/office/preview.html", event=event, form=form, planned=planned,
        mail=mails.preview_change(event, planned, title=form.title.data or ""), **_whom(touched),
    )  # fmt: skip


def _refused(event: Event, form: EventForm, problem: Exception):
    """Show the form again with why it was not saved."""
    if isinstance(problem, service.EditedMeanwhile):
        return _edited_meanwhile(event, form)
    if isinstance(problem, service.TooManyTaken):
        add_error(form.capacity, f"Es sind schon {problem.taken} Plätze vergeben. Weniger geht nicht.")
    elif isinstance(problem, service.DateIsOver):
        form.refuse_to_drop(problem.starts_at)
    else:
        form.form_errors.append(ATTENDANCE_CLOSED)
    return _edit_page(event, form), 422


def _edited_meanwhile(event: Event, form: EventForm):
    stored = _event_form(event, formdata=None)
    stored.fill(event)
    form.version.data = str(event.version)
    return _edit_page(event, form, differing=form.differing(stored)), 409


def _whom(registrations: list) -> dict:
    """Split people into those a mail reaches and those somebody must call or write to."""
    return {
        "by_mail": [one for one in registrations if one.person.email],
        "by_hand": [one for one in registrations if not one.person.email],
    }


def _told(registrations: list) -> str:
    whom = _whom(registrations)
    by_mail, by_hand = len(whom["by_mail"]), len(whom["by_hand"])
    words = "1 Person bekommt eine E-Mail." if by_mail == 1 else f"{by_mail} Personen bekommen eine E-Mail."
    if by_hand:
        who = "1 Person hat" if by_hand == 1 else f"{by_hand} Personen haben"
        words += f" {who} keine E-Mail: Bitte rufen Sie an oder schreiben Sie einen Brief."
    return words


@bp.post("/<int:event_id>/veroeffentlichen")
@open_to(Access.OFFICE)
def publish(event_id: int):
    """Show an event to the public."""
    event = service.get_event(event_id)
    service.publish(event)
    db.session.commit()
    flash(PUBLISHED_FOR_A_GROUP if event.group_only else PUBLISHED, "success")
    return hub(event)


@bp.post("/<int:event_id>/zuruecknehmen")
@open_to(Access.OFFICE)
def withdraw(event_id: int):
    """Make an event a draft again."""
    event = service.get_event(event_id)
    try:
        service.withdraw(event)
    except service.HasRegistrations:
        db.session.rollback()
        flash("Es sind schon Personen angemeldet. Sie können die Veranstaltung nur noch absagen.", "warning")
        return hub(event)
    db.session.commit()
    flash("Die Veranstaltung ist wieder ein Entwurf und steht nicht mehr im Kalender.", "success")
    return hub(event)


@bp.post("/<int:event_id>/loeschen")
@open_to(Access.OFFICE)
def delete_draft(event_id: int):
    """Delete a draft that nobody is registered for."""
    event = service.get_event(event_id)
    title = event.title
    try:
        service.delete_draft(event)
    except service.HasRegistrations:
        db.session.rollback()
        flash("Diese Veranstaltung kann nicht mehr gelöscht werden. Sie können sie absagen.", "warning")
        return hub(event)
    db.session.commit()
    flash(f"Der Entwurf „{title}“ ist gelöscht.", "success")
    return redirect(url_for("office.start"))


@bp.get("/<int:event_id>/absagen/")
@open_to(Access.OFFICE)
def cancel(event_id: int):
    """Show whom a cancellation touches and what they will read."""
    return _cancel_page(service.get_event(event_id), CancelEventForm())


@bp.post("/<int:event_id>/absagen/")
@open_to(Access.OFFICE)
def do_cancel(event_id: int):
    """Cancel an event and write to everybody."""
    event = service.get_event(event_id)
    form = CancelEventForm()
    if not form.validate_on_submit():
        return _cancel_page(event, form), 422
    is_new = service.cancel_event(event, reason=form.reason.data or "")
    told = _told(service.list_touched(event)) if event.is_published else ""
    db.session.commit()
    flash(*(f"Abgesagt. {told}", "success") if is_new else ("Die Veranstaltung ist schon abgesagt.", "info"))
    return hub(event)


def _cancel_page(event: Event, form: CancelEventForm) -> str:
    return render_template(
        "events/office/cancel.html", event=event, form=form, mail=mails.preview(event, "event_cancelled"),
        **_whom(service.list_touched(event)),
    )  # fmt: skip


@bp.get("/<int:event_id>/doch-stattfinden/")
@open_to(Access.OFFICE)
def reinstate(event_id: int):
    """Show whom it touches when a cancelled event happens after all."""
    event = service.get_event(event_id)
    return render_template(
        "events/office/reinstate.html", event=event, mail=mails.preview(event, "event_reinstated"),
        **_whom(service.list_touched(event)),
    )  # fmt: skip


@bp.post("/<int:event_id>/doch-stattfinden/")
@open_to(Access.OFFICE)
def do_reinstate(event_id: int):
    """Let a cancelled event happen after all."""
    event = service.get_event(event_id)
    is_new = service.reinstate_event(event)
    told = _told(service.list_touched(event)) if is_new and event.is_published else ""
    db.session.commit()
    flash(f"Die Veranstaltung findet statt. {told}", "success" if is_new else "info")
    return hub(event)


@bp.get("/<int:event_id>/kopieren/")
@open_to(Access.OFFICE)
def duplicate(event_id: int):
    """Ask for the day of the copy."""
    return render_template("events/office/duplicate.html", event=_get_to_copy(event_id), form=DuplicateForm())


@bp.post("/<int:event_id>/kopieren/")
@open_to(Access.OFFICE)
def do_duplicate(event_id: int):
    """Make a draft like this event on another day."""
    event = _get_to_copy(event_id)
    form = DuplicateForm()
    if not form.validate_on_submit():
        return render_template("events/office/duplicate.html", event=event, form=form), 422
    copy = service.duplicate_event(event, **form.moved(event))
    db.session.commit()
    flash("Kopiert. Das ist der neue Entwurf. Bitte prüfen Sie Ort und Uhrzeit.", "success")
    return hub(copy)


def _get_to_copy(event_id: int) -> Event:
    event = service.get_event(event_id)
    return event if event.rules.can_be_copied else abort(404)
