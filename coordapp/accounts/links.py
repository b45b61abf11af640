"""One-time tokens: mailed to volunteers and clubs to sign in, and to staff to set up their account."""

from datetime import timedelta

from sqlalchemy import select, update

from coordapp.accounts import limits, mails, sign_ins, sign_ups
from coordapp.accounts.models import LIFETIMES, LinkPurpose, SignInLink, User
from coordapp.accounts.service import find_user
from coordapp.accounts.tokens import new_token, token_hash
from coordapp.extensions import count_rows, db
from coordapp.shared import clock, languages

MAILS, MAILS_WINDOW = 3, timedelta(minutes=15)  # to one address
MAILS_OF_NETWORK = 60  # asked for from one network address


def new_link(user: User, purpose: LinkPurpose, *, next_path: str = "") -> str:
    """Make a token for a user and return it; a new set-up token makes the older ones worthless."""
    if purpose is LinkPurpose.SET_UP:
        sign_ins.end_links(user)
    token = new_token()
    expires_at = clock.now() + LIFETIMES[purpose]
    db.session.add(
        SignInLink(
            user_id=user.id, purpose=purpose, token_hash=token_hash(token), next_path=next_path, expires_at=expires_at
        )
    )
    db.session.flush()
    return token


def find_link(token: str, purpose: LinkPurpose) -> SignInLink | None:
    """Return the row of a token, still good or not; look at `is_open`."""
    return db.session.scalars(
        select(SignInLink).where(SignInLink.token_hash == token_hash(token), SignInLink.purpose == purpose)
    ).first()


def redeem(link: SignInLink) -> bool:
    """Use a token up; False when it is not good, or somebody else was quicker."""
    if not link.is_open(clock.now()):
        return False
    used = count_rows(
        update(SignInLink).where(SignInLink.id == link.id, SignInLink.used_at.is_(None)).values(used_at=clock.now())
    )
    return used == 1


def mail_sign_in_link(email: str, *, next_path: str = "") -> None:
    """Write one mail to an address, whoever it belongs to: only who reads it learns whether there is an account.

    Who has an account gets a sign-in link, who has none a link to make one.
    """
    tries = [("link", email, MAILS), ("link-network", limits.network(), MAILS_OF_NETWORK)]
    if not limits.hit_all(tries, window=MAILS_WINDOW):
        return
    user = find_user(email)
    if user is None:
        mails.sign_up_link(email, sign_ups.new_link(email, next_path=next_path), language=languages.current())
    elif not user.is_active:
        mails.closed_account(user)
    elif user.is_staff:
        mails.staff_sign_in(user)
    else:
        mails.sign_in_link(user, new_link(user, LinkPurpose.SIGN_IN, next_path=next_path))


def mail_set_up_link(user: User) -> None:
    """Mail a member of staff the link to choose a password and tie the app that shows codes."""
    mails.set_up_link(user, new_link(user, LinkPurpose.SET_UP))
