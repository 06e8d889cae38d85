"""When a failed delivery is tried again, and when it is given up. Pure.

Exponential back-off with full jitter (M. Brooker, "Exponential Backoff And Jitter", 2015): the wait is drawn evenly
between nothing and a bound that doubles, so that many messages that failed together do not come back together.
"""

from dataclasses import dataclass
from typing import NamedTuple

DOUBLINGS = 30  # further ones only overflow


@dataclass(frozen=True, slots=True)
class Retries:
    """Times in ms. A message is given up after `most` attempts or when it is older than `max_age_ms`."""

    first_ms: int = 1_000
    longest_ms: int = 300_000
    most: int = 100
    max_age_ms: int = 24 * 3_600_000

    def wait(self, attempts: int, chance: float) -> int:
        """ms until the next attempt after so many; `chance` is drawn evenly from [0, 1).

        >>> Retries().wait(1, 0.5), Retries().wait(4, 0.5), Retries().wait(20, 0.5)
        (500, 4000, 150000)
        """
        bound = min(self.longest_ms, self.first_ms * 2 ** min(attempts - 1, DOUBLINGS))
        return int(bound * chance)

    def reason_to_stop(self, attempts: int, age_ms: int) -> str:
        """Why it is given up; empty while it is not.

        >>> Retries(most=3).reason_to_stop(3, 0)
        'too_often'
        """
        if age_ms > self.max_age_ms:
            return "too_old"
        return "too_often" if attempts >= self.most else ""


class Breaker(NamedTuple):
    """A circuit breaker of one endpoint as a value: closed (0 failures), open until `until` (ms), then one probe."""

    failures: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """After `trip` failures in a row nothing is sent for a while, doubled by every failed probe; times in ms."""

    trip: int = 5
    first_ms: int = 10_000
    longest_ms: int = 300_000

    def admits(self, breaker: Breaker, now: int) -> bool:
        """Whether an attempt, or a probe, may be made."""
        return breaker.failures < self.trip or now >= breaker.until

    def failed(self, breaker: Breaker, now: int) -> Breaker:
        """After a failed attempt."""
        failures = breaker.failures + 1
        if failures < self.trip:
            return Breaker(failures)
        pause = min(self.longest_ms, self.first_ms * 2 ** min(failures - self.trip, DOUBLINGS))
        return Breaker(failures, now + pause)

    def state(self, breaker: Breaker, now: int) -> str:
        """`closed`, `open` or `half_open`."""
        if breaker.failures < self.trip:
            return "closed"
        return "half_open" if now >= breaker.until else "open"
