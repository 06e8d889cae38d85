"""Up to when each source was read to its end.

A source that brings much always has a batch on its way, so it is hardly ever found with nothing left to read; yet what
stood in it a moment ago is counted. It is reported as complete up to that moment. Said to be behind instead, it would
hold up what all other sources bring until it is found idle.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from models.clock import Clock

KEEPS_UP_SECONDS = 1.0  # who was read to the end no longer ago than this keeps up


class Moment(NamedTuple):
    """When nothing was left to read: wall time in seconds, and by the monitor's clock in ms."""

    wall: float
    clock: int


@dataclass(slots=True)
class Complete:
    """The newest moment at which nothing was left to read, by source."""

    clock: Clock
    wall: Callable[[], float] = time.time
    _at: dict[str, Moment] = field(default_factory=dict)

    def until(self, source: str, *, is_read: bool) -> tuple[bool, int]:
        """Whether a source keeps up, and up to when it is complete by our clock, ms; `is_read`: nothing is left in it.

        Where the log is the clock no wall time says anything of the log's: there only now counts.
        """
        now = Moment(self.wall(), self.clock.now_ms())
        if is_read:
            self._at[source] = now
            return True, now.clock
        at = self._at.get(source)
        keeps_up = at is not None and now.wall - at.wall <= KEEPS_UP_SECONDS and now.clock > 0
        return (True, at.clock) if at is not None and keeps_up else (False, 0)

    def forget(self, source: str) -> None:
        """It is read anew, or by another worker."""
        self._at.pop(source, None)
