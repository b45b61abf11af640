"""Who pays for trainings: added, renamed, removed, and the logos that must be shown for it. Nothing here commits."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer

from coordapp.extensions import db
from coordapp.shared import text
from coordapp.trainings.logos import ENDINGS, Logo
from coordapp.trainings.models import Funder, format_funder


class NameTaken(ValueError):
    """Raised when another funder has this name."""


# deeds


def save(funder: Funder, *, name: str, logo: Logo | None, drops_logo: bool = False) -> Funder:
    """Store a new funder or change one; without a new logo the old one stays. Raises NameTaken, with all as it was."""
    if any(text.fold(name) == text.fold(other.name) for other in list_funders() if other is not funder):
        raise NameTaken(name)
    try:
        with db.session.begin_nested():
            funder.name = name
            if logo is not None:
                funder.logo, funder.logo_type = logo.data, logo.type
                funder.logo_digest = hashlib.sha256(logo.data).hexdigest()
            elif drops_logo:
                funder.logo, funder.logo_type, funder.logo_digest = None, "", ""
            db.session.add(funder)
    except IntegrityError as taken:
        raise NameTaken(name) from taken
    return funder


def remove(funder: Funder) -> None:
    """Remove a funder from all trainings, with the logo."""
    db.session.delete(funder)
    db.session.flush()


# questions


def list_funders() -> list[Funder]:
    """List the funders by name."""
    return list(db.session.scalars(select(Funder).order_by(Funder.name, Funder.id)))


def count_formats() -> dict[int, int]:
    """Return in how many entries of the catalogue each funder is named."""
    counted = select(format_funder.c.funder_id, func.count()).group_by(format_funder.c.funder_id)
    return {funder_id: number for funder_id, number in db.session.execute(counted)}


def find_logo(funder_id: int, file_name: str) -> Funder | None:
    """Return a funder with the logo in memory when it is the very one that an address names."""
    funder = db.session.get(Funder, funder_id, options=[undefer(Funder.logo)])
    return funder if funder is not None and funder.logo is not None and file_name == logo_name(funder) else None


def logo_name(funder: Funder) -> str:
    """Return the last part of a logo's address, another one for each picture; empty without a logo."""
    ending = ENDINGS.get(funder.logo_type)
    return f"{funder.logo_digest}.{ending}" if ending else ""
