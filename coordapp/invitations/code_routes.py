"""The page where somebody types the code of a letter; it leads to their invitation."""

from datetime import timedelta

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm

from coordapp.accounts import limits
from coordapp.accounts.guards import Access, open_to
from coordapp.extensions import db
from coordapp.invitations import codes
from coordapp.shared.forms import add_error, line_field

bp = Blueprint("invitation_codes", __name__)

TRIES, WINDOW = 10, timedelta(minutes=15)  # of one network, the right ones counted too


class CodeForm(FlaskForm):
    """The code of a letter."""

    code = line_field(_("Code aus dem Brief"), most=40, needed=_("Bitte schreiben Sie den Code aus dem Brief."))


@bp.after_request
def hide_from_search_engines(response: Response) -> Response:
    """Keep the page, which is of no use without a letter, out of indexes."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.get("/")
@open_to(Access.EVERYONE)
def ask():
    """Ask for the code."""
    return _page(CodeForm())


@bp.post("/")
@open_to(Access.EVERYONE)
def find():
    """Lead to the invitation of a code; tries are counted."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _page(form), 422
    is_within = limits.hit("invitation code", limits.network(), limit=TRIES, window=WINDOW)
    db.session.commit()
    if not is_within:
        abort(429)
    invitation = codes.find_invitation(form.code.data or "")
    if invitation is None:
        add_error(form.code, _("Diesen Code gibt es nicht. Bitte vergleichen Sie ihn mit dem Brief."))
        return _page(form), 422
    return redirect(url_for("invitations.show", token=invitation.token))


def _page(form: CodeForm) -> str:
    return render_template("invitations/invitation_codes/ask.html", form=form)
