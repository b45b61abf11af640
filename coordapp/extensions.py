"""The Flask extensions, made once and bound to the application in `app.create_app`."""

import sqlite3
import time
from typing import Literal, cast

from flask import g, has_request_context, request
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import CursorResult, Executable, MetaData, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


WRITER_WAITS = 30  # seconds


class Base(DeclarativeBase):
    """Base of all models; constraints are named by convention so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base)
migrate = Migrate(render_as_batch=True, compare_type=True)
login_manager = LoginManager()
babel = Babel()
csrf = CSRFProtect()


INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_into(entity):
    """Return an INSERT of the database in use, for its ON CONFLICT."""
    return INSERTS[db.session.get_bind().dialect.name](entity)


def count_rows(
    statement: Executable, parameters: dict | None = None, *, synchronize: Literal["auto", False] = "auto"
) -> int:
    """Execute a statement that writes; return how many rows it wrote.

    `synchronize` says whether objects that are already loaded shall show what was written.
    """
    result = db.session.execute(statement, parameters, execution_options={"synchronize_session": synchronize})
    return cast("CursorResult", result).rowcount


def is_reading() -> bool:
    """Tell whether the running request only reads (GET, HEAD, OPTIONS); commands and jobs may write."""
    return has_request_context() and request.method in ("GET", "HEAD", "OPTIONS") and not g.get("is_writing")


def prepare_engine(engine: Engine) -> None:
    """Make SQLite safe for several processes: WAL, full sync, foreign keys, and BEGIN IMMEDIATE for writers.

    Without IMMEDIATE two writers that both began by reading overbook or fail with "database is locked";
    with it for readers too, readers queue behind writers. See https://sqlite.org/lang_transaction.html.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection, _record) -> None:
        connection.isolation_level = None  # the driver shall not begin on its own
        cursor = connection.cursor()
        waits = f"busy_timeout={WRITER_WAITS * 1000}"
        for pragma in (waits, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection) -> None:
        if is_reading():
            connection.exec_driver_sql("BEGIN")
            return
        _wait_to_write(connection.connection.driver_connection)
        if not connection.connection.driver_connection.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _wait_to_write(connection: sqlite3.Connection) -> None:
    """Begin as the one writer, or give up after half a minute, or when something else is wrong than others writing.

    SQLite's own waiting sleeps ever longer, up to a tenth of a second at a time, while the file is long free again.
    Looked for every two milliseconds, the slowest of eight writers at once wait a third as long (measured).
    """
    connection.execute("PRAGMA busy_timeout=0")
    deadline = time.monotonic() + WRITER_WAITS
    while time.monotonic() < deadline:
        try:
            connection.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorname != "SQLITE_BUSY":
                break
        time.sleep(0.002)
    connection.execute(f"PRAGMA busy_timeout={WRITER_WAITS * 1000}")
