"""The office records what people agree to on the telephone or on paper, and what they take back; all can be proved."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import consents, profile_words
from coordapp.directory.models import Person
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.directory.people_forms import ConsentForm, WithdrawalForm
from coordapp.directory.wordings import wording
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.attention import counted

bp = Blueprint("consents_office", __name__)


@bp.get("/<int:person_id>/einwilligungen/")
@open_to(Access.OFFICE)
def show(person_id: int):
    """Show what a person agrees to, and the sentences they have not agreed to yet."""
    person = db.get_or_404(Person, person_id)
    return _page(person, ConsentForm(language=person.language))


@bp.post("/<int:person_id>/einwilligungen/")
@open_to(Access.OFFICE)
def give(person_id: int):
    """Record what a person agreed to."""
    person, form = db.get_or_404(Person, person_id), ConsentForm()
    form.let_choose(consents.purposes_of(person))
    if not form.validate_on_submit():
        return _page(person, form), 422
    given = sum(
        consents.give(
            person, Purpose(purpose), given_by=GivenBy(form.given_by.data), language=form.language.data or "de",
            recorded_by=signed_in_user(), note=form.proof,
        )
        for purpose in form.purposes.data or ()
    )  # fmt: skip
    db.session.commit()
    flash(f"{counted(given, 'Einwilligung', 'Einwilligungen')} eingetragen.", "success")
    return redirect(url_for(".show", person_id=person_id))


@bp.post("/<int:person_id>/einwilligungen/zurueckziehen")
@open_to(Access.OFFICE)
def withdraw(person_id: int):
    """Record that a person takes one consent back; it counts at once."""
    person, form = db.get_or_404(Person, person_id), WithdrawalForm()
    if not form.validate_on_submit():
        abort(400)
    purpose = Purpose(form.purpose.data)
    consents.withdraw(
        person, [purpose], withdrawn_by=GivenBy(form.withdrawn_by.data), recorded_by=signed_in_user()
    )  # fmt: skip
    db.session.commit()
    flash(f"Zurückgezogen: {profile_words.PURPOSES[purpose]}. Das gilt ab sofort.", "success")
    return redirect(url_for(".show", person_id=person_id))


@bp.get("/<int:person_id>/einwilligungen/nachweis/")
@open_to(Access.OFFICE)
def proof(person_id: int):
    """Show the whole history on a page to be printed."""
    person = db.get_or_404(Person, person_id)
    return render_template(
        "directory/consents_office/proof.html", person=person, rows=consents.list_consents(person), now=clock.now(),
        wording=wording, words=profile_words,
    )  # fmt: skip


def _page(person: Person, form: ConsentForm) -> str:
    rows = consents.list_consents(person)
    active = [row for row in rows if row.withdrawn_at is None]
    form.let_choose(row.purpose for row in active)
    return render_template(
        "directory/consents_office/show.html", person=person, form=form, active=active, withdrawal=WithdrawalForm(),
        withdrawn=[row for row in rows if row.withdrawn_at is not None], wording=wording, words=profile_words,
    )  # fmt: skip
