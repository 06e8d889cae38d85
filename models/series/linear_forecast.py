"""A linear forecast of the next row, refitted as it goes: from the last rows and the usual value of the time of day."""

import numpy as np
from numpy.typing import NDArray

from models.series.features import usual_values
from models.series.likelihood import stretches

LAGS = 12  # rows
RIDGE = 1e-3  # of the mean size of a regressor

Floats = NDArray[np.float64]


def forecast_errors(seconds: Floats, values: Floats, *, first: int, every: int, history: int) -> Floats:
    """(n,) what each value is above its forecast; 0 before `first`. Weights come from `history` rows before."""
    known = _regressors(seconds, values)
    errors = np.zeros(len(values))
    for here in stretches(len(values), first, every):
        past = slice(max(0, here.start - history), here.start)
        weights = _ridge(known[past], values[past])
        errors[here] = values[here] - known[here] @ weights
    return errors


def _regressors(seconds: Floats, values: Floats) -> Floats:
    """(n, LAGS + 2): the rows before, the usual value of the time of day or else the last value, and 1."""
    lags = [np.concatenate([np.full(min(lag, len(values)), values[0]), values[:-lag]]) for lag in range(1, LAGS + 1)]
    usual = usual_values(seconds, values)
    return np.column_stack([*lags, np.where(np.isnan(usual), lags[0], usual), np.ones(len(values))])


def _ridge(known: Floats, wanted: Floats) -> Floats:
    """(k,) weights that foretell `wanted` (n,) from `known` (n, k)."""
    gram = known.T @ known
    ridge = RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram))
    weights: Floats = np.linalg.solve(gram + ridge, known.T @ wanted)
    return weights
