"""Issuing certificates, taking one back, and printing all of a training in one file."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.extensions import db
from coordapp.shared.attention import counted
from coordapp.shared.pdf import pdf_response
from coordapp.trainings import certificate_papers, certificates
from coordapp.trainings.certificate_forms import PrintForm
from coordapp.trainings.models import Certificate, Training
from coordapp.trainings.service import get_training

bp = Blueprint("certificates_office", __name__)


@bp.get("/<int:event_id>/bescheinigungen/")
@open_to(Access.OFFICE)
def show(event_id: int):
    """Show who is due a certificate, who has one, and who gets none and why."""
    training = _find(event_id)
    standings = certificates.list_standings(training)
    known = {one.certificate.id for one in standings if one.certificate is not None}
    return render_template(
        "trainings/certificates_office/show.html", training=training, event=training.event,
        due=[one for one in standings if one.is_due], held=[one for one in standings if one.certificate],
        others=[one for one in certificates.list_valid(training.event) if one.id not in known],
        without=[one for one in standings if not one.is_due and one.certificate is None],
        withdrawn=certificates.list_withdrawn(training.event),
    )  # fmt: skip


@bp.post("/<int:event_id>/bescheinigungen/")
@open_to(Access.OFFICE)
def issue(event_id: int):
    """Issue certificates to all who are due one, and write to them."""
    training = _find(event_id)
    try:
        made = certificates.issue(training, by=signed_in_user())
    except certificates.CannotIssue:
        db.session.rollback()
        flash("Schließen Sie zuerst die Liste der Anwesenheit ab.", "warning")
        return redirect(url_for(".show", event_id=event_id))
    db.session.commit()
    flash(_issued_words(made), "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.get("/<int:event_id>/bescheinigungen/drucken/")
@open_to(Access.OFFICE)
def choose(event_id: int):
    """Ask for the birth dates of those who want theirs on the paper: of all, or of those named in the address."""
    training = _find(event_id)
    valid = _list_chosen(training)
    if not valid and "nur" in request.args:  # taken back since
        return redirect(url_for(".show", event_id=event_id))
    return _print_page(training, valid, PrintForm().fill(valid))


@bp.post("/<int:event_id>/bescheinigungen/drucken/")
@open_to(Access.OFFICE)
def print_all(event_id: int):
    """Give out the valid certificates of a training, or some of them, as one PDF; birth dates are not stored."""
    training, form = _find(event_id), PrintForm()
    valid = _list_chosen(training)
    if not valid:
        return redirect(url_for(".show", event_id=event_id))
    if not form.validate_on_submit():
        return _print_page(training, valid, form), 422
    made = certificate_papers.print_certificates(valid, born=form.born)
    return pdf_response(made, filename=certificate_papers.filename(valid), is_kept=True)


@bp.post("/<int:event_id>/bescheinigungen/<int:certificate_id>/senden")
@open_to(Access.OFFICE)
def send_again(event_id: int, certificate_id: int):
    """Send the link once more to somebody who lost it."""
    training = _find(event_id)
    standing = certificates.get_standing(training, _find_certificate(training, certificate_id))
    is_sent = certificates.send_again(standing)
    db.session.commit()
    name = standing.hours.registration.person.name
    if is_sent:
        flash(f"{name} bekommt den Link noch einmal per E-Mail.", "success")
    else:
        flash(f"An {name} geht gerade keine weitere E-Mail. Sie können die Bescheinigung drucken.", "warning")
    return redirect(url_for(".show", event_id=event_id))


@bp.get("/<int:event_id>/bescheinigungen/<int:certificate_id>/zuruecknehmen/")
@open_to(Access.OFFICE)
def ask_to_withdraw(event_id: int, certificate_id: int):
    """Say what taking a certificate back means."""
    training = _find(event_id)
    return render_template(
        "trainings/certificates_office/withdraw.html", training=training, event=training.event,
        certificate=_find_certificate(training, certificate_id),
    )  # fmt: skip


@bp.post("/<int:event_id>/bescheinigungen/<int:certificate_id>/zuruecknehmen/")
@open_to(Access.OFFICE)
def withdraw(event_id: int, certificate_id: int):
    """Take a certificate back."""
    certificate = _find_certificate(_find(event_id), certificate_id)
    certificates.withdraw(certificate)
    db.session.commit()
    flash(f"Die Bescheinigung {certificate.serial} gilt nicht mehr.", "success")
    return redirect(url_for(".show", event_id=event_id))


def _find(event_id: int) -> Training:
    """Return a training that may have certificates; answer 404 for a confidential one."""
    training = get_training(event_id)
    return abort(404) if training.event.is_confidential else training


def _list_chosen(training: Training) -> list[Certificate]:
    """List the valid certificates whose ids stand in the address, or all when none do."""
    chosen, valid = request.args.getlist("nur", type=int), certificates.list_valid(training.event)
    return [one for one in valid if one.id in chosen] if "nur" in request.args else valid


def _find_certificate(training: Training, certificate_id: int) -> Certificate:
    certificate = db.get_or_404(Certificate, certificate_id)
    return certificate if certificate.event_id == training.event_id else abort(404)


def _issued_words(made: list[Certificate]) -> str:
    words = counted(len(made), "Bescheinigung", "Bescheinigungen") + " ausgestellt."
    on_paper = sum(not (one.person and one.person.mail_address) for one in made)
    if on_paper:
        words += f" Ohne E-Mail-Adresse: {counted(on_paper, 'Person', 'Personen')}. Drucken Sie für sie auf Papier."
    return words


def _print_page(training: Training, valid: list[Certificate], form: PrintForm) -> str:
    return render_template(
        "trainings/certificates_office/print.html", training=training, event=training.event, form=form.name(valid)
    )
