"""Overwhelming evidence that traffic has halved or grown by half."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

FEATURES = ("evidence_nats",)
NATS = 20.0  # odds of 500 million to one: the usual week alone forecasts less well than a model would


def strangeness(of: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """(n,) 1.0 at the boundary."""
    return of["evidence_nats"] / NATS
