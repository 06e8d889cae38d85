"""Which canaries are on their way, which were found, which were missed. Pure: wall time in seconds comes in."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from shop_services.contracts.anomaly import AnomalyDetected
from stream_app.canary.metrics import CanaryMetrics

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Probe:
    """A canary is missed when it is not heard of within `patience` seconds; then it is not waited for any more."""

    metrics: CanaryMetrics
    patience: float
    flying: dict[str, float] = field(default_factory=dict)  # wall time of sending, by the entity's id

    def sent(self, number: int, now: float) -> None:
        """The broker has it."""
        self.flying[str(number)] = now
        self.metrics.sent.inc()

    def unsent(self, reason: str) -> None:
        """The broker has it not: nothing is proven, and nothing is waited for."""
        self.metrics.unsent.inc()
        log.warning("canary not sent", reason=reason)

    def heard(self, anomalies: Iterable[AnomalyDetected], now: float) -> None:
        """What stands on the anomaly topic now; only canaries that are waited for matter, each once."""
        for anomaly in anomalies:
            began = self.flying.pop(anomaly.entity.id, None) if anomaly.synthetic else None
            if began is not None:
                self.metrics.detected.inc()
                self.metrics.seconds.observe(max(now - began, 0.0))
                self.metrics.last.set(now)

    def give_up(self, now: float) -> None:
        """Those that were waited for long enough are missed."""
        for number in [number for number, began in self.flying.items() if now - began > self.patience]:
            del self.flying[number]
            self.metrics.missed.inc()
            log.error("canary missed: the monitor may be blind", canary=number, seconds=self.patience)

    def report(self) -> dict[str, object]:
        """The answer of `/readyz`: it serves, whatever the canaries say."""
        return {"ready": True, "flying": len(self.flying)}
