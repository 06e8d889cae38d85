"""All metrics of the shop's processes. Labels are bounded: services, message types, routes; never users or products."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class ServiceMetrics:
    """What one process counts; `registry` is a fresh one in tests."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.requests = Counter(
            "shop_http_requests_total",
            "HTTP requests answered, by route and status.",
            ["service", "method", "route", "status"],
            registry=registry,
        )
        self.request_seconds = Histogram(
            "shop_http_request_seconds",
            "Time to answer a request.",
            ["service", "route"],
            registry=registry,
            buckets=_SECONDS,
        )
        self.commands = Counter(
            "shop_commands_total",
            "Commands handled; a refused one changed nothing.",
            ["service", "command", "outcome"],
            registry=registry,
        )
        self.events = Counter(
            "shop_events_total", "Domain events made, by type.", ["service", "event"], registry=registry
        )
        self.received = Counter(
            "shop_received_total",
            "Records read from Kafka: handled, duplicate, skipped (nothing to do), undecodable, failed.",
            ["service", "outcome"],
            registry=registry,
        )
        self.outbox_pending = Gauge(
            "shop_outbox_pending", "Messages committed but not yet published.", ["service"], registry=registry
        )
        self.relay_seconds = Histogram(
            "shop_outbox_relay_seconds",
            "From the commit of a message until Kafka has it.",
            ["service"],
            registry=registry,
            buckets=_SECONDS,
        )
        self.bus_failures = Counter(
            "shop_bus_failures_total",
            "Failed attempts to use Kafka.",
            ["service", "direction"],
            registry=registry,
        )
