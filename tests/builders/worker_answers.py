"""Builds what a worker answers about itself, and serves it: a stand-in for a process, spoken to over HTTP.

python -m tests.builders.worker_answers --port 8090
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry

from shop_services.contracts.times import milliseconds
from shop_services.contracts.topics import SHOP_TOPICS
from stream_app.calendar_api import add_calendar
from stream_app.calendar_file import CalendarFile
from stream_app.metrics import Metrics

STEMS = ("stock_exhaustion", "price_exploit", "usage_intensity", "daily_workload")


def readiness(watermark: datetime, **changes: Any) -> dict[str, Any]:
    """A `/readyz` of a worker that is well, with the changes asked for in its pipeline."""
    seen = milliseconds(watermark) + 31_000
    names = [f"{topic}/{number}" for topic in SHOP_TOPICS for number in range(4)]
    sources = [{"source": name, "caughtUp": True, "seenUntil": seen} for name in names]
    at = milliseconds(watermark)
    pipeline = {"healthy": True, "reason": "", "watermark": at, "lagRecords": 3, "sources": sources}
    return {
        "ready": True,
        "pipeline": {**pipeline, **changes},
        "scenarios": {stem: {"state": "ready", "reason": "", "model": _model(stem)} for stem in STEMS},
    }


def metrics() -> str:
    """A `/metrics` page with what the console looks at."""
    lag = "".join(f'monitor_consumer_lag_records{{topic="{topic}"}} {n}\n' for n, topic in enumerate(SHOP_TOPICS))
    dead = 'monitor_dead_letters_total{topic="cart-events",reason="not_json"} 2\n'
    return f"# TYPE monitor_consumer_lag_records gauge\n{lag}# TYPE monitor_dead_letters counter\n{dead}"


def create_worker(watermark: datetime | None = None, calendar: Path | None = None, token: str = "") -> FastAPI:
    """The endpoints; without a fixed watermark it is now. The calendar is a real one."""
    app = FastAPI()

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        return JSONResponse(readiness(watermark or datetime.now(UTC)))

    @app.get("/metrics")
    def page() -> PlainTextResponse:
        return PlainTextResponse(metrics())

    add_calendar(app, CalendarFile(calendar, Metrics(CollectorRegistry())), token)
    return app


def _model(stem: str) -> dict[str, str]:
    return {"name": stem, "version": "2026.03.24-1", "sha256": "9f2c" * 16, "stage": "serving"}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--calendar", type=Path)
    parser.add_argument("--token", default="")
    chosen = parser.parse_args()
    app = create_worker(calendar=chosen.calendar, token=chosen.token)
    uvicorn.run(app, host="127.0.0.1", port=chosen.port, log_level="warning")


if __name__ == "__main__":
    main()
