"""What a row of a series says about itself and its past: columns of numbers, each from this row and earlier ones."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

DAY = 86_400.0  # seconds
DAYS = 7  # that the ordinary value of a time of day is taken from
TOLERANCE = 5_400.0  # seconds that a row may lie before the same time of an earlier day
MEANS = (6, 24, 72, 288)  # rows
SPREADS = (6, 24, 72)
PART = 50_000  # rows

NAMES = (
    "value", "change", "mean_6", "mean_24", "mean_72", "spread_6", "spread_24", "spread_72",
    "from_usual", "sine", "cosine", "from_mean_24", "from_mean_72", "drift_288",
)  # fmt: skip
LEVEL = ("value", "mean_6", "mean_24", "mean_72", "from_usual")
MOVEMENT = ("change", "spread_6", "spread_24")

Floats = NDArray[np.float64]


def columns(names: tuple[str, ...]) -> list[int]:
    """Places of named features in a row.

    >>> columns(("value", "mean_6"))
    [0, 2]
    """
    return [NAMES.index(name) for name in names]


def features(seconds: Floats, values: Floats) -> Floats:
    """(n, len(NAMES)) from times and values (n,), n at least 1."""
    means = {rows: trailing(values, rows).mean(axis=1) for rows in MEANS}
    spreads = {rows: _spread(trailing(values, rows)) for rows in SPREADS}
    usual = usual_values(seconds, values)
    angle = 2 * np.pi * (seconds % DAY) / DAY
    parts = {
        "value": values,
        "change": np.diff(values, prepend=values[0]),
        **{f"mean_{rows}": means[rows] for rows in (6, 24, 72)},
        **{f"spread_{rows}": spreads[rows] for rows in SPREADS},
        "from_usual": np.where(np.isnan(usual), 0.0, values - usual),
        "sine": np.sin(angle),
        "cosine": np.cos(angle),
        "from_mean_24": values - means[24],
        "from_mean_72": values - means[72],
        "drift_288": means[24] - means[288],
    }
    return np.column_stack([parts[name] for name in NAMES])


def _spread(view: Floats) -> Floats:
    """(n,) standard deviations of the rows of (n, k), in parts: each part is copied."""
    parts = range(0, len(view), PART)
    return np.concatenate([view[begin : begin + PART].std(axis=1) for begin in parts])


def trailing(values: Floats, rows: int) -> Floats:
    """(n, rows) of (n,): every row with those before it; before the first row its value stands."""
    padded = np.concatenate([np.full(rows - 1, values[0]), values])
    view: Floats = sliding_window_view(padded, rows)
    return view


def usual_values(seconds: Floats, values: Floats) -> Floats:
    """(n,) median of the same time on the seven days before, of those that have it; NaN where none has."""
    seen = np.full((DAYS, len(values)), np.nan)
    for day in range(DAYS):
        then = seconds - (day + 1) * DAY
        row = np.searchsorted(seconds, then, side="right") - 1
        known = (row >= 0) & (then - seconds[np.maximum(row, 0)] <= TOLERANCE)
        seen[day, known] = values[row[known]]
    return _median_of_known(seen)


def _median_of_known(seen: Floats) -> Floats:
    """(n,) over the first axis; NaN where all are."""
    ordered = np.sort(seen, axis=0)  # NaN comes last
    known = np.count_nonzero(~np.isnan(seen), axis=0)
    at = np.arange(seen.shape[1])
    low, high = ordered[np.maximum(known - 1, 0) // 2, at], ordered[known // 2, at]
    return np.where(known > 0, (low + high) / 2, np.nan)
