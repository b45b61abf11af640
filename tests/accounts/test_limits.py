"""Counters: exact over processes, keyed, forgotten in time."""

import multiprocessing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from coordapp.accounts import limits
from coordapp.accounts.models import Count
from coordapp.app import create_app
from coordapp.extensions import db
from coordapp.shared import clock

WINDOW = timedelta(minutes=15)
NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
PROCESSES, TRIES, LIMIT = 4, 25, 37


def test_the_limit_is_the_number_of_tries_that_pass(app):
    with clock.stopped(NOON):
        assert [limits.hit("link", "a@example.org", limit=3, window=WINDOW) for _ in range(5)] == [True] * 3 + [
            False
        ] * 2


def test_names_and_subjects_are_counted_apart(app):
    with clock.stopped(NOON):
        assert limits.hit("link", "a@example.org", limit=1, window=WINDOW)
        assert limits.hit("link", "b@example.org", limit=1, window=WINDOW)
        assert limits.hit("password", "a@example.org", limit=1, window=WINDOW)
        assert not limits.hit("link", "a@example.org", limit=1, window=WINDOW)


def test_a_new_window_begins_anew(app):
    with clock.stopped(NOON):
        assert limits.hit("link", "a", limit=1, window=WINDOW)
    with clock.stopped(NOON + WINDOW - timedelta(seconds=1)):
        assert not limits.hit("link", "a", limit=1, window=WINDOW)
    with clock.stopped(NOON + WINDOW):
        assert limits.hit("link", "a", limit=1, window=WINDOW)


def test_is_over_counts_nothing(app):
    with clock.stopped(NOON):
        assert not limits.is_over("link", "a", limit=1, window=WINDOW)
        assert not limits.is_over("link", "a", limit=1, window=WINDOW)
        limits.hit("link", "a", limit=1, window=WINDOW)
        assert limits.is_over("link", "a", limit=1, window=WINDOW)


def test_forget_starts_anew(app):
    with clock.stopped(NOON):
        limits.hit("link", "a", limit=1, window=WINDOW)
        limits.forget("link", "a")
        assert limits.hit("link", "a", limit=1, window=WINDOW)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unix", "unix"),
        (None, ""),
    ],
)
def test_a_network_is_an_address_or_what_one_customer_gets_of_the_long_ones(app, address, network):
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": address}):
        assert limits.network() == network


def test_the_table_names_nobody(app):
    limits.hit("link", "vera@example.org", limit=1, window=WINDOW)
    assert "vera" not in db.session.scalars(select(Count.key)).one()


def test_purge_deletes_old_windows_only(app):
    for at in (NOON, NOON + WINDOW):
        with clock.stopped(at):
            limits.hit("link", "a", limit=1, window=WINDOW)
    assert limits.purge_counts(NOON + WINDOW) == 1
    assert db.session.scalars(select(Count.window_starts_at)).all() == [NOON + WINDOW]


def test_four_processes_together_pass_exactly_the_limit(fresh_app):
    settings = {
        name: fresh_app.config[name] for name in ("INSTANCE_PATH", "SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "BASE_URL")
    }
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        passed = pool.map(_hit_often, [settings] * PROCESSES)
    assert sum(passed) == LIMIT
    assert db.session.scalars(select(Count.number)).one() == PROCESSES * TRIES


def _hit_often(settings: dict) -> int:
    passed = 0
    with create_app(settings).app_context(), clock.stopped(NOON):
        for _ in range(TRIES):
            passed += limits.hit("link", "a", limit=LIMIT, window=WINDOW)
            db.session.commit()
        db.engine.dispose()
    return passed
