"""When the next step is due. With the clock inside, the one place where the live simulator asks for the time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime

from shop_services.chassis.clock import ScaledClock, WallClock, parse_clock


@dataclass(frozen=True, slots=True)
class Pace:
    """The shop's clock, which is the services' own when they and the simulator are given the same one."""

    clock: ScaledClock

    @classmethod
    def starting_now(cls, speed: float, shop_start: datetime) -> Pace:
        """Shop time begins at `shop_start` (with a zone) at this moment."""
        return cls(ScaledClock(speed, shop_start, time.time()))

    @classmethod
    def of_text(cls, text: str) -> Pace:
        """The clock that the services' setting names; raises ValueError."""
        clock = parse_clock(text)
        if isinstance(clock, WallClock):
            return cls.starting_now(1.0, clock.now())
        if not isinstance(clock, ScaledClock):
            raise ValueError(f"{text!r} names a clock that cannot be waited for")
        return cls(clock)

    def now(self) -> float:
        """The shop's time, seconds since the epoch."""
        return self.clock.now().timestamp()

    async def until(self, at: float) -> float:
        """Sleep until shop time `at`; gives the wall seconds by which it was missed (0 when in time)."""
        left = (at - self.now()) / self.clock.factor
        await asyncio.sleep(max(left, 0.0))
        return max(-left, 0.0)
