"""The office writes the words of a mailing, in one language or several."""

from flask import Blueprint, flash, redirect, render_template, url_for

from coordapp.accounts.guards import Access, open_to
from coordapp.extensions import db
from coordapp.invitations import mailings, texts
from coordapp.invitations.forms import TextsForm, language_name
from coordapp.invitations.mailings import AlreadySent, EditedMeanwhile
from coordapp.invitations.models_mailing import Mailing
from coordapp.shared.forms import add_error
from coordapp.shared.languages import LANGUAGES

bp = Blueprint("texts_office", __name__)


@bp.get("/<int:mailing_id>/text/")
@open_to(Access.OFFICE)
def edit(mailing_id: int):
    """Show the words of a draft, to be written on."""
    mailing = mailings.get_mailing(mailing_id)
    if not mailing.is_draft:
        return redirect(url_for("mailings_office.show", mailing_id=mailing_id))
    return _page(mailing, TextsForm().fill(mailing))


@bp.post("/<int:mailing_id>/text/")
@open_to(Access.OFFICE)
def save(mailing_id: int):
    """Keep the words of a draft; nobody is written to yet."""
    mailing = mailings.get_mailing(mailing_id)
    form = TextsForm().keep_subjects(mailing.event)
    if not form.validate_on_submit() or _has_gaps(mailing, form):
        return _page(mailing, form), 422
    try:
        mailings.write_texts(mailing, form.written(mailing), version=form.read_version)
    except EditedMeanwhile:
        db.session.rollback()
        form.version.data = str(mailing.version)
        return _page(mailing, form, stored=TextsForm(formdata=None).fill(mailing)), 409
    except AlreadySent:
        db.session.rollback()
        flash("Diese Einladung ist schon gesendet. Es wurde nichts geändert.", "warning")
        return redirect(url_for("mailings_office.show", mailing_id=mailing_id))
    db.session.commit()
    flash("Der Text ist gespeichert. Gesendet ist noch nichts.", "success")
    return redirect(url_for("mailings_office.show", mailing_id=mailing_id))


def _has_gaps(mailing: Mailing, form: TextsForm) -> bool:
    """Say beside each text which of its fields would stay empty for the chosen people."""
    people, found = mailings.check_mailing(mailing).reachable, False
    for language in LANGUAGES:
        for field in (form[language].form.subject, form[language].form.text):
            for name, number in texts.empty_fields(mailing.event, people, field.data or "").items():
                add_error(field, f"{{{name}}} wäre bei {number} von {len(people)} Personen leer.")
                found = True
    return found


def _page(mailing: Mailing, form: TextsForm, *, stored: TextsForm | None = None) -> str:
    return render_template(
        "invitations/texts_office/edit.html", mailing=mailing, event=mailing.event, form=form, stored=stored,
        fields=texts.FIELDS, languages=[(code, language_name(code)) for code in LANGUAGES],
        differences=_differences(form, stored) if stored else [],
    )  # fmt: skip


def _differences(form: TextsForm, stored: TextsForm) -> list[tuple[str, str, str]]:
    """List what is kept now where it is not what was typed: language, subject, text."""
    found = []
    for code in LANGUAGES:
        typed, kept = form[code].form, stored[code].form
        if (typed.subject.data or "", typed.text.data or "") != (kept.subject.data or "", kept.text.data or ""):
            found.append((language_name(code), kept.subject.data or "", kept.text.data or ""))
    return found
