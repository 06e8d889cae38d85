"""Is silence a fact? Health of the pipeline and readiness of the detectors, from what the stages noted down."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.verdict import ModelIdentity
from stream_app.loading import LoadedModel
from stream_app.metrics import Metrics
from stream_app.seat import Seat
from stream_app.sight import Sight

STUCK_SECONDS = 120.0  # longer than any recovery step or broker timeout that heals by itself


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a scenario can do now: `warming`, `ready`, `stale` or `degraded`, and why."""

    state: str
    reason: str
    model: ModelIdentity | None


@dataclass(slots=True)
class Health:
    """Reads the stages; changes nothing but the metrics that say the same."""

    seats: Mapping[str, Seat]
    models: Mapping[str, LoadedModel]
    stale_seconds: float
    metrics: Metrics
    lag: Callable[[], Mapping[str, int]]  # records not yet processed, by topic
    sight: Sight
    wall: Callable[[], float] = time.time
    started: float = field(default_factory=time.time)
    alive_at: float = field(default_factory=time.time)

    def report(self) -> dict[str, Any]:
        """The answer of `/readyz`."""
        reason = self.fault()
        scenarios = {stem: self.readiness(stem) for stem in sorted(self.seats)}
        self._measure(reason, scenarios)
        return {
            "ready": not reason and all(state.state in {"ready", "warming"} for state in scenarios.values()),
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
        """Why the pipeline is not to be trusted now; empty while it is. Only what this worker judges is looked at."""
        for stem, seat in self.seats.items():
            silent = self._silent_for(seat)
            if seat.is_ours and silent > self.stale_seconds:
                return f"no reading positions for {stem} for {silent:.0f} s: is Kafka up, and does intake run?"
        if not self._has_work() and self._age() > self.stale_seconds:
            return "nothing is assigned to this worker: is Kafka up?"
        return self.sight.reason()

    def dead_reason(self) -> str:
        """Why the process should be restarted; empty while it lives. A broker's outage alone is no reason."""
        stuck = self.wall() - self.alive_at
        return f"the worker's loop has not turned for {stuck:.0f} s" if stuck > STUCK_SECONDS else ""

    def turned(self) -> None:
        """The worker's loop is alive."""
        self.alive_at = self.wall()

    def readiness(self, stem: str) -> Readiness:
        """One scenario's state."""
        loaded, seat = self.models[stem], self.seats[stem]
        if reason := loaded.refusal or seat.judging.broken:
            return Readiness("degraded", reason, None)
        if not seat.is_ours:
            return Readiness("warming", "not assigned to this worker", loaded.identity)
        if not seat.judging.detector.watermark.value:
            unheard = seat.judging.detector.watermark.holding_back()
            return Readiness("warming", f"waiting for {len(unheard)} source partitions", loaded.identity)
        return Readiness("ready", "", loaded.identity)

    def _has_work(self) -> bool:
        """Beside others, a worker may count what they judge."""
        return bool(self.lag()) or any(seat.is_ours for seat in self.seats.values())

    def _age(self) -> float:
        return self.wall() - self.started

    def _silent_for(self, seat: Seat) -> float:
        """Seconds since the newest report of the source that has been silent longest."""
        newest = min(seat.judging.last_report.values(), default=self.started)
        return self.wall() - max(newest, self.started)

    def _watermark(self) -> int:
        ours = [seat.judging.detector.watermark.value for seat in self.seats.values() if seat.is_ours]
        return min(ours, default=0)

    def _sources(self) -> list[dict[str, Any]]:
        ours = next((seat for seat in self.seats.values() if seat.is_ours), None)
        progress = ours.judging.detector.watermark.sources if ours else {}
        return [
            {"source": name, "caughtUp": source.caught_up, "seenUntil": source.seen_until or None}
            for name, source in sorted(progress.items())
        ]

    def _measure(self, reason: str, scenarios: Mapping[str, Readiness]) -> None:
        self.metrics.pipeline_healthy.set(0 if reason else 1)
        for stem, state in scenarios.items():
            self.metrics.scenario_ready.labels(stem).set(state.state == "ready")
            if state.model:
                self.metrics.model_info.labels(stem, state.model.version, state.model.stage).set(1)
        for topic, records in self.lag().items():
            self.metrics.lag.labels(topic).set(records)


def _as_json(state: Readiness) -> dict[str, Any]:
    model = state.model._asdict() if state.model else None
    return {"state": state.state, "reason": state.reason, "model": model}
