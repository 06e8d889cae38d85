"""Health and metrics of a recorder that follows: whether all that is written gets recorded."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import prometheus_client
from prometheus_client import CollectorRegistry

from stream_app.recording.metrics import RecorderMetrics
from stream_app.recording.run import Recorder
from stream_app.settings import Settings
from stream_app.web import create_api, start_server

STUCK_SECONDS = 120.0  # longer than any call to the broker may take


@dataclass(slots=True)
class RecorderHealth:
    """Looks at a recorder from another thread."""

    recorder: Recorder
    metrics: RecorderMetrics
    _told: Counter[str] = field(default_factory=Counter)

    def report(self) -> dict[str, Any]:
        """Ready once all there was is recorded, while Kafka answers; brings the metrics up to date."""
        recorder, outcomes = self.recorder, self.recorder.lines.tally.outcomes()
        for outcome, count in outcomes.items():
            self.metrics.records.labels(outcome).inc(count - self._told[outcome])
        self._told = Counter(outcomes)
        self.metrics.complete.set(recorder.complete)
        reason = recorder.trouble or ("" if recorder.complete else "what stands in Kafka is still being recorded")
        return {"ready": not reason, "reason": reason, "records": outcomes, "completeAsOf": recorder.complete}

    def dead_reason(self) -> str:
        """Why the process should be restarted; empty while it lives."""
        stuck = time.monotonic() - self.recorder.turned
        return f"the recorder has not turned for {stuck:.0f} s" if stuck > STUCK_SECONDS else ""


def serve_health(recorder: Recorder, settings: Settings) -> None:
    """Answer on a thread of its own; PortInUse."""
    prometheus_client.disable_created_metrics()
    health = RecorderHealth(recorder, RecorderMetrics(CollectorRegistry()))
    api = create_api(health.report, health.dead_reason, health.metrics.registry, "recorder")
    start_server(api, settings.host, settings.recorder_port, "MONITOR_RECORDER_PORT")
