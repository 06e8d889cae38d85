"""Every metric of the worker. Labels are bounded: topics, types, scenarios, services, models; never a user or a
product.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The worker's metrics in one registry; tests pass a fresh one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.events = Counter("monitor_events", "Shop messages read and counted.", ["topic", "type"], registry=registry)
        self.dead_letters = Counter(
            "monitor_dead_letters", "Records that could not be used, by reason.", ["topic", "reason"], registry=registry
        )
        self.skipped = Counter("monitor_skipped", "Records passed over on purpose.", ["reason"], registry=registry)
        self.heartbeat_failures = Counter(
            "monitor_heartbeat_failures",
            "Reports of reading positions that the broker did not take.",
            registry=registry,
        )
        self.batches = Counter("monitor_batches", "Record batches processed.", ["stage"], registry=registry)
        self.lag = Gauge(
            "monitor_consumer_lag_records", "Records on the broker not yet read.", ["topic"], registry=registry
        )
        self.watermark = Gauge(
            "monitor_watermark_seconds",
            "Event time before which nothing more is expected.",
            ["scenario"],
            registry=registry,
        )
        self.watermark_delay = Gauge(
            "monitor_watermark_delay_seconds", "Clock less watermark, in event time.", ["scenario"], registry=registry
        )
        self.score = Gauge(
            "monitor_score",
            "Newest score of a volume entity; 1.0 is the boundary.",
            ["scenario", "entity"],
            registry=registry,
        )
        self.expected = Gauge(
            "monitor_expected_events",
            "Expected events in the newest minute.",
            ["scenario", "entity", "bound"],
            registry=registry,
        )
        self.actual = Gauge(
            "monitor_actual_events", "Events in the newest judged minute.", ["scenario", "entity"], registry=registry
        )
        self.scored = Counter("monitor_scored_rows", "Feature rows scored.", ["scenario"], registry=registry)
        self.verdicts = Counter(
            "monitor_verdicts", "Published revisions of anomalies.", ["scenario", "status"], registry=registry
        )
        self.open_anomalies = Gauge("monitor_open_anomalies", "Anomalies open now.", ["scenario"], registry=registry)
        self.detection_latency = Histogram(
            "monitor_detection_latency_seconds",
            "From the fetch of the newest record of a report to the publication of its verdict.",
            ["scenario"],
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.model_info = Gauge(
            "monitor_model_info", "The model that serves.", ["scenario", "version", "stage"], registry=registry
        )
        self.scenario_ready = Gauge(
            "monitor_scenario_ready", "1 when a scenario judges.", ["scenario"], registry=registry
        )
        self.pipeline_healthy = Gauge(
            "monitor_pipeline_healthy", "1 while reading keeps up, so that silence is a fact.", registry=registry
        )
