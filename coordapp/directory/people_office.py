"""The office's page of one person of the directory: added by hand, seen at a glance, contact data on a click."""

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.exc import IntegrityError

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import consents, people, profile, profile_view, profile_words, training_records
from coordapp.directory.models import Person
from coordapp.directory.people_forms import NewPersonForm, notes_in_words
from coordapp.directory.service import name_key
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.forms import add_error

bp = Blueprint("people_office", __name__)
MOST_DISCLOSURES = 20  # shown; the person sees all


@bp.get("/neu/")
@open_to(Access.OFFICE)
def new():
    """Ask for somebody new."""
    return _new_page(NewPersonForm())


@bp.post("/neu/")
@open_to(Access.OFFICE)
def create():
    """Add somebody; warn once of people who may be the same."""
    form = NewPersonForm()
    if not form.validate_on_submit():
        return _new_page(form), 422
    namesake = people.find_namesake(name=form.name.data or "", email=form.email.data) if form.email.data else None
    if namesake is not None:
        add_error(form.email, "Diesen Namen mit dieser Adresse gibt es schon.")
        return _new_page(form, namesake=namesake), 422
    doubles = people.find_doubles(name=form.name.data or "", email=form.email.data, phone=form.phone.data)
    if not form.is_warned_of(doubles):
        return _new_page(form, doubles=doubles), 422
    try:
        person = _add(form)
        db.session.commit()
    except IntegrityError:  # somebody else was quicker
        db.session.rollback()
        add_error(form.email, "Diesen Namen mit dieser Adresse gibt es schon.")
        return _new_page(form), 422
    flash(
        f"{person.name} steht im Verzeichnis. Als Nächstes: Was bietet die Person an, und wozu sagt sie Ja?", "success"
    )
    return redirect(url_for(".show", person_id=person.id))


def _new_page(
    form: NewPersonForm, *, doubles: list[people.Double] | None = None, namesake: Person | None = None
) -> str:
    return render_template("directory/people_office/new.html", form=form, doubles=doubles or [], namesake=namesake)


def _add(form: NewPersonForm) -> Person:
    name = form.name.data or ""
    person = Person(name=name, name_key=name_key(name))
    db.session.add(person)
    volunteer = profile.make_volunteer(person, source=form.source.data or "", is_informed=form.knows.data)
    form.write_to(volunteer)
    return person


@bp.get("/<int:person_id>/")
@open_to(Access.OFFICE)
def show(person_id: int):
    """Show a person without contact data; who was merged leads to the one who stayed."""
    person = db.get_or_404(Person, person_id)
    if person.merged_into_id is not None:
        return redirect(url_for(".show", person_id=person.merged_into_id))
    return _page(person)


@bp.post("/<int:person_id>/")
@open_to(Access.OFFICE)
def show_contact(person_id: int):
    """Show a person with contact data this once, and log it."""
    person = db.get_or_404(Person, person_id)
    people.look_at([person], by=signed_in_user())
    db.session.commit()
    return _page(person, shows_contact=True)


def _page(person: Person, *, shows_contact: bool = False) -> str:
    volunteer = profile.find_volunteer(person)
    now = clock.now()
    return render_template(
        "directory/people_office/show.html", person=person, volunteer=volunteer, view=profile_view,
        shows_contact=shows_contact, ways=profile_view.writing(person), words=profile_words,
        notes=notes_in_words(volunteer) if volunteer else (),
        agreed=consents.purposes_of(person), disclosures=consents.list_disclosures(person), now=now,
        most_disclosures=MOST_DISCLOSURES, trainings=training_records.list_records(person),
        is_paused=volunteer is not None and profile.is_paused(volunteer, on=clock.today()),
        is_silent=volunteer is not None and profile.is_silent(volunteer, at=now),
    )  # fmt: skip


@bp.post("/<int:person_id>/aufnehmen")
@open_to(Access.OFFICE)
def take_in(person_id: int):
    """Give a profile to somebody whom the office knows from elsewhere; the month to inform them begins."""
    person = db.get_or_404(Person, person_id)
    profile.make_volunteer(person, source="schon bekannt, vom Büro aufgenommen", is_informed=False)
    db.session.commit()
    flash(f"{person.name} steht jetzt im Verzeichnis und muss das noch erfahren.", "success")
    return redirect(url_for(".show", person_id=person.id))
