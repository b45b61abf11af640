"""The office's pages of organisations: the list, each entry, who speaks for it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.accounts.models import User
from coordapp.directory import organisation_reports, organisation_words, organisations, representatives
from coordapp.directory.models import Organisation, OrganisationKind
from coordapp.directory.organisations_forms import OfficeFilterForm, OrganisationForm, RepresentativeForm
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.forms import add_error
from coordapp.shared.paging import asked_page, count_pages

bp = Blueprint("organisations_office", __name__)

PAGE = 50
TAKEN = "Einen Eintrag mit diesem Namen gibt es schon."


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """List the organisations as the office chose."""
    form = OfficeFilterForm(request.args)
    form.offer(tuple(OrganisationKind))
    filters, page = form.office_filters(), asked_page()
    number, now = organisations.count_organisations(filters), clock.now()
    found = organisations.search_organisations(filters, limit=PAGE, offset=(page - 1) * PAGE)
    chosen = form.chosen()
    return render_template(
        "directory/organisations_office/index.html", form=form, chosen=chosen, found=found, number=number, page=page,
        pages=count_pages(number, size=PAGE), page_url=lambda number: url_for(".index", **chosen, seite=number),
        old={organisation.id for organisation in found if organisations.is_old(organisation, at=now)},
        to_check=organisation_reports.count_open(), words=organisation_words,
    )  # fmt: skip


@bp.get("/neu/")
@open_to(Access.OFFICE)
def new():
    """Ask for a new entry."""
    return _edit_page(None, OrganisationForm())


@bp.post("/neu/")
@open_to(Access.OFFICE)
def create():
    """Store a new entry; nobody outside sees it yet."""
    return _save(Organisation(), OrganisationForm())


@bp.get("/<int:organisation_id>/")
@open_to(Access.OFFICE)
def show(organisation_id: int):
    """Show an entry, what is reported about it and who speaks for it."""
    return _page(_get(organisation_id), RepresentativeForm(formdata=None))


@bp.get("/<int:organisation_id>/bearbeiten/")
@open_to(Access.OFFICE)
def edit(organisation_id: int):
    """Show an entry, to be changed."""
    organisation = _get(organisation_id)
    return _edit_page(organisation, OrganisationForm(organisation))


@bp.post("/<int:organisation_id>/bearbeiten/")
@open_to(Access.OFFICE)
def save(organisation_id: int):
    """Change an entry."""
    organisation = _get(organisation_id)
    return _save(organisation, OrganisationForm(organisation))


@bp.post("/<int:organisation_id>/veroeffentlichen/")
@open_to(Access.OFFICE)
def publish(organisation_id: int):
    """Show an entry to everybody."""
    organisations.publish(_get(organisation_id), is_public=True)
    db.session.commit()
    flash("Der Eintrag ist jetzt öffentlich.", "success")
    return redirect(url_for(".show", organisation_id=organisation_id))


@bp.post("/<int:organisation_id>/zurueckziehen/")
@open_to(Access.OFFICE)
def unpublish(organisation_id: int):
    """Show an entry to the office only."""
    organisations.publish(_get(organisation_id), is_public=False)
    db.session.commit()
    flash("Der Eintrag ist nicht mehr öffentlich. Sie können ihn jederzeit wieder veröffentlichen.", "success")
    return redirect(url_for(".show", organisation_id=organisation_id))


@bp.post("/<int:organisation_id>/bestaetigen/")
@open_to(Access.OFFICE)
def confirm(organisation_id: int):
    """Note that somebody who knows says that all is right."""
    organisations.confirm(_get(organisation_id))
    db.session.commit()
    flash("Notiert: Die Angaben stimmen, heute bestätigt.", "success")
    return redirect(url_for(".show", organisation_id=organisation_id))


@bp.post("/<int:organisation_id>/")
@open_to(Access.OFFICE)
def invite(organisation_id: int):
    """Let somebody speak for an organisation."""
    organisation, form = _get(organisation_id), RepresentativeForm()
    if not form.validate_on_submit():
        return _page(organisation, form), 422
    try:
        user = representatives.invite(organisation, name=form.name.data or "", email=form.email.data or "")
    except representatives.CannotSpeak:
        add_error(form.email, "Diese Adresse gehört zu einem Konto des Büros oder zu einem gesperrten Konto.")
        return _page(organisation, form), 422
    db.session.commit()
    flash(f"{user.name} spricht jetzt für {organisation.name} und bekommt eine E-Mail.", "success")
    return redirect(url_for(".show", organisation_id=organisation_id))


@bp.post("/<int:organisation_id>/vertretung/<int:user_id>/entfernen/")
@open_to(Access.OFFICE)
def remove(organisation_id: int, user_id: int):
    """Let somebody no longer speak for an organisation."""
    organisation, user = _get(organisation_id), db.get_or_404(User, user_id)
    representatives.remove(organisation, user)
    db.session.commit()
    flash(f"{user.name} spricht nicht mehr für {organisation.name}. Das Konto bleibt bestehen.", "success")
    return redirect(url_for(".show", organisation_id=organisation_id))


def _get(organisation_id: int) -> Organisation:
    return db.get_or_404(Organisation, organisation_id)


def _page(organisation: Organisation, form: RepresentativeForm) -> str:
    return render_template(
        "directory/organisations_office/show.html", organisation=organisation, form=form, words=organisation_words,
        speakers=representatives.list_representatives(organisation),
        reports=organisation_reports.list_open(organisation),
        is_old=organisations.is_old(organisation, at=clock.now()),
    )  # fmt: skip


def _edit_page(organisation: Organisation | None, form: OrganisationForm) -> str:
    return render_template(
        "directory/organisations_office/edit.html", organisation=organisation, form=form, words=organisation_words
    )


def _save(organisation: Organisation, form: OrganisationForm):
    shown = form.organisation
    if form.validate_on_submit() and not form.is_overtaken():
        try:
            organisations.save(organisation, form.stored())
        except organisations.NameTaken:
            add_error(form.name, TAKEN)
        else:
            db.session.commit()
            flash("Gespeichert.", "success")
            return redirect(url_for(".show", organisation_id=organisation.id))
    return _edit_page(shown, form), 422
