"""Who an address is open to. Every route carries a mark; one without opens for nobody."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_login import current_user

from coordapp.accounts.models import Role

View = TypeVar("View", bound=Callable)


class Access(StrEnum):
    """Groups of people a route can be open to."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed_in"
    OFFICE = "office"  # coordinators
    ADMINISTRATION = "administration"  # administrators


ROLES = {
    Access.SIGNED_IN: frozenset(Role),
    Access.OFFICE: frozenset({Role.COORDINATOR}),
    Access.ADMINISTRATION: frozenset({Role.ADMINISTRATOR}),
}


def open_to(access: Access) -> Callable[[View], View]:
    """Mark a view function with who may open it; stands below the route decorator."""

    def mark(view: View) -> View:
        view.access = access  # ty: ignore[unresolved-attribute]
        return view

    return mark


def access_of(app: Flask, endpoint: str | None) -> Access | None:
    """Return the mark of an endpoint, or None where there is none."""
    return getattr(app.view_functions.get(endpoint or ""), "access", None)


def check_access():
    """Run before each request: let the right people in, send strangers to the sign-in page, others get 404."""
    if request.endpoint is None:
        return None  # no such address: Flask answers 404 or 405
    access = access_of(current_app, request.endpoint)
    if access is None:
        abort(404)
    g.is_office = access in (Access.OFFICE, Access.ADMINISTRATION)
    if access is Access.EVERYONE:
        return None
    if not current_user.is_authenticated:
        back = request.full_path.rstrip("?") if request.method == "GET" else ""
        return redirect(url_for("accounts.sign_in", next=back or None))
    if current_user.role not in ROLES[access]:
        abort(404)
    return None
