"""The office's pages of the minutes: written, checked, sent, and printed for who has no e-mail."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import force_locale

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.events.models import Event
from coordapp.events.service import EditedMeanwhile
from coordapp.extensions import db
from coordapp.round_tables import minutes
from coordapp.round_tables.forms import MinutesForm
from coordapp.round_tables.service import get_round_table, round_table_of

bp = Blueprint("minutes_office", __name__)


@bp.get("/<int:event_id>/protokoll/")
@open_to(Access.OFFICE)
def edit(event_id: int):
    """Show the minutes, to be written on."""
    event = get_round_table(event_id)
    return _page(event, MinutesForm().fill(event, round_table_of(event)))


@bp.post("/<int:event_id>/protokoll/")
@open_to(Access.OFFICE)
def save(event_id: int):
    """Store the minutes as a draft; nobody is written to yet."""
    event, form = get_round_table(event_id), MinutesForm()
    if not form.validate_on_submit():
        return _page(event, form), 422
    try:
        minutes.save_minutes(event, form.draft(), version=form.read_version, by=signed_in_user())
    except EditedMeanwhile:
        db.session.rollback()
        return _edited_meanwhile(event, form)
    db.session.commit()
    flash("Gespeichert. Gesendet ist noch nichts.", "success")
    return redirect(url_for(".check" if "check" in request.form else ".edit", event_id=event_id))


def _edited_meanwhile(event: Event, form: MinutesForm):
    form.version.data = str(round_table_of(event).minutes_version)
    return _page(event, form, differences=minutes.list_differences(event, form.draft())), 409


def _page(event: Event, form: MinutesForm, *, differences=()) -> str:
    return render_template(
        "round_tables/minutes_office/edit.html", event=event, form=form, differences=differences,
        round_table=round_table_of(event), helpers=minutes.list_helpers(event),
    )  # fmt: skip


@bp.get("/<int:event_id>/protokoll/senden/")
@open_to(Access.OFFICE)
def check(event_id: int):
    """Show the minutes as they will be read, and who gets them."""
    event = get_round_table(event_id)
    return render_template(
        "round_tables/minutes_office/check.html", event=event, round_table=round_table_of(event),
        minutes=minutes.compose(event), recipients=minutes.list_recipients(event),
    )  # fmt: skip


@bp.post("/<int:event_id>/protokoll/senden/")
@open_to(Access.OFFICE)
def send(event_id: int):
    """Publish the minutes and write them to everybody, once."""
    event = get_round_table(event_id)
    try:
        sent = minutes.send_minutes(event, version=request.form.get("version", -1, type=int))
    except EditedMeanwhile:
        db.session.rollback()
        flash("Inzwischen hat jemand das Protokoll geändert. Bitte sehen Sie es noch einmal an.", "warning")
        return redirect(url_for(".check", event_id=event_id))
    db.session.commit()
    flash(_sent_words(sent), "success")
    return redirect(url_for(".check", event_id=event_id))


def _sent_words(sent: int) -> str:
    if not sent:
        return "Das Protokoll ist veröffentlicht. Neue E-Mails waren nicht nötig."
    return f"Das Protokoll ist veröffentlicht und geht an {sent} {'Person' if sent == 1 else 'Personen'}."


@bp.get("/<int:event_id>/protokoll/brief/<int:person_id>")
@open_to(Access.OFFICE)
def letter(event_id: int, person_id: int):
    """Show the minutes as a letter to print, in the language of who gets it."""
    event = get_round_table(event_id)
    person = minutes.list_recipients(event).find(person_id) or abort(404)
    with force_locale(person.language):
        return render_template(
            "round_tables/minutes_office/letter.html", event=event, person=person, minutes=minutes.compose(event)
        )
