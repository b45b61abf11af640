"""Who an address is open to. Every route carries a mark; one without opens for nobody."""

from urllib.parse import urlsplit

from flask import abort, current_app, g, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from coordapp.accounts.models import Role, User
from coordapp.shared.access import Access, access_of
from coordapp.shared.access import open_to as open_to

ROLES = {
    Access.SIGNED_IN: frozenset(Role),
    Access.OFFICE: frozenset({Role.COORDINATOR}),
    Access.ADMINISTRATION: frozenset({Role.ADMINISTRATOR}),
}
STAFF_ONLY = (Access.OFFICE, Access.ADMINISTRATION)
NOT_KEPT = ("csrf_token", "password", "new_password", "code")  # fields that are never sent back to the browser


def check_access():
    """Run before each request: let the right people in, send strangers to the sign-in page, others get 404.

    Stands before the CSRF check, so that a form sent by somebody whose session ran out is not refused as forged.
    """
    if request.endpoint is None:
        return None  # no such address: Flask answers 404 or 405
    access = access_of(current_app, request.endpoint)
    if access is None:
        abort(404)
    if access is Access.EVERYONE:
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in(access)
    if current_user.role not in ROLES[access]:
        abort(404)
    g.is_office = access in STAFF_ONLY
    return None


def signed_in_user() -> User:
    """Return who is signed in, for views that only people who are can reach."""
    return current_user._get_current_object()


def offer_to_resend(*, status: int, sign_in_url: str = ""):
    """Answer a form that was not taken with a page that holds all that was typed and sends it again.

    Returns None when the form came from another site, so that nobody can be talked into sending what they never typed.
    """
    if request.method != "POST" or not _is_from_here():
        return None
    kept = [(name, value) for name, values in request.form.lists() for value in values if name not in NOT_KEPT]
    page = render_template(
        "accounts/resend.html",
        kept=kept,
        address=request.full_path.rstrip("?"),
        sign_in_url=sign_in_url,
        has_files=any(file.filename for file in request.files.values()),
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _ask_to_sign_in(access: Access):
    endpoint = "accounts_staff.sign_in" if access in STAFF_ONLY else "accounts.sign_in"
    back = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else ""
    sign_in_url = url_for(endpoint, next=back or None)
    return offer_to_resend(status=403, sign_in_url=sign_in_url) or redirect(sign_in_url)


def _is_from_here() -> bool:
    """Tell whether the browser says that the form stood on a page of this site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    try:
        return urlsplit(source).netloc == request.host
    except ValueError:  # not an address at all
        return False
