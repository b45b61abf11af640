"""How often somebody may try something: counters in the database, alike for all processes of the site."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from coordapp.accounts.models import Count
from coordapp.extensions import db
from coordapp.shared import clock

INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def hit(name: str, subject: str, *, limit: int, window: timedelta) -> bool:
    """Count one try and tell whether it is still within the limit; the route commits, also when refusing.

    `subject` says who tries (an address of either kind). Windows are fixed: they begin at multiples of their length.
    """
    insert = INSERTS[db.session.get_bind().dialect.name]
    statement = (
        insert(Count)
        .values(key=_key(name, subject), window_starts_at=_window_start(window), number=1)
        .on_conflict_do_update(index_elements=["key", "window_starts_at"], set_={"number": Count.number + 1})
        .returning(Count.number)
    )
    return db.session.execute(statement).scalar_one() <= limit


def is_over(name: str, subject: str, *, limit: int, window: timedelta) -> bool:
    """Tell whether the limit is used up, without counting a try."""
    number = db.session.scalar(
        select(Count.number).where(Count.key == _key(name, subject), Count.window_starts_at == _window_start(window))
    )
    return (number or 0) >= limit


def forget(name: str, subject: str) -> None:
    """Start to count anew, for somebody who has shown to be the right one."""
    db.session.execute(delete(Count).where(Count.key == _key(name, subject)))


def purge_counts(before: datetime) -> int:
    """Delete the counts of windows that began before a moment; return how many."""
    return db.session.execute(delete(Count).where(Count.window_starts_at < before)).rowcount


def _key(name: str, subject: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"limit\0{name}\0{subject}".encode(), hashlib.sha256).hexdigest()


def _window_start(window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(clock.now().timestamp()) // seconds * seconds, UTC)
