"""Is anybody told? Health and readiness of alerts, and the gauges that say the same."""

from dataclasses import dataclass
from typing import Any

from stream_app.alerting.errors import StoreUnavailable
from stream_app.alerting.following import Progress
from stream_app.alerting.metrics import AlertMetrics
from stream_app.alerting.ports import Time
from stream_app.alerting.routes import Routes
from stream_app.alerting.store.database import Database
from stream_app.alerting.store.feedback import Feedback
from stream_app.alerting.store.ledger import Ledger
from stream_app.alerting.store.outbox import Outbox

STUCK_SECONDS = 120.0  # longer than any timeout of broker or database that heals by itself


@dataclass(slots=True)
class AlertHealth:
    """Reads what the parts noted down and what the store holds; changes nothing but metrics."""

    progress: Progress
    database: Database
    metrics: AlertMetrics
    time: Time
    routes: Routes
    judged_ms: int = 30 * 86_400_000  # so long a verdict counts for precision

    def report(self) -> dict[str, Any]:
        """The answer of `/readyz`."""
        problem, held = self._look()
        now = self.time.now()
        ready = not problem and self.progress.is_ready(now)
        return {
            "ready": ready,
            "reason": problem or self._reason(now),
            "caughtUp": self.progress.is_caught_up,
            "lagRecords": self.progress.lag,
            "endpoints": sorted(self.routes.endpoints),
            **held,
        }

    def dead_reason(self) -> str:
        """Why the process should be restarted; empty while it lives. An outage of the broker alone is no reason."""
        stuck = self.time.now() - self.progress.turned
        return (
            f"the reading loop has not turned for {stuck:.0f} s"
            if self.progress.turned and stuck > STUCK_SECONDS
            else ""
        )

    def _reason(self, now: float) -> str:
        if self.progress.reason or self.progress.is_ready(now):
            return self.progress.reason
        if self.progress.missing:
            return f"waiting for the topic {', '.join(self.progress.missing)}"
        return "still reading the anomalies so far" if not self.progress.is_caught_up else "the broker is silent"

    def _look(self) -> tuple[str, dict[str, Any]]:
        """What is wrong with the store, or what it holds."""
        try:
            with self.database.reading() as connection:
                ledger, outbox = Ledger(connection), Outbox(connection)
                opened, incidents = ledger.open_by_severity(), ledger.by_state()
                given = Feedback(connection).holding(int(self.time.now() * 1000) - self.judged_ms)
                states, oldest, unpublished = outbox.by_state(), outbox.oldest_waiting(), len(outbox.unpublished())
        except StoreUnavailable as error:
            return str(error), {}
        waits = 0.0 if oldest is None else max(0.0, self.time.now() - oldest / 1000)
        self.metrics.tell_open(opened)
        self.metrics.tell_messages(states, waits)
        self.metrics.unpublished.set(unpublished)
        self.metrics.tell_verdicts(given)
        kept = {"incidents": incidents, "incidentsOpen": opened, "messages": states}
        return "", {**kept, "oldestUndeliveredSeconds": round(waits, 1)}
