"""The small server of worker and alerts: health, readiness, metrics. It answers from the start, broker or not."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest


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
