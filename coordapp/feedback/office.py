"""What came of the questions after an event, and the free texts, to be read by the office before anybody else."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.events.models import Event
from coordapp.extensions import db
from coordapp.feedback import results, rules, service
from coordapp.shared import clock
from coordapp.shared.links import external

bp = Blueprint("feedback_office", __name__)


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """List the events of which somebody was asked or answered."""
    lines = results.list_lines(at=clock.now())
    return render_template("feedback/office/index.html", lines=lines, is_shown=rules.is_shown, fewest=rules.FEWEST)


@bp.get("/<int:event_id>/")
@open_to(Access.OFFICE)
def show(event_id: int):
    """Show how many answered, and from five answers on what."""
    event, now = db.get_or_404(Event, event_id), clock.now()
    share = service.find_share(event)
    return render_template(
        "feedback/office/show.html", event=event, results=results.results_of(event), fewest=rules.FEWEST,
        asked=results.count_asked(event, at=now), links_end_on=rules.links_end_on(event),
        share_url=external("feedback.show", token=share.token) if share is not None else "",
    )  # fmt: skip


@bp.post("/<int:event_id>/texte")
@open_to(Access.OFFICE)
def decide(event_id: int):
    """Note that a text was read, and whether others may read it."""
    event, decision = db.get_or_404(Event, event_id), request.form.get("decision")
    text = results.find_text(event, request.form.get("answer", "")) or abort(404)
    if decision not in ("pass_on", "keep"):
        abort(400)
    service.decide(text, event, is_passed_on=decision == "pass_on")
    db.session.commit()
    flash("Der Text wird weitergegeben." if decision == "pass_on" else "Der Text bleibt im Büro.", "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.post("/<int:event_id>/link")
@open_to(Access.OFFICE)
def share(event_id: int):
    """Make the link to the results; one that was there before leads nowhere from now on."""
    service.share(db.get_or_404(Event, event_id)) or abort(404)
    db.session.commit()
    flash("Der Link ist fertig. Er steht unten auf der Seite.", "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.post("/<int:event_id>/link/zurueck")
@open_to(Access.OFFICE)
def withdraw(event_id: int):
    """Withdraw the link to the results."""
    service.withdraw_share(db.get_or_404(Event, event_id))
    db.session.commit()
    flash("Der Link gilt nicht mehr.", "success")
    return redirect(url_for(".show", event_id=event_id))
