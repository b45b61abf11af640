"""Make an account of one's own, with the link from the mail that an address without one gets."""

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from flask_login import current_user

from coordapp.accounts import sign_ins, sign_ups
from coordapp.accounts.forms import LinkForm, SignUpForm
from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.directory import service
from coordapp.extensions import db
from coordapp.shared import clock, languages

bp = Blueprint("sign_up", __name__)
bp.after_request(sign_ins.keep_out_of_caches)


@bp.get("/neu/<token>/")
@open_to(Access.EVERYONE)
def show(token: str):
    """Ask for the name and show the button; opening the page makes nothing."""
    link = sign_ups.find_link(token)
    if link is None or not link.is_open(clock.now()):
        return _dead_link(link)
    return render_template("directory/sign_up.html", form=SignUpForm(), email=link.email)


@bp.post("/neu/<token>/")
@open_to(Access.EVERYONE)
def make(token: str):
    """Make the account, tie it to its person and sign in."""
    link, form = sign_ups.find_link(token), SignUpForm()
    if link is None or not link.is_open(clock.now()):
        return _dead_link(link)
    if not form.validate_on_submit():
        return render_template("directory/sign_up.html", form=form, email=link.email), 422
    user = sign_ups.redeem(link, name=form.name.data or "", language=languages.current())
    if user is None:
        db.session.rollback()
        return _dead_link(link)
    service.person_of(user)
    sign_ins.sign_in_user(user)
    db.session.commit()
    flash(_("Ihr Zugang ist angelegt. Sie sind jetzt in Ihrem Bereich."), "success")
    return redirect(sign_ins.home_of(user, next_path=link.next_path))


def _dead_link(link):
    """Answer a link that leads nowhere: 410 when it once did, 404 when it never did; both offer a new one."""
    if link is not None and current_user.is_authenticated and current_user.email == link.email:
        return redirect(sign_ins.home_of(signed_in_user(), next_path=link.next_path))  # pressed twice
    form = LinkForm(formdata=None)
    return render_template("directory/dead_sign_up.html", form=form), 404 if link is None else 410
