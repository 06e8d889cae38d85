"""The shipped process on a real Kafka with a real receiver: killed, restarted, its store lost, its endpoint gone."""

import json
import re
import signal
from pathlib import Path

import pytest
from kafka import KafkaConsumer
from standardwebhooks.webhooks import Webhook

from deploy.local.broker import Broker, TopicConfig, create_topics, free_port
from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.topics import ALERT_DEAD_LETTER_TOPIC
from tests.builders.receiver import Receiver
from tests.integration.alerting.alerts_process import (
    SECRET,
    Alerts,
    end,
    over,
    publish,
    stopped,
    types,
    until,
)

pytestmark = pytest.mark.connected
# Two when the process was killed between the delivery and its note of it: then it delivers once more.
DELIVERED = re.compile(r'monitor_alerts_deliveries_total\{channel="webhook",outcome="sent"\} [12]\.0')


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
    until(lambda: bool(DELIVERED.search(alerts.metrics())), "the delivery was not counted", process)
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
        alerts.kill()
        kafka.stop()

    assert types(shop) == ["incident.opened", "incident.resolved"]
    assert "Traceback" not in alerts.log.read_text()
