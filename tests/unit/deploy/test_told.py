from prometheus_client import CollectorRegistry, generate_latest

from deploy.local.told import Told, ask_what_was_told, told_by
from stream_app.alerting.metrics import AlertMetrics


def test_incidents_and_messages_are_counted_by_what_alerts_measure() -> None:
    metrics = AlertMetrics(CollectorRegistry(), [("oncall", "webhook"), ("log", "log")])
    for change, times in (("opened", 4), ("merged", 2), ("resolved", 3)):
        metrics.changes.labels(change).inc(times)
    for channel, outcome, times in (("webhook", "sent", 5), ("log", "sent", 1), ("webhook", "failed", 9)):
        metrics.deliveries.labels(channel, outcome).inc(times)

    told = told_by(generate_latest(metrics.registry).decode())

    assert told == Told(incidents=3, messages=6)
    assert str(told) == "3 incidents opened, 6 messages delivered"


def test_when_alerts_do_not_answer_nothing_is_said() -> None:
    assert ask_what_was_told("http://127.0.0.1:9") is None
