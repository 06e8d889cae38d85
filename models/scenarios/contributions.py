"""Why a model says what it says: each feature's part, by putting the ordinary value in its place.

Simple and true for any model: how far the score falls when this one feature were as it usually is.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.finding import Contribution
from models.spec import Scoring

SHOWN = 6


def contributions(
    names: Sequence[str],
    row: NDArray[np.float32],
    typical: Sequence[float],
    model: Scoring | None,
) -> tuple[Contribution, ...]:
    """The features that matter most for `row` (n_features,), the strongest first. Empty without a model."""
    if model is None:
        return ()
    ordinary = np.asarray(typical, np.float32)
    trials = np.vstack([row, np.where(np.eye(len(row), dtype=bool), ordinary, row)])  # (1 + n, n)
    scores = model.score(trials.astype(np.float32))
    falls = scores[0] - scores[1:]
    order = sorted(range(len(row)), key=lambda i: (-falls[i], -abs(row[i] - ordinary[i])))
    parts = (Contribution(names[i], _neat(row[i]), _neat(ordinary[i]), _neat(falls[i])) for i in order[:SHOWN])
    return tuple(parts)


def _neat(value: float) -> float:
    return round(float(value), 4)
