"""The gateway as a web application."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from shop_services.chassis.measure import Measure
from shop_services.chassis.metrics import ServiceMetrics
from shop_services.chassis.problems import setup_problems
from shop_services.gateway.openapi import merged
from shop_services.gateway.proxy import forward
from shop_services.gateway.upstreams import Upstream

_METHODS = ["GET", "POST", "PUT", "DELETE"]
_CONNECTIONS = 100
# Idle connections are given up long before a service does (`serving`), else a request could meet one just closed.
_IDLE_SECONDS = 5.0
_HEALTH_SECONDS = 1.0


def create_gateway(
    upstreams: Mapping[str, Upstream],
    metrics: ServiceMetrics,
    *,
    patience_seconds: float = 2.0,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """The gateway; `transport` replaces the network in tests."""
    client = httpx.AsyncClient(
        timeout=patience_seconds,
        limits=httpx.Limits(
            max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS, keepalive_expiry=_IDLE_SECONDS
        ),
        transport=transport,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await client.aclose()

    app = FastAPI(title="gateway", lifespan=lifespan, openapi_url=None)
    setup_problems(app)
    app.add_middleware(Measure, service="gateway", metrics=metrics)
    setup_operations(app, metrics, client, upstreams)
    setup_proxy(app, client, upstreams)
    return app


def setup_proxy(app: FastAPI, client: httpx.AsyncClient, upstreams: Mapping[str, Upstream]) -> None:
    """One route a service, so that metrics tell them apart without knowing ids."""

    async def pass_on(request: Request) -> Response:
        return await forward(request, client, upstreams[request.url.path.split("/")[1]])

    for part in upstreams:
        app.add_api_route(f"/{part}", pass_on, methods=_METHODS)
        app.add_api_route(f"/{part}/{{rest:path}}", pass_on, methods=_METHODS)


def setup_operations(
    app: FastAPI, metrics: ServiceMetrics, client: httpx.AsyncClient, upstreams: Mapping[str, Upstream]
) -> None:
    """Health, metrics and the interface of all services in one document."""

    @app.get("/healthz")
    async def healthz() -> dict[str, bool]:
        return {"healthy": True}

    @app.get("/readyz")
    async def readyz() -> Response:
        services = await _readiness(client, upstreams)
        ready = all(services.values())
        return JSONResponse({"ready": ready, "services": services}, 200 if ready else 503)

    @app.get("/metrics")
    def show_metrics() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/openapi.json")
    async def openapi() -> dict[str, Any]:
        return await merged(client, upstreams.values())

    @app.get("/docs")
    async def docs() -> Response:
        return get_swagger_ui_html(openapi_url="/openapi.json", title="The shop")


async def _readiness(client: httpx.AsyncClient, upstreams: Mapping[str, Upstream]) -> dict[str, bool]:
    found = {each.name: each for each in upstreams.values()}
    answers = await asyncio.gather(*(_is_ready(client, each) for each in found.values()))
    return dict(zip(found, answers, strict=True))


async def _is_ready(client: httpx.AsyncClient, upstream: Upstream) -> bool:
    try:
        return (await client.get(f"{upstream.url}/readyz", timeout=_HEALTH_SECONDS)).is_success
    except httpx.HTTPError:
        return False
