"""Is silence a fact? Health of the pipeline and readiness of the detectors, from what the stages noted down."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.verdict import ModelIdentity
from stream_app.judging import Judging
from stream_app.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a scenario can do now: `warming`, `ready`, `stale` or `degraded`, and why."""

    state: str
    reason: str
    model: ModelIdentity | None


@dataclass(slots=True)
class Health:
    """Reads the stages; changes nothing but the metrics that say the same."""

    judgings: Mapping[str, Judging]
    refused: Mapping[str, str]  # stem to the reason why its bundle was refused
    stale_seconds: float
    metrics: Metrics
    lag: Callable[[], Mapping[str, int]]  # records not yet read, by topic
    wall: Callable[[], float] = time.time
    started: float = field(default_factory=time.time)

    def report(self) -> dict[str, Any]:
        """The answer of `/readyz`."""
        reason = self.fault()
        scenarios = {stem: self.readiness(stem) for stem in sorted(self.judgings)}
        is_ready = not reason and all(state.state in {"ready", "warming"} for state in scenarios.values())
        self._measure(reason, scenarios)
        return {
            "ready": is_ready,
            "pipeline": {
                "healthy": not reason,
                "reason": reason,
                "watermark": self._watermark() or None,
                "lagRecords": sum(self.lag().values()),
                "sources": self._sources(),
            },
            "scenarios": {stem: _as_json(state) for stem, state in scenarios.items()},
        }

    def fault(self) -> str:
        """Why the pipeline is not to be trusted now; empty while it is."""
        for stem, judging in self.judgings.items():
            silent = self._silent_for(judging)
            if silent > self.stale_seconds:
                return f"no reading positions for {stem} for {silent:.0f} s: is Kafka up, and is intake running?"
            if waiting := judging.detector.watermark.holding_back():
                if self.wall() - self.started > self.stale_seconds and len(waiting) == len(_expected(judging)):
                    return f"no source of {stem} is read to its end: {', '.join(waiting[:3])}"
        return ""

    def readiness(self, stem: str) -> Readiness:
        """One scenario's state."""
        if stem in self.refused:
            return Readiness("degraded", self.refused[stem], None)
        judging = self.judgings[stem]
        if not judging.detector.watermark.value:
            unheard = judging.detector.watermark.holding_back()
            return Readiness("warming", f"waiting for {len(unheard)} source partitions", judging.identity)
        return Readiness("ready", "", judging.identity)

    def _silent_for(self, judging: Judging) -> float:
        """Seconds since the newest report of the source that has been silent longest."""
        seen = judging.last_report.values()
        return self.wall() - min(seen, default=self.started)

    def _watermark(self) -> int:
        return min((judging.detector.watermark.value for judging in self.judgings.values()), default=0)

    def _sources(self) -> list[dict[str, Any]]:
        first = next(iter(self.judgings.values()), None)
        if first is None:
            return []
        progress = first.detector.watermark.sources.items()
        return [{"source": name, "caughtUp": p.caught_up, "seenUntil": p.seen_until or None} for name, p in progress]

    def _measure(self, reason: str, scenarios: Mapping[str, Readiness]) -> None:
        self.metrics.pipeline_healthy.set(0 if reason else 1)
        for stem, state in scenarios.items():
            self.metrics.scenario_ready.labels(stem).set(state.state == "ready")
        for topic, records in self.lag().items():
            self.metrics.lag.labels(topic).set(records)


def _expected(judging: Judging) -> frozenset[str]:
    return judging.detector.watermark.expected


def _as_json(state: Readiness) -> dict[str, Any]:
    model = state.model._asdict() if state.model else None
    return {"state": state.state, "reason": state.reason, "model": model}
