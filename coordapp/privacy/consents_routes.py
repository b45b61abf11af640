"""What somebody agreed to: each purpose with its whole wording, given or withdrawn by one click."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordapp.accounts import sign_ins
from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import consents, profile, profile_words
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.directory.models_consent import GivenBy, Purpose
from coordapp.directory.wordings import current_version, wording
from coordapp.extensions import db
from coordapp.invitations import unsubscribe
from coordapp.privacy import erasure
from coordapp.shared import languages

bp = Blueprint("privacy_consents", __name__)
bp.after_request(sign_ins.keep_out_of_caches)


@bp.get("/")
@open_to(Access.SIGNED_IN)
def index():
    """Show each purpose with its wording and how it stands."""
    person = directory.find_person_of(signed_in_user())
    given = {one.purpose: one for one in consents.list_consents(person) if not one.withdrawn_at} if person else {}
    has_entry = person is not None and profile.find_volunteer(person) is not None
    offered = [purpose for purpose in Purpose if has_entry or purpose not in erasure.OF_THE_DIRECTORY]
    texts = {purpose: wording(purpose, current_version(purpose)) for purpose in offered}
    return render_template(
        "privacy/consents.html", texts=texts, given=given, titles=profile_words.PURPOSES, has_entry=has_entry,
        given_by=profile_words.GIVEN_BY,
    )  # fmt: skip


@bp.post("/")
@open_to(Access.SIGNED_IN)
def change():
    """Give or withdraw one consent, with effect at once."""
    purpose = _purpose(request.form.get("purpose", ""))
    person = directory.person_of(signed_in_user())
    decide = _give if request.form.get("deed") == "give" else _withdraw
    message = decide(person, purpose)
    db.session.commit()
    flash(message, "success")
    return redirect(url_for(".index", _anchor=purpose.value))


def _give(person: Person, purpose: Purpose) -> str:
    volunteer = profile.find_volunteer(person)
    if purpose in erasure.OF_THE_DIRECTORY and volunteer is None:
        abort(400)
    consents.give(person, purpose, given_by=GivenBy.WEB, language=languages.current())
    if volunteer is not None:
        profile.inform(volunteer)
    return _("Gespeichert: Sie haben zugestimmt.")


def _withdraw(person: Person, purpose: Purpose) -> str:
    if purpose is Purpose.DIRECTORY:
        erasure.leave_directory(person, by=GivenBy.WEB)
        return _("Ihr Eintrag im Verzeichnis ist gelöscht. Ihre Anmeldungen bleiben.")
    consents.withdraw(person, [purpose], withdrawn_by=GivenBy.WEB)
    unsubscribe.drop_unwanted(person)
    return _("Zurückgenommen. Das gilt ab sofort.")


def _purpose(value: str) -> Purpose:
    return Purpose(value) if value in list(Purpose) else abort(400)
