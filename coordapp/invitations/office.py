"""The office's page of an event's invitations: whom to invite, who answered what, asking the silent once more."""

from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import profile
from coordapp.events import service as events
from coordapp.events import words
from coordapp.events.models import Event
from coordapp.events.rules import RegistrationRefused, refusal
from coordapp.extensions import db
from coordapp.invitations import mails, service
from coordapp.invitations.forms import FilterForm, InvitationForm
from coordapp.invitations.models import Answer, Invitation
from coordapp.invitations.rules import LeftOut, State
from coordapp.shared import clock

bp = Blueprint("invitations_office", __name__)

STATES = {  # label, kind of badge
    State.COMING: ("kommt", "success"),
    State.WAITING: ("wartet auf einen Platz", "info"),
    State.DECLINED: ("kommt nicht", "neutral"),
    State.SILENT: ("noch keine Antwort", "warning"),
}
LEFT_OUT = {
    LeftOut.INVITED: "schon eingeladen",
    LeftOut.REGISTERED: "schon angemeldet",
    LeftOut.DECLINED: "hat schon abgesagt",
    LeftOut.NO_CONSENT: "hat Einladungen nicht zugestimmt",
    LeftOut.NO_EMAIL: "hat keine E-Mail-Adresse",
}


@bp.get("/<int:event_id>/")
@open_to(Access.OFFICE)
def show(event_id: int):
    """Show who can be invited, and what became of the invitations."""
    return _page(events.get_event(event_id), InvitationForm())


@bp.post("/<int:event_id>/")
@open_to(Access.OFFICE)
def send(event_id: int):
    """Send the invitation to those who are ticked; ask again when their number is not the one on the button."""
    event, form = events.get_event(event_id), InvitationForm()
    volunteers = profile.list_volunteers()
    people = form.choose(FilterForm(request.args, volunteers).choose(volunteers))
    number = len(service.check(event, people).reachable)
    if "trial" in request.form:
        return _send_trial(event, form, number)
    if not form.validate_on_submit() or not people or (number and not form.count(number)):
        return _page(event, form, asks_again=True), 422
    try:
        sent = service.invite(event, people, by=signed_in_user())
    except RegistrationRefused as refused:
        db.session.rollback()
        flash(words.refused_long(refused.reason), "warning")
        return redirect(url_for(".show", event_id=event_id))
    db.session.commit()
    flash(_sent_words(sent), "success")
    return redirect(url_for(".show", event_id=event_id))


def _send_trial(event: Event, form: InvitationForm, number: int) -> str:
    """Send the invitation to who is signed in; the page comes back with all that was ticked."""
    user = signed_in_user()
    is_written = mails.trial(event, user)
    db.session.commit()
    form.count(number)
    flash(f"Der Test geht an {user.email}." if is_written else "Der Test ist schon unterwegs.", "success")
    return _page(event, form)


def _sent_words(sent: service.Selection) -> str:
    number = len(sent.reachable)
    if not number:
        return "Alle Ausgewählten sind schon eingeladen. Niemand bekommt eine zweite Einladung."
    words = "1 Einladung geht hinaus." if number == 1 else f"{number} Einladungen gehen hinaus."
    return f"{words} Die Antworten erscheinen hier von selbst."


@bp.post("/<int:event_id>/erinnern")
@open_to(Access.OFFICE)
def remind(event_id: int):
    """Ask those once more who have not answered."""
    try:
        number = service.remind_silent(events.get_event(event_id))
    except RegistrationRefused as refused:
        db.session.rollback()
        flash(words.refused_long(refused.reason), "warning")
        return redirect(url_for(".show", event_id=event_id))
    db.session.commit()
    flash("1 Person wird erinnert." if number == 1 else f"{number} Personen werden erinnert.", "success")
    return redirect(url_for(".show", event_id=event_id))


@bp.post("/<int:event_id>/antwort/<int:invitation_id>")
@open_to(Access.OFFICE)
def enter_answer(event_id: int, invitation_id: int):
    """Take an answer that somebody gave by phone."""
    invitation = db.first_or_404(db.select(Invitation).filter_by(id=invitation_id, event_id=event_id))
    name = invitation.person.name
    try:
        if request.form.get("answer") == Answer.YES:
            made = service.accept_by_phone(invitation, by=signed_in_user())
            done = f"{name}: {words.STATUS[made.status]}."
        else:
            service.decline(invitation, entered_by=signed_in_user())
            done = f"{name} kommt nicht."
    except RegistrationRefused as refused:
        db.session.rollback()
        flash(f"{name}: {words.refused_long(refused.reason)}", "warning")
        return redirect(url_for(".show", event_id=event_id))
    db.session.commit()
    flash(done, "success")
    return redirect(url_for(".show", event_id=event_id, _anchor=f"einladung-{invitation_id}"))


def _page(event: Event, form: InvitationForm, *, asks_again: bool = False) -> str:
    volunteers = profile.list_volunteers()
    shown = FilterForm(request.args, volunteers)
    selection = service.check(event, shown.choose(volunteers))
    form.offer(selection.reachable)
    if not form.is_submitted():
        form.people.data = [person.id for person in selection.reachable]
        form.count(len(selection.reachable))
    lines, reason = service.list_lines(event), refusal(event, at=clock.now())
    wanted = request.args.get("stand", "")
    return render_template(
        "invitations/office/show.html", event=event, form=form, filter=shown, selection=selection,
        asks_again=asks_again, reason=reason, refused=words.refused_long(reason) if reason else "",
        preview=mails.preview(event, name="Olha Beispiel"), why=LEFT_OUT, states=STATES, numbers=_numbers(lines),
        wanted=wanted, lines=[line for line in lines if wanted in ("", line.state)], invited=len(lines),
        silent=len(service.list_silent(event)), now=clock.now(),
    )  # fmt: skip


def _numbers(lines: Iterable[service.Line]) -> dict[State, int]:
    states = [line.state for line in lines]
    return {state: states.count(state) for state in State}
