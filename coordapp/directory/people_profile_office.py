"""The office changes the profile of a person, in five short parts that are saved on their own."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import engagements, people, profile, profile_view
from coordapp.directory.models import Person
from coordapp.directory.models_profile import Volunteer
from coordapp.directory.people_forms import OfficeNotesForm, notes_in_words
from coordapp.directory.profile_forms import AboutForm, LanguagesForm, OfferForm, PartForm, TimeForm
from coordapp.extensions import db
from coordapp.shared.forms import add_error

bp = Blueprint("people_profile_office", __name__)


@dataclass(frozen=True)
class Part:
    """A part of the profile: its form, and what is stored as somebody reads it."""

    name: str
    title: str
    form: Callable[[Volunteer], PartForm]
    in_words: Callable[[Volunteer], profile_view.Facts]


ABOUT = Part("about", "Name und Kontakt", lambda _one: AboutForm(), lambda one: profile_view.contact(one.person))
OFFER = Part("offer", "Angebot", lambda _one: OfferForm(), profile_view.offer)
TIMES = Part("times", "Orte und Zeiten", lambda _one: TimeForm(), profile_view.times)
SPOKEN = Part("languages", "Sprachen", lambda one: LanguagesForm(known=one.languages), profile_view.spoken)
NOTES = Part("notes", "Führungszeugnis und Notiz", lambda _one: OfficeNotesForm(), notes_in_words)


@bp.get("/<int:person_id>/kontakt/")
@open_to(Access.OFFICE)
def about(person_id: int):
    """Offer to open the contact data, which is logged."""
    person = db.get_or_404(Person, person_id)
    if profile.find_volunteer(person) is None:
        return redirect(url_for("people_office.show", person_id=person_id))
    return render_template("directory/people_profile_office/locked.html", person=person, part=ABOUT)


@bp.post("/<int:person_id>/kontakt/")
@open_to(Access.OFFICE)
def save_about(person_id: int):
    """Open the contact data, and save what was changed."""
    volunteer = db.get_or_404(Volunteer, person_id)
    people.look_at([volunteer.person], by=signed_in_user())
    db.session.commit()  # whatever comes of the form, its page shows contact data
    if "open" not in request.form:
        return _save(person_id, ABOUT)
    return _page(volunteer, ABOUT, AboutForm(formdata=None).fill(volunteer))


@bp.get("/<int:person_id>/angebot/")
@open_to(Access.OFFICE)
def offer(person_id: int):
    """Show what somebody does, to be changed."""
    return _open(person_id, OFFER)


@bp.post("/<int:person_id>/angebot/")
@open_to(Access.OFFICE)
def save_offer(person_id: int):
    """Save what somebody does."""
    return _save(person_id, OFFER)


@bp.get("/<int:person_id>/zeiten/")
@open_to(Access.OFFICE)
def times(person_id: int):
    """Show where and when somebody can help, to be changed."""
    return _open(person_id, TIMES)


@bp.post("/<int:person_id>/zeiten/")
@open_to(Access.OFFICE)
def save_times(person_id: int):
    """Save where and when somebody can help."""
    return _save(person_id, TIMES)


@bp.get("/<int:person_id>/sprachen/")
@open_to(Access.OFFICE)
def languages(person_id: int):
    """Show the languages, to be changed."""
    return _open(person_id, SPOKEN)


@bp.post("/<int:person_id>/sprachen/")
@open_to(Access.OFFICE)
def save_languages(person_id: int):
    """Save the languages."""
    return _save(person_id, SPOKEN)


@bp.get("/<int:person_id>/notiz/")
@open_to(Access.OFFICE)
def notes(person_id: int):
    """Show what the office noted, to be changed."""
    return _open(person_id, NOTES)


@bp.post("/<int:person_id>/notiz/")
@open_to(Access.OFFICE)
def save_notes(person_id: int):
    """Save what the office noted."""
    return _save(person_id, NOTES)


def _open(person_id: int, part: Part):
    person = db.get_or_404(Person, person_id)
    volunteer = profile.find_volunteer(person)
    if volunteer is None:
        return redirect(url_for("people_office.show", person_id=person_id))
    return _page(volunteer, part, part.form(volunteer).fill(volunteer))


def _save(person_id: int, part: Part):
    people.hold_profile(person_id)
    volunteer = db.get_or_404(Volunteer, person_id)
    form = part.form(volunteer)
    if not form.validate_on_submit():
        return _page(volunteer, part, form), 422
    if form.is_outdated(volunteer):
        return _page(volunteer, part, form, stored=part.in_words(volunteer)), 422
    try:
        form.write_to(volunteer)
        profile.save(volunteer)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        add_error(form["email"], "Diesen Namen mit dieser Adresse gibt es schon.")
        return _page(db.get_or_404(Volunteer, person_id), part, form), 422
    flash(f"{part.title}: gespeichert.", "success")
    return redirect(url_for("people_office.show", person_id=person_id))


def _page(volunteer: Volunteer, part: Part, form: PartForm, *, stored: profile_view.Facts | None = None) -> str:
    return render_template(
        "directory/people_profile_office/edit.html", person=volunteer.person, part=part, form=form, stored=stored,
        organisations=engagements.list_organisation_names() if part is OFFER else (),
    )  # fmt: skip
