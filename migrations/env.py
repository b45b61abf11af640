"""Run the migrations on the application's own engine: SQLite by rebuilding tables (batch), PostgreSQL directly."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app

from coordapp.extensions import db
from coordapp.shared.columns import UtcDateTime


def render_item(kind: str, item, _autogen_context):
    """Write our moments as what they are in the database, so that a migration needs nothing of the application."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Run what is missing, all in one transaction where the database can."""
    arguments = current_app.extensions["migrate"].configure_args | {"render_item": render_item}
    with db.engine.connect() as connection, _tables_may_be_rebuilt(connection):
        context.configure(connection=connection, target_metadata=db.metadata, **arguments)
        with context.begin_transaction():
            context.run_migrations()
            _refuse_hanging_rows(connection)


@contextmanager
def _tables_may_be_rebuilt(connection) -> Iterator[None]:
    """Let SQLite rebuild a table without deleting what refers to it, and see afterwards that nothing is left hanging.

    To drop the old table is to delete its rows, and that cascades: https://sqlite.org/lang_altertable.html, step 1.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection  # not through SQLAlchemy, which would begin: then it has no effect
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()  # what is not committed by now; within a transaction the next line has no effect
        driver.execute("PRAGMA foreign_keys=ON")


def _refuse_hanging_rows(connection) -> None:
    """Raise RuntimeError, so that nothing is committed, when rows were left that refer to nothing."""
    if connection.dialect.name == "sqlite":
        hanging = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if hanging:
            raise RuntimeError(f"rows refer to nothing: {sorted({row[0] for row in hanging})}")


run()
