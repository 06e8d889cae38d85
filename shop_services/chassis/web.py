"""The web side of a service: one factory for all five."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from shop_services.chassis.bus import Bus
from shop_services.chassis.live import LiveService
from shop_services.chassis.measure import Measure
from shop_services.chassis.outbox import Relay
from shop_services.chassis.problems import setup_problems
from shop_services.chassis.rows import Database
from shop_services.chassis.threads import Intake, Timekeeper

# SQLite has one writer and the machine few cores: more threads would only wait.
_WEB_THREADS = 8
_SUSTAINED_FAILURES = 30


def create_app(live: LiveService, database: Database, bus: Bus, router: APIRouter) -> FastAPI:
    """The service over HTTP; its threads start and end with the app."""
    relay = Relay(live.service.service, database, bus, live.metrics)
    intake, timekeeper = Intake(live, bus), Timekeeper(live)
    live.on_commit(relay.wake)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _WEB_THREADS
        for thread in (relay, intake, timekeeper):
            thread.start()
        try:
            yield
        finally:
            for thread in (timekeeper, intake, relay):  # the relay last: it publishes what the others left
                await anyio.to_thread.run_sync(thread.stop)
            database.close()

    app = FastAPI(title=live.service.service, version="1", lifespan=lifespan)
    app.state.live = live
    setup_problems(app)
    setup_health(app, relay, intake, timekeeper)
    setup_metrics(app, live)
    app.include_router(router)
    return app


def setup_health(app: FastAPI, relay: Relay, intake: Intake, timekeeper: Timekeeper) -> None:
    """`/healthz` fails when restarting may help, `/readyz` while messages cannot flow."""

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        threads = {"relay": relay.is_alive, "intake": intake.is_alive, "timekeeper": timekeeper.is_alive}
        healthy = all(threads.values()) and relay.failed_in_a_row < _SUSTAINED_FAILURES
        return JSONResponse({"healthy": healthy, "threads": threads}, 200 if healthy else 503)

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        parts = {"reads": intake.is_connected, "publishes": relay.failed_in_a_row == 0}
        ready = all(parts.values())
        return JSONResponse({"ready": ready, **parts}, 200 if ready else 503)


def setup_metrics(app: FastAPI, live: LiveService) -> None:
    """Count every request, and show the counts at `/metrics`."""
    app.add_middleware(Measure, service=live.service.service, metrics=live.metrics)

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(generate_latest(live.metrics.registry), media_type=CONTENT_TYPE_LATEST)
