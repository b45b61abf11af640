"""The pages behind the link in each mail: see, confirm, change and cancel a registration, without an account."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.accounts.sign_ins import keep_out_of_caches
from coordapp.directory import service as directory
from coordapp.events import ical, visitors, waiting_list, words
from coordapp.events import registration as registrations
from coordapp.events.forms import WishesForm
from coordapp.events.models import CancelledBy, Registration, RegistrationStatus
from coordapp.events.rules import Refusal, RegistrationRefused, may_say_more, refusal
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.forms import add_error, email_field

bp = Blueprint("events", __name__)
bp.after_request(keep_out_of_caches)  # the links are secrets


class AddressForm(FlaskForm):
    """Another address for the first mail."""

    email = email_field(_l("Ihre E-Mail-Adresse"))


@bp.get("/danke/")
@open_to(Access.EVERYONE)
def received():
    """Say what happens next, right after registering."""
    sent = visitors.received() or abort(404)
    own = visitors.find_own(sent)
    if own is not None and own.status not in (RegistrationStatus.CONFIRMED, RegistrationStatus.WAITING):
        return redirect(url_for(".registration", token=own.token))  # things have changed since
    return _received_page(sent, AddressForm(email=sent.email))


@bp.post("/danke/")
@open_to(Access.EVERYONE)
def correct_address():
    """Send the first mail to a corrected address."""
    sent = visitors.received() or abort(404)
    if not sent.key:
        abort(404)  # a member's address is the account's
    form = AddressForm()
    if not form.validate_on_submit():
        return _received_page(sent, form), 422
    try:
        visitors.correct_address(sent, email=form.email.data or "")
    except (visitors.TooMany, RegistrationRefused) as problem:
        db.session.rollback()
        is_refused = isinstance(problem, RegistrationRefused)
        add_error(form.email, words.refused_long(problem.reason) if is_refused else visitors.too_many_text())
        return _received_page(sent, form), 422
    db.session.commit()
    flash(_("Die E-Mail ist noch einmal unterwegs."), "success")
    return redirect(url_for(".received"))


def _received_page(sent: visitors.Received, form: AddressForm) -> str:
    return render_template(
        "events/received.html", sent=sent, event=sent.event, own=visitors.find_own(sent), form=form
    )  # fmt: skip


@bp.get("/<token>/")
@open_to(Access.EVERYONE)
def registration(token: str):
    """Show a registration with all that can be done about it."""
    made = _get(token)
    return _page(made, _filled_form(made))


def _filled_form(made: Registration) -> WishesForm:
    return WishesForm(
        party_size=made.party_size, needs=made.needs, interpreter_language=made.interpreter_language, note=made.note
    ).of(made.event)


@bp.post("/<token>/")
@open_to(Access.EVERYONE)
def change(token: str):
    """Change party and needs."""
    made = _get(token)
    form = WishesForm().of(made.event)
    if not can_change(made):
        return _page(made, form), 409  # closed since the form was opened; the page says whom to call
    if not form.validate_on_submit():
        return _page(made, form), 422
    try:
        changed = registrations.change(made, form.wishes(made))
    except RegistrationRefused as refused:
        db.session.rollback()
        form.refuse(words.refused_long(refused.reason))
        return _page(made, form), 422
    db.session.commit()
    done = _("Gespeichert. Wir haben Ihnen eine E-Mail geschickt.") if changed else _("Es gab nichts zu ändern.")
    flash(done, "success")
    return redirect(url_for(".registration", token=token))


@bp.post("/<token>/bestaetigen")
@open_to(Access.EVERYONE)
def confirm(token: str):
    """Confirm a registration from the first mail."""
    made = _get(token)
    try:
        registrations.confirm(made)
    except RegistrationRefused as refused:
        db.session.rollback()
        if refused.reason is Refusal.PRECONDITION:  # the page says so, and what to do
            waiting_list.give_back(made)
            db.session.commit()
        if refused.reason is not Refusal.PRECONDITION or refusal(made.event, at=clock.now()) is not None:
            flash(words.refused_long(refused.reason), "warning")
        return redirect(url_for(".registration", token=token))
    db.session.commit()
    if made.is_coming or made.status is RegistrationStatus.WAITING:
        flash(_received_words(made), "success")
    return redirect(url_for(".registration", token=token))


@bp.post("/<token>/annehmen")
@open_to(Access.EVERYONE)
def accept(token: str):
    """Accept an offered place."""
    made = _get(token)
    accepted = registrations.accept_offer(made)
    db.session.commit()
    if accepted:
        flash(_("Sie sind angemeldet. Ihr Platz ist sicher."), "success")
    else:
        flash(_("Dieser Platz ist leider nicht mehr frei."), "warning")
    return redirect(url_for(".registration", token=token))


@bp.post("/<token>/absagen")
@open_to(Access.EVERYONE)
def cancel(token: str):
    """Cancel a registration."""
    made = _get(token)
    if not can_cancel(made):
        return _page(made, _filled_form(made)), 409
    registrations.cancel(made, by=CancelledBy.PARTICIPANT)
    db.session.commit()
    flash(_("Sie sind abgemeldet. Danke, dass Sie Bescheid gesagt haben."), "success")
    return redirect(url_for(".registration", token=token))


@bp.get("/<token>/termin.ics")
@open_to(Access.EVERYONE)
def calendar_file(token: str):
    """Give out the calendar entry of a confirmed registration."""
    made = _get(token)
    if not made.is_coming:
        abort(404)
    filename = "termin.ics" if len(made.event.dates) == 1 else "termine.ics"
    return Response(
        ical.publication(made), mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )  # fmt: skip


@bp.get("/meine/")
@open_to(Access.SIGNED_IN)
def mine():
    """List the registrations of who is signed in."""
    person = directory.find_person_of(signed_in_user())
    made = registrations.list_registrations_of(person) if person is not None else []
    now = clock.now()
    return render_template(
        "events/mine.html",
        coming=sorted(
            (one for one in made if one.is_active and one.event.ends_at > now), key=lambda one: one.event.starts_at
        ),
        earlier=[one for one in made if not one.is_active or one.event.ends_at <= now],
    )


def can_change(made: Registration) -> bool:
    """Tell whether party and needs can still be changed without calling the office."""
    now = clock.now()
    return made.is_active and made.proven_at is not None and refusal(made.event, at=now) is None


def can_cancel(made: Registration) -> bool:
    """Tell whether it is of any use to cancel: also twice, when the button was pressed twice."""
    return made.event.starts_at > clock.now() and not made.event.is_cancelled


def _get(token: str) -> Registration:
    return registrations.find_registration(token) or abort(404)


def _page(made: Registration, form: WishesForm) -> str:
    can_confirm = _can_confirm(made)
    lacks = can_confirm and not registrations.is_admitted(made.event, made.person)
    return render_template(
        "events/registration.html", registration=made, event=made.event, form=form,
        can_change=can_change(made), can_cancel=made.is_active and can_cancel(made),
        can_confirm=can_confirm, can_say_more=may_say_more(made, at=clock.now()),
        lacks=words.refused_long(Refusal.PRECONDITION) if lacks else "",
        needs=words.needs(made.needs), status=words.STATUS[made.status],
        position=waiting_list.position(made) if made.status is RegistrationStatus.WAITING else None,
    )  # fmt: skip


def _can_confirm(made: Registration) -> bool:
    if made.waits_for_proof:
        return made.event.starts_at > clock.now()
    return made.cancelled_by is CancelledBy.NOT_CONFIRMED and refusal(made.event, at=clock.now()) is None


def _received_words(made: Registration) -> str:
    if made.status is RegistrationStatus.WAITING:
        return _("Danke. Sie stehen auf der Warteliste. Wir schreiben Ihnen, wenn ein Platz frei wird.")
    return _("Danke. Sie sind angemeldet. Ihr Platz ist sicher.")
