"""The administrator's pages: accounts and roles."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coordapp.accounts import links, service, sign_ins
from coordapp.accounts.forms import ROLE_NAMES, ChangeAccountForm, NewAccountForm
from coordapp.accounts.guards import Access, open_to
from coordapp.accounts.models import STAFF, Role, User
from coordapp.extensions import db
from coordapp.shared.forms import add_error

bp = Blueprint("accounts_office", __name__)

LAST = "Das geht nicht: Sonst kann niemand mehr die Konten verwalten. Legen Sie zuerst ein zweites Technik-Konto an."


@bp.get("/")
@open_to(Access.ADMINISTRATION)
def index():
    """List the accounts."""
    return render_template("accounts/office/index.html", users=service.list_users(), role_names=ROLE_NAMES)


@bp.get("/neu/")
@open_to(Access.ADMINISTRATION)
def new():
    """Show the form for a new account."""
    return render_template("accounts/office/new.html", form=NewAccountForm())


@bp.post("/neu/")
@open_to(Access.ADMINISTRATION)
def create():
    """Make an account; staff get a mail to set it up."""
    form = NewAccountForm()
    user = _create(form) if form.validate_on_submit() else None
    if user is None:
        return render_template("accounts/office/new.html", form=form), 422
    if user.is_staff:
        links.mail_set_up_link(user)
    db.session.commit()
    flash(f"Das Konto von {user.name} ist angelegt. {_next_step(user)}", "success")
    return redirect(url_for(".show", user_id=user.id))


def _create(form: NewAccountForm) -> User | None:
    """Make the account, or note beside the field that the address is taken."""
    try:
        return service.create_user(
            email=form.email.data, name=form.name.data, role=Role(form.role.data), language=form.language.data or "de"
        )
    except service.EmailTaken:
        add_error(form.email, "Zu dieser E-Mail-Adresse gibt es schon ein Konto.")
        return None


@bp.get("/<int:user_id>/")
@open_to(Access.ADMINISTRATION)
def show(user_id: int):
    """Show an account with the form to change it."""
    user = db.get_or_404(User, user_id)
    return _page(user, ChangeAccountForm(name=user.name, role=user.role.value, language=user.language))


@bp.post("/<int:user_id>/")
@open_to(Access.ADMINISTRATION)
def change(user_id: int):
    """Change name, role and language of an account."""
    user, form = db.get_or_404(User, user_id), ChangeAccountForm()
    if not form.validate_on_submit():
        return _page(user, form), 422
    was_staff = user.is_staff
    try:
        service.change_user(user, name=form.name.data, role=Role(form.role.data), language=form.language.data or "de")
    except service.LastAdministrator:
        add_error(form.role, LAST)
        return _page(user, form), 422
    has_become_staff = user.is_staff and not was_staff
    if has_become_staff:
        links.mail_set_up_link(user)
    db.session.commit()
    flash(f"Gespeichert. {_next_step(user) if has_become_staff else ''}".strip(), "success")
    return redirect(url_for(".show", user_id=user_id))


@bp.post("/<int:user_id>/sperren/")
@open_to(Access.ADMINISTRATION)
def deactivate(user_id: int):
    """Close an account."""
    user = db.get_or_404(User, user_id)
    try:
        service.deactivate(user)
    except service.LastAdministrator:
        return _refuse(user_id)
    db.session.commit()
    flash(f"Das Konto von {user.name} ist gesperrt. Alle Geräte sind abgemeldet.", "success")
    return redirect(url_for(".show", user_id=user_id))


@bp.post("/<int:user_id>/entsperren/")
@open_to(Access.ADMINISTRATION)
def activate(user_id: int):
    """Open a closed account again."""
    user = db.get_or_404(User, user_id)
    service.activate(user)
    db.session.commit()
    flash(f"{user.name} kann sich wieder anmelden.", "success")
    return redirect(url_for(".show", user_id=user_id))


@bp.post("/<int:user_id>/abmelden/")
@open_to(Access.ADMINISTRATION)
def end_sign_ins(user_id: int):
    """End all sessions of an account."""
    user = db.get_or_404(User, user_id)
    sign_ins.end_sign_ins(user)
    db.session.commit()
    flash(f"{user.name} ist auf allen Geräten abgemeldet.", "success")
    return redirect(url_for(".show", user_id=user_id))


@bp.post("/<int:user_id>/zuruecksetzen/")
@open_to(Access.ADMINISTRATION)
def reset(user_id: int):
    """Take password and code away and mail the link to set both up anew."""
    user = db.first_or_404(db.select(User).where(User.id == user_id, User.role.in_(STAFF)))
    try:
        service.reset_proofs(user)
    except service.LastAdministrator:
        return _refuse(user_id)
    links.mail_set_up_link(user)
    db.session.commit()
    flash(f"Passwort und Code gelten nicht mehr. {_next_step(user)}", "success")
    return redirect(url_for(".show", user_id=user_id))


def _page(user: User, form: ChangeAccountForm) -> str:
    return render_template("accounts/office/show.html", user=user, form=form, role_names=ROLE_NAMES)


def _refuse(user_id: int) -> Response:
    db.session.rollback()
    flash(LAST, "error")
    return redirect(url_for(".show", user_id=user_id))


def _next_step(user: User) -> str:
    if user.is_staff:
        return f"Eine E-Mail mit dem Link zum Einrichten geht an {user.email}. Der Link gilt drei Tage."
    return "Zum Anmelden genügt die E-Mail-Adresse: Der Link dazu kommt jedes Mal per E-Mail."
