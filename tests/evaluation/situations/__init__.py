"""What is staged, one module a family; `FOUND` collects them."""

from dataclasses import dataclass

from tests.evaluation.scene import Stage
from tests.evaluation.spans import MINUTE

LAST_DAY = 3  # continuations begin within so many days of the training's end


@dataclass(frozen=True, slots=True)
class Situation:
    """One situation and when it may be staged."""

    name: str
    stage: Stage
    hours: tuple[float, float]  # of the day, UTC, in which it begins; `peak`: see `at_peak`
    lasts: int  # ms at most, what follows included
    at_peak: bool = False  # begins within an hour around the shop's busiest hour
    lead: int = 40 * MINUTE  # ordinary traffic before it, at least
    unrest: float = 1.0
