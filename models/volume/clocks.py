"""The doubt that the day may run by another clock: an hour early or late, as when the clocks change.

Where the curve is steep an hour's shift looks like an incident. So a deviation counts as what it is by the clock that
makes least of it, made dearer by what speaks against that clock: how seldom clocks change, and what the day has shown
since its quietest hour.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SHIFTS = (0, -60, 60)  # minutes that a day may run late
SURE = 12.0  # nats from which a day is taken to run by another clock
UNLIKELY = 5.0  # nats against another clock before the day has shown anything
UNTHINKABLE = 30.0  # nats against a clock from which it is not asked any more


class Clock(NamedTuple):
    """Another clock that the day may run by."""

    expected: Floats  # (look_back + n, n_kinds) of a stretch
    against: float  # nats


def doubted(deviation: Floats, clocks: tuple[Clock, ...], by_clock: Callable[[Floats], Floats]) -> Floats:
    """The deviations, standard deviations of any shape, as far as no other clock explains them.

    `by_clock` gives deviations for other expectations; it is asked only where it could matter.
    """
    for clock in clocks:
        if (deviation**2 / 2 > clock.against).any():
            other = by_clock(clock.expected)
            remains = np.where(np.sign(other) == np.sign(deviation), other, 0.0)
            bound = np.sqrt(remains**2 + 2 * clock.against)
            deviation = np.clip(deviation, -bound, bound)
    return deviation


def reconsidered(held: int, strangeness: tuple[float, ...]) -> tuple[int, tuple[float, ...]]:
    """The clock of `SHIFTS` that a day runs by, and nats against each compared with it; `held` is what was believed.

    `strangeness` (n_shifts,) are the nats that the day so far is off by each of the clocks.
    """
    best = min(range(len(SHIFTS)), key=strangeness.__getitem__)
    chosen = best if strangeness[SHIFTS.index(held)] - strangeness[best] >= SURE else SHIFTS.index(held)
    against = (max(UNLIKELY + one - strangeness[chosen], 0.0) for one in strangeness)
    return SHIFTS[chosen], tuple(against)
