"""The page behind "Stimmt das noch?": one button, without signing in."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from coordapp.accounts import sign_ins
from coordapp.accounts.guards import Access, open_to
from coordapp.directory import profile, profile_view, still_right
from coordapp.extensions import db

bp = Blueprint("still_right", __name__)
bp.after_request(sign_ins.keep_out_of_caches)


@bp.get("/<token>/")
@open_to(Access.EVERYONE)
def show(token: str):
    """Show what the profile says, without name and contact data, and the button."""
    volunteer = still_right.find_volunteer(token)
    if volunteer is None:
        return render_template("directory/still_right_gone.html"), 404
    pairs = profile_view.offer(volunteer) + profile_view.times(volunteer) + profile_view.spoken(volunteer)
    return render_template("directory/still_right.html", volunteer=volunteer, pairs=pairs)


@bp.post("/<token>/")
@open_to(Access.EVERYONE)
def confirm(token: str):
    """Note that all is right."""
    volunteer = still_right.find_volunteer(token)
    if volunteer is None:
        return render_template("directory/still_right_gone.html"), 404
    profile.confirm(volunteer)
    db.session.commit()
    flash(_("Danke! Ihre Angaben gelten weiter. Wir fragen erst in einem Jahr wieder."), "success")
    return redirect(url_for(".show", token=token))
