"""Sessions: the cookie holds a random token, the row its hash; a row that has ended opens nothing any more."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Response, session, url_for
from sqlalchemy import delete, select, update

from coordapp.accounts.models import Role, SignIn, SignInLink, SignUpLink, User
from coordapp.accounts.tokens import new_token, token_hash
from coordapp.extensions import count_rows, db, login_manager
from coordapp.shared import clock

TOKEN, SEEN = "_user_id", "seen"  # names of entries in the cookie; the first is where Flask-Login looks
STAFF_IDLE = timedelta(minutes=30)
STAFF_LONGEST = timedelta(hours=12)
OTHERS_LONGEST = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)  # the cookie is not written anew more often
HOMES = {
    Role.VOLUNTEER: "privacy.mine",
    Role.CLUB: "privacy.mine",
    Role.COORDINATOR: "office.start",
    Role.ADMINISTRATOR: "accounts_office.index",
}
LONGEST_PATH = 500

login_manager.session_protection = ""  # off: it ties sessions to an address and a browser, which telephones change


def sign_in_user(user: User) -> None:
    """Begin a new session of a user in this browser; one that was there before ends."""
    token, at = new_token(), clock.now()
    longest = STAFF_LONGEST if user.is_staff else OTHERS_LONGEST
    csrf_token = session.get("csrf_token") if _end_session_here() == user.id else None
    session.clear()
    if csrf_token:  # a form that the same person left open in another tab can still be sent
        session["csrf_token"] = csrf_token
    session.permanent = not user.is_staff
    session[TOKEN], session[SEEN] = token, int(at.timestamp())
    db.session.add(SignIn(user=user, token_hash=token_hash(token), expires_at=at + longest))
    user.last_signed_in_at = at
    db.session.flush()


def sign_out() -> None:
    """End the session of this browser."""
    _end_session_here()
    session.clear()


def end_sign_ins(user: User, *, but_this_one: bool = False) -> None:
    """End all sessions of a user, on request but the one of this browser."""
    statement = update(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
    if but_this_one:
        statement = statement.where(SignIn.token_hash != token_hash(session.get(TOKEN, "")))
    db.session.execute(statement.values(ended_at=clock.now()))


def end_links(user: User) -> None:
    """Make all tokens of a user worthless."""
    db.session.execute(
        update(SignInLink)
        .where(SignInLink.user_id == user.id, SignInLink.used_at.is_(None))
        .values(used_at=clock.now())
    )


@login_manager.user_loader
def load_user(token: str) -> User | None:
    """Return who the browser with this token belongs to: one query, and none for visitors, who have no token."""
    at = clock.now()
    sign_in = db.session.scalars(
        select(SignIn).where(SignIn.token_hash == token_hash(token), SignIn.ended_at.is_(None), SignIn.expires_at > at)
    ).first()
    if sign_in is None or not sign_in.user.is_active:
        return None
    if not sign_in.user.is_staff:
        return sign_in.user
    return sign_in.user if _note_presence(at) else None


def safe_next(path: str | None) -> str:
    """Return a path of this site that somebody may be sent to, or "" for anything that could lead elsewhere."""
    path = path or ""
    is_odd = any(character <= " " or character in "\\\x7f" for character in path)
    if is_odd or len(path) > LONGEST_PATH or not path.startswith("/") or path.startswith("//"):
        return ""
    parts = urlsplit(path)
    return "" if parts.scheme or parts.netloc else path


def home_of(user: User, *, next_path: str = "") -> str:
    """Return where somebody goes after signing in: where they wanted to, else the start page of their role."""
    return safe_next(next_path) or url_for(HOMES[user.role])


def keep_out_of_caches(response: Response) -> Response:
    """Mark an answer that holds a secret, so that no browser, proxy or search engine keeps a copy."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def purge_sign_ins(before: datetime) -> int:
    """Delete sessions and one-time tokens that expired before a moment; return how many."""
    tables = (SignIn, SignInLink, SignUpLink)
    return sum(count_rows(delete(table).where(table.expires_at < before)) for table in tables)


def _note_presence(at: datetime) -> bool:
    """Note in the cookie that a member of staff is there; False when they were away for too long."""
    now = int(at.timestamp())
    away = timedelta(seconds=now - session.setdefault(SEEN, now))
    if away > STAFF_IDLE:
        return False
    if away >= SEEN_EVERY:
        session[SEEN] = now
    return True


def _end_session_here() -> int | None:
    """End the session that the cookie names, if any; return whose it was."""
    token = session.get(TOKEN)
    if not token:
        return None
    sign_in = db.session.scalars(select(SignIn).where(SignIn.token_hash == token_hash(token))).first()
    if sign_in is None:
        return None
    sign_in.ended_at = sign_in.ended_at or clock.now()
    return sign_in.user_id
