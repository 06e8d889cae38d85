"""Shipped workers on a real Kafka: start them, wait until they have judged all there is, read what they said."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from deploy.local.broker import free_port
from shop_services.contracts.topics import ANOMALY_TOPIC
from tests.builders.waiting import eventually

QUIET_LOOKS = 4  # so often in a row a worker must be found with nothing left to do
SECONDS_TO_CATCH_UP = 180
SECONDS_TO_READ = 60.0


@contextmanager
def workers(broker: str, folder: Path, count: int = 1, **settings: str) -> Iterator[list[int]]:
    """So many workers for a while; gives the ports of their health servers."""
    ports = [free_port() for _ in range(count)]
    with ExitStack() as stack:
        for port in ports:
            process = start_worker(broker, folder / str(port), port, **settings)
            stack.callback(_end, process)
        yield ports


def start_worker(broker: str, folder: Path, port: int, **settings: str) -> subprocess.Popen[bytes]:
    """One worker process, on the clock of the events unless told otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"clock": "events", "log_level": "warning"} | settings
    named = {f"MONITOR_{name.upper()}": value for name, value in wanted.items()}
    own = {"MONITOR_BROKER": broker, "MONITOR_PORT": str(port), "MONITOR_DATA": str(folder)}
    command = [sys.executable, "-m", "stream_app", "worker"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, env=os.environ | named | own, stdout=subprocess.DEVNULL, stderr=log)


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.poll() is None, f"a worker ended by itself with status {process.returncode}"
    process.terminate()
    process.wait(30)


def wait_until_judged(ports: list[int], seconds: float = SECONDS_TO_CATCH_UP) -> None:
    """Wait until no worker has anything left to read and time stands still; AssertionError when it takes too long."""
    deadline = time.monotonic() + seconds
    last: Any = None
    looks = 0
    while looks < QUIET_LOOKS:
        assert time.monotonic() < deadline, f"the workers were not done after {seconds:.0f} s: {last}"
        now = [_standing(port) for port in ports]
        has_begun = any(standing is not None and standing[1] for standing in now)  # before, there is nothing to read
        is_quiet = has_begun and now == last and all(standing is not None and standing[0] == 0 for standing in now)
        looks, last = looks + 1 if is_quiet else 0, now
        time.sleep(0.5)


def _standing(port: int) -> tuple[int, int | None] | None:
    """Records left to read and the watermark; None while the worker does not answer or is not ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            pipeline = json.loads(answer.read())["pipeline"]
    except (urllib.error.URLError, OSError):
        return None
    return pipeline["lagRecords"], pipeline["watermark"]


def told(broker: str) -> list[dict[str, Any]]:
    """The data of every published revision, each once, in order of anomaly and revision."""
    data = [json.loads(value)["data"] for value in _standing_on(broker, ANOMALY_TOPIC) if value]  # not tombstones
    once = {(one["anomalyId"], one["revision"]): one for one in data}
    return [once[name] for name in sorted(once)]


def _standing_on(broker: str, topic: str) -> Iterator[bytes | None]:
    """Values of all records that a topic has now, however long the broker takes to give them."""
    consumer = KafkaConsumer(bootstrap_servers=broker, group_id=None, auto_offset_reset="earliest")
    try:
        assert eventually(lambda: bool(consumer.partitions_for_topic(topic)), SECONDS_TO_READ)
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(partitions)
        ends, deadline = consumer.end_offsets(partitions), time.monotonic() + SECONDS_TO_READ
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            assert time.monotonic() < deadline, f"{topic} could not be read to its end"
            for records in consumer.poll(500).values():
                yield from (record.value for record in records)
    finally:
        consumer.close()
