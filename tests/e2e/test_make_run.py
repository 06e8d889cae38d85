"""The whole system as `make run` starts it: a shop, trouble, a monitor that reports it, and nothing left afterwards."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local.watch import WorkerWatch

pytestmark = [pytest.mark.connected, pytest.mark.slow]
SECONDS = 180  # the last incident begins after 125 and ends after 145
START_SECONDS = 120
STOP_SECONDS = 60
OUTAGE_SECONDS = 15  # longer than the shop waits for an answer of the broker
MARK = "LOCAL_RUN_MARK"


class LocalRun:
    """`python -m deploy.local` on free ports, as a process. Every process it starts carries its mark."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        self._output = folder.parent / "output.txt"
        self.ports = {
            "kafka": _row_of_ports(2),
            "gateway": _row_of_ports(6),
            "worker": _row_of_ports(1),
            "console": _row_of_ports(1),
            "prometheus": _row_of_ports(2),
        }
        options = [word for name, port in self.ports.items() for word in (f"--{name}-port", str(port))]
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.local", "--folder", str(folder), *options, *arguments],
                env={**os.environ, MARK: self.mark, "COLUMNS": "200"},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def end(self) -> None:
        """Stop it, if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(STOP_SECONDS)

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self._output.read_text()

    def wait_for(self, is_so: Callable[[], bool], seconds: float) -> None:
        """Wait until something is so; fails with what was printed."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, self.output
            assert self.process.poll() is None, self.output
            time.sleep(0.2)

    def wait_for_line(self, text: str, seconds: float) -> None:
        """Wait until this was printed."""
        self.wait_for(lambda: text in self.output, seconds)

    def events_seen(self) -> int:
        """Shop messages the worker has read."""
        watch = WorkerWatch(f"http://127.0.0.1:{self.ports['worker']}")
        try:
            return watch.events_seen()
        finally:
            watch.close()

    def left_behind(self) -> list[str]:
        """Command lines of processes that carry this run's mark, the runner itself left out."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            if process.name != str(self.process.pid) and self._is_marked(process):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found

    def pid_of(self, part: str) -> int:
        """The process of a service."""
        for process in Path("/proc").glob("[0-9]*"):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if words[-2:-1] == [part.encode()] and b"shop_services" in words and self._is_marked(process):
                return int(process.name)
        raise AssertionError(f"{part} does not run")

    def _is_marked(self, process: Path) -> bool:
        try:
            return f"{MARK}={self.mark}".encode() in (process / "environ").read_bytes()
        except OSError:
            return False


def _row_of_ports(count: int) -> int:
    """The first of so many free ports in a row, below those the system gives to outgoing connections."""
    for first in random.sample(range(12_000, 30_000), 100):
        if all(_is_free(first + number) for number in range(count)):
            return first
    raise AssertionError("no free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


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


def test_all_four_anomalies_are_reported_and_nothing_is_left_running(start_run: Callable[..., LocalRun]) -> None:
    """INVARIANT: the promise of the README. A newcomer sees all four, in time, without a second false alarm."""
    run = start_run("--duration", str(SECONDS))

    status = run.process.wait(START_SECONDS + SECONDS + STOP_SECONDS)

    summary = json.loads((run.folder / "summary.json").read_text())
    assert summary["faults"] == [], run.output
    assert status == 0
    assert {each["scenario"] for each in summary["incidents"] if each["in_time"]} == {
        "price_exploit",
        "stock_exhaustion",
        "usage_intensity",
        "daily_workload",
    }
    assert len(summary["false"]) <= 1
    assert summary["events"] > SECONDS * 20
    assert run.left_behind() == []


def test_stopped_parts_are_told_apart_from_dead_ones(start_run: Callable[..., LocalRun]) -> None:
    """A broker that is away is a fault of the pipeline; a service that dies ends the run, and everything with it.

    What was asked of the shop meanwhile is published when the broker is back.
    """
    run = start_run("--no-simulator")
    run.wait_for_line("/readyz and /metrics", START_SECONDS)
    register(run, "before")
    run.wait_for(lambda: run.events_seen() > 0, 30)

    _ask(run, "stop", "kafka")
    run.wait_for(lambda: not _answers(run.ports["kafka"]), 30)
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
