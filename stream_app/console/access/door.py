"""Who is asking? From a token, from the signed cookie, or from being on this machine."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, NamedTuple

from starlette.requests import HTTPConnection

from stream_app.access import tokens
from stream_app.access.file import AccessFile
from stream_app.access.identity import Identity, Scope
from stream_app.console.access.sessions import COOKIE, Sessions, load_key
from stream_app.console.access.trail import Trail
from stream_app.console.metrics import ConsoleMetrics
from stream_app.errors import BadSetting, MonitorError

ANYONE = Identity("anyone", frozenset({"read"}))
REMEDY = "python -m stream_app access add-person NAME --scope act, with MONITOR_ACCESS set to the access file"
BEARER = "bearer "


class AccessDenied(MonitorError):
    """It is not known who asks, or they may not; the text says what is missing. `status` is 401 or 403."""

    def __init__(self, status: Literal[401, 403], text: str) -> None:
        super().__init__(text)
        self.status = status


class Caller(NamedTuple):
    """Who asks, and by what they are known: only a cookie is sent by a browser unasked."""

    identity: Identity | None
    by: Literal["token", "cookie", "nothing"]


@dataclass(frozen=True, slots=True)
class Door:
    """Knows people and tokens. Without an access file everybody on this machine may read, and nobody may act."""

    file: AccessFile | None
    sessions: Sessions
    metrics: ConsoleMetrics
    trail: Trail
    wall: Callable[[], float] = time.time

    @property
    def is_open(self) -> bool:
        """True without an access file."""
        return self.file is None

    def caller(self, connection: HTTPConnection) -> Caller:
        """Who asks. A token goes before a cookie; a wrong token is nobody, whatever the cookie says."""
        if self.file is None:
            return Caller(ANYONE, "nothing")
        document = self.file.refresh()
        header = connection.headers.get("authorization", "")
        if header[: len(BEARER)].lower() == BEARER:
            now = datetime.fromtimestamp(self.wall(), UTC)
            return Caller(tokens.holder(document, header[len(BEARER) :].strip(), now), "token")
        if cookie := connection.cookies.get(COOKIE):
            return Caller(self.sessions.identity(document, cookie), "cookie")
        return Caller(None, "nothing")

    def require(self, identity: Identity | None, scope: Scope) -> Identity:
        """The identity when it may; raises AccessDenied with what to do."""
        if identity is None:
            raise AccessDenied(401, "sign in at /sign-in, or give an API token as Authorization: Bearer <token>")
        if identity.may(scope):
            return identity
        if self.is_open:
            raise AccessDenied(403, f"there is no access file, so nobody may {scope}: {REMEDY}")
        raise AccessDenied(403, f"{identity.name} has not the scope {scope}: {REMEDY.replace('act', scope, 1)}")


def check_reachable(host: str, access: Path | None) -> None:
    """Refuse to show the shop's figures to a whole network unasked; raises BadSetting with the remedy."""
    if access is None and not is_loopback(host):
        raise BadSetting(
            f"MONITOR_HOST={host} is open to others, and without an access file all of them may read: {REMEDY}"
        )


def is_loopback(host: str) -> bool:
    """True for an address only this machine reaches.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def open_door(access: Path | None, state: Path, metrics: ConsoleMetrics, trail: Trail) -> Door:
    """The door of this access file; raises AccessRefused, or BadSetting when the key cannot be kept."""
    file = AccessFile.open(access) if access else None
    return Door(file, Sessions(load_key(state)) if file else Sessions(b"unused: nobody signs in"), metrics, trail)
