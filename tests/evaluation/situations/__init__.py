"""What is staged, one module a family."""

from dataclasses import dataclass

from tests.evaluation.scene import Stage
from tests.evaluation.spans import MINUTE


@dataclass(frozen=True, slots=True)
class Situation:
    """One situation and when it may be staged."""

    name: str
    stage: Stage
    hours: tuple[float, float]  # of the day, UTC, in which it begins; unless `at_peak`
    lasts: int  # ms at most, what follows included
    at_peak: bool = False  # begins within an hour around the shop's busiest hour
    lead: int = 40 * MINUTE  # ordinary traffic before it, at least
    unrest: float = 1.0  # of demand, against the usual
    shifts: bool = False  # the clocks change on the midnight before
    days: tuple[int, ...] = (0, 1, 2)  # behind the training, on which it may begin
