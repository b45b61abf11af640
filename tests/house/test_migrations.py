"""Migrations lead to exactly what the models say, on the database of this run, and back again."""

import re

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
