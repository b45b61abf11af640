import pytest

from coordapp.accounts.models import Role
from coordapp.extensions import db
from tests import make

STRANGER = None
ROLES = (STRANGER, *Role)


@pytest.fixture
def newcomers(full_house, browser_of, client) -> dict:
    """Return a browser for each role, and one for nobody; none of them owns anything in the county."""
    clients = {
        role: browser_of(make.user(role=role, name=f"Neu {role}", email=f"neu-{role}@example.org")) for role in Role
    }
    db.session.commit()
    return clients | {STRANGER: client}
