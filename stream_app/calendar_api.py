"""Change windows over HTTP: everybody may read them, who knows the token may add and remove them."""

import hmac
from typing import Annotated, Any

import msgspec
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import Response

from models.calendar import Window, read_window
from models.errors import LogRefused
from stream_app.calendar_file import CalendarFile


def add_calendar(api: FastAPI, calendar: CalendarFile, token: str) -> None:
    """`GET /calendar`, `POST /calendar/windows`, `DELETE /calendar/windows/{id}`."""

    def authorised(authorization: Annotated[str, Header()] = "") -> None:
        if not token:
            raise HTTPException(403, "the calendar is read-only: set MONITOR_API_TOKEN to change it here")
        if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "give the token of MONITOR_API_TOKEN as Authorization: Bearer <token>")

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


def _window(raw: bytes) -> Window:
    try:
        return read_window(raw)
    except LogRefused as error:
        raise HTTPException(422, str(error)) from error


def _json(body: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
