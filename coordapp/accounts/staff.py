"""How staff sign in: e-mail and password, then a code; and how they look after both."""

from datetime import timedelta

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from coordapp.accounts import codes, limits, links, mails, passwords, service, sign_ins
from coordapp.accounts.forms import ChangePasswordForm, CodeForm, PasswordAgainForm, SetUpForm, StaffSignInForm
from coordapp.accounts.guards import Access, open_to, signed_in_user
from coordapp.accounts.models import LIFETIMES, LinkPurpose, SignInLink, User
from coordapp.accounts.tokens import new_token
from coordapp.extensions import db
from coordapp.shared import clock
from coordapp.shared.forms import add_error

bp = Blueprint("accounts_staff", __name__)
bp.after_request(sign_ins.keep_out_of_caches)

PENDING = "pending"  # entry in the cookie: who waits on the page that asks for the code
TRIES, TRIES_WINDOW = 10, timedelta(minutes=15)  # of one account from one network address
TRIES_OF_NETWORK = 60  # of all accounts together from one network address
CODES_A_DAY = 100  # of one account from anywhere, after the right password: guessing would take a thousand years


@bp.get("/buero/")
@open_to(Access.EVERYONE)
def sign_in():
    """Show the form for e-mail and password."""
    next_path = sign_ins.safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(sign_ins.home_of(signed_in_user(), next_path=next_path))
    return render_template("accounts/staff/sign_in.html", form=StaffSignInForm(), next_path=next_path)


@bp.post("/buero/")
@open_to(Access.EVERYONE)
def check_password():
    """Go on to the code, whether the password was right or not: nobody learns which of the three was wrong."""
    next_path = sign_ins.safe_next(request.args.get("next"))
    form = StaffSignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/staff/sign_in.html", form=form, next_path=next_path), 422
    _count_try("password", form.email.data)
    token = _token_for(form.email.data, form.password.data)
    session[PENDING] = {
        "token": token, "email": form.email.data, "at": int(clock.now().timestamp()), "next": next_path,
    }  # fmt: skip
    return redirect(url_for(".code"))


def _token_for(email: str, password: str) -> str:
    """Return a token that stands for the right password, or one that stands for nothing."""
    user = service.find_user(email)
    stored = user.password_hash if user and user.is_staff and user.is_active and user.is_set_up else None
    db.session.commit()  # nobody has to wait for the database while the password is worked on
    is_right = passwords.matches(stored, password)
    if user is None or not is_right:
        return new_token()
    token = links.new_link(user, LinkPurpose.CODE)
    db.session.commit()
    return token


@bp.get("/code/")
@open_to(Access.EVERYONE)
def code():
    """Show the form for the code."""
    if _pending() is None:
        return redirect(url_for(".sign_in"))
    return render_template("accounts/staff/code.html", form=CodeForm(), is_wrong=False)


@bp.post("/code/")
@open_to(Access.EVERYONE)
def check_code():
    """Sign in when e-mail, password and code were right."""
    pending = _pending()
    if pending is None:
        flash(_("Das hat zu lange gedauert. Bitte beginnen Sie noch einmal."), "info")
        return redirect(url_for(".sign_in"))
    form = CodeForm()
    if not form.validate_on_submit():
        return render_template("accounts/staff/code.html", form=form, is_wrong=False), 422
    _count_try("code", pending["email"])
    link = links.find_link(pending["token"], LinkPurpose.CODE)
    if link is None or not _is_right(link, form.code.data or ""):
        return render_template("accounts/staff/code.html", form=CodeForm(formdata=None), is_wrong=True), 422
    user = link.user
    sign_ins.sign_in_user(user)
    for name in ("password", "code"):
        limits.forget(name, _subject(user.email))
    db.session.commit()
    return redirect(sign_ins.home_of(user, next_path=pending["next"]))


def _is_right(link: SignInLink, code: str) -> bool:
    if not (link.is_open(clock.now()) and _is_within_the_day(link.user)):
        return False
    return codes.accept(link.user, code) and links.redeem(link)


def _is_within_the_day(user: User) -> bool:
    """Count a code that follows the right password; who does not know it must not lock the right person out.

    Too many look like a wrong code: another answer would tell that the password was right. Commits, so that it counts.
    """
    is_allowed = limits.hit("codes-a-day", user.email, limit=CODES_A_DAY, window=timedelta(days=1))
    db.session.commit()
    return is_allowed


def _pending() -> dict | None:
    """Return who waits for the code, or None when nobody does or it took too long."""
    pending = session.get(PENDING)
    if pending and clock.now().timestamp() - pending["at"] < LIFETIMES[LinkPurpose.CODE].total_seconds():
        return pending
    return None


def _count_try(name: str, email: str) -> None:
    """Count a try before it is looked at; abort with 429 when there were too many. Commits, so that it counts."""
    tries = [(name, _subject(email), TRIES), (f"{name}-network", limits.network(), TRIES_OF_NETWORK)]
    is_allowed = limits.hit_all(tries, window=TRIES_WINDOW)
    db.session.commit()
    if not is_allowed:
        abort(429)


