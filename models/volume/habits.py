"""How often the same people come: visits that begin, for every message.

A shop of few regulars and one of many strangers may bring the same messages with a quarter of the visits. So a
borrowed past tells of another shop's visits only as far as both have the same habit.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.volume.families import messages
from models.volume.profile import Sums

UNLIKE = 1.33  # times; beyond, it is no chance of a single day


def alike(seen: NDArray[Any], expected: NDArray[Any]) -> bool:
    """Whether counts (..., n_kinds) have about as many visits a message as others; True when nothing can be told."""
    times = _times(seen, expected)
    return bool(1 / UNLIKE <= times <= UNLIKE)


def adapted(lent: Sums, own: Sums) -> Sums:
    """Days of another shop with as many visits a message as own days have, if their habits differ."""
    if not lent or not own:
        return lent
    theirs, ours = (sum(sums.sum(axis=0, dtype=np.int64) for sums in days.values()) for days in (lent, own))
    return lent if alike(ours, theirs) else {day: _scaled(sums, _times(ours, theirs)) for day, sums in lent.items()}


def _times(seen: NDArray[Any], expected: NDArray[Any]) -> float:
    """How many times as many visits a message."""
    habits = [_habit(counts) for counts in (seen, expected)]
    return habits[0] / habits[1] if all(habits) else 1.0


def _habit(counts: NDArray[Any]) -> float:
    come = counts.reshape(-1, counts.shape[-1]).sum(axis=0)
    return float(come[~messages()].sum() / max(come[messages()].sum(), 1))


def _scaled(sums: NDArray[np.int32], times: float) -> NDArray[np.int32]:
    return np.rint(np.where(messages(), sums, sums * times)).astype(np.int32)
