"""API tokens: 256 random bits, of which the access file keeps the SHA-256."""

import hmac
import secrets
from datetime import datetime
from hashlib import sha256

from stream_app.access.document import AccessDocument, Token
from stream_app.access.identity import Identity

PREFIX = "mon_"  # so that scanners for leaked secrets can know it
BYTES = 32


def new_token() -> str:
    """A fresh one, to be shown once."""
    return PREFIX + secrets.token_urlsafe(BYTES)


def digest_of(token: str) -> str:
    """What the access file keeps of it."""
    return sha256(token.encode()).hexdigest()


def holder(document: AccessDocument, token: str, now: datetime) -> Identity | None:
    """Whose token it is; None when it is nobody's or has expired."""
    digest = digest_of(token)
    for name, held in document.tokens.items():
        if hmac.compare_digest(held.sha256, digest):
            return Identity(name, held.scopes) if is_valid(held, now) else None
    return None


def is_valid(token: Token, now: datetime) -> bool:
    """False from its expiry on."""
    return token.expires is None or now < token.expires
