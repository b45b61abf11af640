"""Organisations: found, stored, made public, confirmed."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import force_locale
from sqlalchemy import Select, String, func, or_, select
from sqlalchemy.exc import IntegrityError

from coordapp.directory import organisation_words as words
from coordapp.directory.models import Organisation, OrganisationKind
from coordapp.extensions import db
from coordapp.shared import clock, text

ADVICE = (OrganisationKind.ADVICE_CENTRE, OrganisationKind.OFFICE)
CLUBS = tuple(kind for kind in OrganisationKind if kind not in ADVICE)
AT_ONCE = ("description", "opening_hours", "phone", "email", "website")  # a representative changes them alone
OLD_AFTER = timedelta(days=396)  # 13 months without confirmation
SEARCH_TEXT_LENGTH = 1500


class NameTaken(ValueError):
    """Raised when another organisation has this name."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which organisations to find; what is empty does not narrow."""

    words: str = ""
    kinds: tuple[OrganisationKind, ...] = ()
    municipality: str = ""
    target_group: str = ""
    language: str = ""
    is_public: bool | None = None
    is_old: bool = False  # not confirmed for long


# deeds


def save(organisation: Organisation, values: dict) -> Organisation:
    """Store a new organisation, or change one; raise NameTaken, with all as it was."""
    other = find_by_name(values.get("name", organisation.name))
    if other is not None and other.id != organisation.id:
        raise NameTaken(other.name)
    try:
        with db.session.begin_nested():
            for column, value in values.items():
                setattr(organisation, column, OrganisationKind(value) if column == "kind" else value)
            refresh_search_text(organisation)
            db.session.add(organisation)
    except IntegrityError as taken:
        raise NameTaken from taken
    return organisation


def refresh_search_text(organisation: Organisation) -> None:
    """Bring what the search looks through up to date; it begins with the name, by which lists are ordered."""
    with force_locale("de"):
        groups = words.target_groups(organisation.target_groups or [])
    organisation.search_text = text.search_text(
        organisation.name, organisation.topics, organisation.description, organisation.municipality, groups
    )[:SEARCH_TEXT_LENGTH]


def publish(organisation: Organisation, *, is_public: bool) -> None:
    """Show an organisation to everybody, or to the office only."""
    organisation.is_public = is_public


def confirm(organisation: Organisation) -> None:
    """Note that somebody who knows says that all is right."""
    organisation.confirmed_at = clock.now()


# facts


def values_of(organisation: Organisation) -> dict:
    """Return what the entry of an organisation says, by columns, as it is kept in reports."""
    held = {column: getattr(organisation, column) for column in words.COLUMNS}
    nothing = {column: "" for column in ("email", "phone") if held[column] is None}
    return held | nothing | {"kind": organisation.kind.value}


def changes(organisation: Organisation, values: dict) -> dict:
    """Return what would become different, by columns."""
    held = values_of(organisation)
    return {column: value for column, value in values.items() if _plain(value) != _plain(held[column])}


def _plain(value):
    return sorted(value) if isinstance(value, list) else value or ""


def fingerprint(organisation: Organisation) -> str:
    """Return a short text that changes with the entry, to notice that somebody else was quicker."""
    return hashlib.sha256(json.dumps(values_of(organisation), sort_keys=True).encode()).hexdigest()[:16]


def is_old(organisation: Organisation, *, at: datetime) -> bool:
    """Tell whether nobody has confirmed the entry for long."""
    return organisation.confirmed_at is None or organisation.confirmed_at < at - OLD_AFTER


# questions


def search_organisations(filters: Filters, *, limit: int = 50, offset: int = 0) -> list[Organisation]:
    """List the organisations that fit, by name."""
    query = _narrow(select(Organisation), filters).order_by(Organisation.search_text, Organisation.id)
    return list(db.session.scalars(query.limit(limit).offset(offset)))


def count_organisations(filters: Filters) -> int:
    """Return how many organisations fit."""
    return db.session.scalar(_narrow(select(func.count(Organisation.id)), filters)) or 0


def _narrow(query: Select, filters: Filters) -> Select:
    for word in text.fold(filters.words).split():
        query = query.where(Organisation.search_text.contains(word, autoescape=True))
    if filters.target_group:
        query = query.where(_holds(Organisation.target_groups, filters.target_group))
    if filters.language:
        query = query.where(_holds(Organisation.languages, filters.language))
    if filters.kinds:
        query = query.where(Organisation.kind.in_(filters.kinds))
    if filters.municipality:
        query = query.where(Organisation.municipality == filters.municipality)
    if filters.is_public is not None:
        query = query.where(Organisation.is_public == filters.is_public)
    if filters.is_old:
        confirmed = Organisation.confirmed_at
        query = query.where(or_(confirmed.is_(None), confirmed < clock.now() - OLD_AFTER))
    return query


def _holds(column, code: str):
    """Ask for a code in a list that is kept as JSON."""
    return column.cast(String).contains(f'"{code}"', autoescape=True)


def find_public(organisation_id: int) -> Organisation | None:
    """Return an organisation that everybody may see."""
    found = db.session.get(Organisation, organisation_id)
    return found if found is not None and found.is_public else None


def find_by_name(name: str) -> Organisation | None:
    """Return the organisation of a name; case, accents and spaces make no difference."""
    wanted = text.fold(name)
    begins = Organisation.search_text.startswith(wanted[:SEARCH_TEXT_LENGTH], autoescape=True)
    alike = db.session.scalars(select(Organisation).where(or_(begins, Organisation.name == name)))
    return next((other for other in alike if text.fold(other.name) == wanted), None)


def names_of(columns: Iterable[str]) -> str:
    """Write the names of some columns: "Telefon, Internetseite"."""
    wanted = set(columns)
    return ", ".join(str(label).rstrip("?") for column, label in words.COLUMNS.items() if column in wanted)
