"""A console as people run it: a process of its own on a real Kafka, with sample data, an access file and a worker."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import msgspec
from kafka import KafkaProducer

from deploy.local.broker import TopicConfig, create_topics, free_port
from models.bundle import CARD
from models.registry import STORE
from stream_app.alerting.incidents.incident import Incident
from stream_app.alerting.store.database import Database
from stream_app.dead_letters import DeadLetter, to_records
from tests.builders.access import write_access
from tests.builders.anomalies import past_anomalies, sample_anomalies, sample_readings
from tests.builders.feed_samples import Topics, feed
from tests.builders.incident_store import fill
from tests.builders.logs import shop_lines, write

START_SECONDS = 120
TOKEN = "token-of-the-worker"


@dataclass(frozen=True)
class Running:
    """A console with sample data; `incidents` are the open ones."""

    url: str
    kafka: str
    topics: Topics
    folder: Path
    worker: subprocess.Popen[bytes]
    incidents: list[Incident]


@contextmanager
def running_console(kafka: str, folder: Path, now: datetime, past: int = 0) -> Iterator[Running]:
    """One whose pages all have something to show, with `past` anomalies and incidents that are over."""
    topics, letters = (f"anomalies-{now.timestamp():.0f}", f"readings-{now.timestamp():.0f}"), f"letters-{now:%H%M%S%f}"
    create_topics(kafka, {name: TopicConfig(2) for name in (*topics, letters)})
    feed(kafka, [*past_anomalies(past, now - timedelta(hours=4)), *sample_anomalies(now)], sample_readings(now), topics)
    feed_letters(kafka, letters)
    incidents = _fill(folder, now, past)
    port, worker_port = free_port(), free_port()
    worker = start("tests.builders.worker_answers", port=worker_port, calendar=folder / "calendar.json", token=TOKEN)
    named = {"anomaly_topic": topics[0], "readings_topic": topics[1], "dead_letter_topic": letters}
    local = {"data": folder, "access": write_access(folder / "access.toml"), "registry": two_versions(folder)}
    local["recordings"] = recordings(folder)
    at = {"bootstrap": kafka, "port": port, "worker": f"http://127.0.0.1:{worker_port}", "api_token": TOKEN}
    console = start("stream_app.console", **at, **named, **local)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, console)
        yield Running(url, kafka, topics, folder, worker, incidents)
    finally:
        end(console)
        end(worker)


def start(module: str, **options: object) -> subprocess.Popen[bytes]:
    """A process of ours, its options by name."""
    arguments = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    return subprocess.Popen([sys.executable, "-m", module, *arguments])


def end(process: subprocess.Popen[bytes]) -> None:
    """As a service manager would end it."""
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers; RuntimeError when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("the console did not become ready")


def feed_letters(kafka: str, topic: str) -> None:
    """A few dead letters of the shop's topics."""
    letters = [DeadLetter("cart-events", 1, 4_200 + n, "undecodable", "no JSON: malformed") for n in range(3)]
    letters.append(DeadLetter("order-events", 0, 77, "missing_field", "OrderCreated lacks order_id"))
    producer = KafkaProducer(bootstrap_servers=kafka)
    for record in to_records(letters):
        producer.send(topic, key=record.key, value=record.value)
    producer.close(timeout=10)


def recordings(folder: Path) -> Path:
    """A folder with the log of an hour of the shop."""
    (folder / "recordings").mkdir()
    write(folder / "recordings" / "evening.jsonl", shop_lines(1 / 24, 5, 0.0, 0.0, 0.0))
    return folder / "recordings"


def two_versions(folder: Path) -> Path:
    """A registry in which every scenario has the shipped model and one more, with the same answers."""
    registry = folder / "registry"
    shutil.copytree(STORE, registry)
    for first in registry.glob("*/0001"):
        second = first.with_name("0002")
        shutil.copytree(first, second)
        card = msgspec.json.decode((second / CARD).read_bytes())
        (second / CARD).write_bytes(msgspec.json.encode({**card, "version": "0002"}))
    return registry


def _fill(folder: Path, now: datetime, past: int) -> list[Incident]:
    database = Database.open(f"sqlite:///{folder}/alerts.db")
    try:
        return fill(database, now, past)
    finally:
        database.close()
