"""What people see of themselves: an overview, all that is held, mails, who saw their contact data, and deleting."""

import json

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from coordapp.accounts import sign_ins
from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import consents, profile, representatives
from coordapp.directory import service as directory
from coordapp.directory.models import Person
from coordapp.directory.models_consent import GivenBy
from coordapp.extensions import db
from coordapp.privacy import erasure, export, mails_to, words
from coordapp.shared import clock

bp = Blueprint("privacy", __name__)
bp.after_request(sign_ins.keep_out_of_caches)

FIRST_MAILS = 200  # on the page; the file holds all
NEXT = 3  # registrations on the overview
ON_OTHER_PAGES = ("mail", "disclosure")
LEFT_TO_RIGHT = ("email", "reporter_email", "phone", "postal_code")


@bp.get("/")
@open_to(Access.SIGNED_IN)
def mine():
    """Show what is coming up for somebody, and the ways to all that is theirs."""
    person = _find_person()
    volunteer = profile.find_volunteer(person) if person is not None else None
    coming = sorted(erasure.list_coming(person) if person else [], key=lambda made: made.event.starts_at)
    is_paused = volunteer is not None and profile.is_paused(volunteer, on=clock.today())
    return render_template(
        "privacy/mine.html", coming=coming[:NEXT], volunteer=volunteer, is_paused=is_paused,
        organisations=representatives.list_represented(signed_in_user()),
    )  # fmt: skip


@bp.get("/daten/")
@open_to(Access.SIGNED_IN)
def held():
    """Show all that is held about somebody, in words."""
    sections = []
    for name, rows in export.collect(_find_person(), signed_in_user()).items():
        if name not in ON_OTHER_PAGES:
            sections.append((export.SOURCES[name].title, [_shown(row) for row in rows]))
    return render_template("privacy/held.html", sections=sections)


@bp.get("/daten.json")
@open_to(Access.SIGNED_IN)
def download():
    """Give out all that is held as a file."""
    text = json.dumps(export.as_json(export.collect(_find_person(), signed_in_user())), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="meine-daten.json"'}
    return Response(text, mimetype="application/json", headers=headers)


@bp.get("/e-mails/")
@open_to(Access.SIGNED_IN)
def mails():
    """List the mails that went to somebody."""
    person = _find_person()
    listed = mails_to.list_mails(person) if person is not None else []
    return render_template("privacy/mails.html", mails=listed[:FIRST_MAILS], more=len(listed) > FIRST_MAILS,
                           status=words.MAIL_STATUS)  # fmt: skip


@bp.get("/einsicht/")
@open_to(Access.SIGNED_IN)
def disclosures():
    """List who saw or received somebody's contact data."""
    person = _find_person()
    listed = consents.list_disclosures(person) if person is not None else []
    return render_template("privacy/disclosures.html", disclosures=listed, value=words.value)


@bp.get("/loeschen/")
@open_to(Access.SIGNED_IN)
def delete():
    """Say what deleting does, and offer it."""
    person = _find_person()
    volunteer = profile.find_volunteer(person) if person is not None else None
    coming = erasure.list_coming(person) if person is not None else []
    return render_template(
        "privacy/delete.html", volunteer=volunteer, coming=coming, is_staff=signed_in_user().is_staff
    )


@bp.post("/loeschen/")
@open_to(Access.SIGNED_IN)
def do_delete():
    """Delete the entry in the directory, or everything."""
    deeds = {"entry": _delete_entry, "everything": _delete_everything}
    deed = deeds.get(request.form.get("what", "")) or abort(400)
    return deed()


def _delete_entry():
    person = _find_person()
    if person is not None:
        erasure.leave_directory(person, by=GivenBy.WEB)
    db.session.commit()
    flash(_("Ihr Eintrag im Verzeichnis ist gelöscht. Ihre Anmeldungen bleiben."), "success")
    return redirect(url_for(".mine"))


def _delete_everything():
    user = signed_in_user()
    person = directory.person_of(user)
    sign_ins.sign_out()
    erasure.erase(person)
    db.session.commit()
    return redirect(url_for(".gone"))


@bp.get("/geloescht/")
@open_to(Access.EVERYONE)
def gone():
    """Say what is gone, and what stays until when."""
    return render_template("privacy/gone.html")


def _find_person() -> Person | None:
    return directory.find_person_of(signed_in_user())


def _shown(row: export.Row) -> list[tuple[str, str, bool]]:
    """Return label, value and whether it is written from left to right in every language; nothing for empty ones."""
    lines = [(words.LABELS[column], words.value(column, held), column in LEFT_TO_RIGHT) for column, held in row.items()]
    return [(str(label), text, is_ltr) for label, text, is_ltr in lines if text]
