"""When a detector's state is stored: soon after an anomaly changed, else now and then, never at the cost of judging.

Storing holds up everything else in the worker, and a state grows with the shop's users and products. So the time and
the bytes it takes are a bounded share of what there is; what a crash makes read again grows with the size instead.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

SOON_SECONDS = 1.0  # after a change; tables are written no more often than this anyway
MOST_SHARE = 0.02  # of the time, by one detector
MOST_BYTES_A_SECOND = 4 * 2**20  # to the changelog, by one detector
LONGEST_REST = 300.0  # seconds; below what SnapshotFailing waits for


@dataclass(slots=True)
class SnapshotPace:
    """Seconds are of a clock that only runs forward."""

    seconds: float  # between two snapshots while no anomaly changes
    now: Callable[[], float] = time.monotonic
    stored_at: float = -math.inf
    rest: float = 0.0  # seconds between the last snapshot and the next, at least: what the last one cost asks for
    has_changed: bool = False  # an anomaly, since the last snapshot

    @property
    def is_due(self) -> bool:
        """Whether the state is to be stored now."""
        wanted = min(self.seconds, SOON_SECONDS) if self.has_changed else self.seconds
        return self.now() - self.stored_at >= max(wanted, self.rest)

    @property
    def is_slowed(self) -> bool:
        """Whether the state is so large that it is stored less often than asked for."""
        return self.rest > self.seconds

    def hurry(self) -> None:
        """Store at the next opportunity, whatever it costs."""
        self.stored_at, self.rest = -math.inf, 0.0

    def stored(self, took: float, size: int) -> None:
        """A snapshot of `size` bytes was made in `took` seconds."""
        self.stored_at, self.has_changed = self.now(), False
        self.rest = min(max(took / MOST_SHARE, size / MOST_BYTES_A_SECOND), LONGEST_REST)
