"""Who an address is open to, as a mark on its view; which roles that means is decided in accounts/guards.py."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable)


class Access(StrEnum):
    """Groups of people a route can be open to."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed_in"
    OFFICE = "office"  # coordinators
    ADMINISTRATION = "administration"  # administrators


def open_to(access: Access) -> Callable[[View], View]:
    """Mark a view function with who may open it; stands below the route decorator."""

    def mark(view: View) -> View:
        view.access = access  # ty: ignore[missing-attribute] - a mark on a function
        return view

    return mark


def access_of(app: Flask, endpoint: str | None) -> Access | None:
    """Return the mark of an endpoint, or None where there is none."""
    return getattr(app.view_functions.get(endpoint or ""), "access", None)
