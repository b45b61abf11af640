"""Accounts that speak for organisations."""

from sqlalchemy import delete, select

from coordapp.accounts import service as accounts
from coordapp.accounts.models import Role, User
from coordapp.directory import organisations_mails
from coordapp.directory.models import Organisation, Representative
from coordapp.extensions import db, insert_into


class CannotSpeak(ValueError):
    """Raised when an address belongs to staff or to a closed account."""


def invite(organisation: Organisation, *, name: str, email: str) -> User:
    """Let whoever reads this address speak for an organisation, and tell them by mail, once.

    An account that is there already keeps its name and role; otherwise one is made. Raises CannotSpeak.
    """
    user = accounts.find_user(email) or _open_account(name=name, email=email)
    if user.is_staff or not user.is_active:
        raise CannotSpeak(email)
    if add(organisation, user):
        organisations_mails.representative_added(user, organisation)
    return user


def _open_account(*, name: str, email: str) -> User:
    try:
        return accounts.create_user(email=email, name=name, role=Role.CLUB)
    except accounts.EmailTaken:  # a moment ago, by somebody else
        return db.session.scalars(select(User).where(User.email == email)).one()


def add(organisation: Organisation, user: User) -> bool:
    """Let an account speak for an organisation; return False when it does already."""
    db.session.flush()
    row = {"organisation_id": organisation.id, "user_id": user.id}
    statement = insert_into(Representative).values(row).on_conflict_do_nothing().returning(Representative.user_id)
    return db.session.scalars(statement).one_or_none() is not None


def remove(organisation: Organisation, user: User) -> None:
    """Let an account no longer speak for an organisation; the account stays."""
    db.session.execute(delete(Representative).filter_by(organisation_id=organisation.id, user_id=user.id))


def list_representatives(organisation: Organisation) -> list[User]:
    """List the accounts that speak for an organisation, by name."""
    of_it = select(Representative.user_id).where(Representative.organisation_id == organisation.id)
    return list(db.session.scalars(select(User).where(User.id.in_(of_it)).order_by(User.name, User.id)))


def list_represented(user: User) -> list[Organisation]:
    """List the organisations that an account speaks for, by name."""
    mine = select(Representative.organisation_id).where(Representative.user_id == user.id)
    query = select(Organisation).where(Organisation.id.in_(mine))
    return list(db.session.scalars(query.order_by(Organisation.search_text, Organisation.id)))


def find_represented(user: User, organisation_id: int) -> Organisation | None:
    """Return an organisation if the account speaks for it."""
    row = db.session.get(Representative, (organisation_id, user.id))
    return row.organisation if row is not None else None
