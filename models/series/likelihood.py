"""How unlikely the last errors of a forecast are, given the errors before them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.series.features import trailing

INDEPENDENT = 4.0  # errors that a run of neighbouring ones, alike as they are, counts as
LEAST_SPREAD = 0.05  # of the logarithms: a forecast whose errors never vary is not infinitely sure of itself
FLOOR = 1e-3  # of the mean error: smaller errors are equal
SUREST = 10.0  # decimal digits of improbability that count as certain

Floats = NDArray[np.float64]


def stretches(rows: int, first: int, every: int) -> Iterator[slice]:
    """Rows between two refits: `first` and on, `every` at a time."""
    for begin in range(first, rows, every):
        yield slice(begin, min(begin + every, rows))


def unlikely(errors: Floats, *, first: int, every: int, history: int, recent: int) -> Floats:
    """(n,) in [0, 1]: the tail of a Gaussian of the mean log error of the last `recent` rows, on a log scale.

    Errors (n,) count by size. Mean and spread of the logarithms come from up to `history` rows before the stretch of
    `every` rows that a row lies in; rows before `first` get 0.
    """
    size = np.abs(errors)
    told = np.zeros(len(size))
    for here in stretches(len(size), first, every):
        past = size[max(0, here.start - history) : here.start]
        floor = FLOOR * float(past.mean()) + np.finfo(float).tiny
        log = np.log(past + floor)
        lately = np.log(size[max(0, here.start - recent + 1) : here.stop] + floor)
        mean = trailing(lately, recent).mean(axis=1)[-(here.stop - here.start) :]
        deviation = (mean - log.mean()) / (log.std() + LEAST_SPREAD)
        told[here] = _digits(deviation * np.sqrt(INDEPENDENT)) / SUREST
    return told


def _digits(deviations: Floats) -> Floats:
    """Decimal digits of the upper Gaussian tail, 0 to SUREST, by Karagiannidis and Lioumpas (2007).

    >>> _digits(np.array([0.0, 3.0])).round(1).tolist()
    [0.3, 2.9]
    """
    z = np.maximum(deviations, 1e-6)
    log_tail = -0.5 * z**2 + np.log(-np.expm1(-1.4 * z) / (1.135 * np.sqrt(2 * np.pi) * z))
    return np.minimum(-log_tail / np.log(10), SUREST)
