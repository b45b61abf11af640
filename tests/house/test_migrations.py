"""Migrations lead to exactly what the models say, on the database of this run, and back again."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

import flask_migrate
import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import config
from coordapp.app import create_app
from coordapp.extensions import db

VERSIONS = config.ROOT / "migrations" / "versions"


@pytest.fixture
def empty_app(settings, new_database):
    app = create_app(settings | {"SQLALCHEMY_DATABASE_URI": new_database("empty")})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _differences() -> list:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": db.metadata}
        )
        return compare_metadata(context, db.metadata)


def _checks() -> dict[str, set[str]]:
    """Return the CHECK constraints of each table by name, which alembic does not compare."""
    inspector = sqlalchemy.inspect(db.engine)
    return {
        table: {str(check["name"]) for check in inspector.get_check_constraints(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_models_and_migrations_agree(empty_app):
    flask_migrate.upgrade()
    assert _differences() == []


def test_after_an_upgrade_references_are_kept_again(empty_app):
    flask_migrate.upgrade()
    hanging = "INSERT INTO representative (organisation_id, user_id) VALUES (99, 99)"
    with pytest.raises(sqlalchemy.exc.IntegrityError, match=r"(?i)foreign key"):
        db.session.execute(db.text(hanging))
    db.session.rollback()


def test_migrations_make_the_checks_of_the_models(empty_app):
    flask_migrate.upgrade()
    expected = {
        table.name: {
            str(constraint.name) for constraint in table.constraints if isinstance(constraint, db.CheckConstraint)
        }
        for table in db.metadata.sorted_tables
    }
    assert _checks() == expected


def test_migrations_go_up_down_and_up_again(empty_app):
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")
    assert set(sqlalchemy.inspect(db.engine).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    assert _differences() == []


def test_migrations_are_a_list_one_can_read():
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert names
    for number, name in enumerate(names, 1):
        assert re.fullmatch(rf"{number:04d}_[a-z0-9_]+\.py", name)
        source = (VERSIONS / name).read_text()
        assert re.search(rf'^revision(: str)? = "{number:04d}"', source, re.MULTILINE), name
        assert source.startswith('"""'), name


def test_rebuilding_tables_keeps_the_rows_that_refer_to_them(empty_app):
    """SQLite rebuilds a table by dropping the old one, and what refers to its rows would go with them."""
    flask_migrate.upgrade(revision="0008")
    tables = _reflected()
    kept = {"person": 1, "event": 1, "event_date": 1, "registration": 1, "topic": 1}
    values = {
        "person": {"id": 7}, "event": {"id": 7, "kind": "round_table", "capacity": 20},
        "event_date": {"event_id": 7, "starts_at": _moment(15), "ends_at": _moment(18)},
        "registration": {"event_id": 7, "person_id": 7, "party_size": 1, "status": "confirmed"},
        "topic": {"event_id": 7, "person_id": 7, "status": "proposed"},
    }  # fmt: skip
    with db.engine.begin() as connection:
        for name in kept:
            connection.execute(tables[name].insert(), _filled(tables[name]) | values[name])
    flask_migrate.upgrade()
    assert _counts(kept) == kept
    flask_migrate.downgrade(revision="0008")
    assert _counts(kept) == kept


def test_a_closed_list_stays_closed_when_that_moves_to_the_event_and_back(empty_app):
    flask_migrate.upgrade(revision="0023")
    tables = _reflected()
    with db.engine.begin() as connection:
        for number, closed_at in ((7, _moment(19)), (8, None)):
            event = _filled(tables["event"]) | {"id": number, "kind": "round_table"}
            connection.execute(tables["event"].insert(), event)
            round_table = {"event_id": number, "attendance_closed_at": closed_at}
            connection.execute(tables["round_table"].insert(), _filled(tables["round_table"]) | round_table)
    closed = "SELECT {id} FROM {table} WHERE attendance_closed_at IS NOT NULL"
    flask_migrate.upgrade()
    assert db.session.scalars(db.text(closed.format(id="id", table="event"))).all() == [7]
    db.session.remove()
    flask_migrate.downgrade(revision="0023")
    assert db.session.scalars(db.text(closed.format(id="event_id", table="round_table"))).all() == [7]


def _reflected() -> dict[str, sqlalchemy.Table]:
    metadata = sqlalchemy.MetaData()
    metadata.reflect(db.engine)
    return metadata.tables


def _filled(table: sqlalchemy.Table) -> dict:
    """Return something for each column that must not be empty."""
    plain = {"INTEGER": 0, "BOOLEAN": False, "JSON": [], "DATETIME": _moment(12), "TIMESTAMP": _moment(12)}
    wanted = [column for column in table.columns if not column.nullable and not column.primary_key]
    return {column.name: plain.get(str(column.type).split("(")[0], "x") for column in wanted}


def _moment(hour: int) -> datetime:
    return datetime(2027, 3, 16, hour, tzinfo=UTC)


def _counts(names: Iterable[str]) -> dict[str, int]:
    with db.engine.connect() as connection:
        return {
            name: connection.execute(sqlalchemy.text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names
        }
