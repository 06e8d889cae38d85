"""Does a borrowed past, the end of a training log, fit the shop that is being watched?

A bundle may serve another shop than the one it learnt from, closed when that one is busy. What it learnt of the week
is used only while most of the last day's quarter hours, of the shop and of every service that should matter, lie
within a factor of two of it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.volume.counts import STEP
from models.volume.families import entity_members

ENOUGH_DAYS = 7  # own days from which the own past speaks for itself: every day of the week once
TELLING = 5.0  # events of the shop in a quarter hour, seen or expected, below which it tells nothing
MATTERS = 0.1  # share of the expected events from which a service must fit too
FACTOR = 2.0
CHANCE = 3.0  # standard deviations of a clustered count that are forgiven besides
CLUSTER = 3.0  # events that come together

Floats = NDArray[np.float64]


def fits(seen: Floats, expected: Floats) -> bool:
    """Whether counts of quarter hours (n, n_kinds) are roughly what was expected; True when nothing can be told."""
    members = entity_members().T.astype(np.float64)
    seen, expected = seen @ members, expected @ members
    telling = np.maximum(seen[:, 0], expected[:, 0]) >= TELLING
    if not telling.any():
        return True
    asked = expected.sum(axis=0) >= MATTERS * expected[:, 0].sum()  # the shop itself always
    chance = CHANCE * np.sqrt(CLUSTER * np.maximum(seen, expected))
    alike = (seen <= FACTOR * expected + chance) & (expected <= FACTOR * seen + chance)
    return bool(alike[telling][:, asked].all(axis=1).mean() >= 0.5)


def quarters(counts: NDArray[Any]) -> Floats:
    """(n_quarters, n_kinds): sums of quarter hours back from the newest of (n, n_kinds) minutes; the oldest may be
    shorter.
    """
    ends = np.arange(len(counts), 0, -STEP)[::-1]
    total = np.concatenate([np.zeros((1, counts.shape[1])), np.cumsum(counts, axis=0)])
    return np.asarray(total[ends] - total[np.maximum(ends - STEP, 0)])
