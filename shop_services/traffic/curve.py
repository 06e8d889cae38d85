"""When shoppers come: the curve of a day, the days of a week, growth, and the unrest of real demand. Pure.

The evening (18-23 h) brings half of a day's traffic and the night (23-6 h) a twentieth. Around that curve demand is
over-dispersed: every few minutes it is multiplied by a gamma variable of mean 1, as crowds, mails and weather would do.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

DAY = 86_400.0
UNREST_SECONDS = 300.0
UNREST = 0.04

# Relative demand at each full hour, straight lines between them.
_AT_HOUR = (4, 2.2, 1.8, 1.8, 1.8, 2.5, 8, 15, 20, 23, 25, 26, 28, 26, 24, 24, 26, 36, 64, 76, 78, 76, 68, 26, 4)
_MEAN = sum((a + b) / 2 for a, b in pairwise(_AT_HOUR)) / 24
# Monday to Sunday; the mean of a week is 1.
_ON_WEEKDAY = (0.95, 0.94, 0.95, 0.97, 1.0, 1.11, 1.08)


def of_day(at: float) -> float:
    """Demand at this time of day relative to the day's mean (UTC is the shop's time).

    >>> of_day(20 * 3600.0) > 2.0 > 0.2 > of_day(3 * 3600.0)
    True
    """
    hour, part = divmod(at % DAY / 3600.0, 1.0)
    return (_AT_HOUR[int(hour)] * (1 - part) + _AT_HOUR[int(hour) + 1] * part) / _MEAN


def of_weekday(at: float) -> float:
    """Demand on this day of the week relative to the week's mean (day 0 of the epoch was a Thursday)."""
    return _ON_WEEKDAY[int(at // DAY + 3) % 7]


@dataclass(frozen=True, slots=True, order=True)
class Surge:
    """Demand multiplied by `factor` from `begin` to `end` (seconds since the epoch)."""

    begin: float
    end: float
    factor: float


@dataclass(slots=True)
class Demand:
    """Visits a second at any moment: curve x weekday x growth x surges.

    `growth` is per day: 0.02 means 2 % more each day. `unrest` is the variance of the gamma multiplier (0: Poisson).
    """

    start: float
    visits_per_day: float
    growth: float = 0.0
    unrest: float = UNREST
    surges: list[Surge] = field(default_factory=list)

    def surge(self, surge: Surge) -> None:
        """Let demand be multiplied for a while."""
        insort(self.surges, surge)

    def rate(self, at: float) -> float:
        """Expected visits a second at `at`."""
        days = (at - self.start) / DAY
        grown = (1.0 + self.growth) ** max(days, 0.0)
        surging = math.prod(s.factor for s in self.surges if s.begin <= at < s.end)
        return self.visits_per_day / DAY * of_day(at) * of_weekday(at) * grown * surging


def arrivals(demand: Demand, rng: Random, begin: float, end: float) -> Iterator[float]:
    """Moments at which visits begin, in order: a Poisson process whose rate swings, held for a minute at most."""
    at, swing, swing_until = begin, 1.0, begin
    while at < end:
        if at >= swing_until:
            swing = rng.gammavariate(1 / demand.unrest, demand.unrest) if demand.unrest else 1.0
            swing_until = at + UNREST_SECONDS
        until = min(at + 60.0, end)
        yield from _poisson(rng, demand.rate(at) * swing, at, until)
        at = until


def _poisson(rng: Random, rate: float, begin: float, end: float) -> Iterator[float]:
    at = begin
    while rate > 0:
        at += rng.expovariate(rate)
        if at >= end:
            return
        yield at
