"""Passwords: kept as Argon2id digests (RFC 9106) with the parameters its library recommends."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from stream_app.access.document import AccessDocument
from stream_app.access.identity import Identity

LEAST = 10  # characters of a password
MOST = 1_000  # a longer one is refused unread


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def digest_of(password: str) -> str:
    """What the access file keeps; about 50 ms and 64 MB of memory, by design."""
    return _hasher().hash(password)


def sign_in(document: AccessDocument, name: str, password: str) -> Identity | None:
    """The person of this name and password, else None. Takes as long for a name that is unknown. Blocking."""
    person = document.people.get(name)
    held = person.password.get_secret_value() if person else _nobody()
    is_right = len(password) <= MOST and _verifies(held, password)
    return Identity(name, person.scopes) if person and is_right else None


def _verifies(digest: str, password: str) -> bool:
    try:
        return _hasher().verify(digest, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A digest that no password is checked against in earnest: it only takes the time."""
    return digest_of("nobody's")
