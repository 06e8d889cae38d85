"""The one sentence on top: anomalies count only while somebody watches."""

import time
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from stream_app.console.anomalies import AnomalyList
from stream_app.console.decode import Anomaly
from stream_app.console.feed import FeedState
from stream_app.console.health import Readiness, WorkerHealth
from stream_app.console.verdict import Level, judge
from tests.builders.anomalies import EVENING, anomaly_data, decoded
from tests.builders.worker_answers import STEMS, readiness


def well() -> tuple[WorkerHealth, FeedState]:
    answer = msgspec.convert(readiness(EVENING), Readiness)
    now = time.monotonic()
    return WorkerHealth(answer, heard=now, reason=""), FeedState(heard=now, reason="", caught_up=True)


def opened(*severities: str) -> list[Anomaly]:
    anomalies = AnomalyList()
    for n, severity in enumerate(severities):
        data = anomaly_data(anomaly_id=str(n), severity=severity, start=EVENING - timedelta(minutes=n))
        anomalies.put(decoded(data))
    return anomalies.open()


def test_all_is_well_only_when_nothing_is_open_and_everything_watches() -> None:
    assert judge([], *well())[:2] == (Level.CALM, "All right")


def test_the_worst_open_anomaly_gives_the_tone() -> None:
    verdict = judge(opened("critical", "warning", "warning"), *well())

    assert verdict.level is Level.CRITICAL
    assert verdict.headline == "1 critical and 2 warning anomalies open"


def test_a_detector_that_is_not_ready_is_named() -> None:
    worker, feed = well()
    answer = readiness(EVENING)
    answer["scenarios"]["price_exploit"]["state"] = "warming"
    worker.readiness = msgspec.convert(answer, Readiness)

    verdict = judge([], worker, feed)

    assert verdict.level is Level.INFO
    assert "Price exploit" in verdict.detail


def silent_worker(worker: WorkerHealth, feed: FeedState) -> None:
    worker.reason = "the worker does not answer"


def hung_worker(worker: WorkerHealth, feed: FeedState) -> None:
    worker.heard -= 60


def stale_feed(worker: WorkerHealth, feed: FeedState) -> None:
    feed.heard -= 60


def missing_topic(worker: WorkerHealth, feed: FeedState) -> None:
    feed.missing = ("anomaly-events",)


def still_reading(worker: WorkerHealth, feed: FeedState) -> None:
    feed.caught_up = False


def sick_pipeline(worker: WorkerHealth, feed: FeedState) -> None:
    worker.readiness = msgspec.convert(readiness(EVENING, healthy=False, reason="no positions"), Readiness)


def no_detector(worker: WorkerHealth, feed: FeedState) -> None:
    answer = readiness(EVENING)
    for stem in STEMS:
        answer["scenarios"][stem]["state"] = "degraded"
    worker.readiness = msgspec.convert(answer, Readiness)


@pytest.mark.parametrize(
    "trouble",
    [silent_worker, hung_worker, stale_feed, missing_topic, still_reading, sick_pipeline, no_detector],
)
def test_without_sight_nothing_is_called_all_right(trouble: Callable[[WorkerHealth, FeedState], None]) -> None:
    worker, feed = well()
    trouble(worker, feed)

    assert judge([], worker, feed).level is Level.BLIND
    assert "1 critical anomaly open" in judge(opened("critical"), worker, feed).detail
