"""A verdict given beside the running process, on a real Kafka, and who is called after it."""

import signal
from typing import Any

import pytest

from shop_services.contracts.anomaly import AnomalyDetected
from stream_app.alerting.desk import IncidentDesk
from tests.builders.receiver import Receiver
from tests.integration.alerting.alerts_process import Alerts, end, over, publish, stopped, until

pytestmark = pytest.mark.connected
PRECISION = 'monitor_alerts_precision_ratio{scenario="daily_workload"}'
KEPT_QUIET = 'monitor_alerts_quiet_anomalies_total{reason="false"}'


def lull(number: int, minute: int, score: float = 1.4, **changes: Any) -> AnomalyDetected:
    told = {"score": score, "severity": "warning"} | changes
    return stopped("user-management-service", "daily_workload", number, minute, **told)


def came_and_went(number: int, minute: int) -> list[AnomalyDetected]:
    first = lull(number, minute)
    return [first, lull(number, minute, **over(first))]


def test_a_false_alarm_is_not_told_again_and_a_clearly_worse_one_is(broker: str, alerts: Alerts, shop: Receiver):
    process = alerts.start()
    first, last = came_and_went(41, 2_000)
    publish(broker, first)
    until(lambda: told(shop, first) == ["opened"], "nobody was told", process)
    publish(broker, last)
    until(lambda: told(shop, first) == ["opened", "resolved"], "nobody was told of its end", process)
    assert f"{PRECISION} NaN" in alerts.metrics()

    with IncidentDesk.open(f"sqlite:///{alerts.database}") as desk:
        (incident,) = (each for each in desk.list() if first.anomaly_id in each.members)
        desk.judge(incident.id, "false", "kim", "the cleaning of the accounts")
    until(lambda: f"{PRECISION} 0.0" in alerts.metrics(), "precision did not move", process)

    again, worse = came_and_went(42, 2_100), lull(43, 2_200, score=4.0)
    publish(broker, *again)
    until(lambda: f"{KEPT_QUIET} 1.0" in alerts.metrics(), "it was not kept quiet", process)
    publish(broker, worse)
    until(lambda: told(shop, worse) == ["opened"], "nobody was told of what was worse", process)

    assert told(shop, again[0]) == []
    assert end(process, signal.SIGTERM) == 0


def told(shop: Receiver, anomaly: AnomalyDetected) -> list[str]:
    """What was told of an anomaly, in order."""
    data = (each.json["data"] for each in shop.taken)
    return [each["status"] for each in data if anomaly.anomaly_id in each["anomalies"]]
