"""How far two models agree on the same rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Agreement:
    """Running figures over rows that two models scored. Scores are on the one scale.

    >>> held = Agreement()
    >>> held.add(np.array([0.2, 1.5]), np.array([0.4, 0.9]))
    >>> held.share, round(held.mean_difference, 2)
    (0.5, 0.4)
    """

    rows: int = 0
    equal: int = 0  # rows that both call abnormal, or both ordinary
    difference: float = 0.0  # sum of absolute score differences

    def add(self, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> None:
        """Take in the scores (n,) of the same rows."""
        self.rows += len(ours)
        self.equal += int(np.count_nonzero((ours >= 1.0) == (theirs >= 1.0)))
        self.difference += float(np.abs(ours - theirs).sum())

    @property
    def share(self) -> float:
        """Share of rows with the same verdict; 1 while there are none."""
        return self.equal / self.rows if self.rows else 1.0

    @property
    def mean_difference(self) -> float:
        """Mean absolute difference of the scores; 0 while there are none."""
        return self.difference / self.rows if self.rows else 0.0

    def fails(self, rows: int, least: float) -> bool:
        """The share over the first `rows` rows can no longer reach `least`."""
        return self.rows - self.equal > (1.0 - least) * rows
