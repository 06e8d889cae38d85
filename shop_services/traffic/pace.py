"""Shop time against wall time: when the next step is due. The one place where the live simulator looks at a clock."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """`shop_start` (shop seconds since the epoch) was at `wall_start` (wall seconds since the epoch), `speed` times as fast."""

    shop_start: float
    wall_start: float
    speed: float = 1.0

    @classmethod
    def from_text(cls, text: str) -> Pace:
        """Read the services' own setting, `scaled:<factor>:<shop start, ISO>:<wall start, unix seconds>`; raises ValueError."""
        kind, factor, rest = text.split(":", 2)
        start, wall = rest.rsplit(":", 1)
        if kind != "scaled" or float(factor) <= 0:
            raise ValueError(f"{text!r} is not scaled:<factor>:<shop start>:<wall start>")
        shop = datetime.fromisoformat(start)
        return cls((shop if shop.tzinfo else shop.replace(tzinfo=UTC)).timestamp(), float(wall), float(factor))

    def now(self) -> float:
        """The shop's time, seconds since the epoch."""
        return self.shop_start + (time.time() - self.wall_start) * self.speed

    async def until(self, at: float) -> float:
        """Sleep until shop time `at`; gives the wall seconds by which it was missed (0 when in time)."""
        left = (at - self.now()) / self.speed
        await asyncio.sleep(max(left, 0.0))
        return max(-left, 0.0)
