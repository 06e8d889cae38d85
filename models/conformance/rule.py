"""What judges instead of a model: the odds of so many unanswered commands, given what is usual."""

import numpy as np
from numpy.typing import NDArray

from models.conformance.linking import FEATURES
from models.verdict import ModelIdentity

IDENTITY = ModelIdentity("conformance", "1", "", "rule")
BOUNDARY = 6.0  # decades: thirteen pairs a minute make 130,000 questions a week, of which one in a million errs


class Rule:
    """1.0 at odds of one in a million."""

    def score(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) on the one scale."""
        return values[:, FEATURES.index("surprise")].astype(np.float64) / BOUNDARY
