"""A recorded evening, and what a replay of a log by the brain of this checkout says."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from models import conformance
from models.recording import Recording
from models.registry import Registry
from models.replay import Replay
from models.scenarios.discovery import scenarios
from models.served import Served, load_served
from shop_services.traffic.casting import chosen
from shop_services.traffic.faults import Faults
from shop_services.traffic.generate import Generation, Wish, write_log

HOURS = 5
START = datetime(2026, 3, 25, 17, tzinfo=UTC)
CAST = "stock_exhaustion:giant_add,price_exploit:shifted_decimal,daily_workload:service_stopped"


def write_evening(path: Path) -> None:
    """An evening with three incidents, and with late, double and wrongly stamped messages."""
    wish = Wish(HOURS / 24, 11, START, chosen(CAST), None, Faults(late=0.03, double=0.05, skew=0.01))
    write_log(Generation.of(wish), path, lambda messages, share: None)


def judges() -> list[Served]:
    """Every scenario as it is shipped, and conformance."""
    return [*load_served(Registry(), scenarios().values()), conformance.judge()]


def revisions(recording: Recording, served: Iterable[Served] | None = None) -> list[dict[str, Any]]:
    """The data of every revision, by all `judges` unless some are given."""
    replay = Replay(judges() if served is None else served)
    return [msgspec.json.decode(event.data) for event in replay.events(recording)]


def ids(anomalies: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Id of every anomaly with what it is about, to read when two differ."""
    return {one["anomalyId"]: f"{one['scenario']} {one['entity']} {one['window']['start']}" for one in anomalies}
