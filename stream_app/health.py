"""Is silence a fact? Health of the pipeline and readiness of the detectors, from what the stages noted down."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.census import Census
from models.verdict import ModelIdentity
from stream_app.calendar_file import CalendarFile
from stream_app.config.watched import ConfigFile
from stream_app.judging import label
from stream_app.lineup import Compared, Lineup
from stream_app.measuring import Measuring
from stream_app.metrics import Metrics
from stream_app.seat import Seat
from stream_app.sight import Sight

DAY_MS = 86_400_000
STUCK_SECONDS = 120.0  # longer than any recovery step or broker timeout that heals by itself


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a scenario can do now: `warming`, `ready`, `stale` or `degraded`, and why."""

    state: str
    reason: str
    model: ModelIdentity | None
    seconds_left: float | None = None  # of event time, until it is known enough; None: not known
    serves: bool = True  # a trained model judges
    census: Census | None = None  # of the entities it judges, while it can: not known enough, or ready


@dataclass(slots=True)
class Health:
    """Reads the stages; changes nothing but the metrics that say the same."""

    seats: Mapping[str, Seat]
    lineups: Mapping[str, Lineup]
    stale_seconds: float
    metrics: Metrics
    lag: Callable[[], Mapping[str, int]]  # records not yet processed, by topic
    sight: Sight
    calendar: CalendarFile
    max_age_days: float = 35.0  # of event time after the newest training day
    wall: Callable[[], float] = time.time
    started: float = field(default_factory=time.time)
    alive_at: float = field(default_factory=time.time)
    config: ConfigFile | None = None
    measuring: Measuring = field(init=False)

    def __post_init__(self) -> None:
        self.measuring = Measuring(self.metrics)

    def report(self) -> dict[str, Any]:
        """The answer of `/readyz`."""
        reason = self.fault()
        scenarios = {stem: self.readiness(stem) for stem in sorted(self.seats)}
        self._measure(reason, scenarios)
        return {
            "ready": not reason and all(state.serves for state in scenarios.values()),
            "pipeline": {
                "healthy": not reason,
                "reason": reason,
                "watermark": self._watermark() or None,
                "lagRecords": sum(self.lag().values()),
                "sources": self._sources(),
            },
            "calendar": {"windows": len(self.calendar.current.windows), "problem": self.calendar.problem},
            "config": {"hash": self.config.hash, "problem": self.config.problem} if self.config else {},
            "scenarios": {stem: _as_json(state, self.lineups[stem]) for stem, state in scenarios.items()},
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
        lineup, seat = self.lineups[stem], self.seats[stem]
        serving = lineup.serving
        if lineup.refusal or not serving.is_model:
            reason = lineup.refusal or "no model serves"
            return Readiness("degraded", reason, serving.identity if serving.scorer else None, serves=serving.is_model)
        if not seat.is_ours:
            return Readiness("warming", "not assigned to this worker", serving.identity)
        watermark = seat.judging.detector.watermark
        if not watermark.value:
            unheard = watermark.holding_back()
            return Readiness("warming", f"waiting for {len(unheard)} source partitions", serving.identity)
        if reason := self._staleness(serving.learnt_until, watermark.value) or lineup.drifting.reason:
            return Readiness("stale", reason, serving.identity)
        warmth, census = seat.judging.warmth, seat.judging.census
        return Readiness(warmth.state, warmth.reason, serving.identity, warmth.seconds_left, census=census)

    def _staleness(self, learnt_until: int, watermark: int) -> str:
        age = (watermark - learnt_until) / DAY_MS
        if not learnt_until or age <= self.max_age_days:
            return ""
        return f"its newest training day is {age:.0f} days ago: refit it (python -m models refit)"

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
        with self.measuring.turn:
            self.measuring.pipeline(not reason, self.lag())
            for stem, state in scenarios.items():
                self.measuring.scenario(stem, state.state, self.seats[stem], self.lineups[stem])
                if (budget := self._budget(stem)) is not None:
                    self.metrics.alert_budget.labels(stem).set(budget)

    def _budget(self, stem: str) -> float | None:
        """What the configuration says in place of the model's own."""
        return self.config.current.of(stem).budget_per_week if self.config else None


def _as_json(state: Readiness, lineup: Lineup) -> dict[str, Any]:
    model = state.model._asdict() if state.model else None
    left = state.seconds_left
    told = {"state": state.state, "reason": state.reason, "secondsLeft": left, "model": model}
    if lineup.shadow is not None:
        told["shadow"] = _shadow(lineup.shadow)
    if state.census is not None:
        told["entities"] = _entities(state.census)
    return told


def _entities(census: Census) -> dict[str, Any]:
    named = [{"entity": label(entity), "reason": reason, "secondsLeft": left} for entity, reason, left in census.named]
    return {"ready": census.ready, "warming": census.warming, "named": named}


def _shadow(shadow: Compared) -> dict[str, Any]:
    held = shadow.agreement
    figures = {"rows": held.rows, "equal": held.equal, "share": held.share, "scoreDifference": held.mean_difference}
    return {"model": shadow.model.identity._asdict(), **figures, "failure": shadow.failure}
