"""People who wanted to be deleted: remembered as keyed hashes, so that an old list does not bring them back.

Only imports are refused. Whoever registers or signs up by themselves is welcome, see `lift`.
"""

import hashlib
import hmac

from flask import current_app
from sqlalchemy import delete, exists, select

from coordapp.directory.models import Person
from coordapp.directory.models_doubles import ErasedPerson
from coordapp.directory.name_forms import read_name
from coordapp.extensions import count_rows, db, insert_into
from coordapp.shared import clock

# deeds


def remember(person: Person) -> None:
    """Remember somebody who is about to be erased; call it while their data are still there."""
    is_alone = person.email is not None and not _shares_email(person)
    hashes = _hashes(_kept_keys(person, with_email=is_alone))
    rows = [{"key_hash": key_hash, "erased_on": clock.today()} for key_hash in hashes]
    if rows:
        db.session.execute(insert_into(ErasedPerson).values(rows).on_conflict_do_nothing())


def lift(*, name: str, email: str | None = None, phone: str | None = None, postal_code: str = "") -> int:
    """Forget that somebody was erased, because they came back by themselves; return how many traces there were."""
    wanted = _hashes(_asked_keys(name=name, email=email, phone=phone, postal_code=postal_code))
    return count_rows(delete(ErasedPerson).where(ErasedPerson.key_hash.in_(wanted)))


# questions


def was_erased(
    *, name: str, email: str | None = None, phone: str | None = None, postal_code: str = "",
    among: frozenset[str] | None = None,
) -> bool:  # fmt: skip
    """Tell whether somebody on a list wanted to be deleted; for many rows ask `known` once and give it as `among`."""
    wanted = _hashes(_asked_keys(name=name, email=email, phone=phone, postal_code=postal_code))
    if among is not None:
        return not among.isdisjoint(wanted)
    return bool(db.session.scalar(select(exists().where(ErasedPerson.key_hash.in_(wanted)))))


def known() -> frozenset[str]:
    """Return the hashes of all who were erased."""
    return frozenset(db.session.scalars(select(ErasedPerson.key_hash)))


def _shares_email(person: Person) -> bool:
    others = exists().where(Person.email == person.email, Person.id != person.id, Person.merged_into_id.is_(None))
    return bool(db.session.scalar(select(others)))


# keys


def _kept_keys(person: Person, *, with_email: bool) -> list[tuple[str, ...]]:
    """Return what somebody can be known by; the address alone only where nobody else uses it."""
    name = read_name(person.name)
    given = name.sounds[0] if name.given and name.sounds else ""
    keys: list[tuple[str, ...]] = [("email", person.email)] if with_email and person.email else []
    keys += [("email-given", person.email, given)] if person.email and given else []
    keys += [("phone-given", person.phone, given)] if person.phone and given else []
    keys += [("name", min(name.forms), person.postal_code)] if len(name.words) > 1 and person.postal_code else []
    return keys


def _asked_keys(*, name: str, email: str | None, phone: str | None, postal_code: str) -> list[tuple[str, ...]]:
    """Return all that a row of a list could be known by; which of its words is the given name cannot be told."""
    read, email = read_name(name), (email or "").strip().lower()
    keys: list[tuple[str, ...]] = [("email", email)] if email else []
    keys += [("email-given", email, word) for word in read.sounds if email]
    keys += [("phone-given", phone, word) for word in read.sounds if phone]
    keys += [("name", min(read.forms), postal_code)] if len(read.words) > 1 and postal_code else []
    return keys


def _hashes(keys: list[tuple[str, ...]]) -> list[str]:
    secret = current_app.config["SECRET_KEY"].encode()
    own_key = hmac.new(secret, b"erased people", hashlib.sha256).digest()
    return sorted({hmac.new(own_key, "\0".join(key).encode(), hashlib.sha256).hexdigest() for key in keys})
