"""The office's deeds on registrations: see who comes, and act for people who phone."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from wtforms import SelectField

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import people
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.events import registration as registrations
from coordapp.events import service, waiting_list, words
from coordapp.events.forms import ContactForm, OfficeWishesForm, PhoneRegistrationForm
from coordapp.events.models import CancelledBy, Event, Registration, RegistrationStatus
from coordapp.events.occupancy import lock, occupancy_of
from coordapp.events.rules import Refusal, RegistrationRefused, office_refusal
from coordapp.extensions import db
from coordapp.shared import clock, languages
from coordapp.shared.forms import add_error, id_in

bp = Blueprint("registrations_office", __name__)
LACKING = "Dieser Person fehlt die Schulung, die man vorher besucht haben muss."
LARGEST_ID = 2**31 - 1  # the databases know no larger one


class MoveForm(FlaskForm):
    """To which event of the same kind a registration moves."""

    event_id = SelectField("Wohin?", coerce=int)


@bp.get("/veranstaltung/<int:event_id>/")
@open_to(Access.OFFICE)
def index(event_id: int):
    """List who registered, filtered by status."""
    event = service.get_event(event_id)
    everybody = registrations.list_registrations(event)
    numbers = {status: sum(one.status is status for one in everybody) for status in RegistrationStatus}
    wanted = request.args.get("status", "")
    shown = [one for one in everybody if (one.status == wanted if wanted in numbers else one.is_active)]
    line = waiting_list.positions(everybody)
    shown.sort(key=lambda one: line.get(one.id, 0))  # who waits stands below, in order
    return render_template(
        "events/registrations_office/index.html", event=event, registrations=shown, numbers=numbers, wanted=wanted,
        occupancy=occupancy_of(event), line=line, statuses=words.STATUS, needs_of=words.needs_for_office,
        can_register=office_refusal(event, at=clock.now()) is None,
    )  # fmt: skip


@bp.get("/veranstaltung/<int:event_id>/neu/")
@open_to(Access.OFFICE)
def new(event_id: int):
    """Ask who phones; somebody known is filled in, so that they are not kept twice."""
    person_id = request.args.get("person_id", 0, type=int)
    known = db.session.get(Person, person_id) if 0 < person_id <= LARGEST_ID else None
    event = service.get_event(event_id)
    return _new_page(event, PhoneRegistrationForm(obj=known, data={"name": request.args.get("name", "")}).of(event))


@bp.post("/veranstaltung/<int:event_id>/neu/")
@open_to(Access.OFFICE)
def create(event_id: int):
    """Register somebody who phones, with or without an e-mail address."""
    event = service.get_event(event_id)
    form, lacking = PhoneRegistrationForm().of(event), False
    if form.validate_on_submit():
        try:
            made = _register(event, form)
            db.session.commit()
            flash(_done_words(made), "success")
            return redirect(url_for(".show", registration_id=made.id))
        except RegistrationRefused as refused:
            db.session.rollback()
            lacking = refused.reason is Refusal.PRECONDITION
            form.form_errors.append(LACKING if lacking else words.refused_long(refused.reason))
    return _new_page(event, form, lacking=lacking), 422


def _new_page(event: Event, form: PhoneRegistrationForm, *, lacking: bool = False) -> str:
    held = occupancy_of(event)
    free = words.free_places(event, taken=held.taken, waiting=held.waiting, at=clock.now())
    known = people.find_namesake(name=form.name.data or "", email=form.email.data) if lacking else None
    return render_template(
        "events/registrations_office/new.html", event=event, form=form, free=free, lacking=lacking, known=known,
        is_full=held.is_full(event),
    )  # fmt: skip


def _register(event: Event, form: PhoneRegistrationForm) -> Registration:
    if not form.email.data:
        lock(event)  # without an address no rule of the database tells that a double click is one person
    language = form.language.data or "de"
    person = directory.remember_person(
        name=form.name.data, email=form.email.data, phone=form.phone.data, language=language
    )
    directory.fill_in_phone(person, form.phone.data)
    return registrations.register(
        event, person, form.wishes(), proven=True, language=language, entered_by=signed_in_user()
    )


def _done_words(made: Registration) -> str:
    state = words.STATUS[made.status]
    if made.entered_by_id != current_user.id or made.created_at < clock.now() - registrations.AGAIN_AFTER:
        return f"{made.person.name} war schon eingetragen: {state}."
    if made.person.email:
        return f"{made.person.name}: {state}. Die Bestätigung geht per E-Mail."
    return f"{made.person.name}: {state}. Ohne E-Mail-Adresse: Sie können einen Brief drucken."


@bp.get("/<int:registration_id>/")
@open_to(Access.OFFICE)
def show(registration_id: int):
    """Show one registration with all that the office can do about it."""
    made = db.get_or_404(Registration, registration_id)
    form = OfficeWishesForm(
        party_size=made.party_size, needs=made.needs, interpreter_language=made.interpreter_language, note=made.note
    ).of(made.event)
    return _page(made, form)


@bp.post("/<int:registration_id>/")
@open_to(Access.OFFICE)
def change(registration_id: int):
    """Change party and needs for somebody who phones."""
    made = db.get_or_404(Registration, registration_id)
    form = OfficeWishesForm().of(made.event)
    if not form.validate_on_submit():
        return _page(made, form), 422
    try:
        changed = registrations.change(made, form.wishes(made))
    except RegistrationRefused as refused:
        db.session.rollback()
        form.refuse(words.refused_long(refused.reason))
        return _page(made, form), 422
    db.session.commit()
    flash("Gespeichert." if changed else "Es gab nichts zu ändern.", "success")
    return redirect(url_for(".show", registration_id=made.id))


@bp.post("/<int:registration_id>/absagen")
@open_to(Access.OFFICE)
def cancel(registration_id: int):
    """Cancel for somebody who phones."""
    made = db.get_or_404(Registration, registration_id)
    before = occupancy_of(made.event).offered
    registrations.cancel(made, by=CancelledBy.OFFICE)
    offered = occupancy_of(made.event).offered - before
    db.session.commit()
    next_in_line = " Der freie Platz ist der nächsten Person auf der Warteliste angeboten." if offered > 0 else ""
    flash(f"{made.person.name} ist abgemeldet.{next_in_line}", "success")
    return redirect(url_for(".show", registration_id=made.id))


@bp.post("/<int:registration_id>/bestaetigen")
@open_to(Access.OFFICE)
def confirm(registration_id: int):
    """Confirm for somebody who phones: an address that is not proven, or an offered place."""
    made = db.get_or_404(Registration, registration_id)
    try:
        if made.status is RegistrationStatus.OFFERED:
            registrations.accept_offer(made)
        else:
            registrations.confirm(made, by_link=False)
    except RegistrationRefused as refused:
        db.session.rollback()
        flash(words.refused_long(refused.reason), "warning")
        return redirect(url_for(".show", registration_id=registration_id))
    db.session.commit()
    flash(f"{made.person.name}: {words.STATUS[made.status]}.", "success")
    return redirect(url_for(".show", registration_id=registration_id))


@bp.get("/<int:registration_id>/kontakt/")
@open_to(Access.OFFICE)
def contact(registration_id: int):
    """Show how somebody is called and reached, to be corrected."""
    made = db.get_or_404(Registration, registration_id)
    return _contact_page(made, ContactForm(obj=made.person))


@bp.post("/<int:registration_id>/kontakt/")
@open_to(Access.OFFICE)
def correct_contact(registration_id: int):
    """Correct name, address and telephone; a new address gets a mail with how things stand."""
    made = db.get_or_404(Registration, registration_id)
    form = ContactForm()
    if form.validate_on_submit():
        try:
            told = registrations.correct_contact(
                made, name=form.name.data or "", email=form.email.data, phone=form.phone.data
            )  # fmt: skip
            db.session.commit()
            flash("Gespeichert. An die neue Adresse geht eine E-Mail." if told else "Gespeichert.", "success")
            return redirect(url_for(".show", registration_id=registration_id))
        except IntegrityError:
            db.session.rollback()
            add_error(form.email, "Diesen Namen mit dieser Adresse gibt es schon.")
    return _contact_page(made, form), 422


def _contact_page(made: Registration, form: ContactForm) -> str:
    return render_template("events/registrations_office/contact.html", registration=made, form=form)


@bp.get("/<int:registration_id>/umbuchen/")
@open_to(Access.OFFICE)
def move(registration_id: int):
    """Ask to which event a registration moves."""
    made = db.get_or_404(Registration, registration_id)
    return render_template("events/registrations_office/move.html", registration=made, form=_move_form(made))


@bp.post("/<int:registration_id>/umbuchen/")
@open_to(Access.OFFICE)
def do_move(registration_id: int):
    """Move a registration to another event of the same kind."""
    made = db.get_or_404(Registration, registration_id)
    form = _move_form(made)
    if form.validate_on_submit():
        try:
            to_event = service.get_event(id_in(form.event_id))
            moved = registrations.move(made, to_event, moved_by=signed_in_user())
            db.session.commit()
            flash(*_moved_words(made, moved))
            return redirect(url_for(".show", registration_id=(moved or made).id))
        except RegistrationRefused as refused:
            db.session.rollback()
            lacking = refused.reason is Refusal.PRECONDITION
            add_error(form.event_id, LACKING if lacking else words.refused_long(refused.reason))
    return render_template("events/registrations_office/move.html", registration=made, form=form), 422


def _moved_words(made: Registration, moved: Registration | None) -> tuple[str, str]:
    if moved is None:
        return f"{made.person.name} ist hier schon abgemeldet. Es wurde nichts umgebucht.", "warning"
    return _done_words(moved), "success"


def _move_form(made: Registration) -> MoveForm:
    form = MoveForm()
    coming = service.list_coming(made.event.kind, at=clock.now())
    free = service.free_places(coming, at=clock.now())
    form.event_id.choices = {
        event.id: f"{event.title}, {languages.day(event.starts_at)} ({free[event.id]})"
        for event in coming if event.id != made.event_id
    }  # fmt: skip
    return form


@bp.get("/<int:registration_id>/brief/")
@open_to(Access.OFFICE)
def letter(registration_id: int):
    """Show a letter to print, for people without an e-mail address."""
    made = db.get_or_404(Registration, registration_id)
    return render_template("events/registrations_office/letter.html", registration=made, event=made.event)


def _page(made: Registration, form: OfficeWishesForm) -> str:
    return render_template(
        "events/registrations_office/show.html", registration=made, event=made.event, form=form,
        status=words.STATUS[made.status], needs=words.needs_for_office(made),
        can_confirm=made.waits_for_proof or made.status is RegistrationStatus.OFFERED
        or made.cancelled_by is CancelledBy.NOT_CONFIRMED,
        can_register=office_refusal(made.event, at=clock.now()) is None,
    )  # fmt: skip
