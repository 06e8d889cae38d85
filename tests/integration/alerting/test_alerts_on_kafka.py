"""The shipped process on a real Kafka with a real receiver: killed, restarted, its store lost, its endpoint gone."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer
from standardwebhooks.webhooks import Webhook

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from shop_services.contracts.anomaly import AnomalyDetected
from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.topics import ALERT_DEAD_LETTER_TOPIC
from tests.builders.anomalies import EVENING, anomaly_data
from tests.builders.feed_samples import feed
from tests.builders.receiver import Receiver, receiver

pytestmark = pytest.mark.connected
PATIENCE_SECONDS = 60.0
DELIVERED = 'monitor_alerts_deliveries_total{channel="webhook",outcome="sent"} 1.0'
SECRET = "whsec_" + "Q" * 32
ROUTES = """
[endpoints.oncall]
url = "{url}"
secrets = ["${{HOOK_SECRET}}"]

[[routes]]
endpoints = ["oncall"]
"""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Kafka of its own: alerts read the topic by its real name."""
    with Broker(tmp_path_factory.mktemp("kafka"), free_port(), free_port(), heap_mb=256) as node:
        create_topics(node.bootstrap, {ANOMALY_TOPIC: TopicConfig(4, {"cleanup.policy": "compact"})})
        yield node.bootstrap


@pytest.fixture
def shop() -> Iterator[Receiver]:
    with receiver() as held:
        yield held


