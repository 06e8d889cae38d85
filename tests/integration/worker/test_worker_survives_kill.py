"""The worker on a real Kafka, killed in mid-stream: nothing is lost, nothing is counted twice."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer

from deploy.local.broker import free_port
from shop_services.contracts.topics import ANOMALY_TOPIC
from stream_app.topics import READINGS_TOPIC
from tests.builders.messages import added

EVENTS = 30_000
PRODUCTS = 97
SECONDS_TO_CATCH_UP = 60


def start_worker(broker: str, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.integration.worker.sample_worker", broker, str(free_port()), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def send_events(broker: str, first: int, last: int) -> None:
    producer = KafkaProducer(bootstrap_servers=broker, linger_ms=20, batch_size=200_000)
    for number in range(first, last):
        minute, second = divmod(number // 100, 60)
        value = added(number % PRODUCTS, number % 50, 1 + number % 3, 1.0, f"12:{minute:02}:{second:02}")
        producer.send("cart-events", key=str(number % 50).encode(), value=value)
    producer.close()


def truth() -> dict[str, int]:
    pieces: Counter[str] = Counter()
    for number in range(EVENTS):
        pieces[str(number % PRODUCTS)] += 1 + number % 3
    return dict(pieces)


def records(broker: str, topic: str) -> list[bytes]:
    """All that stands on a topic."""
    consumer = KafkaConsumer(topic, bootstrap_servers=broker, auto_offset_reset="earliest", consumer_timeout_ms=1_500)
    values = [record.value for record in consumer]
    consumer.close()
    return values


def counted(broker: str) -> dict[str, int]:
    """The newest count of every product."""
    readings = [json.loads(value) for value in records(broker, READINGS_TOPIC)]
    of_one = [reading for reading in readings if reading["scenario"] == "stock_exhaustion"]
    return {reading["entity"]["id"]: int(reading["actual"]) for reading in of_one}


@pytest.mark.connected
def test_a_worker_that_is_killed_counts_every_event_exactly_once(broker: str, tmp_path: Path) -> None:
    """INVARIANT: kill -9 in mid-stream changes neither the counts nor the anomalies.

    Without it a crash would page people again, or hide what happened while the worker was away.
    """
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    worker = start_worker(broker, tmp_path / "state")
    try:
        for part in range(3):
            send_events(broker, part * EVENTS // 3, (part + 1) * EVENTS // 3)
            if part < 2:
                time.sleep(3 + 4 * chance.random())
                worker.kill()
                worker.wait()
                worker = start_worker(broker, tmp_path / "state")
        deadline = time.monotonic() + SECONDS_TO_CATCH_UP
        while counted(broker) != truth() and time.monotonic() < deadline:
            time.sleep(1)
    finally:
        worker.terminate()
        worker.wait(30)

    assert counted(broker) == truth()
    opened = [json.loads(value)["data"] for value in records(broker, ANOMALY_TOPIC)]
    ids = {(a["scenario"], a["entity"]["id"]): a["anomalyId"] for a in opened if a["status"] == "opened"}
    assert len(ids) == 4 * PRODUCTS
    assert len({a["anomalyId"] for a in opened}) == len(ids)
