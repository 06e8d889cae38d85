"""Up to when each source was read to its end.

A source that brings much always has a batch on its way, so it is hardly ever found with nothing left to read; yet what
stood in it a moment ago is counted. It is reported as complete up to that moment. Said to be behind instead, it would
hold up what all other sources bring until it is found idle. That moment is the broker's answer, not the end of our own
work on it: a batch that waited here says nothing of what came meanwhile.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from models.clock import Clock

KEEPS_UP_SECONDS = 1.0  # who was read to the end no longer ago than this keeps up


@dataclass(slots=True)
class Complete:
    """The newest moment, wall time in seconds, at which nothing was left to read, by source."""

    clock: Clock
    wall: Callable[[], float] = time.time
    _at: dict[str, float] = field(default_factory=dict)

    def until(self, source: str, read_at: float | None) -> tuple[bool, int]:
        """Whether a source keeps up, and up to when it is complete by our clock, ms.

        `read_at` is when the broker had nothing more than what is counted now, wall time in seconds; None: it has more.
        Where the log is the clock no wall time says anything of the log's: there only now counts.
        """
        if read_at is not None:
            self._at[source] = max(read_at, self._at.get(source, read_at))
            return True, self._of(self._at[source])
        at = self._at.get(source)
        keeps_up = at is not None and self.wall() - at <= KEEPS_UP_SECONDS and self.clock.now_ms() > 0
        return (True, self._of(at)) if at is not None and keeps_up else (False, 0)

    def forget(self, source: str) -> None:
        """It is read anew, or by another worker."""
        self._at.pop(source, None)

    def _of(self, wall: float) -> int:
        return int(self.clock.of(np.array([wall * 1000], np.int64))[0])
