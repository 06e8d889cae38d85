"""The whole system as `make run` starts it: a shop, trouble, a monitor that reports it, and nothing left afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.local_run import START_SECONDS, STOP_SECONDS, LocalRun, answers

pytestmark = [pytest.mark.connected, pytest.mark.slow]
OUTAGE_SECONDS = 15  # longer than the shop waits for an answer of the broker


@pytest.fixture
def start_run(tmp_path: Path) -> Iterator[Callable[..., LocalRun]]:
    """Starts a run with these options; it ends with the test."""
    started: list[LocalRun] = []

    def start(*arguments: str) -> LocalRun:
        started.append(LocalRun(tmp_path / "run", *arguments))
        return started[-1]

    yield start
    for run in started:
        run.end()


def test_stopped_parts_are_told_apart_from_dead_ones(start_run: Callable[..., LocalRun]) -> None:
    """A broker that is away is a fault of the pipeline; a service that dies ends the run, and everything with it.

    What was asked of the shop meanwhile is published when the broker is back.
    """
    run = start_run("--no-simulator")
    run.wait_for_line("/readyz and /metrics", START_SECONDS)
    register(run, "before")
    run.wait_for(lambda: run.events_seen() > 0, 30)

    _ask(run, "stop", "kafka")
    run.wait_for(lambda: not answers(run.ports["kafka"]), 30)
    register(run, "while Kafka is away")
    run.wait_for_line("pipeline fault", 60)
    readiness = httpx.get(f"http://127.0.0.1:{run.ports['worker']}/readyz")
    assert readiness.status_code == 503
    before = run.events_seen()
    time.sleep(OUTAGE_SECONDS)
    _ask(run, "start", "kafka")
    run.wait_for_line("pipeline healthy again", 90)
    run.wait_for(lambda: run.events_seen() > before, 60)

    os.kill(run.pid_of("users"), signal.SIGKILL)

    assert run.process.wait(STOP_SECONDS) == 1
    assert "users was killed by SIGKILL" in run.output
    assert run.left_behind() == []


def test_ctrl_c_stops_everything_even_while_it_starts(start_run: Callable[..., LocalRun]) -> None:
    run = start_run()
    run.wait_for_line("topics", START_SECONDS)

    run.process.send_signal(signal.SIGINT)

    assert run.process.wait(STOP_SECONDS) == 0
    assert "Traceback" not in run.output
    assert run.left_behind() == []


def register(run: LocalRun, name: str) -> None:
    """Open an account, which makes the shop publish."""
    url = f"http://127.0.0.1:{run.ports['gateway']}/users"
    httpx.post(url, json={"username": name, "password": "secret", "email": "x@y.z"}).raise_for_status()


def _ask(run: LocalRun, verb: str, part: str) -> None:
    command = [sys.executable, "-m", "deploy.local", verb, part, "--folder", str(run.folder)]
    subprocess.run(command, check=True, timeout=30)
