"""The calendar over HTTP: everybody may read it, who has a token with the scope `act` may change it."""

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import structlog
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import Response

from models.calendar import read_day, read_window
from models.errors import LogRefused
from stream_app.access import tokens
from stream_app.access.file import AccessFile
from stream_app.access.identity import Identity
from stream_app.calendar_file import CalendarFile

PROCESS = Identity("MONITOR_API_TOKEN", frozenset({"act"}))
READ_ONLY = "the calendar is read-only: set MONITOR_ACCESS (access add-token NAME --scope act) or MONITOR_API_TOKEN"
HOW = "give MONITOR_API_TOKEN, or a token of the access file with the scope act, as Authorization: Bearer <token>"

log = structlog.get_logger(__name__)


def add_calendar(api: FastAPI, calendar: CalendarFile, token: str, access: AccessFile | None = None) -> None:
    """`GET /calendar`; `POST /calendar/windows`, `DELETE /calendar/windows/{id}`; `PUT` and `DELETE` of
    `/calendar/closed-days/{day}`.

    Changes take the one token of the setting, or one of the access file with the scope `act`.
    """
    authorised = [Depends(_authorised(token, access))]

    @api.get("/calendar")
    def show() -> Response:
        held = calendar.current
        days = sorted(held.closed_days)
        return _json({"closed_days": days, "windows": held.windows, "problem": calendar.problem})

    @api.post("/calendar/windows", dependencies=authorised)
    async def add(request: Request) -> Response:
        with _refused(422):
            window = read_window(await request.body())
        with _refused(409):
            return _json(calendar.add(window), 201)

    @api.delete("/calendar/windows/{window_id}", dependencies=authorised)
    def remove(window_id: str) -> Response:
        with _refused(409):
            return _gone(calendar.remove(window_id), "there is no such window")

    @api.put("/calendar/closed-days/{day}", dependencies=authorised)
    def close(day: str) -> Response:
        with _refused(422):
            wanted = read_day(day)
        with _refused(409):
            calendar.close(wanted)
        return Response(status_code=204)

    @api.delete("/calendar/closed-days/{day}", dependencies=authorised)
    def reopen(day: str) -> Response:
        with _refused(422):
            wanted = read_day(day)
        with _refused(409):
            return _gone(calendar.reopen(wanted), "the day is not closed")


def _authorised(token: str, access: AccessFile | None) -> Callable[[Request, str], None]:
    """A dependency that lets nobody else through, and logs who changes what."""

    def authorised(request: Request, authorization: Annotated[str, Header()] = "") -> None:
        if not token and access is None:
            raise HTTPException(403, READ_ONLY)
        identity = _holder(authorization, token, access)
        is_allowed = identity is not None and identity.may("act")
        who, outcome = identity.name if identity else "nobody", "allowed" if is_allowed else "refused"
        log.info("audit", who=who, action=f"{request.method} {request.scope['route'].path}", outcome=outcome)
        if identity is None:
            raise HTTPException(401, HOW, {"WWW-Authenticate": "Bearer"})
        if not is_allowed:
            raise HTTPException(403, f"{identity.name} has not the scope act: {HOW}")

    return authorised


@contextmanager
def _refused(status: int) -> Iterator[None]:
    """What is refused in the block gets this status: 422 for what was sent, 409 for a file that cannot be changed."""
    try:
        yield
    except LogRefused as error:
        raise HTTPException(status, str(error)) from error


def _gone(was_there: bool, otherwise: str) -> Response:
    if not was_there:
        raise HTTPException(404, otherwise)
    return Response(status_code=204)


def _holder(authorization: str, token: str, access: AccessFile | None) -> Identity | None:
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return PROCESS
    return tokens.holder(access.refresh(), given, datetime.now(UTC)) if access else None


def _json(body: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
