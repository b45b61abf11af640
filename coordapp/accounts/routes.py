"""Sign in by a link in a mail, sign out, and one's own account."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from coordapp.accounts import codes, links, sign_ins
from coordapp.accounts.forms import LanguageForm, LinkForm
from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.accounts.models import LIFETIMES, LinkPurpose
from coordapp.extensions import db
from coordapp.shared import clock

bp = Blueprint("accounts", __name__)
bp.after_request(sign_ins.keep_out_of_caches)

ASKED_BY = "link_for"  # entry in the cookie: the address somebody typed, to show it to them


@bp.get("/anmelden/")
@open_to(Access.EVERYONE)
def sign_in():
    """Show the form that sends a sign-in link."""
    next_path = sign_ins.safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(sign_ins.home_of(signed_in_user(), next_path=next_path))
    return render_template("accounts/sign_in.html", form=LinkForm(), next_path=next_path)


@bp.post("/anmelden/")
@open_to(Access.EVERYONE)
def send_link():
    """Mail a sign-in link; the answer is the same for unknown addresses."""
    next_path = sign_ins.safe_next(request.args.get("next"))
    form = LinkForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form, next_path=next_path), 422
    links.mail_sign_in_link(form.email.data, next_path=next_path)
    db.session.commit()
    session[ASKED_BY] = form.email.data
    return redirect(url_for(".link_sent", next=next_path or None))


@bp.get("/anmelden/gesendet/")
@open_to(Access.EVERYONE)
def link_sent():
    """Say what to do now, and how to correct the address."""
    return render_template(
        "accounts/link_sent.html",
        email=session.get(ASKED_BY, ""),
        next_path=sign_ins.safe_next(request.args.get("next")),
        minutes=LIFETIMES[LinkPurpose.SIGN_IN] // timedelta(minutes=1),
    )


@bp.get("/link/<token>/")
@open_to(Access.EVERYONE)
def link(token: str):
    """Show one button; opening the page uses nothing up, since programs that check mails open links too."""
    found = links.find_link(token, LinkPurpose.SIGN_IN)
    if found is None or not found.is_open(clock.now()) or found.user.is_staff:
        return _dead_link(found)
    return render_template("accounts/link.html")


@bp.post("/link/<token>/")
@open_to(Access.EVERYONE)
def redeem_link(token: str):
    """Sign in with a link."""
    found = links.find_link(token, LinkPurpose.SIGN_IN)
    if found is None or found.user.is_staff or not links.redeem(found):
        return _dead_link(found)
    sign_ins.sign_in_user(found.user)
    target = sign_ins.home_of(found.user, next_path=found.next_path)
    db.session.commit()
    flash(_("Sie sind jetzt in Ihrem Bereich angemeldet."), "success")
    return redirect(target)


def _dead_link(found):
    """Answer a link that leads nowhere: 410 when it once did, 404 when it never did; both offer a new one."""
    if found is not None and current_user.is_authenticated and current_user.id == found.user_id:
        return redirect(sign_ins.home_of(signed_in_user(), next_path=found.next_path))  # pressed twice
    page = render_template("accounts/dead_link.html", form=LinkForm(formdata=None))
    return page, 404 if found is None else 410


@bp.get("/abmelden/")
@open_to(Access.EVERYONE)
def sign_out():
    """Show the button to sign out."""
    if not current_user.is_authenticated:
        return redirect(url_for("calendar.start"))
    return render_template("accounts/sign_out.html")


@bp.post("/abmelden/")
@open_to(Access.EVERYONE)
def end_session():
    """Sign out in this browser."""
    sign_ins.sign_out()
    db.session.commit()
    flash(_("Sie sind aus Ihrem Bereich abgemeldet."), "success")
    return redirect(url_for("calendar.start"))


@bp.get("/ueberall-abmelden/")
@open_to(Access.SIGNED_IN)
def sign_out_everywhere():
    """Show the button to sign out in all browsers."""
    return render_template("accounts/sign_out_everywhere.html")


@bp.post("/ueberall-abmelden/")
@open_to(Access.SIGNED_IN)
def end_all_sessions():
    """Sign out in all browsers."""
    sign_ins.end_sign_ins(signed_in_user())
    sign_ins.sign_out()
    db.session.commit()
    flash(_("Sie sind auf allen Geräten abgemeldet."), "success")
    return redirect(url_for("calendar.start"))


@bp.get("/")
@open_to(Access.SIGNED_IN)
def account():
    """Show one's own account."""
    return _own_page(LanguageForm(obj=current_user))


@bp.post("/")
@open_to(Access.SIGNED_IN)
def change_language():
    """Change the language of one's mails."""
    form = LanguageForm()
    if not form.validate_on_submit():
        return _own_page(form), 422
    current_user.language = form.language.data
    db.session.commit()
    flash(_("Gespeichert. Unsere E-Mails kommen jetzt in dieser Sprache."), "success")
    return redirect(url_for(".account"))


def _own_page(form: LanguageForm) -> str:
    left = codes.count_recovery_codes(signed_in_user()) if current_user.is_staff else 0
    return render_template("accounts/account.html", form=form, codes_left=left)
