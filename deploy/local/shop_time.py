"""The scaled clock of a run: shop time from the anchor on, in the words the shop's and the monitor's settings share."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class ShopTime:
    """`anchor` is the wall time (seconds since the epoch) at which the shop's clock shows `start`."""

    speed: float
    start: datetime
    anchor: float

    def setting(self) -> str:
        """The value of SHOP_CLOCK and MONITOR_CLOCK."""
        return f"scaled:{self.speed:g}:{self.start.isoformat().replace('+00:00', 'Z')}:{self.anchor:.3f}"

    def now(self) -> datetime:
        """Shop time now."""
        return self.start + timedelta(seconds=(time.time() - self.anchor) * self.speed)

    def wall(self, moment: datetime) -> float:
        """Wall time of a moment of shop time, seconds since the epoch."""
        return self.anchor + (moment - self.start).total_seconds() / self.speed

    def at_wall(self, seconds: float) -> datetime:
        """Shop time at a wall time, seconds since the epoch."""
        return self.start + timedelta(seconds=(seconds - self.anchor) * self.speed)
