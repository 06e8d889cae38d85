"""Whether the monitor sees the broker: while it does not, and for a while after, silence is not known to be silence.

When a broker was away, the shop's services could not speak either; what they held back arrives late, and what they
could not do did not happen. Neither is a finding about the shop, so that time is not judged.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from models.clock import Clock


@dataclass(slots=True)
class Sight:
    """Tells blind times from clear ones. Seconds are wall time."""

    clock: Clock
    stale_seconds: float  # without an answer of the broker for so long it is away
    settle_seconds: float  # after its return the shop's backlog may take so long
    wall: Callable[[], float] = time.time
    is_away: bool = False
    returned_at: float | None = None  # while what was held up is still waited for
    blind_until: int = 0  # the clock's time at the end of the last blind time, ms; 0: there was none

    @property
    def is_clear(self) -> bool:
        """True when silence is a fact."""
        return not self.is_away and self.returned_at is None

    def lost(self) -> None:
        """The broker did not answer."""
        self.is_away = True

    def look(self, oldest_answer: float) -> None:
        """The source that was answered longest ago was answered at `oldest_answer`, seconds since the epoch."""
        now = self.wall()
        if now - oldest_answer > self.stale_seconds:
            self.is_away = True
        elif self.is_away:
            self.is_away, self.returned_at = False, now
        elif self.returned_at is not None and now - self.returned_at >= self.settle_seconds:
            self.returned_at, self.blind_until = None, self.clock.now_ms()

    def reason(self) -> str:
        """Why silence is no fact now; empty while it is."""
        if self.is_away:
            return "Kafka does not answer: nothing is judged until it does"
        return "Kafka is back: waiting for what was held up" if self.returned_at is not None else ""
