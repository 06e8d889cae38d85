"""What a scrape reads off the stages: gauges set when they are asked for, so that they are as true as the answer.

A gauge that only its own stage sets would keep its last value when the stage stands still, or when the scenario has
gone to another worker: two workers would then tell two watermarks of one scenario.
"""

from collections import Counter
from collections.abc import Mapping
from threading import Lock
from typing import get_args

from prometheus_client import Gauge

from models.census import Census
from shop_services.contracts.anomaly import Severity
from stream_app.judging import Judging, label
from stream_app.lineup import Compared, Lineup
from stream_app.metrics import Metrics
from stream_app.seat import Seat

STATES = ("warming", "ready", "stale", "degraded")


class Measuring:
    """Sets the gauges of one worker. It reads the stages from another thread and changes nothing of them."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self._forced: dict[str, int] = {}  # as of the last scrape, by scenario
        self._topics: set[str] = set()  # of which a lag was told
        self.turn = Lock()  # one scrape at a time: the server answers several on threads of their own

    def pipeline(self, is_healthy: bool, lag: Mapping[str, int]) -> None:
        """The pipeline as a whole. A topic that went to other workers has no lag here."""
        self.metrics.pipeline_healthy.set(is_healthy)
        for topic in self._topics - lag.keys():
            self.metrics.lag.remove(topic)
        for topic, records in lag.items():
            self.metrics.lag.labels(topic).set(records)
        self._topics = set(lag)

    def scenario(self, stem: str, state: str, seat: Seat, lineup: Lineup) -> None:
        """One scenario: how ready it is, what its detector holds, who judges."""
        self.metrics.scenario_ready.labels(stem).set(state in {"ready", "stale"})
        for name in STATES:
            self.metrics.detector_state.labels(stem, name).set(state == name)
        if seat.is_ours:
            self._detector(stem, seat.judging)
        else:
            self._forget(stem)
        self._models(stem, lineup)

    def _detector(self, stem: str, judging: Judging) -> None:
        metrics, detector = self.metrics, judging.detector
        found = (detector.decisions.cases.get(entity) for entity in list(detector.findings))
        severities = Counter(case.severity for case in found if case is not None)
        for severity in get_args(Severity):
            metrics.open_anomalies.labels(stem, severity).set(severities[severity])
        metrics.waiting.labels(stem).set(detector.waiting.size)
        self._count_forced(stem, detector.waiting.forced)
        self._entities(stem, judging.census)
        if watermark := detector.watermark.value:
            metrics.watermark.labels(stem).set(watermark / 1000)
            metrics.watermark_delay.labels(stem).set(max(0, judging.clock.now_ms() - watermark) / 1000)

    def _entities(self, stem: str, census: Census | None) -> None:
        _remove(stem, self.metrics.newcomers)
        if census is not None:
            self.metrics.entities.labels(stem, "ready").set(census.ready)
            self.metrics.entities.labels(stem, "warming").set(census.warming)
            for entity, _, left in census.named:
                self.metrics.newcomers.labels(stem, label(entity)).set(left)

    def _count_forced(self, stem: str, forced: int) -> None:
        known = self._forced.get(stem, 0)
        self.metrics.forced.labels(stem).inc(forced - known if forced >= known else forced)
        self._forced[stem] = forced

    def _forget(self, stem: str) -> None:
        metrics = self.metrics
        held = (metrics.open_anomalies, metrics.waiting, metrics.watermark, metrics.watermark_delay)
        curves = (metrics.highest_score, metrics.score, metrics.actual, metrics.expected)
        known = (metrics.entities, metrics.newcomers)
        stored = (metrics.snapshot_at, metrics.snapshot_bytes, metrics.snapshot_seconds)
        _remove(stem, *held, *curves, *known, *stored)

    def _models(self, stem: str, lineup: Lineup) -> None:
        gauges, serving = self.metrics, lineup.serving
        _remove(stem, gauges.model_info, gauges.agreement, gauges.agreement_rows, gauges.agreement_difference)
        for model in (serving, lineup.shadow.model if lineup.shadow else None):
            if model is not None:
                gauges.model_info.labels(stem, model.identity.version, model.identity.stage).set(1)
        gauges.learnt_until.labels(stem).set(serving.learnt_until / 1000)
        if serving.budget_per_week is not None:
            gauges.alert_budget.labels(stem).set(serving.budget_per_week)
        gauges.refit_proposed.labels(stem).set(bool(lineup.drifting.reason))
        self._compare(stem, "shadow", lineup.shadow)
        self._compare(stem, "predecessor", lineup.predecessor)

    def _compare(self, stem: str, role: str, compared: Compared | None) -> None:
        if compared is None:
            return
        names = (stem, role, compared.model.identity.version)
        self.metrics.agreement.labels(*names).set(compared.agreement.share)
        self.metrics.agreement_rows.labels(*names).set(compared.agreement.rows)
        self.metrics.agreement_difference.labels(*names).set(compared.agreement.mean_difference)


def _remove(stem: str, *gauges: Gauge) -> None:
    for gauge in gauges:
        gauge.remove_by_labels({"scenario": stem})
