"""The shop's clock: what time it is in the shop, which in a demonstration is not the time on the wall."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Protocol

FASTEST = 100_000.0  # a factor above it would leave the calendar within days


class Clock(Protocol):
    """Tells the shop's time."""

    def now(self) -> datetime:
        """The present moment, UTC."""
        ...


@dataclass(frozen=True, slots=True)
class WallClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ScaledClock:
    """Showed `shop_start` at `wall_start` (seconds since the epoch) and runs `factor` times as fast as the wall."""

    factor: float
    shop_start: datetime
    wall_start: float
    wall: Callable[[], float] = time.time

    def now(self) -> datetime:
        return self.shop_start + timedelta(seconds=(self.wall() - self.wall_start) * self.factor)

    def __str__(self) -> str:
        return f"scaled:{self.factor:g}:{self.shop_start.isoformat()}:{self.wall_start:.3f}"


def parse_clock(text: str) -> Clock:
    """The clock that `wall` or `scaled:<factor>:<shop start, RFC 3339>:<wall start, unix seconds>` names.

    Raises ValueError.

    >>> str(parse_clock("scaled:60:2026-03-25T17:30:00Z:1790000000"))
    'scaled:60:2026-03-25T17:30:00+00:00:1790000000.000'
    """
    if text == "wall":
        return WallClock()
    kind, _, rest = text.partition(":")
    factor, _, moments = rest.partition(":")
    shop_start, _, wall_start = moments.rpartition(":")
    if kind != "scaled" or not shop_start:
        raise ValueError("give `wall` or `scaled:<factor>:<shop start>:<wall start in unix seconds>`")
    start = datetime.fromisoformat(shop_start)
    if start.tzinfo is None or not 0 < float(factor) <= FASTEST or not isfinite(float(wall_start)):
        raise ValueError(f"the shop's start needs a zone, and the factor must be above 0 and at most {FASTEST:g}")
    return ScaledClock(float(factor), start.astimezone(UTC), float(wall_start))
