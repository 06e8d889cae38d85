"""Every metric of the canary process. `monitor_canary_last_detected_timestamp_seconds` is the dead man's switch."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60)  # seconds


class CanaryMetrics:
    """What became of the canaries."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.sent = Counter("monitor_canary_sent", "Canaries the broker took.", registry=registry)
        self.unsent = Counter("monitor_canary_unsent", "Canaries the broker did not take.", registry=registry)
        self.detected = Counter("monitor_canary_detected", "Canaries found in time.", registry=registry)
        self.missed = Counter("monitor_canary_missed", "Canaries not found in time.", registry=registry)
        self.seconds = Histogram(
            "monitor_canary_detection_seconds",
            "From sending to the anomaly read back.",
            buckets=BUCKETS,
            registry=registry,
        )
        self.last = Gauge(
            "monitor_canary_last_detected_timestamp_seconds", "Wall time of the newest one found.", registry=registry
        )
        self.enabled = Gauge("monitor_canary_enabled", "1 while canaries are sent.", registry=registry)
