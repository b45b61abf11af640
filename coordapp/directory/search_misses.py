"""Searches that found nobody: what sort of help is missing, counted without words that somebody typed."""

import hashlib
import hmac
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from coordapp.accounts.models import User
from coordapp.directory import search
from coordapp.directory.models_search import SearchMiss
from coordapp.directory.profile_words import DAY_PARTS, FIELDS, LEVELS, TARGET_GROUPS, language_name, weekday_name
from coordapp.directory.search_filters import Filters
from coordapp.extensions import db, insert_into
from coordapp.shared import clock

Miss = tuple[str, str]  # what sort of thing, which


@dataclass(frozen=True)
class Quarter:
    """Three months: how many searches found nobody, and what they asked for, the most missed first."""

    year: int
    number: int
    searches: int
    missing: list[tuple[Miss, int]]


# deeds


def note(filters: Filters, *, by: User, at: datetime) -> bool:
    """Count a search when nobody offers what it asks for; return whether it was counted.

    Once for each person of the office, search and hour. Typed words, organisations and consents do not count: that
    somebody of one name does not speak Arabic says nothing about the county.
    """
    wanted = filters.demand()
    if not wanted.active() or search.count(wanted, at=at):
        return False
    row = {
        "at": at, "once": _once(wanted, by=by, at=at), "language": wanted.language, "level": wanted.level,
        "municipalities": list(wanted.places), "weekday": wanted.weekday, "part": wanted.part, "field": wanted.field,
        "target_group": wanted.group,
    }  # fmt: skip
    statement = insert_into(SearchMiss).values(row).on_conflict_do_nothing().returning(SearchMiss.id)
    return db.session.scalar(statement) is not None


def _once(wanted: Filters, *, by: User, at: datetime) -> str:
    told_apart = json.dumps([by.id, f"{at:%Y%m%d%H}", wanted.to_args()], sort_keys=True)
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"search-miss:" + told_apart.encode(), hashlib.sha256).hexdigest()


# questions


def list_quarters() -> list[Quarter]:
    """Count by quarter what was looked for and not found, the latest first."""
    searches: Counter[tuple[int, int]] = Counter()
    missing: dict[tuple[int, int], Counter[Miss]] = {}
    for miss in db.session.scalars(select(SearchMiss)):
        day = clock.local(miss.at)
        quarter = (day.year, (day.month + 2) // 3)
        searches[quarter] += 1
        missing.setdefault(quarter, Counter()).update(_in_words(miss))
    return [
        Quarter(*quarter, searches[quarter], sorted(missing[quarter].items(), key=lambda item: (-item[1], item[0])))
        for quarter in sorted(missing, reverse=True)
    ]


def _in_words(miss: SearchMiss) -> list[Miss]:
    """List what a search asked for; each of several places counts."""
    found = [("Ort", name) for name in miss.municipalities]
    if miss.language:
        level = f", {LEVELS[miss.level]}" if miss.level else ""
        found.append(("Sprache", language_name(miss.language) + level))
    if miss.weekday or miss.part:
        words = (weekday_name(miss.weekday) if miss.weekday else "", str(DAY_PARTS[miss.part]) if miss.part else "")
        found.append(("Zeit", " ".join(word for word in words if word)))
    if miss.field:
        found.append(("Handlungsfeld", str(FIELDS[miss.field])))
    if miss.target_group:
        found.append(("Zielgruppe", str(TARGET_GROUPS[miss.target_group])))
    return found
