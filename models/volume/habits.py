"""How often the same people come: visits that begin, for every message.

A shop of few regulars and one of many strangers may bring the same messages with a quarter of the visits. So a
borrowed past tells of another shop's visits only as far as both have the same habit.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.volume.families import messages
from models.volume.garrote import SURELY, believed, variance
from models.volume.profile import Sums

Floats = NDArray[np.float64]
UNLIKE = 1.33  # times; beyond, it is no chance of a single day


def alike(seen: NDArray[Any], expected: NDArray[Any]) -> bool:
    """Whether counts (..., n_kinds) have about as many visits a message as others; True when nothing can be told."""
    ours, theirs = _habit(seen), _habit(expected)
    return not ours or not theirs or 1 / UNLIKE <= ours / theirs <= UNLIKE


def adapted(lent: Sums, own: Sums) -> Sums:
    """Days of another shop with as many visits a message as own days have, as far as days of one shop do not differ."""
    theirs, ours = _by_day(lent), _by_day(own)
    if not len(theirs) or not len(ours):
        return lent
    noise = SURELY * variance(theirs) / len(ours)
    times = float(np.exp(believed(np.median(ours) - np.median(theirs), noise)))
    return {day: np.rint(np.where(messages(), sums, sums * times)).astype(np.int32) for day, sums in lent.items()}


def _by_day(days: Sums) -> Floats:
    """(n,) log of the habit of every day that tells one."""
    habits = np.array([_habit(sums) for sums in days.values()])
    return np.log(habits[habits > 0])


def _habit(counts: NDArray[Any]) -> float:
    come = counts.reshape(-1, counts.shape[-1]).sum(axis=0, dtype=np.float64)
    return float(come[~messages()].sum() / max(come[messages()].sum(), 1.0))
