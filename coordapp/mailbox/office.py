"""The office's page "Postfach": what came back, what must be cleared, and the addresses to ask for anew."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import addresses as dead
from coordapp.directory import people
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.extensions import db
from coordapp.mailbox import reader, service
from coordapp.mailbox.words import KINDS, TROUBLES
from coordapp.shared import clock
from coordapp.shared.forms import add_error, email_field

bp = Blueprint("mailbox", __name__)

LATELY = timedelta(days=30)
WHY = "Mails kommen zurück"  # in the log of who saw contact data


class AddressForm(FlaskForm):
    """The new address of somebody."""

    email = email_field("Neue E-Mail-Adresse")


@bp.get("/")
@open_to(Access.OFFICE)
def index():
    """Show whether the mailbox is read, what came lately, and what must be cleared."""
    return render_template(
        "mailbox/index.html", is_configured=reader.is_configured(), state=reader.find_state(), troubles=TROUBLES,
        numbers=service.count_by_kind(since=clock.now() - LATELY), kinds=KINDS, messages=service.list_open(),
        dead=dead.count_dead(),
    )  # fmt: skip


@bp.post("/erledigt/")
@open_to(Access.OFFICE)
def settle():
    """Note that the office has dealt with a message."""
    chosen = request.form.get("message", "")
    for message in service.list_open():
        if str(message.id) == chosen:
            service.settle(message)
    db.session.commit()
    flash("Erledigt.", "success")
    return redirect(url_for(".index"))


@bp.get("/adressen/")
@open_to(Access.OFFICE)
def addresses():
    """List the people whose address mails come back from."""
    return render_template("mailbox/addresses.html", people=dead.list_dead())


@bp.get("/adressen/<int:person_id>/")
@open_to(Access.OFFICE)
def address(person_id: int):
    """Ask for the new address of somebody."""
    return _page(_get(person_id), AddressForm(formdata=None))


@bp.post("/adressen/<int:person_id>/")
@open_to(Access.OFFICE)
def change_address(person_id: int):
    """Store a new address."""
    person, form = _get(person_id), AddressForm()
    if form.validate_on_submit():
        try:
            directory.change_contact(person, name=person.name, email=form.email.data, phone=person.phone)
            dead.trust_again(person)  # the same address typed again: somebody has asked
            db.session.commit()
            flash("Die neue Adresse ist gespeichert.", "success")
            return redirect(url_for(".addresses"))
        except IntegrityError:
            db.session.rollback()
            add_error(form.email, "Jemand mit diesem Namen und dieser Adresse steht schon im Verzeichnis.")
    return _page(_get(person_id), form), 422


@bp.post("/adressen/<int:person_id>/kontakt/")
@open_to(Access.OFFICE)
def show_contact(person_id: int):
    """Show telephone number and address, and log it."""
    person = _get(person_id)
    people.look_at([person], by=signed_in_user(), reason=WHY)
    db.session.commit()
    return _page(person, AddressForm(formdata=None), shows_contact=True)


@bp.post("/adressen/<int:person_id>/stimmt/")
@open_to(Access.OFFICE)
def trust(person_id: int):
    """Send mails to the address again."""
    dead.trust_again(_get(person_id))
    db.session.commit()
    flash("Wir schreiben wieder an diese Adresse.", "success")
    return redirect(url_for(".addresses"))


def _get(person_id: int) -> Person:
    return db.get_or_404(Person, person_id)


def _page(person: Person, form: AddressForm, *, shows_contact: bool = False) -> str:
    return render_template("mailbox/address.html", person=person, form=form, shows_contact=shows_contact)
