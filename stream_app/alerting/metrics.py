"""Every metric of alerting. Labels are channel kinds, outcomes, severities and the names of endpoints in the routes."""

from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from stream_app.alerting.feedback.precision import asked_refits, tallies
from stream_app.alerting.feedback.verdicts import KEEPING_QUIET, VERDICTS, Given
from stream_app.alerting.incidents.incident import RANK
from stream_app.config.document import detectors

OUTCOMES = ("sent", "failed", "dead")
STATES = ("closed", "half_open", "open")
MESSAGE_STATES = ("waiting", "held", "bundled", "sent", "dead")
SECONDS = (0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400)


class AlertMetrics:
    """In one registry; label values exist from the start, so a rule sees their zero."""

    def __init__(self, registry: CollectorRegistry, endpoints: Iterable[tuple[str, str]] = ()) -> None:
        self.registry = registry
        self._measure_incidents()
        self._measure_feedback()
        self._measure_delivery()
        self.tell_verdicts(())
        for endpoint, kind in endpoints:
            self._name(endpoint, kind)

    def _measure_incidents(self) -> None:
        self.records = self._counter("records", "Records of anomaly-events read.")
        self.undecodable = self._counter("undecodable", "Records that hold no anomaly as declared.")
        self.muted = self._counter("muted_anomalies", "Revisions of anomalies that page nobody: canary, dry mode.")
        self.changes = self._counter("incident_changes", "What happened to incidents.", "change")
        self.open = self._gauge("incidents_open", "Incidents open now.", "severity")
        self.connected = self._gauge("connected", "1 while the broker answers.")
        self.outages = self._counter("outages", "Times the broker or the database was lost.")
        for change in ("opened", "merged", "resolved", "reopened"):
            self.changes.labels(change)

    def _measure_feedback(self) -> None:
        self.quiet = self._counter("quiet_anomalies", "Anomalies kept from people by what was said before.", "reason")
        self.verdicts = self._gauge("verdicts", "Verdicts that hold, of the last days.", "scenario", "verdict")
        self.precision = self._gauge(
            "precision_ratio", "Of what was judged in the last days, the share that was true; NaN: nothing.", "scenario"
        )
        told = "1 for a model whose normal is said to be past; it is over when another version serves."
        self.refits = self._gauge("refit_asked", told, "scenario", "version")
        for reason in (*KEEPING_QUIET, "mute"):
            self.quiet.labels(reason)

    def _measure_delivery(self) -> None:
        self.deliveries = self._counter("deliveries", "Attempts by what became of them.", "channel", "outcome")
        self.failures = self._counter("delivery_failures", "Attempts that failed.", "channel", "reason")
        self.circuit = self._gauge("circuit_state", "1 for the state an endpoint's circuit is in.", "endpoint", "state")
        self.messages = self._gauge("messages", "Messages in the store.", "state")
        self.oldest = self._gauge("oldest_undelivered_seconds", "Age of the message that waits longest.")
        self.unpublished = self._gauge("unpublished_dead_letters", "Dead letters that are not in their topic yet.")
        self.latency = Histogram(
            "monitor_alerts_delivery_latency_seconds",
            "From the detection of the newest anomaly in a message to its delivery.",
            ["channel"],
            buckets=SECONDS,
            registry=self.registry,
        )

    def _name(self, endpoint: str, kind: str) -> None:
        for outcome in OUTCOMES:
            self.deliveries.labels(kind, outcome)
        self.latency.labels(kind)
        self.tell_circuit(endpoint, "closed")

    def tell_circuit(self, endpoint: str, state: str) -> None:
        """One state of the three holds."""
        for each in STATES:
            self.circuit.labels(endpoint, each).set(each == state)

    def tell_open(self, counts: dict[str, int]) -> None:
        """How many incidents are open."""
        for severity in RANK:
            self.open.labels(severity).set(counts.get(severity, 0))

    def tell_verdicts(self, given: Sequence[Given]) -> None:
        """What was said in the last days: verdicts that hold."""
        for scenario, tally in tallies(given, detectors()).items():
            for verdict in VERDICTS:
                self.verdicts.labels(scenario, verdict).set(tally.counts.get(verdict, 0))
            self.precision.labels(scenario).set(tally.precision)
        self.refits.clear()
        for scenario, version in asked_refits(each for each in given if each.scenario in detectors()):
            self.refits.labels(scenario, version).set(1)

    def tell_messages(self, counts: dict[str, int], oldest_seconds: float) -> None:
        """What the store holds."""
        for state in MESSAGE_STATES:
            self.messages.labels(state).set(counts.get(state, 0))
        self.oldest.set(oldest_seconds)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"monitor_alerts_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"monitor_alerts_{name}", text, labels, registry=self.registry)
