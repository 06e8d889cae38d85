"""What both stories of the workers need: a log that comes in by waves, a crew that reads it, a watch on both.

A worker and a replay are to judge alike, so nothing may be taken for complete that is still in the producer's hands: a
partition that is read to its end counts as complete, whatever is about to come. Days pass in minutes here, so no
lateness could forgive that. Therefore all workers are dead while a wave comes in, and then have it all before them.
"""

import time
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.crew import Crew
from tests.chaos.feed import Feed
from tests.chaos.positions import Positions
from tests.chaos.reference import watched
from tests.integration.worker.live_worker import wait_until_judged

SETTINGS = {"MONITOR_CLOCK": "events", "MONITOR_LOG_LEVEL": "warning", "MONITOR_SETTLE_SECONDS": "2"}
LOOK_SECONDS = 0.5


class Stage:
    """Plays a log of so many events in waves. Everything it starts ends with the stack it is given."""

    def __init__(self, stack: ExitStack, bootstrap: str, folder: Path, workers: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._stack = stack
        self._bootstrap = bootstrap
        self._is_coming_in = False
        self.positions = Positions(bootstrap, tuple(watched()))
        stack.callback(self.positions.close)
        self.crew = Crew(bootstrap, folder, workers, SETTINGS)
        stack.callback(self.crew.stop)

    def open(self, log: Path, events: int, wave: int) -> None:
        """Begin with the first wave."""
        self._events, self._wave = events, wave
        self._feed = Feed(self._bootstrap, log)
        self._stack.callback(self._feed.end)
        self._allowed = 0
        self._next_wave()

    def read_for(self, seconds: float) -> None:
        """Let the crew read for so many seconds; those in which a wave comes in do not count."""
        while seconds > 0:
            is_reading, pause = self.look(), min(LOOK_SECONDS, seconds)
            time.sleep(pause)
            seconds -= pause if is_reading else 0.0

    def wait_until(self, moment: float) -> None:
        """Let it go on until a moment, monotonic seconds."""
        while (left := moment - time.monotonic()) > 0:
            self.look()
            time.sleep(min(LOOK_SECONDS, left))

    def look(self) -> bool:
        """Begin and end waves, start again who ended by itself, note what is committed. True while the crew reads."""
        self.positions.look()
        if self._is_coming_in:
            if self._feed.is_done:
                self._is_coming_in = False
                self.crew.start()
        elif self._allowed < self._events and self.positions.read() >= self._feed.sent:
            self._next_wave()
        else:
            self.crew.mend()
        return not self._is_coming_in

    def settle(self, seconds: float) -> None:
        """Wait until everything is sent, read and judged; AssertionError when that takes longer."""
        deadline = time.monotonic() + seconds
        while not (self.look() and self.positions.read() >= self._events):
            told = f"{self.positions.read()} of {self._events} records were read"
            told += f"; {self.positions.unanswered} of the questions how many were not answered"
            assert time.monotonic() < deadline, f"after {seconds:.0f} s {told}"
            time.sleep(LOOK_SECONDS)
        wait_until_judged(self.crew.ports, max(1.0, deadline - time.monotonic()))
        self.crew.stop()

    def _next_wave(self) -> None:
        self.crew.kill_all()
        self._allowed = min(self._allowed + self._wave, self._events)
        self._feed.allow(self._allowed)
        self._is_coming_in = True
