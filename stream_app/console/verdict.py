"""Is the shop all right? One word, one sentence, and what it rests on. Pure."""

from collections import Counter
from enum import StrEnum
from typing import NamedTuple

from stream_app.console.decode import Anomaly
from stream_app.console.feed import FeedState
from stream_app.console.health import WorkerHealth
from stream_app.console.phrases import scenario, span


class Level(StrEnum):
    """From calm to alarm; `blind` means nobody can say."""

    CALM = "calm"
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
    BLIND = "blind"


class Verdict(NamedTuple):
    """The answer at the top of every page."""

    level: Level
    headline: str
    detail: str = ""


def judge(opened: list[Anomaly], worker: WorkerHealth, feed: FeedState) -> Verdict:
    """What is open counts only as long as somebody watches: a blind monitor is worse than an open anomaly."""
    blind = blindness(worker, feed)
    if blind:
        return Verdict(Level.BLIND, "Nobody can say", f"{blind}. Last known: {_opened(opened).lower()}.")
    if opened:
        return Verdict(_worst(opened), _opened(opened), opened[0].event.summary)
    idle = _idle(worker)
    if idle:
        return Verdict(Level.INFO, "All right as far as is watched", f"Not ready: {', '.join(map(scenario, idle))}.")
    return Verdict(Level.CALM, "All right", "No anomaly is open, and everything is being watched.")


def blindness(worker: WorkerHealth, feed: FeedState) -> str:
    """Why what is shown cannot be trusted; empty when it can."""
    if not feed.is_fresh:
        return f"{feed.reason or 'Kafka does not answer'}{_since(feed.silent_seconds)}"
    if feed.missing:
        return f"Topic {' and '.join(sorted(feed.missing))} does not exist yet"
    if not feed.caught_up:
        return "Still reading the anomalies so far"
    if not worker.answers:
        return f"{worker.reason or 'the worker does not answer'}{_since(worker.silent_seconds)}"
    return _unwatched(worker)


def _unwatched(worker: WorkerHealth) -> str:
    pipeline, detectors = worker.readiness.pipeline, worker.readiness.scenarios
    if not pipeline.healthy:
        return f"The pipeline is not healthy: {pipeline.reason or 'no reason given'}"
    idle = _idle(worker)
    if idle and len(idle) == len(detectors):
        return f"No detector is ready: {detectors[idle[0]].reason or detectors[idle[0]].state}"
    return ""


def _idle(worker: WorkerHealth) -> list[str]:
    return sorted(stem for stem, detector in worker.readiness.scenarios.items() if detector.state != "ready")


def _since(seconds: float | None) -> str:
    return f", silent for {span(seconds)}" if seconds is not None else ""


def _worst(opened: list[Anomaly]) -> Level:
    levels = {anomaly.event.severity for anomaly in opened}
    return next((level for level in (Level.CRITICAL, Level.WARNING) if level.value in levels), Level.INFO)


def _opened(opened: list[Anomaly]) -> str:
    if not opened:
        return "No anomaly open"
    counts = Counter(anomaly.event.severity for anomaly in opened)
    parts = [f"{counts[severity]} {severity}" for severity in ("critical", "warning", "info") if counts[severity]]
    return f"{' and '.join(parts)} {'anomaly' if len(opened) == 1 else 'anomalies'} open"
