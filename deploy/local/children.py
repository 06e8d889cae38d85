"""Child processes: started row by row, watched, stopped in reverse by their pids, leaving nothing behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 8.0  # for each row; the slowest, Kafka, takes 2.5
TAIL_LINES = 15
_SET_PARENT_DEATH_SIGNAL = 1  # of Linux's prctl


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the system: `python -m <arguments>` with these variables added to the environment, or a program
    of the machine with these arguments.

    `last_signal` is what the kernel sends it should the runner itself be killed. SIGKILL reaches a paused process too;
    a part with children of its own wants SIGTERM.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    last_signal: signal.Signals = signal.SIGKILL
    program: str = ""  # its path; empty: Python

    @property
    def command(self) -> list[str]:
        """What is executed."""
        return [*([self.program] if self.program else [sys.executable, "-m"]), *self.arguments]


class Child:
    """A running part with its log file."""

    def __init__(self, part: Part, log: Path) -> None:
        self.part = part
        self.log = log
        self.is_paused = False
        with log.open("ab") as output:
            # A session of its own: Ctrl-C reaches the runner, which then stops all in good order.
            self.process = subprocess.Popen(  # noqa: S603 - our own modules, and programs of our own choice
                part.command,
                env={**os.environ, **part.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_dying_with_parent(part.last_signal),
            )

    @property
    def name(self) -> str:
        """The part's name."""
        return self.part.name

    @property
    def has_ended(self) -> bool:
        """True once the process is gone."""
        return self.process.poll() is not None

    def pause(self) -> None:
        """Stop the process where it stands, as a hung machine would."""
        self.process.send_signal(signal.SIGSTOP)
        self.is_paused = True

    def resume(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)
        self.is_paused = False

    def terminate(self) -> None:
        """Ask it to end, even when it is paused."""
        self.process.terminate()
        if self.is_paused:
            self.resume()

    def wait_or_kill(self, deadline: float) -> None:
        """Wait for its end until `deadline` (monotonic seconds), then end it by force."""
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def epitaph(self) -> str:
        """How it ended, with the end of its log."""
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        tail = "\n".join(f"    {line}" for line in lines) or "    (nothing)"
        return f"{self.name} {_ending(self.process.returncode)}; {self.log} ends with:\n{tail}"


class Children:
    """All parts of a run in rows: what starts together stops together."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._rows: list[list[Child]] = []

    def start(self, *parts: Part) -> list[Child]:
        """Start a row of parts; the log of each is `<name>.log`."""
        row: list[Child] = []
        self._rows.append(row)  # before the first starts, so that a failure leaves none unknown
        for part in parts:
            row.append(Child(part, self._logs / f"{part.name}.log"))
        return row

    def restart(self, child: Child) -> Child:
        """Start a part that has ended again, in its old place."""
        row = next(row for row in self._rows if child in row)
        row[row.index(child)] = fresh = Child(child.part, child.log)
        return fresh

    def __iter__(self) -> Iterator[Child]:
        return (child for row in self._rows for child in row)

    def named(self, name: str) -> Child:
        """The part of this name; KeyError when there is none."""
        for child in self:
            if child.name == name:
                return child
        raise KeyError(name)

    def stop(self) -> None:
        """End all, the last row first: SIGTERM, then SIGKILL after a bounded time."""
        for row in reversed(self._rows):
            for child in row:
                child.terminate()
            deadline = time.monotonic() + STOP_SECONDS
            for child in row:
                child.wait_or_kill(deadline)


def _ending(status: int) -> str:
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended by itself with status {status}"


def _dying_with_parent(last: signal.Signals) -> Callable[[], None] | None:
    """What a child does first: ask Linux for a signal at the runner's death. Elsewhere there is no such thing."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(last))
