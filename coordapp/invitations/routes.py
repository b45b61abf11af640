"""The page behind the link in an invitation: say yes or no, and change one's mind, without an account."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordapp.accounts.guards import Access, open_to
from coordapp.accounts.sign_ins import keep_out_of_caches
from coordapp.events import service as events
from coordapp.events import words
from coordapp.events.forms import WishesForm
from coordapp.events.models import Registration
from coordapp.events.occupancy import occupancy_of
from coordapp.events.rules import RegistrationRefused, refusal
from coordapp.extensions import db
from coordapp.invitations import service
from coordapp.invitations.models import Answer, Invitation
from coordapp.shared import clock, languages

bp = Blueprint("invitations", __name__)
bp.after_request(keep_out_of_caches)  # the links are secrets


@bp.get("/<token>/")
@open_to(Access.EVERYONE)
def show(token: str):
    """Show an invitation with its two buttons."""
    invitation = _get(token)
    return _page(invitation, WishesForm().of(invitation.event))


@bp.post("/<token>/")
@open_to(Access.EVERYONE)
def answer(token: str):
    """Take the answer of somebody invited."""
    deeds = {Answer.NO: _decline, Answer.MAYBE: _consider}
    return deeds.get(request.form.get("answer", ""), _accept)(_get(token))


def _accept(invitation: Invitation):
    form = WishesForm().of(invitation.event)
    if not form.validate_on_submit():
        return _page(invitation, form), 422
    try:
        made = service.accept(invitation, form.wishes(), language=languages.current())
    except RegistrationRefused as refused:
        db.session.rollback()
        form.form_errors.append(words.refused_long(refused.reason))
        return _page(invitation, form), 422
    db.session.commit()
    flash(_thanks(made), "success")
    return redirect(url_for("events.registration", token=made.token))


def _thanks(made: Registration) -> str:
    if made.is_coming:
        return _("Danke für Ihre Antwort. Sie sind angemeldet. Wir haben Ihnen eine E-Mail geschickt.")
    return _("Danke für Ihre Antwort. Wir haben Ihnen eine E-Mail geschickt.")


def _decline(invitation: Invitation):
    token = invitation.token
    if not can_decline(invitation):
        flash(_("Diese Veranstaltung hat schon begonnen. Sie müssen nichts mehr tun."), "info")
        return redirect(url_for(".show", token=token))
    service.decline(invitation)
    db.session.commit()
    flash(_("Danke, dass Sie Bescheid gesagt haben. Vielleicht kommen Sie ein anderes Mal."), "success")
    return redirect(url_for(".show", token=token))


def _consider(invitation: Invitation):
    token = invitation.token
    try:
        service.consider(invitation)
    except RegistrationRefused:
        db.session.rollback()
        return redirect(url_for(".show", token=token))
    db.session.commit()
    until = languages.moment(invitation.event.registration_closes_at)
    flash(_("Danke. Sie können bis %(moment)s sagen, ob Sie kommen.", moment=until), "success")
    return redirect(url_for(".show", token=token))


def can_decline(invitation: Invitation) -> bool:
    """Tell whether a no is still of any use."""
    return invitation.event.starts_at > clock.now() and not invitation.event.is_cancelled


def _get(token: str) -> Invitation:
    return service.find_invitation(token) or abort(404)


def _page(invitation: Invitation, form: WishesForm) -> str:
    event, line, now = invitation.event, service.line_of(invitation), clock.now()
    reason, occupancy = refusal(event, at=now), occupancy_of(event)
    return render_template(
        "invitations/show.html", invitation=invitation, event=event, form=form, state=line.state,
        registration=line.registration if _is_settled(line.registration) else None, reason=reason,
        refused=words.refused_long(reason) if reason else "", can_decline=can_decline(invitation),
        free=words.free_places(event, taken=occupancy.taken, waiting=occupancy.waiting, at=now),
        is_full=occupancy.is_full(event),
        next_event=events.next_best(event, at=now) if reason else None,
    )  # fmt: skip


def _is_settled(registration: Registration | None) -> bool:
    """Tell whether there is a registration and nothing to be said about it any more, but to change it."""
    return registration is not None and registration.is_active and not registration.waits_for_proof
