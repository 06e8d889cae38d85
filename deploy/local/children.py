"""Child processes: started one by one, watched, stopped in reverse by their pids, leaving nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 8.0
TAIL_LINES = 15


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the system: `python -m <arguments>` with these variables added to the environment."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]


class Child:
    """A running part with its log file."""

    def __init__(self, part: Part, log: Path) -> None:
        self.name = part.name
        self.log = log
        self.is_paused = False
        with log.open("ab") as output:
            # A session of its own: Ctrl-C reaches the runner, which then stops all in good order.
            self.process = subprocess.Popen(
                [sys.executable, "-m", *part.arguments],
                env={**os.environ, **part.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def pause(self) -> None:
        """Stop the process where it stands, as a hung machine would."""
        self.process.send_signal(signal.SIGSTOP)
        self.is_paused = True

    def resume(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)
        self.is_paused = False

    def tail(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


class Children:
    """All parts of a run, in the order of their start."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[Child] = []

    def start(self, part: Part) -> Child:
        """Start one part; its log is `<name>.log`."""
        child = Child(part, self._logs / f"{part.name}.log")
        self._running.append(child)
        return child

    def __iter__(self) -> Iterator[Child]:
        return iter(self._running)

    def named(self, name: str) -> Child:
        """The part of this name."""
        return next(child for child in self._running if child.name == name)

    def take_dead(self) -> list[Child]:
        """Parts that have ended since the last call."""
        dead = [child for child in self._running if child.process.poll() is not None]
        self._running = [child for child in self._running if child not in dead]
        return dead

    def stop(self) -> None:
        """End all in reverse order of their start: SIGTERM, then SIGKILL after a bounded time."""
        for child in reversed(self._running):
            if child.is_paused:
                child.resume()
            child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self._running):
            _wait_or_kill(child.process, deadline)
        self._running = []


def _wait_or_kill(process: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        process.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
