"""How long something usually takes: counts on a logarithmic scale, of which quantiles are read.

Buckets grow by a fifth, so a quantile is right to a tenth (the sketch of Masson, Rim and Lee: "DDSketch", VLDB 2019).
Sketches add up; old counts fade, so that a new habit is learnt.
"""

import math
from collections.abc import Iterable

GROWTH = math.log(1.2)
BUCKETS = 110  # the last one holds whatever takes longer than 1.2**109 ms, about five days
MOST = 10_000.0  # counts kept in sum; beyond, the old ones fade

Sketch = list[float]  # (BUCKETS,) counts


def bucket(ms: int) -> int:
    """The bucket of a duration; below one millisecond, also where clocks disagree, the first."""
    return min(int(math.log(ms) / GROWTH) + 1, BUCKETS - 1) if ms >= 1 else 0


def add(sketch: Sketch, buckets: Iterable[int]) -> None:
    """Count durations by their buckets."""
    for held in buckets:
        sketch[held] += 1
    if (total := sum(sketch)) > MOST:
        sketch[:] = [count * MOST / total for count in sketch]


def quantile(sketch: Sketch, share: float) -> float:
    """Milliseconds within which that share was done, 0 while nothing is known.

    >>> sketch = [0.0] * BUCKETS
    >>> add(sketch, [bucket(100)] * 99 + [bucket(10_000)])
    >>> 85 < quantile(sketch, 0.5) < 120, 8_500 < quantile(sketch, 0.999) < 12_000
    (True, True)
    """
    wanted, passed = share * sum(sketch), 0.0
    for at, count in enumerate(sketch):
        passed += count
        if count and passed >= wanted:
            return math.exp(GROWTH * (at - 0.5)) if at else 1.0
    return 0.0
