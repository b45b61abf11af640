"""What representatives see and change of the organisations they speak for."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import organisation_reports, organisation_words, organisations, representatives
from coordapp.directory.models import Organisation
from coordapp.directory.organisations_forms import OrganisationForm
from coordapp.extensions import db
from coordapp.shared import clock

bp = Blueprint("organisations_own", __name__)


@bp.get("/")
@open_to(Access.SIGNED_IN)
def index():
    """List the organisations that the reader speaks for."""
    mine, now = representatives.list_represented(signed_in_user()), clock.now()
    old = {organisation.id for organisation in mine if organisations.is_old(organisation, at=now)}
    return render_template("directory/organisations_own/index.html", mine=mine, old=old, words=organisation_words)


@bp.get("/<int:organisation_id>/")
@open_to(Access.SIGNED_IN)
def edit(organisation_id: int):
    """Show an entry to be changed, with what was proposed and not yet decided on."""
    organisation = _get_own(organisation_id)
    pending = organisation_reports.find_proposal(organisation, by=signed_in_user())
    return _edit_page(OrganisationForm(organisation, values=pending.values if pending is not None else None))


@bp.post("/<int:organisation_id>/")
@open_to(Access.SIGNED_IN)
def save(organisation_id: int):
    """Change at once what a representative may change alone, and hand the rest to the office."""
    organisation = _get_own(organisation_id)
    form = OrganisationForm(organisation)
    if not form.validate_on_submit() or form.is_overtaken():
        return _edit_page(form), 422
    at_once = {column: value for column, value in form.stored().items() if column in organisations.AT_ONCE}
    to_check = {column: value for column, value in form.values.items() if column not in organisations.AT_ONCE}
    organisations.save(organisation, at_once)
    organisations.confirm(organisation)
    proposal = organisation_reports.propose(organisation, to_check, by=signed_in_user())
    db.session.commit()
    flash(_saved(organisations.names_of(proposal.values) if proposal is not None else ""), "success")
    return redirect(url_for(".index"))


@bp.post("/<int:organisation_id>/stimmt/")
@open_to(Access.SIGNED_IN)
def confirm(organisation_id: int):
    """Note that all is right."""
    organisations.confirm(_get_own(organisation_id))
    db.session.commit()
    flash(_("Danke. Wir haben notiert, dass alles stimmt."), "success")
    return redirect(url_for(".index"))


def _get_own(organisation_id: int) -> Organisation:
    return representatives.find_represented(signed_in_user(), organisation_id) or abort(404)


def _edit_page(form: OrganisationForm) -> str:
    organisation = form.organisation
    pending = organisation_reports.find_proposal(organisation, by=signed_in_user()) if organisation else None
    return render_template(
        "directory/organisations_own/edit.html", organisation=organisation, form=form, at_once=organisations.AT_ONCE,
        to_check=[column for column in organisation_words.COLUMNS if column not in organisations.AT_ONCE],
        pending=organisations.names_of(pending.values) if pending is not None else "",
    )  # fmt: skip


def _saved(to_check: str) -> str:
    if not to_check:
        return _("Gespeichert. Das steht jetzt so im Verzeichnis.")
    return _("Gespeichert. Das prüft das Büro noch: %(columns)s. Sie bekommen dann eine E-Mail.", columns=to_check)
