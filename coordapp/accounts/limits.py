"""How often somebody may try something: counters in the database, alike for all processes of the site."""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from flask import current_app, request
from sqlalchemy import bindparam, delete, select

from coordapp.accounts.models import Count
from coordapp.extensions import INSERTS, count_rows, db
from coordapp.shared import clock

IPV6_PREFIX = 64  # one household or one server has at least so many addresses of its own


def network() -> str:
    """Return the network address that the request comes from, as a subject for limits."""
    words = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(words)
    except ValueError:
        return words
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), IPV6_PREFIX), strict=False))


def hit(name: str, subject: str, *, limit: int, window: timedelta) -> bool:
    """Count one try and tell whether it is still within the limit; the route commits, also when refusing.

    `subject` says who tries (an address of either kind). Windows are fixed: they begin at multiples of their length.
    """
    return hit_all([(name, subject, limit)], window=window)


def hit_all(tries: Sequence[tuple[str, str, int]], *, window: timedelta) -> bool:
    """Count one try under several names (name, subject, limit) and tell whether it is within all limits."""
    begun_at, is_within = _window_start(window), True
    keys = sorted((_key(name, subject), limit) for name, subject, limit in tries)  # locks in one order
    connection = db.session.connection()
    for key, limit in keys:
        number = connection.scalar(_count_one(connection.dialect.name), {"key": key, "window_starts_at": begun_at})
        is_within = is_within and (number or 0) <= limit
    return is_within


@cache
def _count_one(dialect: str):
    """Return the statement that counts, built once: it is on the way of every registration."""
    counts = Count.__table__
    return (
        INSERTS[dialect](counts)
        .values(key=bindparam("key"), window_starts_at=bindparam("window_starts_at"), number=1)
        .on_conflict_do_update(index_elements=["key", "window_starts_at"], set_={"number": counts.c.number + 1})
        .returning(counts.c.number)
    )


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
    return count_rows(delete(Count).where(Count.window_starts_at < before))


def _key(name: str, subject: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"limit\0{name}\0{subject}".encode(), hashlib.sha256).hexdigest()


def _window_start(window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(clock.now().timestamp()) // seconds * seconds, UTC)
