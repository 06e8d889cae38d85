"""Is the shop all right? One word, one sentence, and what it rests on. Pure."""

from collections import Counter
from enum import StrEnum
from typing import NamedTuple

from stream_app.console.decode import Anomaly
from stream_app.console.feed import FeedState
from stream_app.console.health import WorkerHealth
from stream_app.console.phrases import scenario, span

UNABLE = "The monitor cannot judge"


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


class Blindness(NamedTuple):
    """Why nobody can say."""

    headline: str
    reason: str


def judge(opened: list[Anomaly], worker: WorkerHealth, feed: FeedState) -> Verdict:
    """What is open counts only as long as somebody watches: a blind monitor is worse than an open anomaly."""
    blind = blindness(worker, feed)
    if blind:
        return Verdict(Level.BLIND, blind.headline, f"{blind.reason}. Last known: {_opened(opened)}.")
    if opened:
        return Verdict(_worst(opened), _opened(opened), opened[0].event.summary)
    idle = _idle(worker)
    if idle:
        return Verdict(Level.INFO, "All right as far as is watched", f"Not ready: {', '.join(map(scenario, idle))}.")
    return Verdict(Level.CALM, "All right", "No anomaly is open, and everything is being watched.")


def blindness(worker: WorkerHealth, feed: FeedState) -> Blindness | None:
    """Why what is shown cannot be trusted; None when it can."""
    if not feed.is_fresh:
        return Blindness("This page is stale", _silent(feed.reason or "Kafka does not answer", feed.silent_seconds))
    if feed.missing:
        return Blindness("Nothing to show yet", f"Missing topics: {', '.join(sorted(feed.missing))}")
    if not feed.caught_up:
        return Blindness("One moment", "Still reading the anomalies so far")
    if not worker.answers:
        return Blindness("Nobody watches the shop", _silent(worker.reason, worker.silent_seconds))
    return _unable(worker)


def _unable(worker: WorkerHealth) -> Blindness | None:
    pipeline, detectors = worker.readiness.pipeline, worker.readiness.scenarios
    if not pipeline.healthy:
        return Blindness(UNABLE, f"Its pipeline is not healthy: {pipeline.reason or 'no reason given'}")
    idle = _idle(worker)
    if len(idle) == len(detectors):
        reason = detectors[idle[0]].reason or detectors[idle[0]].state if idle else "the worker names none"
        return Blindness(UNABLE, f"No detector is ready: {reason}")
    return None


def _idle(worker: WorkerHealth) -> list[str]:
    return sorted(stem for stem, detector in worker.readiness.scenarios.items() if detector.state != "ready")


def _silent(reason: str, seconds: float | None) -> str:
    """The reason as a sentence's begin, and for how long there has been no answer."""
    silent = f", silent for {span(seconds)}" if seconds is not None else ""
    return f"{reason[:1].upper()}{reason[1:]}{silent}"


def _worst(opened: list[Anomaly]) -> Level:
    levels = {anomaly.event.severity for anomaly in opened}
    return next((level for level in (Level.CRITICAL, Level.WARNING) if level.value in levels), Level.INFO)


def _opened(opened: list[Anomaly]) -> str:
    if not opened:
        return "no anomaly open"
    counts = Counter(anomaly.event.severity for anomaly in opened)
    parts = [f"{counts[severity]} {severity}" for severity in ("critical", "warning", "info") if counts[severity]]
    return f"{' and '.join(parts)} {'anomaly' if len(opened) == 1 else 'anomalies'} open"
