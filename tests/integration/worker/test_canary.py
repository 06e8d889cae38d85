"""The canary process beside a shipped worker on a real Kafka: it finds the monitor awake, and tells when it is not."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.broker import free_port
from tests.builders.waiting import eventually
from tests.integration.worker.live_worker import start_worker, told

SECONDS = 60.0


@pytest.fixture
def worker(broker: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = start_worker(broker, tmp_path / "worker", free_port(), clock="wall")
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(30)


@pytest.fixture
def port(broker: str) -> Iterator[int]:
    """Where a canary process that is in a hurry tells its metrics."""
    chosen = free_port()
    hurry = {"MONITOR_CANARY_SECONDS": "1", "MONITOR_CANARY_PATIENCE_SECONDS": "5"}
    own = {"MONITOR_BROKER": broker, "MONITOR_CANARY_PORT": str(chosen), **hurry}
    process = subprocess.Popen([sys.executable, "-m", "stream_app", "canary"], env=os.environ | own)
    try:
        yield chosen
    finally:
        process.terminate()
        process.wait(30)


def count(port: int, name: str) -> float:
    """A metric of the canary process; 0 while it does not answer."""
    try:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    except httpx.HTTPError:
        return 0.0
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return sum(sample.value for sample in samples if sample.name == name)


@pytest.mark.connected
def test_canaries_are_found_by_a_worker_that_lives_and_missed_while_it_stands_still(
    worker: subprocess.Popen[bytes], port: int, broker: str
) -> None:
    """INVARIANT: who stops the worker is told by somebody else."""
    assert eventually(lambda: count(port, "monitor_canary_detected_total") >= 3, SECONDS)
    assert count(port, "monitor_canary_last_detected_timestamp_seconds") > 0
    missed = count(port, "monitor_canary_missed_total")  # those sent before the worker was up

    worker.send_signal(signal.SIGSTOP)
    assert eventually(lambda: count(port, "monitor_canary_missed_total") >= missed + 2, SECONDS)

    worker.send_signal(signal.SIGCONT)
    found = count(port, "monitor_canary_detected_total")
    assert eventually(lambda: count(port, "monitor_canary_detected_total") >= found + 2, SECONDS)
    assert {(one["synthetic"], one["entity"]["kind"]) for one in told(broker)} == {(True, "product")}
