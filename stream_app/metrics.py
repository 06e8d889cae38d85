"""Every metric of the worker.

Labels are bounded: topics, message types, scenarios, services, model versions; never a user or a product.
"""

from collections.abc import Iterable
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from models.columns import kinds
from models.decode import Reason
from shop_services.contracts.anomaly import Status
from shop_services.contracts.topics import SHOP_TOPICS, topic_of
from stream_app.topics import aggregates_topic

POISON = "poison"  # a record on which a stage fails
LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds


class Metrics:
    """The worker's metrics in one registry; tests pass a fresh one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        ProcessCollector(registry=registry)
        self._measure_counting()
        self._measure_judging()
        self._measure_models()
        self._measure_curves()
        self._measure_conformance()
        self._measure_health()
        self._measure_calendar()
        self._measure_config()
        self._name_shop()

    def name_scenarios(self, stems: Iterable[str]) -> None:
        """Counters of these scenarios exist from the start, so that a rule sees their first increase."""
        for stem in stems:
            for status in get_args(Status):
                self.verdicts.labels(stem, status)
                self.dry_verdicts.labels(stem, status)
            for result in ("loaded", "refused", "rolled_back", "shadow_refused"):
                self.model_changes.labels(stem, result)
            for reason in ("undecodable", POISON):
                self.dead_letters.labels(aggregates_topic(stem), reason)
            self.lost.labels(aggregates_topic(stem))
            for each in (self.scored, self.forced, self.highest_score, self.detection_latency, self.judging_seconds):
                each.labels(stem)

    def _name_shop(self) -> None:
        for kind in kinds():
            self.events.labels(topic_of(kind), kind.name)
        for topic in SHOP_TOPICS:
            self.lost.labels(topic)
            for reason in (*get_args(Reason), POISON):
                self.dead_letters.labels(topic, reason)

    def _measure_counting(self) -> None:
        self.events = self._counter("events", "Shop messages read and counted.", "topic", "type")
        self.dead_letters = self._counter("dead_letters", "Records that could not be used.", "topic", "reason")
        self.skipped = self._counter("skipped", "Records passed over on purpose.", "reason")
        self.batches = self._counter("batches", "Record batches processed.", "stage")
        self.lost = self._counter("lost_records", "Records that were gone before they could be read.", "topic")
        self.other_logs = self._counter("log_changes", "Topics found created anew, by partition.", "scenario", "topic")
        self.lag = self._gauge("consumer_lag_records", "Records on the broker not yet processed.", "topic")

    def _measure_judging(self) -> None:
        self.scored = self._counter("scored_rows", "Feature rows scored.", "scenario")
        self.verdicts = self._counter("verdicts", "Published revisions of anomalies.", "scenario", "status")
        self.dry_verdicts = self._counter("dry_run_verdicts", "The same of detectors on trial.", "scenario", "status")
        self.waiting = self._gauge("waiting_facts", "Facts that wait until other sources are read so far.", "scenario")
        self.forced = self._counter("forced_facts", "Facts judged early because too many waited.", "scenario")
        self.open_anomalies = self._gauge("open_anomalies", "Anomalies open now.", "scenario", "severity")
        self.snapshot_at = self._gauge("snapshot_timestamp_seconds", "When the state was last stored.", "scenario")
        self.snapshot_bytes = self._gauge("snapshot_bytes", "Size of the newest stored state.", "scenario")
        self.snapshot_seconds = self._gauge("snapshot_seconds", "How long it took to make.", "scenario")
        self.model_info = self._gauge("model_info", "The model that serves.", "scenario", "version", "stage")
        self.alert_budget = self._gauge(
            "alert_budget_per_week", "False anomalies the threshold was chosen for.", "scenario"
        )
        told = "From the fetch of a report to the publication of its verdict."
        self.detection_latency = self._seconds("detection_latency_seconds", told, "scenario")
        self.judging_seconds = self._seconds("judging_seconds", "From the fetch of reports until judged.", "scenario")

    def _measure_models(self) -> None:
        self.model_changes = self._counter(
            "model_reloads", "Other versions: loaded, refused, or rolled_back.", "scenario", "result"
        )
        self.refit_proposed = self._gauge(
            "refit_proposed", "1 while what the model sees has drifted from what was usual.", "scenario"
        )
        told = "Event time of the newest day the serving model learnt from; 0 for a rule."
        self.learnt_until = self._gauge("model_learnt_until_timestamp_seconds", told, "scenario")
        self.agreement = self._gauge(
            "agreement_ratio", "Share of rows with the serving model's verdict.", "scenario", "role", "version"
        )
        self.agreement_rows = self._gauge(
            "agreement_rows", "Rows scored by another model as well.", "scenario", "role", "version"
        )
        self.agreement_difference = self._gauge(
            "agreement_score_difference", "Mean absolute difference of scores.", "scenario", "role", "version"
        )

    def _measure_curves(self) -> None:
        told = "Highest score of the rows judged last, announced times too; 1.0 is the boundary."
        self.highest_score = self._gauge("highest_score", told, "scenario")
        self.score = self._gauge("score", "Newest score of a volume entity; 1.0 is the boundary.", "scenario", "entity")
        self.actual = self._gauge("actual_events", "Events in the newest judged minute.", "scenario", "entity")
        self.expected = self._gauge(
            "expected_events", "Expected events in the newest judged minute.", "scenario", "entity", "bound"
        )

    def _measure_conformance(self) -> None:
        self.overdue = self._counter("conformance_overdue", "Commands not answered in their usual time.", "pair")
        self.answered_late = self._counter("conformance_late", "Of those, answered after all.", "pair")
        self.ambiguous = self._counter("conformance_ambiguous", "Answers several commands could claim.", "pair")
        self.linked = self._gauge("conformance_linked", "1 while answers are seen and judged.", "pair")
        self.unanswered_share = self._gauge("conformance_unanswered_share", "Usual share without answer.", "pair")
        self.answer_seconds = self._gauge("conformance_seconds", "From command to answer.", "pair", "quantile")
        self.conformance_open = self._gauge("conformance_open", "Commands that wait for their answer.")
        self.conformance_dropped = self._gauge("conformance_dropped", "Commands and answers beyond the bounds.")

    def _measure_health(self) -> None:
        self.watermark = self._gauge("watermark_timestamp_seconds", "Event time before which all is known.", "scenario")
        self.watermark_delay = self._gauge("watermark_delay_seconds", "Clock less watermark.", "scenario")
        self.heartbeat_failures = self._counter("heartbeat_failures", "Reading positions the broker did not take.")
        self.scenario_ready = self._gauge("scenario_ready", "1 when a scenario is judged.", "scenario")
        self.detector_state = self._gauge("detector_state", "1 for the state a detector is in.", "scenario", "state")
        self.entities = self._gauge("entities", "Entities heard of: ready, or not known enough.", "scenario", "state")
        told = "Event time until enough is known of a new service or message type."
        self.newcomers = self._gauge("newcomer_seconds", told, "scenario", "entity")
        self.pipeline_healthy = self._gauge("pipeline_healthy", "1 while silence is known to be silence.")

    def _measure_calendar(self) -> None:
        self.calendar_windows = self._gauge("calendar_windows", "Windows in the calendar.")
        self.calendar_changes = self._counter("calendar_reloads", "Calendars read: loaded, or refused.", "result")

    def _measure_config(self) -> None:
        self.config_failures = self._counter("config_reload_failures", "Configurations that were refused.")
        self.config_info = self._gauge("config_info", "The configuration that serves, by its hash.", "hash")
        self.config_loaded = self._gauge("config_loaded_timestamp_seconds", "Wall time at which it was taken.")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"monitor_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"monitor_{name}", text, labels, registry=self.registry)

    def _seconds(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(f"monitor_{name}", text, labels, buckets=LATENCY_BUCKETS, registry=self.registry)
