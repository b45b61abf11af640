"""The office's page of an event's invitations: who answered what, asking the silent once more, what was sent."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.events import service as events
from coordapp.events import words as event_words
from coordapp.events.rules import RegistrationRefused, refusal
from coordapp.extensions import db
from coordapp.invitations import answers_sheet, mailings, service, words
from coordapp.invitations.models import Answer, Invitation
from coordapp.invitations.rules import State
from coordapp.invitations.service import Line
from coordapp.shared import clock, excel
from coordapp.shared.paging import asked_page, count_pages

bp = Blueprint("invitations_office", __name__)

PAGE = 100  # lines
TIME_TO_ANSWER = timedelta(days=1)  # before a reminder is offered openly


@bp.get("/<int:event_id>/")
@open_to(Access.OFFICE)
def show(event_id: int):
    """Show what became of the invitations, and what was sent."""
    event = events.get_event(event_id)
    lines, sent = service.list_lines(event), mailings.list_mailings(event)
    shown, reason = _shown(lines), refusal(event, at=clock.now())
    wanted = request.args.get("stand", "")
    pages = count_pages(len(shown), size=PAGE)
    page = min(asked_page(), pages)
    return render_template(
        "invitations/office/show.html", event=event, reason=reason, now=clock.now(), states=words.STATES,
        refused=event_words.refused_long(reason) if reason else "", numbers=_numbers(lines), invited=len(lines),
        wanted=wanted, number=len(shown), page=page, pages=pages,
        lines=shown[(page - 1) * PAGE : page * PAGE], way=words.way, silent=len(service.list_silent(event, lines)),
        page_url=lambda number: url_for(".show", event_id=event_id, seite=number, stand=wanted or None),
        is_early=any(_is_new(line) for line in lines), mailings=sent, progress=mailings.progress_of(sent),
        status=words.status, undelivered=words.UNDELIVERED,
    )  # fmt: skip


@bp.get("/<int:event_id>/antworten.xlsx")
@open_to(Access.OFFICE)
def export(event_id: int):
    """Give the answers that are shown as an Excel file."""
    event = events.get_event(event_id)
    made = answers_sheet.answers_sheet(_shown(service.list_lines(event)))
    headers = {"Content-Disposition": f'attachment; filename="{answers_sheet.filename(event)}"'}
    return Response(made, mimetype=excel.FILE_TYPE, headers=headers)


def _is_new(line: Line) -> bool:
    """Tell whether somebody had no time to answer yet."""
    written = line.invitation.mailed_at
    return written is not None and written > clock.now() - TIME_TO_ANSWER


def _shown(lines: Sequence[Line]) -> list[Line]:
    """List the lines that the address asks for."""
    wanted = request.args.get("stand", "")
    if wanted == words.UNDELIVERED:
        return [line for line in lines if line.is_unreached]
    if wanted not in words.STATES:
        return list(lines)
    return [line for line in lines if line.state == wanted and not line.is_unreached]


def _numbers(lines: Sequence[Line]) -> dict[str, int]:
    """Count each line once: who was not reached is not counted as silent."""
    states = [line.state for line in lines if not line.is_unreached]
    numbers = {state.value: states.count(state) for state in State}
    return numbers | {"undelivered": sum(line.is_unreached for line in lines)}


@bp.post("/<int:event_id>/erinnern")
@open_to(Access.OFFICE)
def remind(event_id: int):
    """Ask those once more who have not answered."""
    try:
        number = service.remind_silent(events.get_event(event_id))
    except RegistrationRefused as refused:
        db.session.rollback()
        flash(event_words.refused_long(refused.reason), "warning")
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
        done = _enter(invitation, request.form.get("answer", ""))
    except RegistrationRefused as refused:
        db.session.rollback()
        flash(f"{name}: {event_words.refused_long(refused.reason)}", "warning")
        return redirect(url_for(".show", event_id=event_id))
    db.session.commit()
    flash(f"{name}{done}", "success")
    return redirect(url_for(".show", event_id=event_id, _anchor=f"einladung-{invitation_id}"))


def _enter(invitation: Invitation, answer: str) -> str:
    """Take an answer and return what to say about it after the name."""
    user = signed_in_user()
    if answer == Answer.YES:
        return f": {event_words.STATUS[service.accept_by_phone(invitation, by=user).status]}."
    if answer == Answer.MAYBE:
        service.consider(invitation, entered_by=user)
        return " kommt vielleicht."
    service.decline(invitation, entered_by=user)
    return " kommt nicht."
