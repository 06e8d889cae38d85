"""Clocks: what "now" means to the monitor. Live use, a scaled demonstration, and the log's own time share one port."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Clock(Protocol):
    """Now, and a moment of the wall clock, in ms since the epoch; 0 when only the log knows what time it is."""

    def now_ms(self) -> int: ...

    def of(self, wall_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same for moments of the machine's clock."""


@dataclass(frozen=True, slots=True)
class WallClock:
    """The machine's clock."""

    wall: Callable[[], float] = time.time

    def now_ms(self) -> int:
        return int(self.wall() * 1000)

    def of(self, wall_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        return wall_ms


@dataclass(frozen=True, slots=True)
class ScaledClock:
    """Shop time that runs `speed` times as fast as the wall from an anchor on."""

    speed: float
    start_ms: int  # shop time at the anchor
    anchor: float  # wall time of the anchor, seconds since the epoch
    wall: Callable[[], float] = time.time

    def now_ms(self) -> int:
        return self.start_ms + int((self.wall() - self.anchor) * self.speed * 1000)

    def of(self, wall_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.start_ms + ((wall_ms - self.anchor * 1000) * self.speed).astype(np.int64)


@dataclass(frozen=True, slots=True)
class EventClock:
    """Time is what the events say: for a recorded log replayed at any speed."""

    def now_ms(self) -> int:
        return 0

    def of(self, wall_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.zeros_like(wall_ms)


def parse_clock(text: str) -> Clock:
    """The clock named `wall`, `events` or `scaled:<speed>:<shop start, RFC 3339>:<anchor, unix seconds>`.

    Raises ValueError with what is allowed.
    """
    if text == "wall":
        return WallClock()
    if text == "events":
        return EventClock()
    if text.startswith("scaled:"):
        return _scaled(text)
    raise ValueError("allowed: wall, events, scaled:<speed>:<shop start>:<anchor in unix seconds>")


def _scaled(text: str) -> ScaledClock:
    _, speed, rest = text.split(":", 2)
    start, _, anchor = rest.rpartition(":")
    begin = datetime.fromisoformat(start)
    if begin.tzinfo is None:
        raise ValueError("the shop start needs a UTC offset, e.g. 2026-03-25T17:30:00Z")
    return ScaledClock(float(speed), int(begin.timestamp() * 1000), float(anchor))
