"""Every metric of the console. Labels are topics, statuses and scenarios, never an anomaly or an entity."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector

from stream_app.access.audit import OUTCOMES

STATUSES = ("opened", "updated", "resolved", "retracted")
SIGN_INS = ("done", "refused", "limited")
REFUSALS = ("unknown", "scope", "origin")


class ConsoleMetrics:
    """The console's metrics in one registry; label values exist from the start, so a rule sees their zero."""

    def __init__(self, registry: CollectorRegistry, topics: Iterable[str]) -> None:
        self.registry = registry
        ProcessCollector(registry=registry)
        self.records = Counter("monitor_console_records", "Records read.", ["topic"], registry=registry)
        self.undecodable = Counter(
            "monitor_console_undecodable", "Records that could not be read.", ["topic"], registry=registry
        )
        self.synthetic = Counter("monitor_console_synthetic", "Canaries' anomalies, not shown.", registry=registry)
        self.outages = Counter("monitor_console_outages", "Times the broker was lost.", registry=registry)
        self.lag = Gauge("monitor_console_lag_records", "Records not yet read.", ["topic"], registry=registry)
        self.connected = Gauge("monitor_console_connected", "1 while the broker answers.", registry=registry)
        self.worker = Gauge("monitor_console_worker_reachable", "1 while the worker answers.", registry=registry)
        self.anomalies = Gauge("monitor_console_anomalies", "Anomalies kept.", ["status"], registry=registry)
        self.series = Gauge("monitor_console_series", "Series of readings kept.", registry=registry)
        self.evicted = Counter("monitor_console_evicted_anomalies", "Anomalies that made room.", registry=registry)
        self.refused = Counter("monitor_console_refused_readings", "Readings of series too many.", registry=registry)
        self._add_access(registry)
        self.letters = Counter(
            "monitor_console_evicted_dead_letters", "Dead letters that made room.", registry=registry
        )
        self._lost = {self.evicted: 0, self.refused: 0, self.letters: 0}
        self._name_labels(tuple(topics))

    def _add_access(self, registry: CollectorRegistry) -> None:
        self.sign_ins = Counter("monitor_console_sign_ins", "Attempts to sign in.", ["outcome"], registry=registry)
        self.refused_requests = Counter(
            "monitor_console_refused_requests", "Requests of those who may not.", ["reason"], registry=registry
        )
        self.audited = Counter("monitor_console_audited", "Entries of the audit log.", ["outcome"], registry=registry)
        self.audit_lost = Counter("monitor_console_audit_lost", "Entries only logged, not kept.", registry=registry)
        self.access_current = Gauge(
            "monitor_console_access_current", "0 while the access file cannot be used.", registry=registry
        )
        self.access_current.set(1)
        self.followers = Gauge("monitor_console_stream_clients", "Readers of the stream.", registry=registry)
        self.slow_followers = Counter(
            "monitor_console_stream_slow_clients", "Readers that were too slow and were let go.", registry=registry
        )

    def lost(self, *, evicted: int, refused: int, letters: int = 0) -> None:
        """How much had no room so far."""
        for counter, so_far in ((self.evicted, evicted), (self.refused, refused), (self.letters, letters)):
            counter.inc(so_far - self._lost[counter])
            self._lost[counter] = so_far

    def _name_labels(self, topics: tuple[str, ...]) -> None:
        for topic in topics:
            self.records.labels(topic)
            self.undecodable.labels(topic)
            self.lag.labels(topic).set(0)
        for status in STATUSES:
            self.anomalies.labels(status).set(0)
        for outcome in SIGN_INS:
            self.sign_ins.labels(outcome)
        for reason in REFUSALS:
            self.refused_requests.labels(reason)
        for outcome in OUTCOMES:
            self.audited.labels(outcome)
