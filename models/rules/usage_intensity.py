"""Six standard deviations from what this moment brings, over any span."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

FEATURES = ("deviation_strongest",)
DEVIATIONS = 6.0


def strangeness(of: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """(n,) 1.0 at the boundary."""
    return np.abs(of["deviation_strongest"]) / DEVIATIONS
