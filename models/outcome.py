"""What a detector's judgement brings."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.decisions import Change
from models.finding import Finding, Reading


class ScoredReading(NamedTuple):
    """A point of a curve with its score on the one scale."""

    reading: Reading
    score: float


class Judged(NamedTuple):
    """Rows as the model was asked, and its answers; another model can be asked the same."""

    values: NDArray[np.float32]  # (n, n_features)
    scores: NDArray[np.float64]  # (n,)


class Outcome(NamedTuple):
    """What one judgement brought."""

    changes: list[tuple[Change, Finding]]
    readings: list[ScoredReading]
    watermark: int  # event time, ms
    scored: int  # rows scored
    judged: Judged | None = None  # those rows
