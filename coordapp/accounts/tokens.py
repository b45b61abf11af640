"""Secrets that lead into an account: made at random, handed out once, stored as hashes."""

import hashlib
import secrets


def new_token() -> str:
    """Return a random token of 256 bits, fit for an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
