"""What both stories of the workers need: a feed with a head start, a crew, and the wait until everything is judged."""

import time
from contextlib import ExitStack
from pathlib import Path

from models.scenarios.discovery import scenarios
from tests.chaos.crew import Crew
from tests.chaos.feed import Feed
from tests.chaos.positions import Positions
from tests.integration.worker.live_worker import wait_until_judged

HEAD_START = 0.2  # of a log that is played in time
MOST_AHEAD = 100_000  # records by which the feed of a longer log leads: far less than what may wait in a detector
SETTINGS = {"MONITOR_CLOCK": "events", "MONITOR_LOG_LEVEL": "warning", "MONITOR_SETTLE_SECONDS": "2"}
LOOK_SECONDS = 1.0


class Stage:
    """A log that comes in, workers that read it, and looks at what they commit; ends with the stack it is given."""

    def __init__(self, stack: ExitStack, bootstrap: str, folder: Path, workers: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._stack = stack
        self.crew = Crew(bootstrap, folder, workers, SETTINGS)
        self.positions = Positions(bootstrap, tuple(scenarios()))
        self._bootstrap = bootstrap
        self._feed: Feed | None = None

    def open(self, log: Path, events: int, seconds: float) -> None:
        """Send the head start of a log, bring up the workers, and send the rest.

        A short log is sent within so many seconds, a longer one as the workers read it, well ahead of them.
        """
        is_short = events < MOST_AHEAD
        at_once = int(events * HEAD_START) if is_short else MOST_AHEAD
        self._feed = feed = Feed(self._bootstrap, log, at_once, (events - at_once) / seconds if is_short else None)
        feed.thread.start()
        self._stack.callback(feed.end)
        feed.is_ahead.wait()
        self._stack.callback(self.positions.close)
        self._stack.callback(self.crew.stop)
        self.crew.start()

    def wait_until(self, moment: float) -> None:
        """Let it go on until a moment (monotonic seconds), looking about every second; raises what stops the feed."""
        while (left := moment - time.monotonic()) > 0:
            time.sleep(min(LOOK_SECONDS, left))
            self.look()

    def look(self) -> bool:
        """Start again who ended by itself, and note what is committed; True when everything is sent."""
        assert self._feed is not None
        self.crew.mend()
        self.positions.look()
        self._feed.allow(self.positions.read() + MOST_AHEAD)
        return self._feed.has_ended

    def settle(self, seconds: float) -> None:
        """Wait until everything is sent, read and judged; AssertionError when that takes longer."""
        deadline = time.monotonic() + seconds
        while not self.look():
            assert time.monotonic() < deadline, f"after {seconds:.0f} s not everything was sent"
            time.sleep(LOOK_SECONDS)
        wait_until_judged(self.crew.ports, max(1.0, deadline - time.monotonic()))
        self.crew.stop()
