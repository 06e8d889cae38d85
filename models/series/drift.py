"""Since when a series has been what it is now: by ADWIN (Bifet and Gavaldà, 2007), as river has it."""

import numpy as np
from numpy.typing import NDArray
from river.drift import ADWIN

from models.series.features import usual_values

CONFIDENCE = 1e-4  # chance of a drift where there is none, at each look
LOOKED_EVERY = 32  # rows
FIRST_ROWS = 100  # that the scale is taken from; ADWIN wants numbers of about one
PATIENCE = 200  # rows before the first look
MAD_TO_SIGMA = 1.4826

Floats = NDArray[np.float64]


def stable_since(seconds: Floats, values: Floats) -> NDArray[np.int64]:
    """(n,) for every row the first of the rows that are alike up to it, of times and values (n,).

    What is watched is the distance from the usual value of the time of day, so that a daily curve is no drift.
    """
    watched = _scaled(_deseasoned(seconds, values))
    detector = ADWIN(delta=CONFIDENCE, clock=LOOKED_EVERY, grace_period=PATIENCE)
    since = np.empty(len(values), np.int64)
    for row, value in enumerate(watched.tolist()):  # one row at a time, as it would come: 0.2 microseconds each
        detector.update(value)
        since[row] = row + 1 - int(detector.width)
    return since


def _deseasoned(seconds: Floats, values: Floats) -> Floats:
    usual = usual_values(seconds, values)
    return values - np.where(np.isnan(usual), np.median(values[:FIRST_ROWS]), usual)


def _scaled(values: Floats) -> Floats:
    first = values[:FIRST_ROWS]
    median = np.median(first)
    s = MAD_TO_SIGMA * np.median(np.abs(first - median)) or first.std() or 1.0
    return np.arcsinh((values - median) / s)
