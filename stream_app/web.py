"""A process's own small server: health, readiness, metrics. It answers from the first second on, broker or not."""

import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from stream_app.listening import listen


def create_api(
    report: Callable[[], dict[str, Any]], is_alive: Callable[[], str], registry: CollectorRegistry, part: str = "worker"
) -> FastAPI:
    """`/healthz`, `/readyz` and `/metrics`. `is_alive` gives the reason why not, or nothing."""
    api = FastAPI(title=f"CQ-Shop monitor: {part}", docs_url=None, redoc_url=None)

    @api.get("/healthz")
    def healthz() -> JSONResponse:
        reason = is_alive()
        return JSONResponse({"alive": not reason, "reason": reason}, 503 if reason else 200)

    @api.get("/readyz")
    def readyz() -> JSONResponse:
        answer = report()
        return JSONResponse(answer, 200 if answer["ready"] else 503)

    @api.get("/metrics")
    def metrics() -> Response:
        report()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return api


def start_server(api: FastAPI, host: str, port: int, setting: str = "MONITOR_PORT") -> uvicorn.Server:
    """Serve on a thread of its own, so that health answers while the worker's loop is busy; PortInUse when taken."""
    listener = listen(host, port, setting)
    server = uvicorn.Server(uvicorn.Config(api, log_level="warning", lifespan="off"))
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="health", daemon=True).start()
    return server
