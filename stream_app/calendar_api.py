"""Change windows over HTTP: everybody may read them, who has a token with the scope `act` may add and remove them."""

import hmac
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import structlog
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import Response

from models.calendar import Window, read_window
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
    """`GET /calendar`, `POST /calendar/windows`, `DELETE /calendar/windows/{id}`.

    Changes take the one token of the setting, or one of the access file with the scope `act`.
    """

    def authorised(request: Request, authorization: Annotated[str, Header()] = "") -> None:
        if not token and access is None:
            raise HTTPException(403, READ_ONLY)
        identity = _holder(authorization, token, access)
        is_allowed = identity is not None and identity.may("act")
        who, outcome = identity.name if identity else "nobody", "allowed" if is_allowed else "refused"
        log.info("audit", who=who, action=f"{request.method} change window", outcome=outcome)
        if identity is None:
            raise HTTPException(401, HOW, {"WWW-Authenticate": "Bearer"})
        if not is_allowed:
            raise HTTPException(403, f"{identity.name} has not the scope act: {HOW}")

    @api.get("/calendar")
    def show() -> Response:
        held = calendar.current
        days = sorted(held.closed_days)
        return _json({"closed_days": days, "windows": held.windows, "problem": calendar.problem})

    @api.post("/calendar/windows", dependencies=[Depends(authorised)])
    async def add(request: Request) -> Response:
        window = _window(await request.body())
        try:
            return _json(calendar.add(window), 201)
        except LogRefused as error:
            raise HTTPException(409, str(error)) from error

    @api.delete("/calendar/windows/{window_id}", dependencies=[Depends(authorised)])
    def remove(window_id: str) -> Response:
        try:
            if not calendar.remove(window_id):
                raise HTTPException(404, "there is no such window")
        except LogRefused as error:
            raise HTTPException(409, str(error)) from error
        return Response(status_code=204)


def _holder(authorization: str, token: str, access: AccessFile | None) -> Identity | None:
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return PROCESS
    return tokens.holder(access.refresh(), given, datetime.now(UTC)) if access else None


def _window(raw: bytes) -> Window:
    try:
        return read_window(raw)
    except LogRefused as error:
        raise HTTPException(422, str(error)) from error


def _json(body: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
