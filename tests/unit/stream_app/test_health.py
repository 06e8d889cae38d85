"""Whether a worker may be trusted, by what the stages noted down."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry

from models.clock import WallClock
from stream_app.health import Health
from stream_app.metrics import Metrics
from stream_app.sight import Sight

NOW = 1_000.0


def health(lag: Mapping[str, int], started: float) -> Health:
    """Of a worker to which no scenario is assigned."""
    sight = Sight(WallClock(), stale_seconds=10, settle_seconds=30, wall=lambda: NOW)
    return Health({}, {}, 10, Metrics(CollectorRegistry()), lambda: lag, sight, wall=lambda: NOW, started=started)


def test_a_worker_that_only_counts_is_healthy() -> None:
    assert health({"cart-events": 3}, started=NOW - 60).fault() == ""


def test_a_worker_without_any_work_is_not() -> None:
    assert "nothing is assigned" in health({}, started=NOW - 60).fault()


def test_a_worker_that_has_just_started_may_wait_for_work() -> None:
    assert health({}, started=NOW - 1).fault() == ""