class Alerts:
    """The process with its settings; started and killed as often as a test likes."""

    def __init__(self, broker: str, folder: Path, url: str) -> None:
        self.port = free_port()
        routes = folder / "routes.toml"
        routes.write_text(ROUTES.format(url=url))
        self.database = folder / "alerts.db"
        self.environment = {
            "MONITOR_BROKER": broker,
            "MONITOR_ALERTS_PORT": str(self.port),
            "MONITOR_ALERTS_DATABASE": f"sqlite:///{self.database}",
            "MONITOR_ALERTS_SETTLE_SECONDS": "0",
            "MONITOR_ALERTS_ALLOW_PRIVATE": "true",
            "MONITOR_ROUTES": str(routes),
            "MONITOR_CLOCK": "events",
            "HOOK_SECRET": SECRET,
        }
        self.log = folder / "alerts.log"

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, and wait until it has read all there is."""
        command = [sys.executable, "-m", "stream_app", "alerts"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, env=os.environ | self.environment, stdout=log, stderr=log)
        until(self.is_ready, "it was not ready", process)
        return process

    def ask(self, *arguments: str) -> str:
        """The answer of the command line."""
        command = [sys.executable, "-m", "stream_app", "alerts", *arguments]
        return subprocess.run(
            command, env=os.environ | self.environment, check=True, capture_output=True, text=True
        ).stdout

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def metrics(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())


@pytest.fixture
def alerts(broker: str, shop: Receiver, tmp_path: Path) -> Alerts:
    return Alerts(broker, tmp_path, shop.url())


def until(holds: Callable[[], bool], complaint: str, process: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert process is None or process.poll() is None, f"it ended by itself with status {process.returncode}"
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes], how: signal.Signals) -> int:
    process.send_signal(how)
    return process.wait(30)


def stopped(service: str, scenario: str, number: int, minute: int, **changes: Any) -> AnomalyDetected:
    """What one detector says of a service that has stopped."""
    told = {
        "anomaly_id": f"5b0f6a52-5f0e-5f9e-9d53-0f5c0c2b{number:04d}",
        "start": EVENING + timedelta(minutes=minute),
        "minutes": 3,
        "entity": ("service", service),
        "scenario": scenario,
        "unit": "events",
        "direction": "low",
        "severity": "critical",
        "evidence": (),
        "impact": None,
    }
    return anomaly_data(**told | changes)


def publish(broker: str, *anomalies: AnomalyDetected) -> None:
    feed(broker, list(anomalies), [], (ANOMALY_TOPIC, ""))


def types(shop: Receiver) -> list[str]:
    return [each.json["type"] for each in shop.taken]


def over(anomaly: AnomalyDetected, minutes: int = 9) -> dict[str, Any]:
    return {"status": "resolved", "revision": anomaly.revision + 5, "minutes": minutes}


def test_an_outage_is_one_signed_page_and_one_recovery_though_the_process_is_killed_in_the_middle(
    broker: str, alerts: Alerts, shop: Receiver
):
    first = stopped("cart-service", "daily_workload", 1, 0)
    second = stopped("warehouse-service", "usage_intensity", 2, 1)
    process = alerts.start()
    publish(broker, first, second)
    until(lambda: types(shop) != [], "nobody was told", process)
    assert end(process, signal.SIGKILL) == -signal.SIGKILL

    publish(broker, first, second, stopped("cart-service", "usage_intensity", 3, 2))
    process = alerts.start()
    publish(
        broker,
        stopped("cart-service", "daily_workload", 1, 0, **over(first)),
        stopped("warehouse-service", "usage_intensity", 2, 1, **over(second)),
        stopped("cart-service", "usage_intensity", 3, 2, **over(second)),
    )
    until(lambda: "incident.resolved" in types(shop), "nobody was told that it is over", process)
    until(lambda: DELIVERED in alerts.metrics(), "the delivery was not counted", process)
    assert end(process, signal.SIGTERM) == 0

    assert types(shop) == ["incident.opened", "incident.resolved"]
    for got in shop.taken:
        Webhook(SECRET).verify(got.body, got.headers)
    opened, recovery = (got.json["data"] for got in shop.taken)
    assert opened["incidentId"] == recovery["incidentId"]
    assert len(recovery["anomalies"]) == 3
    assert recovery["durationSeconds"] > 0
    assert "Q" * 32 not in alerts.log.read_text()


def test_a_lost_store_is_rebuilt_without_paging_what_is_over(broker: str, alerts: Alerts, shop: Receiver):
    past = stopped("order-service", "daily_workload", 11, 100)
    publish(broker, past, stopped("order-service", "daily_workload", 11, 100, **over(past)))
    process = alerts.start()
    publish(broker, stopped("order-service", "daily_workload", 12, 300))
    until(lambda: types(shop) != [], "nobody was told of what is open", process)
    end(process, signal.SIGTERM)
    for path in alerts.database.parent.glob("alerts.db*"):
        path.unlink()

    publish(broker, stopped("order-service", "daily_workload", 12, 300, **over(past)))
    process = alerts.start()
    publish(broker, last := stopped("order-service", "daily_workload", 13, 500))
    until(lambda: len(types(shop)) > 1, "nobody was told of what came later", process)
    publish(broker, stopped("order-service", "daily_workload", 13, 500, **over(last)))
    until(lambda: len(types(shop)) > 2, "nobody was told that it is over", process)
    end(process, signal.SIGTERM)

    assert types(shop) == ["incident.opened", "incident.opened", "incident.resolved"]
    assert [each.json["data"]["anomalies"] for each in shop.taken[1:]] == [[last.anomaly_id]] * 2


def test_what_is_given_up_is_a_dead_letter_in_the_topic_and_is_sent_again_when_asked(
    broker: str, alerts: Alerts, shop: Receiver
):
    shop.status = 410
    process = alerts.start()
    publish(broker, stopped("notification-service", "daily_workload", 21, 700))

    letter = json.loads(first_record(broker, ALERT_DEAD_LETTER_TOPIC))
    assert (letter["endpoint"], letter["reason"]) == ("oncall", "undeliverable: gone")
    assert "127.0.0.1" not in json.dumps(letter)
    assert letter["id"] in alerts.ask("dead")

    shop.status = 200
    assert "1 message is on the way" in alerts.ask("resend", letter["id"])
    until(lambda: types(shop) == ["incident.opened"], "it was not sent again", process)
    end(process, signal.SIGTERM)
    assert shop.taken[0].headers["webhook-id"] == letter["id"]


def first_record(broker: str, topic: str) -> bytes:
    consumer = KafkaConsumer(bootstrap_servers=broker, auto_offset_reset="earliest", consumer_timeout_ms=30_000)
    try:
        until(lambda: topic in consumer.topics(), "there is no such topic")
        consumer.subscribe([topic])
        return bytes(next(consumer).value)
    finally:
        consumer.close()


def test_while_kafka_is_away_messages_go_out_and_afterwards_reading_goes_on(tmp_path: Path, shop: Receiver):
    kafka = Broker(tmp_path / "kafka", free_port(), free_port(), heap_mb=256).start()
    alerts = Alerts(kafka.bootstrap, tmp_path, shop.url())
    try:
        create_topics(kafka.bootstrap, {ANOMALY_TOPIC: TopicConfig(2)})
        shop.status = 503
        process = alerts.start()
        publish(kafka.bootstrap, stopped("cart-service", "daily_workload", 31, 0))
        until(lambda: bool(shop.all), "nothing was tried", process)

        kafka.stop()
        until(lambda: not alerts.is_ready(), "it does not say that Kafka is away", process)
        shop.status = 200
        until(lambda: types(shop) == ["incident.opened"], "it did not deliver without Kafka", process)

        kafka.start()
        publish(kafka.bootstrap, stopped("cart-service", "daily_workload", 31, 0, status="resolved", revision=2))
        until(lambda: len(types(shop)) == 2, "it did not read on", process)
        assert end(process, signal.SIGTERM) == 0
    finally:
        kafka.stop()

    assert types(shop) == ["incident.opened", "incident.resolved"]
    assert "Traceback" not in alerts.log.read_text()
