"""`/api/anomalies/stream`: every change of an anomaly as it happens, as server-sent events (HTML standard, 9.2)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import msgspec
import structlog
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi.sse import format_sse_event
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from stream_app.console.access import needs
from stream_app.console.anomalies import Filter
from stream_app.console.answers import ANOMALY, refusals
from stream_app.console.following import Change, Following, Reader, TooManyReaders
from stream_app.console.state import Console

HEARTBEAT_SECONDS = 15.0  # proxies end what is silent for a minute
STUCK_SECONDS = 30.0  # a reader that takes nothing for so long is gone
RETRY_MS = 3_000
GAP = "what changed in between is not kept any more: read /api/anomalies again"
FULL = "as many as can be served read the stream: ask again later"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events `anomaly`, and `gap` when it cannot be resumed where it was left.",
        "content": {"text/event-stream": {"itemSchema": {"type": "object", "properties": {"data": ANOMALY}}}},
    }
}

log = structlog.get_logger(__name__)


def create_stream_routes(console: Console) -> APIRouter:
    """The route over one console."""
    routes = APIRouter(tags=["anomalies"], dependencies=[Depends(needs("read"))])

    @routes.get("/api/anomalies/stream", response_class=Response, responses={**DESCRIBED, **refusals(503)})
    async def stream(
        request: Request,
        scenario: Annotated[str | None, Query(max_length=100)] = None,
        last_event_id: Annotated[str | None, Header(max_length=100, description="Where to resume.")] = None,
    ) -> Response:
        """Every revision of an anomaly from now on, or from `Last-Event-ID` on; a reader too slow is let go."""
        door = request.state.door

        def may_go_on() -> bool:
            identity = door.caller(request).identity
            return identity is not None and identity.may("read")

        return EventStream(console.following, Filter(scenario=scenario), last_event_id, may_go_on)

    return routes


class EventStream(Response):
    """The changes that a filter admits, for as long as the other side reads them and may."""

    def __init__(
        self, following: Following, wanted: Filter, last: str | None, may_go_on: Callable[[], bool] = lambda: True
    ) -> None:
        super().__init__()
        self._following = following
        self._wanted = wanted
        self._last = last
        self._may_go_on = may_go_on

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until either side ends it."""
        try:
            with self._following.reading() as reader:
                stream = StreamingResponse(self._events(reader), 200, HEADERS, "text/event-stream")
                await stream(scope, receive, _impatient(send))
        except TooManyReaders:
            await JSONResponse({"detail": FULL}, 503, {"Retry-After": "30"})(scope, receive, send)
        except (TimeoutError, ClientDisconnect):
            log.info("a reader of the stream is gone", stuck_seconds=STUCK_SECONDS)

    async def _events(self, reader: Reader) -> AsyncIterator[bytes]:
        missed = [] if self._last is None else self._following.after(self._last)
        # An event without data is not shown to anybody; it only says where one is.
        yield format_sse_event(id=self._following.newest if not missed else self._last, retry=RETRY_MS)
        if missed is None:
            yield format_sse_event(event="gap", data_str=msgspec.json.encode({"detail": GAP}).decode())
        for change in missed or ():
            if self._admits(change):
                yield self._event(change)
        while not (reader.is_slow and reader.waiting.empty()) and self._may_go_on():
            yield await self._next(reader)

    async def _next(self, reader: Reader) -> bytes:
        """The next change that is wanted, or a heartbeat, which also says how far the reader is."""
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                while not self._admits(change := await reader.waiting.get()):
                    continue
        except TimeoutError:
            return format_sse_event(comment="", id=self._following.newest)
        return self._event(change)

    def _admits(self, change: Change) -> bool:
        return self._wanted.admits(change.anomaly)

    def _event(self, change: Change) -> bytes:
        data = msgspec.json.encode(change.anomaly.event).decode()
        return format_sse_event(event="anomaly", id=self._following.name(change.number), data_str=data)


def _impatient(send: Send) -> Send:
    """A `send` that gives up: TimeoutError."""

    async def send_soon(message: Message) -> None:
        async with asyncio.timeout(STUCK_SECONDS):
            await send(message)

    return send_soon
