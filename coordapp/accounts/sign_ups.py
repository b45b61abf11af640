"""New accounts: an address that has none gets a link with which its reader makes one."""

from sqlalchemy import select, update

from coordapp.accounts import service
from coordapp.accounts.models import LIFETIMES, LinkPurpose, Role, SignUpLink, User
from coordapp.accounts.tokens import new_token, token_hash
from coordapp.extensions import count_rows, db
from coordapp.shared import clock

LIFETIME = LIFETIMES[LinkPurpose.SIGN_IN]


def new_link(email: str, *, next_path: str = "") -> str:
    """Make a token for an address and return it."""
    token = new_token()
    link = SignUpLink(
        email=email, token_hash=token_hash(token), next_path=next_path, expires_at=clock.now() + LIFETIME
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    return token


def find_link(token: str) -> SignUpLink | None:
    """Return the row of a token, still good or not; look at `is_open`."""
    return db.session.scalars(select(SignUpLink).where(SignUpLink.token_hash == token_hash(token))).first()


def redeem(link: SignUpLink, *, name: str, language: str) -> User | None:
    """Use a token up and return the new account; None when the token is not good, or somebody else was quicker.

    Whose address got an account in the meantime, by a second link, gets that one, unless it may not be entered so.
    """
    if not link.is_open(clock.now()):
        return None
    unused = (SignUpLink.id == link.id, SignUpLink.used_at.is_(None))
    if count_rows(update(SignUpLink).where(*unused).values(used_at=clock.now())) != 1:
        return None
    try:
        return service.create_user(email=link.email, name=name, role=Role.VOLUNTEER, language=language)
    except service.EmailTaken:
        user = service.find_user(link.email)
        return user if user is not None and user.is_active and not user.is_staff else None
