"""What tests stand on: a real database, a real mail server, and clients that check every page they open."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event as engine_events
from sqlalchemy import make_url

from coordapp.accounts.models import Role, User
from coordapp.app import create_app
from coordapp.demo import county
from coordapp.extensions import db
from coordapp.shared import pages
from tests import make as factories
from tests import postgres
from tests.mail_server import MailServer
from tests.pages import CheckingClient
from tests.sign_in import sign_in
from tests.tables import create_tables, empty_tables

ONCE = frozenset({  # about sources, marks and words; test_get_changes_nothing opens every page on each database
    "test_access.py", "test_confidential.py", "test_floors.py", "test_headers.py", "test_sources.py",
    "test_statements.py", "test_templates.py", "test_translations.py",
})  # fmt: skip
POSTGRES_FOLDER = "COORDAPP_TEST_POSTGRES"  # where the server of this test run listens


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="the database to test on")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.pop("DATABASE_URL", None)
    is_worker = hasattr(config, "workerinput")
    if config.getoption("--database") == "postgresql" and not is_worker and not config.option.collectonly:
        try:
            cluster = postgres.Cluster()
            os.environ[POSTGRES_FOLDER] = str(cluster.start().folder)
        except (RuntimeError, OSError) as problem:
            raise pytest.UsageError(str(problem)) from problem
        config.add_cleanup(cluster.remove)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "house" and item.path.name in ONCE:
            item.add_marker("once")


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('--database')}"


@pytest.fixture(scope="session")
def new_database(request, worker_name, tmp_path_factory) -> Callable[[str], str]:
    """Return a function that makes a database, empty or a copy of the one at an address, and returns its address."""

    def create(name: str, *, like: str | None = None) -> str:
        original = make_url(like).database if like else None
        if request.config.getoption("--database") == "postgresql":
            folder, own_name = os.environ[POSTGRES_FOLDER], f"{name}_{worker_name}"
            return postgres.create_database(folder, own_name, like=original or "template1")
        path = tmp_path_factory.mktemp(name) / "test.db"
        if original:
            shutil.copy(original, path)
        return f"sqlite:///{path}"

    return create


@pytest.fixture(scope="session")
def migrated_database(settings, new_database) -> str:
    """Return the address of a database with tables and no rows, to copy: migrating takes a second each time."""
    address = new_database("migrated")
    app = create_app(settings | {"SQLALCHEMY_DATABASE_URI": address})
    create_tables(app)
    with app.app_context():
        db.engine.dispose()
    return address


@pytest.fixture(scope="session")
def worker_name(request) -> str:
    """Return the name of this process among those that share the work."""
    return getattr(request.config, "workerinput", {}).get("workerid", "alone")


@pytest.fixture(scope="session")
def settings(tmp_path_factory) -> dict:
    """Return the settings of the site under test; no mail server, CSRF checks as in earnest."""
    return {
        "INSTANCE_PATH": str(tmp_path_factory.mktemp("instance")),
        "SECRET_KEY": "only for tests",
        "BASE_URL": "http://localhost",
        "SMTP_HOST": "",
        "IMAP_HOST": "",
        "TESTING": True,
        "PROPAGATE_EXCEPTIONS": True,
    }


@pytest.fixture(scope="session")
def site(settings, new_database, migrated_database) -> Iterator[Flask]:
    """Return the application with an empty database; fast rather than safe on disk."""
    app = create_app(settings | {"SQLALCHEMY_DATABASE_URI": new_database("main", like=migrated_database)})
    app.test_client_class = CheckingClient
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        engine_events.listen(
            engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF")
        )
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(site) -> Iterator[Flask]:
    """Return the application, its tables empty, inside an application context with a session of its own."""
    kept = dict(site.config)
    with site.app_context():
        empty_tables()
        pages._kept.clear()  # ids begin anew, and so would be taken for those of another test
        yield site
        db.session.rollback()
    site.config.clear()
    site.config.update(kept)


@pytest.fixture
def fresh_app(settings, new_database, migrated_database, tmp_path) -> Iterator[Flask]:
    """Return an application with an instance folder and database of its own, as safe as in earnest.

    For tests with several processes: they open the same database by `SQLALCHEMY_DATABASE_URI`.
    """
    address = new_database("fresh", like=migrated_database)
    app = create_app(settings | {"INSTANCE_PATH": str(tmp_path), "SQLALCHEMY_DATABASE_URI": address})
    app.test_client_class = CheckingClient
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def make(app):
    """Return the factories of tests/make.py."""
    return factories


@pytest.fixture
def client(app) -> CheckingClient:
    """Return the browser of a visitor without an account."""
    return app.test_client()


@pytest.fixture
def browser_of(app) -> Callable[[User], CheckingClient]:
    """Return a function that gives the browser of an account, signed in."""

    def open_browser(user: User) -> CheckingClient:
        return sign_in(app.test_client(), user)

    return open_browser


@pytest.fixture
def office(browser_of) -> CheckingClient:
    """Return the browser of a coordinator, signed in; the account is `office.user`."""
    return browser_of(factories.user(role=Role.COORDINATOR, name="Ina Büro", email="buero@example.org"))


@pytest.fixture
def administrator(browser_of) -> CheckingClient:
    """Return the browser of an administrator, signed in."""
    return browser_of(factories.user(role=Role.ADMINISTRATOR, name="Adam Technik", email="technik@example.org"))


@pytest.fixture
def volunteer_client(browser_of) -> CheckingClient:
    """Return the browser of a volunteer, signed in, whose person is in the directory."""
    user = factories.user(role=Role.VOLUNTEER, name="Vera Hilft", email="vera@example.org")
    factories.volunteer(name=user.name, email=user.email, user_id=user.id)
    return browser_of(user)


@pytest.fixture
def club_client(browser_of) -> CheckingClient:
    """Return the browser of somebody who speaks for a club, signed in."""
    user = factories.user(role=Role.CLUB, name="Klaus Verein", email="klaus@example.org")
    factories.person(name=user.name, email=user.email, user_id=user.id, organisation=factories.organisation())
    return browser_of(user)


@pytest.fixture
def count_queries(app):
    """Return a context manager that counts statements, whoever sends them: `with count_queries() as queries:`."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
                seen.append(statement)

        engine_events.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            engine_events.remove(db.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """Run a mail server on a free port."""
    with MailServer() as server:
        yield server


@pytest.fixture
def smtp(app, mail_server) -> MailServer:
    """Run a mail server and let the site send through it."""
    app.config.update(SMTP_HOST="127.0.0.1", SMTP_PORT=mail_server.port, SMTP_SECURITY="none")
    return mail_server


@pytest.fixture(scope="session", autouse=True)
def _own_instance_folder(tmp_path_factory) -> Iterator[None]:
    """Keep whatever reads the environment away from the real instance folder."""
    folder = tmp_path_factory.mktemp("environment")
    os.environ["INSTANCE_PATH"] = str(folder)
    yield
    shutil.rmtree(Path(folder), ignore_errors=True)


@pytest.fixture(scope="session")
def county_rows() -> dict[str, list[dict]]:
    """Keep the rows of the demo county, which takes a while to make."""
    return {}


@pytest.fixture
def full_house(app, county_rows) -> None:
    """Fill the database with the demo county."""
    if not county_rows:
        county.fill_in()
        db.session.commit()
        for table in db.metadata.sorted_tables:
            county_rows[table.name] = [dict(row._mapping) for row in db.session.execute(db.select(table))]
        db.session.commit()
        return
    for table in db.metadata.sorted_tables:
        if county_rows[table.name]:
            db.session.execute(table.insert(), county_rows[table.name])
            _continue_counting(table)
    db.session.commit()


def _continue_counting(table) -> None:
    """Let PostgreSQL's counter go on behind the ids that were given."""
    number = table.columns.get("id")
    if db.engine.dialect.name == "postgresql" and number is not None and isinstance(number.type, db.Integer):
        highest = db.select(db.func.max(table.c.id)).scalar_subquery()
        db.session.execute(db.select(db.func.setval(db.func.pg_get_serial_sequence(table.name, "id"), highest)))
