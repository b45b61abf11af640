"""The office tells people of the directory that it has their data (Art. 14 DSGVO): by mail, letter or telephone."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import mails, papers, people, profile
from coordapp.directory.models_profile import Volunteer
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.attention import counted
from coordapp.shared.pdf import pdf_response

bp = Blueprint("informing_office", __name__)
MOST_LETTERS = 100  # in one file


@bp.get("/informieren/")
@open_to(Access.OFFICE)
def index():
    """List who does not know yet that the office has their data."""
    waiting = people.list_not_informed()
    by_mail = [one for one in waiting if one.person.mail_address]
    return render_template(
        "directory/informing_office/index.html", waiting=waiting, by_mail=len(by_mail), by_letter=_letters(waiting),
        most_letters=MOST_LETTERS, now=clock.now(),
    )  # fmt: skip


def _letters(waiting: Sequence[Volunteer]) -> list[Volunteer]:
    """Return who can only be told by letter, and has an address."""
    return [
        one for one in waiting if not one.person.mail_address and one.person.street and one.person.municipality
    ]  # fmt: skip


@bp.post("/informieren/")
@open_to(Access.OFFICE)
def send_mails():
    """Send the notice to everybody who has a working address."""
    written = sum(mails.inform(one) for one in people.list_not_informed())
    db.session.commit()
    flash(f"{counted(written, 'Nachricht liegt', 'Nachrichten liegen')} im Postausgang.", "success")
    return redirect(url_for(".index"))


@bp.post("/informieren/briefe.pdf")
@open_to(Access.OFFICE)
def letters():
    """Give out the letters to all who have no e-mail address."""
    return _pdf(_letters(people.list_not_informed())[:MOST_LETTERS])


@bp.post("/<int:person_id>/brief.pdf")
@open_to(Access.OFFICE)
def letter(person_id: int):
    """Give out the letter to one person."""
    return _pdf([db.get_or_404(Volunteer, person_id)])


def _pdf(volunteers: Sequence[Volunteer]):
    if not volunteers:
        abort(404)
    people.look_at([one.person for one in volunteers], by=signed_in_user(), reason="Brief gedruckt")
    made = papers.inform_letters(volunteers)
    db.session.commit()
    return pdf_response(made, filename="brief.pdf")


@bp.post("/<int:person_id>/nachricht")
@open_to(Access.OFFICE)
def send_mail(person_id: int):
    """Send the notice to one person."""
    volunteer = db.get_or_404(Volunteer, person_id)
    is_written = mails.inform(volunteer)
    db.session.commit()
    flash("Die Nachricht liegt im Postausgang." if is_written else "Die Nachricht ging schon hinaus.", "success")
    return redirect(url_for("people_office.show", person_id=person_id))


@bp.post("/informiert")
@open_to(Access.OFFICE)
def mark():
    """Note that people know: they were told on the telephone, or the letters are in the post."""
    ids = request.form.getlist("person_id", type=int)
    known = [one for one in people.list_not_informed() if one.person_id in ids]
    for volunteer in known:
        profile.inform(volunteer)
    db.session.commit()
    flash(f"{counted(len(known), 'Person ist', 'Personen sind')} als informiert vermerkt.", "success")
    return redirect(url_for(".index"))


@bp.post("/<int:person_id>/informiert")
@open_to(Access.OFFICE)
def mark_one(person_id: int):
    """Note that one person knows."""
    volunteer = db.get_or_404(Volunteer, person_id)
    profile.inform(volunteer)
    db.session.commit()
    flash(f"{volunteer.person.name} ist als informiert vermerkt.", "success")
    return redirect(url_for("people_office.show", person_id=person_id))
