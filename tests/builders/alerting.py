"""Builds routes, and alerting's heart on a database."""

import os
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import create_engine

from models.clock import EventClock
from stream_app.alerting.absorbing import Absorber
from stream_app.alerting.incidents.book import Rules
from stream_app.alerting.incidents.incident import Sighting
from stream_app.alerting.metrics import AlertMetrics
from stream_app.alerting.planning import Planner
from stream_app.alerting.ports import FakeTime
from stream_app.alerting.routes import Routes
from stream_app.alerting.routes_file import parse_routes
from stream_app.alerting.sightings import Read
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.tables import metadata
from tests.builders.incidents import WALL

CONSOLE = "http://console"


def database_url(kind: str, folder: Path) -> str:
    """Of an empty database, `sqlite` or `postgresql`; skips the test when there is no PostgreSQL to test on."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/alerts.db"
    if not (url := os.environ.get("SHOP_TEST_POSTGRES")):
        pytest.skip("set SHOP_TEST_POSTGRES=postgresql+psycopg://USER:PASSWORD@HOST/DATABASE to test on PostgreSQL")
    engine = create_engine(url)
    metadata.drop_all(engine)
    engine.dispose()
    return url


def routes_of(endpoints: dict[str, Any] | None = None, *routes: dict[str, Any]) -> Routes:
    """Routes as a file would give them; without arguments everything goes to `oncall`, in the log."""
    content = {
        "endpoints": endpoints or {"oncall": {"url": "log://"}},
        "routes": list(routes) or [{"endpoints": list(endpoints or {"oncall": None})}],
    }
    return parse_routes(content, {}, "routes.toml")


def absorber_of(database: Database, routes: Routes | None = None, time: FakeTime | None = None) -> Absorber:
    """Alerting's heart on a database, on the clock of the events."""
    metrics = AlertMetrics(CollectorRegistry())
    clock = time or FakeTime(WALL / 1000)
    planner = Planner(routes or routes_of(), CONSOLE)
    return Absorber("anomaly-events", database, planner, Rules(), EventClock(), clock, metrics)


def read(*anomalies: Sighting | None, start: int = 0, partition: int = 0) -> list[Read]:
    """Records of one partition, from an offset on."""
    return [Read(partition, start + number, one) for number, one in enumerate(anomalies)]