def _subject(email: str) -> str:
    """Return whom tries are counted for: a stranger elsewhere must not lock the right person out."""
    return f"{email} {limits.network()}"


@bp.get("/einrichten/<token>/")
@open_to(Access.EVERYONE)
def set_up(token: str):
    """Show the page on which staff choose a password and tie an app; opening it uses nothing up."""
    link = links.find_link(token, LinkPurpose.SET_UP)
    if link is None or not link.is_open(clock.now()):
        return _dead_set_up(link)
    return _set_up_page(link, token, SetUpForm(link.user))


@bp.post("/einrichten/<token>/")
@open_to(Access.EVERYONE)
def finish_set_up(token: str):
    """Store password and app, sign in, and show the recovery codes this once."""
    link = links.find_link(token, LinkPurpose.SET_UP)
    if link is None or not link.is_open(clock.now()):
        return _dead_set_up(link)
    form, user, secret = SetUpForm(link.user), link.user, codes.secret_for(token)
    is_valid = form.validate_on_submit()
    step = codes.matching_step(secret, "".join((form.code.data or "").split()), at=clock.now())
    if is_valid and step is None:
        add_error(form.code, _("Der Code passt nicht. Bitte nehmen Sie den, den die App jetzt zeigt."))
    if not is_valid or step is None:
        return _set_up_page(link, token, form), 422
    if not links.redeem(link):
        return _dead_set_up(link)
    fresh = service.set_up(user, password=form.new_password.data, totp_secret=secret, step=step)
    sign_ins.sign_in_user(user)
    mails.password_changed(user)
    db.session.commit()
    return render_template("accounts/staff/new_codes.html", codes=fresh, home=sign_ins.home_of(user), is_first=True)


def _set_up_page(link: SignInLink, token: str, form: SetUpForm) -> str:
    secret = codes.secret_for(token)
    picture = segno.make_qr(codes.app_address(link.user, secret)).svg_data_uri(scale=5, border=3, light="#fff")
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render_template(
        "accounts/staff/set_up.html", form=form, user=link.user, picture=picture, secret=spaced,
        shortest=passwords.SHORTEST,
    )  # fmt: skip


def _dead_set_up(link: SignInLink | None):
    return render_template("accounts/staff/dead_set_up.html"), 404 if link is None else 410


@bp.get("/passwort/")
@open_to(Access.SIGNED_IN)
def password():
    """Show the form for a new password."""
    _staff_only()
    return render_template(
        "accounts/staff/password.html", form=ChangePasswordForm(signed_in_user()), shortest=passwords.SHORTEST
    )


@bp.post("/passwort/")
@open_to(Access.SIGNED_IN)
def change_password():
    """Change the password; sessions in other browsers end."""
    _staff_only()
    user = signed_in_user()
    form = ChangePasswordForm(user)
    if not (form.validate_on_submit() and _is_own_password(form)):
        return render_template("accounts/staff/password.html", form=form, shortest=passwords.SHORTEST), 422
    service.set_password(user, form.new_password.data)
    sign_ins.end_sign_ins(user, but_this_one=True)
    mails.password_changed(user)
    db.session.commit()
    flash(_("Ihr neues Passwort gilt. Auf anderen Geräten sind Sie jetzt abgemeldet."), "success")
    return redirect(url_for("accounts.account"))


@bp.get("/ersatzcodes/")
@open_to(Access.SIGNED_IN)
def recovery_codes():
    """Show the form that makes new recovery codes."""
    _staff_only()
    return render_template("accounts/staff/recovery_codes.html", form=PasswordAgainForm())


@bp.post("/ersatzcodes/")
@open_to(Access.SIGNED_IN)
def make_recovery_codes():
    """Make new recovery codes and show them this once."""
    _staff_only()
    form = PasswordAgainForm()
    if not (form.validate_on_submit() and _is_own_password(form)):
        return render_template("accounts/staff/recovery_codes.html", form=form), 422
    fresh = codes.new_recovery_codes(signed_in_user())
    db.session.commit()
    home = sign_ins.home_of(signed_in_user())
    return render_template("accounts/staff/new_codes.html", codes=fresh, home=home, is_first=False)


@bp.post("/neu-einrichten/")
@open_to(Access.SIGNED_IN)
def start_over():
    """Mail oneself the link to set up password and app anew, for a new telephone."""
    _staff_only()
    links.mail_set_up_link(signed_in_user())
    db.session.commit()
    flash(
        _("Wir haben Ihnen eine E-Mail mit einem Link geschickt. Bis Sie ihn benutzen, bleibt alles, wie es ist."),
        "success",
    )
    return redirect(url_for("accounts.account"))


def _staff_only() -> None:
    if not current_user.is_staff:
        abort(404)


def _is_own_password(form: ChangePasswordForm | PasswordAgainForm) -> bool:
    """Check the password typed again, as carefully as at the sign-in."""
    stored = current_user.password_hash
    _count_try("password", current_user.email)
    if passwords.matches(stored, form.password.data):
        limits.forget("password", _subject(current_user.email))
        return True
    add_error(form.password, _("Das ist nicht Ihr jetziges Passwort."))
    return False
