"""The page behind the link in invitations: out by one click, without signing in; also fewer, later, or nothing."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coordapp.accounts.guards import Access, open_to
from coordapp.accounts.sign_ins import keep_out_of_caches
from coordapp.directory import profile_words
from coordapp.directory.models_consent import INVITATIONS, Purpose
from coordapp.directory.wordings import current_version, wording
from coordapp.extensions import csrf, db
from coordapp.invitations import unsubscribe
from coordapp.invitations.unsubscribe import Readers
from coordapp.shared import languages

bp = Blueprint("unsubscribe", __name__)
bp.after_request(keep_out_of_caches)  # the links are secrets

PAUSES = (1, 3, 6)  # months


@bp.get("/<token>/")
@open_to(Access.EVERYONE)
def ask(token: str):
    """Ask whether the invitations shall end; mail scanners open every link, so this changes nothing."""
    readers = unsubscribe.find_readers(token)
    return _dead_link(404) if readers is None else _page(readers, token=token)


@bp.post("/<token>/")
@csrf.exempt  # mail programs send this on their own (RFC 8058 3.1), with no cookie and no form; the link is the secret
@open_to(Access.EVERYONE)
def end(token: str):
    """End the invitations of one topic: the answer to a mail program's one click and to the button of the page.

    No redirect, RFC 8058 forbids it.
    """
    readers = unsubscribe.find_readers(token)
    if readers is None:
        return _dead_link(400)
    unsubscribe.end(readers)
    db.session.commit()
    return _page(readers, token=token)


@bp.post("/<token>/doch/")
@open_to(Access.EVERYONE)
def undo(token: str):
    """Take back what was ended by mistake."""
    unsubscribe.undo(_get(token), language=languages.current())
    db.session.commit()
    flash(_("Sie bekommen wieder Einladungen zu diesem Thema."), "success")
    return redirect(url_for(".ask", token=token))


@bp.post("/<token>/themen/")
@open_to(Access.EVERYONE)
def choose(token: str):
    """Take from each reader which topics they want to be invited to."""
    readers, ticked = _get(token), set(request.form.getlist("topic"))
    for person in readers.people:
        wanted = [purpose for purpose in INVITATIONS if topic_value(person, purpose) in ticked]
        unsubscribe.choose(person, wanted, language=languages.current())
    db.session.commit()
    flash(_("Gespeichert."), "success")
    return redirect(url_for(".ask", token=token))


@bp.post("/<token>/pause/")
@open_to(Access.EVERYONE)
def pause(token: str):
    """Invite the readers no more for some months instead of never, or at once again."""
    months = request.form.get("months", 0, type=int)
    if months not in (0, *PAUSES):
        abort(400)
    unsubscribe.pause(_get(token), months=months, language=languages.current())
    db.session.commit()
    flash(
        ngettext("Sie haben %(num)s Monat Pause.", "Sie haben %(num)s Monate Pause.", months) if months
        else _("Ihre Pause ist zu Ende."), "success",
    )  # fmt: skip
    return redirect(url_for(".ask", token=token))


def _get(token: str) -> Readers:
    return unsubscribe.find_readers(token) or abort(404)


def topic_value(person, purpose: Purpose) -> str:
    """Return what a ticked box sends: whose, and which topic."""
    return f"{person.id}:{purpose}"


def _dead_link(status: int):
    return render_template("invitations/unsubscribe_dead_link.html"), status


def _page(readers: Readers, *, token: str) -> str:
    agreed = unsubscribe.agreed_by(readers)
    return render_template(
        "invitations/unsubscribe.html", token=token, readers=readers, agreed=agreed,
        is_ended=not any(readers.purpose in purposes for purposes in agreed.values()),
        can_undo=unsubscribe.can_undo(readers), topic=profile_words.PURPOSES[readers.purpose], value=topic_value,
        topics={purpose: wording(purpose, current_version(purpose)) for purpose in INVITATIONS},
        pauses=PAUSES, has_profile=bool(unsubscribe.profiles_of(readers)),
        paused_until=unsubscribe.paused_until(readers),
    )  # fmt: skip
