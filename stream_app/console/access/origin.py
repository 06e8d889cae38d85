"""Did our own page ask? A browser sends the cookie along with whatever page asks, and says which one does."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def is_ours(connection: HTTPConnection) -> bool:
    """True when the page that asks was served from this address; a browser names it with all that changes something."""
    origin = connection.headers.get("origin", "")
    host = connection.headers.get("host", "")
    return bool(host) and urlsplit(origin).netloc.lower() == host.lower()


def is_foreign(connection: HTTPConnection) -> bool:
    """True when a browser says that another page asks; programs, which say nothing, are not meant."""
    return "origin" in connection.headers and not is_ours(connection)
