"""How an operator has set a detector: on, on trial or off, how much evidence it takes, and from what volume on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.finding import Finding


@dataclass(frozen=True, slots=True)
class Tuning:
    """Of one scenario. A detector that is off judges everything as ordinary, so that it is warm when it is on again."""

    is_on: bool = True
    is_dry: bool = False  # its anomalies are published as dry runs
    threshold: float = 1.0  # boundary of the score, which is scaled so that 1.0 stays the boundary for everybody
    minimum_volume: float = 0.0  # in the scenario's unit: of less than this, expected and seen, nothing is told

    def heard(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) the scores as they count.

        >>> Tuning(threshold=2.0).heard(np.array([1.0, 3.0])).tolist()
        [0.5, 1.5]
        """
        if not self.is_on:
            return np.zeros_like(scores)
        return scores if self.threshold == 1.0 else scores / self.threshold

    def admits(self, finding: Finding) -> bool:
        """Whether there is volume enough to speak of."""
        return max(finding.expected, finding.actual) >= self.minimum_volume


AS_TRAINED = Tuning()
