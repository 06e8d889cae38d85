"""Counts requests and times them, by route and never by path: paths hold ids."""

import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shop_services.chassis.metrics import ServiceMetrics

_METHODS = frozenset(("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"))


class Measure:
    """Plain ASGI middleware: no task and no copy a request."""

    def __init__(self, app: ASGIApp, service: str, metrics: ServiceMetrics) -> None:
        self._app = app
        self._service = service
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope.get("route"))
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(self._service, method, route, str(status)).inc()
        self._metrics.request_seconds.labels(self._service, route).observe(seconds)


def _route(route: Any) -> str:
    return getattr(route, "path", "unknown")
