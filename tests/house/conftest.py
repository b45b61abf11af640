import pytest

from coordapp.accounts.models import Role
from coordapp.demo import county
from coordapp.extensions import db
from tests import make

STRANGER = None
ROLES = (STRANGER, *Role)


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
    if db.engine.dialect.name == "postgresql" and table.columns.get("id") is not None:
        highest = db.select(db.func.max(table.c.id)).scalar_subquery()
        db.session.execute(db.select(db.func.setval(db.func.pg_get_serial_sequence(table.name, "id"), highest)))


@pytest.fixture
def newcomers(full_house, browser_of, client) -> dict:
    """Return a browser for each role, and one for nobody; none of them owns anything in the county."""
    clients = {
        role: browser_of(make.user(role=role, name=f"Neu {role}", email=f"neu-{role}@example.org")) for role in Role
    }
    db.session.commit()
    return clients | {STRANGER: client}
