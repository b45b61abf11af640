"""The office's page of one mailing: check it, try it, send it, watch it, stop it, print its letters."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory.models import Person
from coordapp.events import words as event_words
from coordapp.events.rules import RegistrationRefused, refusal
from coordapp.extensions import db
from coordapp.invitations import audiences, letters, mailings, mails, texts, words
from coordapp.invitations.audiences import Audience
from coordapp.invitations.forms import SendForm, TakeOutForm, language_name
from coordapp.invitations.mailings import AlreadySent, HasGaps, NumberChanged
from coordapp.invitations.models_mailing import Mailing
from coordapp.invitations.rules import LeftOut
from coordapp.invitations.selection import Selection
from coordapp.outbox import service as outbox
from coordapp.shared import clock
from coordapp.shared.languages import LANGUAGES, direction

bp = Blueprint("mailings_office", __name__)

SHOWN = 200  # names below one reason


@dataclass(frozen=True)
class LanguageLine:
    """How many read a language, and whether the office wrote a text in it."""

    code: str
    name: str
    number: int
    has_own_text: bool


@dataclass(frozen=True)
class Preview:
    """The mail as somebody would read it."""

    person_id: int
    language: str
    text: str
    people: Sequence[tuple[int, str]]
    direction: str


@bp.get("/<int:mailing_id>/")
@open_to(Access.OFFICE)
def show(mailing_id: int):
    """Show a draft to be checked, or how far the sending is."""
    return _page(mailings.get_mailing(mailing_id), SendForm())


@bp.post("/<int:mailing_id>/")
@open_to(Access.OFFICE)
def send(mailing_id: int):
    """Send to the number of people that stands on the button, now or later; or try it on oneself."""
    mailing, form = mailings.get_mailing(mailing_id), SendForm()
    if "trial" in request.form:
        return _send_trial(mailing, form)
    at = form.later(mailing.event) if form.validate() and "later" in request.form else None
    if form.errors:
        return _page(mailing, form), 422
    try:
        selection = mailings.send(mailing, by=signed_in_user(), expected=form.expected, at=at)
    except NumberChanged as changed:
        db.session.rollback()
        return _page(mailing, form, changed=changed.number), 422
    except HasGaps as gaps:
        db.session.rollback()
        form.form_errors.append(f"Diese Felder wären leer: {', '.join(gaps.fields)}. Bitte ändern Sie den Text.")
        return _page(mailing, form), 422
    except (AlreadySent, RegistrationRefused) as refused:
        db.session.rollback()
        flash(_refused_words(refused), "warning")
        return redirect(url_for(".show", mailing_id=mailing_id))
    db.session.commit()
    flash(words.sent(mails=len(selection.by_mail), letters=len(selection.by_letter)), "success")
    return redirect(url_for(".show", mailing_id=mailing_id))


def _refused_words(refused: AlreadySent | RegistrationRefused) -> str:
    if isinstance(refused, RegistrationRefused):
        return event_words.refused_long(refused.reason)
    return "Diese Einladung ist schon gesendet. Niemand bekommt eine zweite."


def _send_trial(mailing: Mailing, form: SendForm):
    user, language = signed_in_user(), request.form.get("trial", "de")
    is_written = mails.trial(mailing, user, language=language if language in LANGUAGES else "de")
    db.session.commit()
    flash(f"Der Test geht an {user.email}." if is_written else "Der Test ist schon unterwegs.", "success")
    return _page(mailing, form)


@bp.post("/<int:mailing_id>/anhalten")
@open_to(Access.OFFICE)
def pause(mailing_id: int):
    """Send no more for now."""
    done = mailings.pause(mailings.get_mailing(mailing_id))
    return _done(mailing_id, "Angehalten. Was schon im Postausgang liegt, geht noch hinaus." if done else "")


@bp.post("/<int:mailing_id>/fortsetzen")
@open_to(Access.OFFICE)
def resume(mailing_id: int):
    """Go on sending."""
    return _done(mailing_id, "Es geht weiter." if mailings.resume(mailings.get_mailing(mailing_id)) else "")


@bp.post("/<int:mailing_id>/abbrechen")
@open_to(Access.OFFICE)
def cancel(mailing_id: int):
    """Stop for good; who has got nothing is invited no more."""
    mailing = mailings.get_mailing(mailing_id)
    was_under_way = mailing.is_under_way
    number = mailings.cancel(mailing)
    return _done(mailing_id, f"Abgebrochen. {words.people(number)} ohne Einladung." if was_under_way else "")


@bp.post("/<int:mailing_id>/verwerfen")
@open_to(Access.OFFICE)
def discard(mailing_id: int):
    """Throw a draft away."""
    mailing = mailings.get_mailing(mailing_id)
    event_id = mailing.event_id
    try:
        mailings.discard(mailing)
    except AlreadySent:
        return _done(mailing_id, "")
    db.session.commit()
    flash("Der Entwurf ist gelöscht.", "success")
    return redirect(url_for("invitations_office.show", event_id=event_id))


def _done(mailing_id: int, done: str):
    db.session.commit()
    flash(*(done, "success") if done else ("Inzwischen hat sich etwas geändert. Sehen Sie bitte hier nach.", "info"))
    return redirect(url_for(".show", mailing_id=mailing_id))


@bp.post("/<int:mailing_id>/briefe")
@open_to(Access.OFFICE)
def print_letters(mailing_id: int):
    """Give the letters as one PDF, and note that they are printed."""
    mailing = mailings.get_mailing(mailing_id)
    made = letters.print_letters(mailing, by=signed_in_user(), again="again" in request.form)
    if made is None:
        return _done(mailing_id, "")
    db.session.commit()
    headers = {"Content-Disposition": f'inline; filename="{letters.filename(mailing)}"'}
    return Response(made, mimetype="application/pdf", headers=headers)


def _page(mailing: Mailing, form: SendForm, *, changed: int | None = None) -> str:
    return _draft_page(mailing, form, changed=changed) if mailing.is_draft else _progress_page(mailing)


def _draft_page(mailing: Mailing, form: SendForm, *, changed: int | None) -> str:
    event, audience, selection = mailing.event, Audience.from_json(mailing.audience), mailings.check_mailing(mailing)
    form.counted.data = str(len(selection.reachable))
    reason, take_out = refusal(event, at=clock.now()), TakeOutForm(formdata=None)
    take_out.offer(
        selection.reachable, [person for person, why in selection.left_out if why is LeftOut.CHOSEN]
    )  # fmt: skip
    return render_template(
        "invitations/mailings_office/check.html", mailing=mailing, event=event, form=form, selection=selection,
        changed=changed, take_out=take_out, why=words.LEFT_OUT, to_phone=words.TO_PHONE, shown=SHOWN,
        unknown=audience.unknown, gone=audiences.count_gone(audience), people=words.people,
        languages=_languages(mailing, selection), preview=_preview(mailing, selection), language_name=language_name,
        all_languages=LANGUAGES, reason=reason, refused=event_words.refused_long(reason) if reason else "",
        gaps=sorted(mailings.find_gaps(mailing, selection.reachable)),
    )  # fmt: skip


def _languages(mailing: Mailing, selection: Selection) -> list[LanguageLine]:
    """Count the readers of each language, the most first."""
    read = [person.language if person.language in LANGUAGES else "de" for person in selection.reachable]
    lines = [
        LanguageLine(code, language_name(code), read.count(code), texts.own(mailing, code) is not None)
        for code in LANGUAGES
    ]
    return sorted((line for line in lines if line.number), key=lambda line: -line.number)


def _preview(mailing: Mailing, selection: Selection) -> Preview:
    """Return the mail as the chosen recipient reads it, in their language unless another is chosen."""
    wanted = request.args.get("leser", 0, type=int)
    german = (person for person in selection.reachable if person.language == "de")
    nobody = Person(name="Olha Beispiel", address_as="", language="de")
    first = next(german, None) or next(iter(selection.reachable), nobody)
    reader = next((person for person in selection.reachable if person.id == wanted), first)
    language = request.args.get("mailsprache", "")
    if language not in LANGUAGES:
        language = reader.language if reader.language in LANGUAGES else "de"
    return Preview(
        person_id=reader.id or 0, language=language, text=mails.preview(mailing, reader, language=language),
        people=[(person.id, person.name) for person in selection.reachable], direction=direction(language),
    )  # fmt: skip


def _progress_page(mailing: Mailing) -> str:
    progress = mailings.progress_of([mailing])[mailing.id]
    label, kind = words.status(mailing, progress)
    return render_template(
        "invitations/mailings_office/progress.html", mailing=mailing, event=mailing.event, progress=progress,
        label=label, kind=kind, people=words.people, left_out=words.reasons(mailing.left_out),
        letters=letters.list_letters(mailing), can_print=mailing.status in letters.PRINTABLE,
        minutes=mailings.minutes_left(progress, per_minute=current_app.config["MAIL_PER_MINUTE"]),
        can_send=outbox.is_sending_configured(), trouble=outbox.find_trouble(),
    )  # fmt: skip
