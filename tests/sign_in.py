"""Sign a test client in through the rows that the site itself keeps."""

from datetime import timedelta

from coordapp.accounts.models import SignIn, User
from coordapp.accounts.sign_ins import SEEN, TOKEN
from coordapp.accounts.tokens import new_token, token_hash
from coordapp.extensions import db
from coordapp.shared import clock
from tests.pages import CheckingClient


def sign_in(client: CheckingClient, user: User) -> CheckingClient:
    """Sign an account in; it is then `client.user`."""
    token, at = new_token(), clock.now()
    db.session.add(SignIn(user=user, token_hash=token_hash(token), expires_at=at + timedelta(hours=12)))
    db.session.commit()
    with client.session_transaction() as session:
        session[TOKEN], session[SEEN] = token, int(at.timestamp())
    client.user = user
    return client
