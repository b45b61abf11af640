"""The organisations that volunteers name: suggested while typing, found by what was typed."""

from collections.abc import Iterable

from sqlalchemy import select

from coordapp.directory.models import Organisation
from coordapp.extensions import db
from coordapp.shared import text


def list_organisation_names(*, only_public: bool = False) -> list[str]:
    """List the names of all organisations, or of those in the public directory only, to be suggested."""
    query = select(Organisation.name).order_by(Organisation.name)
    return list(db.session.scalars(query.where(Organisation.is_public) if only_public else query))


def find_organisations(typed: Iterable[str]) -> dict[str, int]:
    """Return the ids of the organisations that were typed, by `text.fold` of their names; case and accents are equal.

    The databases fold letters in different ways, so the names are read and compared here.
    """
    wanted = {text.fold(name) for name in typed if name}
    if not wanted:
        return {}
    known = db.session.execute(select(Organisation.id, Organisation.name))
    return {text.fold(name): number for number, name in known if text.fold(name) in wanted}
