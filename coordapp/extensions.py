"""The Flask extensions, made once and bound to the application in `app.create_app`."""

import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import Literal, cast

from flask import g, has_request_context, request
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import CursorResult, Executable, MetaData, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, make_transient_to_detached

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


def insert_new(new: Base, *, once: bool = False) -> bool:
    """Insert a new object alone and at once; `once` answers False, instead of IntegrityError, where its key exists.

    It looks at columns only, not at relationships. The unit of work takes six times as long for one row: a tenth of
    the time of a registration, while others wait (measured).
    """
    db.session.flush()
    columns = type(new).__table__.c
    given = {c.key: vars(new).get(c.key) for c in columns if c.key in vars(new) or not (c.default or c.primary_key)}
    connection = db.session.connection()
    result = connection.execute(_insert_new(type(new), connection.dialect.name, once), given)
    new_id = result.scalar()
    if new_id is None:
        return False
    vars(new).update(cast("dict", result.last_inserted_params()), id=new_id)
    make_transient_to_detached(new)
    db.session.add(new)
    return True


@cache
def _insert_new(entity: type[Base], dialect: str, once: bool):
    table = cast("Table", entity.__table__)
    statement = INSERTS[dialect](table)
    return (statement.on_conflict_do_nothing() if once else statement).returning(table.c.id)


def is_reading() -> bool:
    """Tell whether the running request only reads (GET, HEAD, OPTIONS); commands and jobs may write."""
    if not has_request_context() or g.get("is_writing"):
        return False
    return request.method in ("GET", "HEAD", "OPTIONS") or g.get("only_reads", False)


@contextmanager
def reading() -> Generator[None]:
    """Read before writing in a transaction of its own, so that on SQLite others write meanwhile.

    What was read is kept. Whoever then writes must hold it and look whether it is still so, see events.occupancy.lock.
    For a registration the lock is held a fifth shorter (measured). On PostgreSQL reading hinders nobody.
    """
    session = db.session()
    if session.in_transaction() or db.engine.dialect.name != "sqlite":
        yield
        return
    g.only_reads, session.expire_on_commit = True, False
    try:
        with session.begin():
            yield
    finally:
        g.only_reads, session.expire_on_commit = False, True


def prepare_engine(engine: Engine) -> None:
    """Make SQLite safe for several processes: WAL, full sync, foreign keys, and BEGIN IMMEDIATE for writers.

    Without IMMEDIATE two writers that both began by reading overbook or fail with "database is locked";
    with it for readers too, readers queue behind writers. See https://sqlite.org/lang_transaction.html.
    On PostgreSQL, do without the compiler for long queries: ours are short, the search's took it 5 s (measured).
    """
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _do_without_compiler)
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


def _do_without_compiler(connection, _record) -> None:
    connection.execute("SET jit = off")
    connection.commit()


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
