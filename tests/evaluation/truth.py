"""What a continuation holds, and by when the monitor must have said so."""

from dataclasses import dataclass
from typing import Literal

VOLUME = ("usage_intensity", "daily_workload")  # either may report the other's situations
FAMILIES = ("price_exploit", "stock_exhaustion", "usage_intensity", "daily_workload")
GRACE = 10_000  # ms behind the event that decides


@dataclass(frozen=True, slots=True)
class Truth:
    """One situation; times are event time, ms."""

    expect: Literal["detect", "silent"]
    entities: tuple[tuple[str, str], ...]  # kind and id; any of them is right; of a silent one, whom it concerns
    begin: int
    deadline: int  # of a silent one, the end of what is watched
    end: int
    direction: str = "none"  # high or low where only one is right
    most: int = 0  # anomalies at most for it to count, 0: any number
    a_day: int = 0  # of a silent one: anomalies tolerated on each day but the third
    closed_days: tuple[str, ...] = ()
    listed: int = 0  # the deadline if every message told as much as any other; 0: it is the deadline
    is_everybodys: bool = False  # a silent one: nothing at all may be said, whatever the scenario
    family: str = ""
    situation: str = ""

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Whose anomalies are looked at."""
        return VOLUME if self.family in VOLUME else (self.family,)


def product(number: int) -> tuple[str, str]:
    """A product as an anomaly names it."""
    return "product", str(number)


def user(number: int) -> tuple[str, str]:
    """A user as an anomaly names it."""
    return "user", str(number)


SHOP = ("shop", "*")  # the shop, whatever its id
