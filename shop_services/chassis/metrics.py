"""All metrics of the shop's processes. Labels are bounded: services, message types, routes; never users or products."""

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # seconds


class ServiceMetrics:
    """What one process counts; `registry` is a fresh one in tests."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._count_requests(registry)
        self._count_messages(registry)
        self._watch_outbox(registry)

    def _count_requests(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        seconds = partial(Histogram, registry=registry, buckets=_BUCKETS)
        labels = ["service", "method", "route", "status"]
        self.requests = counter("shop_http_requests_total", "HTTP requests answered.", labels)
        self.request_seconds = seconds("shop_http_request_seconds", "Time to answer a request.", ["service", "route"])

    def _count_messages(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        told = "Commands handled: accepted, or refused, which changes nothing."
        self.commands = counter("shop_commands_total", told, ["service", "command", "outcome"])
        self.events = counter("shop_events_total", "Domain events made.", ["service", "event"])
        told = "Records read from Kafka: handled, duplicate, skipped (nothing to do), undecodable, failed."
        self.received = counter("shop_received_total", told, ["service", "outcome"])
        told = "Failed attempts to use Kafka, in or out."
        self.bus_failures = counter("shop_bus_failures_total", told, ["service", "direction"])

    def _watch_outbox(self, registry: CollectorRegistry) -> None:
        told = "Messages committed but not yet published, of the batch at hand."
        self.outbox_pending = Gauge("shop_outbox_pending", told, ["service"], registry=registry)
        told = "From the commit of a message until Kafka has it."
        seconds = partial(Histogram, registry=registry, buckets=_BUCKETS)
        self.relay_seconds = seconds("shop_outbox_relay_seconds", told, ["service"])
