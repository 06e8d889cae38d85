"""Every metric of a recorder that follows."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class RecorderMetrics:
    """What became of the records, and up to when all of them are recorded."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.records = Counter(
            "monitor_recorder_records",
            "Records of the shop: kept, unreadable, of unknown type, of a probe, lost (gone before they were read).",
            ["outcome"],
            registry=registry,
        )
        self.complete = Gauge(
            "monitor_recorder_complete_timestamp_seconds",
            "Wall time up to which all that was written is recorded.",
            registry=registry,
        )
