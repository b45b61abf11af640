"""Find volunteers by what they offer, and keep searches under a name.

The database compares words of `Volunteer.facets`, see profile.save. There are no joins, see _fits_as_person.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import selectinload

from coordapp.accounts.models import User
from coordapp.directory.models import Organisation, Person
from coordapp.directory.models_consent import Consent, Purpose
from coordapp.directory.models_profile import WEEKDAYS, DayPart, Engagement, Level, Volunteer
from coordapp.directory.models_search import SavedSearch
from coordapp.directory.profile import FREE_TEXT, SILENT_AFTER, facet_of_place
from coordapp.directory.search_filters import Filters as Filters
from coordapp.directory.search_filters import Show
from coordapp.extensions import db
from coordapp.shared import clock, text

# deeds


def save_search(name: str, filters: Filters, *, by: User | None) -> SavedSearch:
    """Keep a search for everybody in the office. Raises IntegrityError when there is one of that name."""
    saved = SavedSearch(name=name, filters=filters.to_args(), created_by_id=by.id if by else None)
    db.session.add(saved)
    db.session.flush()
    return saved


def rename_search(saved: SavedSearch, name: str) -> None:
    """Give a search another name. Raises IntegrityError when there is one of that name."""
    saved.name = name
    db.session.flush()


def delete_search(saved: SavedSearch) -> None:
    """Forget a search."""
    db.session.delete(saved)
    db.session.flush()


# questions


def find(filters: Filters, *, at: datetime, limit: int | None = None, offset: int = 0) -> list[Volunteer]:
    """List volunteers that fit: first those who named the time and place asked for, then the last confirmed ones.

    Who pauses or has been silent for 13 months is left out unless asked for, who was merged into somebody always.
    """
    query = (
        select(Volunteer)
        .where(*_conditions(filters, at=at))
        .options(
            selectinload(Volunteer.person), selectinload(Volunteer.engagements).joinedload(Engagement.organisation)
        )
    )
    in_order = query.order_by(*_rank(filters), Volunteer.confirmed_at.desc(), Volunteer.person_id)
    return list(db.session.scalars(in_order.limit(limit).offset(offset)))


def count(filters: Filters, *, at: datetime) -> int:
    """Count the volunteers that fit."""
    return db.session.scalar(select(func.count(Volunteer.person_id)).where(*_conditions(filters, at=at))) or 0


def count_each(alternatives: dict[str, Filters], *, at: datetime) -> dict[str, int]:
    """Count the volunteers that fit each of several filters, all in one query."""
    if not alternatives:
        return {}
    sums = [func.sum(case((and_(*_conditions(one, at=at)), 1), else_=0)) for one in alternatives.values()]
    row = db.session.execute(select(*sums).select_from(Volunteer)).one()
    return {name: number or 0 for name, number in zip(alternatives, row, strict=True)}


def is_empty() -> bool:
    """Tell whether there is nobody in the directory yet."""
    return not db.session.scalar(select(exists(select(Volunteer.person_id))))


def purposes_of_each(volunteers: Iterable[Volunteer]) -> dict[int, set[Purpose]]:
    """Return what each of these people agrees to now, by their id."""
    agreed: dict[int, set[Purpose]] = {volunteer.person_id: set() for volunteer in volunteers}
    query = select(Consent.person_id, Consent.purpose).where(Consent.withdrawn_at.is_(None))
    for person_id, purpose in db.session.execute(query.where(Consent.person_id.in_(agreed))) if agreed else ():
        agreed[person_id].add(purpose)
    return agreed


def organisation_names() -> dict[int, str]:
    """Return the names of all organisations by their id, in order."""
    query = select(Organisation.id, Organisation.name).order_by(Organisation.name)
    return {organisation_id: name for organisation_id, name in db.session.execute(query)}


def list_saved() -> list[SavedSearch]:
    """List the searches of the office by name."""
    return list(db.session.scalars(select(SavedSearch).order_by(func.lower(SavedSearch.name), SavedSearch.id)))


def filters_of(saved: SavedSearch) -> Filters:
    """Return what a saved search looks for; what is no longer known is left out."""
    return Filters.from_args(saved.filters)


# facts


def _conditions(filters: Filters, *, at: datetime) -> list[ColumnElement[bool]]:
    """Return what the database compares, the cheap first."""
    conditions = [
        *_conditions_on_offer(filters),
        _shown(filters.paused, Volunteer.paused_until > clock.local(at).date(), is_known=Volunteer.paused_until),
        _shown(filters.silent, Volunteer.confirmed_at < at - SILENT_AFTER),
        _fits_as_person(filters),
    ]
    return [condition for condition in conditions if condition is not None]


def _conditions_on_offer(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = []
    if filters.field:
        conditions.append(_has(f"field:{filters.field}"))
    if filters.language:
        conditions.append(_has(f"language:{filters.language}:{filters.level or Level.UNDERSTANDS}"))
    if filters.places:
        conditions.append(or_(_names_place(filters), _has("place:*")))
    if filters.weekday or filters.part:
        conditions.append(or_(_names_time(filters), _has("time:*")))
    if filters.group:
        conditions.append(or_(_has(f"group:{filters.group}"), _has("group:*")))
    if filters.is_online:
        conditions.append(Volunteer.serves_online.is_(True))
    if filters.is_informed is not None:
        is_informed = Volunteer.informed_at.is_not(None)
        conditions.append(is_informed if filters.is_informed else ~is_informed)
    return conditions


def _fits_as_person(filters: Filters) -> ColumnElement[bool]:
    """Look the person of each volunteer up by their id, so that the time grows with the volunteers and never squared.

    How to join, the database decides by how many rows it believes there are. PostgreSQL believes in none when it
    looked last while there were none, and then compares each volunteer with each person: 5,000 took 5 s (measured).
    Columns of a subquery it does not turn into a join, so the search has none.
    """
    fits = and_(Person.merged_into_id.is_(None), *_conditions_on_person(filters))
    return select(fits).where(Person.id == Volunteer.person_id).correlate(Volunteer).scalar_subquery()


def _conditions_on_person(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [_mentions(word) for word in text.fold(filters.words).split()]
    if filters.lives_in:
        conditions.append(Person.municipality == filters.lives_in)
    if filters.organisation_id:
        conditions.append(_belongs_to(filters.organisation_id))
    if filters.purpose:
        active = (Consent.purpose == filters.purpose, Consent.withdrawn_at.is_(None))
        conditions.append(Person.id.in_(select(Consent.person_id).where(*active)))
    return conditions


def _has(facet: str) -> ColumnElement[bool]:
    return Volunteer.facets.contains(f" {facet} ", autoescape=True)


def _names_place(filters: Filters) -> ColumnElement[bool]:
    return or_(false(), *(_has(f"place:{facet_of_place(name)}") for name in filters.places))


def _names_time(filters: Filters) -> ColumnElement[bool]:
    weekdays = [filters.weekday] if filters.weekday else WEEKDAYS
    parts = [filters.part] if filters.part else list(DayPart)
    return or_(false(), *(_has(f"time:{weekday}-{part}") for weekday in weekdays for part in parts))


def _mentions(word: str) -> ColumnElement[bool]:
    """Look for a folded word in name, address and telephone number, and in activities and note."""
    escaped = word.replace("/", "//").replace("%", "/%").replace("_", "/_")
    written = Volunteer.facets.like(f"%{FREE_TEXT}%{escaped}%", escape="/")
    return or_(Person.search_text.contains(word, autoescape=True), written)


def _belongs_to(organisation_id: int) -> ColumnElement[bool]:
    engaged = select(Engagement.person_id).where(Engagement.organisation_id == organisation_id)
    return or_(Person.id.in_(engaged), Person.organisation_id == organisation_id)


def _shown(show: Show, is_left_out: ColumnElement[bool], *, is_known=None) -> ColumnElement[bool] | None:
    """Return the condition for people who are left out as a rule; `is_known` is a column that may be empty."""
    if show is Show.ALSO:
        return None
    if show is Show.ONLY:
        return is_left_out
    return ~is_left_out if is_known is None else or_(is_known.is_(None), ~is_left_out)


def _rank(filters: Filters) -> list[ColumnElement]:
    """Order those who named the time and place asked for before those whose time is unknown or who go anywhere."""
    named = []
    if filters.weekday or filters.part:
        named.append(case((_names_time(filters), 1), else_=0))
    if filters.places:
        named.append(case((_names_place(filters), 1), else_=0))
    return [sum(named[1:], start=named[0]).desc()] if named else []
