"""`make run` as a process of its own, on free ports."""

import os
import random
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

from deploy.local.watch import WorkerWatch

SPEED = "30"  # shop minutes a minute: a machine that stands still for two seconds is no silent service yet
SECONDS = 350  # of a demonstration: its last incident begins after 250 and ends after 290
START_SECONDS = 120
STOP_SECONDS = 60
MARK = "LOCAL_RUN_MARK"


class LocalRun:
    """`python -m deploy.local` on free ports, as a process. Every process it starts carries its mark."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        self._output = folder.parent / "output.txt"
        wanted = {"kafka": 2, "gateway": 6, "worker": 1, "alerts": 2, "canary": 1, "console": 1, "prometheus": 2}
        first = _row_of_ports(sum(wanted.values()))
        self.ports = dict(zip(wanted, accumulate(wanted.values(), initial=first), strict=False))
        options = [word for name, port in self.ports.items() for word in (f"--{name}-port", str(port))]
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.local", "--folder", str(folder), *options, *arguments],
                env={**os.environ, **settings, **self._addresses(), MARK: self.mark, "COLUMNS": "200"},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _addresses(self) -> dict[str, str]:
        """For routes to be filled in with."""
        return {"ALERTMANAGER": f"127.0.0.1:{self.ports['prometheus'] + 1}"}

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


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
