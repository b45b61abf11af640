"""The office chooses whom to invite."""

from flask import Blueprint, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.events import service as events
from coordapp.events import words as event_words
from coordapp.events.models import Event
from coordapp.events.rules import refusal
from coordapp.extensions import db
from coordapp.invitations import mailings
from coordapp.invitations.audiences import Audience
from coordapp.invitations.forms import AudienceForm, TakeOutForm, ids_in
from coordapp.invitations.mailings import AlreadySent
from coordapp.invitations.models_mailing import Mailing
from coordapp.shared import clock

bp = Blueprint("recipients_office", __name__)


@bp.get("/<int:event_id>/neu/")
@open_to(Access.OFFICE)
def new(event_id: int):
    """Ask whom to invite."""
    event = events.get_event(event_id)
    return _page(event, AudienceForm(event))


@bp.post("/<int:event_id>/neu/")
@open_to(Access.OFFICE)
def create(event_id: int):
    """Make a draft for who was chosen; a search for a name brings the page back with who it found."""
    event = events.get_event(event_id)
    form = AudienceForm(event)
    if "search" in request.form:
        return _page(event, form)
    if not _is_usable(form):
        return _page(event, form), 422
    mailing = mailings.prepare(event, form.audience(), by=signed_in_user())
    db.session.commit()
    return redirect(url_for("mailings_office.show", mailing_id=mailing.id))


@bp.get("/versand/<int:mailing_id>/empfaenger/")
@open_to(Access.OFFICE)
def edit(mailing_id: int):
    """Show whom a draft is for, to be changed."""
    mailing = mailings.get_mailing(mailing_id)
    if not mailing.is_draft:
        return redirect(url_for("mailings_office.show", mailing_id=mailing_id))
    return _page(mailing.event, AudienceForm(mailing.event, audience=_audience(mailing)), mailing=mailing)


@bp.post("/versand/<int:mailing_id>/empfaenger/")
@open_to(Access.OFFICE)
def save(mailing_id: int):
    """Change whom a draft is for."""
    mailing = mailings.get_mailing(mailing_id)
    form = AudienceForm(mailing.event, audience=_audience(mailing))
    if "search" in request.form:
        return _page(mailing.event, form, mailing=mailing)
    if not _is_usable(form):
        return _page(mailing.event, form, mailing=mailing), 422
    return _choose(mailing, form.audience())


@bp.post("/versand/<int:mailing_id>/auslassen")
@open_to(Access.OFFICE)
def take_out(mailing_id: int):
    """Take single people out of a draft, or back into it."""
    mailing = mailings.get_mailing(mailing_id)
    return _choose(mailing, _audience(mailing).taking_out(ids_in(TakeOutForm().without)))


def _choose(mailing: Mailing, audience: Audience):
    mailing_id = mailing.id
    try:
        mailings.choose(mailing, audience)
        db.session.commit()
    except AlreadySent:
        db.session.rollback()
        flash("Die Einladung ist schon gesendet. Es wurde nichts geändert.", "warning")
    return redirect(url_for("mailings_office.show", mailing_id=mailing_id))


def _audience(mailing: Mailing) -> Audience:
    return Audience.from_json(mailing.audience)


def _is_usable(form: AudienceForm) -> bool:
    if not form.validate_on_submit():
        return False
    audience = form.audience()
    if audience.is_empty and not audience.unknown:
        form.form_errors.append("Bitte wählen Sie, wen Sie einladen möchten.")
        return False
    return True


def _page(event: Event, form: AudienceForm, *, mailing: Mailing | None = None) -> str:
    reason = refusal(event, at=clock.now())
    return render_template(
        "invitations/recipients_office/edit.html", event=event, form=form, mailing=mailing, reason=reason,
        refused=event_words.refused_long(reason) if reason else "",
    )  # fmt: skip
