"""How unrestful ordinary volume is: fits `Dispersion` from what was seen and expected on the days of a log."""

import numpy as np
from numpy.typing import NDArray

from models.volume.counts import DAY
from models.volume.surprise import CAUTIOUS, LEAST_EXPECTED, Dispersion, root_deviance

Floats = NDArray[np.float64]
BINS = 12
FEWEST = 100  # spans in a bin
FEWEST_SILENT = 10  # silent spans in a bin, to know how often that happens
QUANTILES = (
    (0.8413, 1.0),
    (0.997, 2.748),
    (0.9995, 3.291),
)  # of the root deviance on one side, and of a normal variable
RARE = 200.0  # events a day; what is rarer comes in bursts that no time of day explains


def fit_dispersion(
    seen: Floats, expected: Floats, day: NDArray[np.int64], spans: tuple[int, ...], calmest: float = 1.0
) -> Dispersion:
    """From (n, n_spans, n_groups) counts of spans that end in n minutes of the given days (n,).

    `calmest` is the lowest base of too few: 1 for counts of independent events, less for effects of known causes.
    The worst days of each span and group, one in ten, are left out: an outage in the log must not become ordinary.
    """
    _, n_spans, n_groups = seen.shape
    figures = np.empty((6, n_spans, n_groups))
    for span in range(n_spans):
        for group in range(n_groups):
            figures[:, span, group] = _fit(seen[:, span, group], expected[:, span, group], day, spans[span], calmest)
    return Dispersion.of(figures)


def _fit(seen: Floats, expected: Floats, day: NDArray[np.int64], minutes: int, calmest: float) -> tuple[float, ...]:
    root = np.abs(root_deviance(seen, expected))
    days, place = np.unique(day, return_inverse=True)
    worst = np.zeros(len(days))
    np.maximum.at(worst, place, root / np.sqrt(1.0 + 0.02 * expected))
    keep = (worst <= np.quantile(worst, 0.9))[place] if len(days) >= 5 else np.ones(len(seen), bool)
    is_rare = expected[keep].mean() / minutes * DAY < RARE
    least = max(float(seen[keep].max()), LEAST_EXPECTED) if is_rare else LEAST_EXPECTED
    root = root_deviance(seen[keep], expected[keep], least)
    low = _line(*_binned(-root, expected[keep]), calmest)
    silence = _silence(seen[keep], expected[keep], low[0])
    return (*low, *_line(*_binned(root, expected[keep]), 1.0), least, silence)


def _silence(seen: Floats, expected: Floats, base: float) -> float:
    """Events that one independent cause brings: where nothing is seen with probability p of m expected, it is m /
    -log p.
    """
    causes = []
    for rows in bins_of(expected):
        nothing = float(np.mean(seen[rows] == 0))
        if nothing * len(rows) >= FEWEST_SILENT and nothing < 0.6:
            causes.append(float(expected[rows].mean()) / -np.log(nothing))
    return min(max(float(np.quantile(causes, 0.75)), 0.5), base) if causes else base


def _binned(root: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Mean expected count, and variance that the upper side of the root deviance speaks of, in bins of equal size."""
    bins = bins_of(expected)
    mean = np.array([expected[rows].mean() for rows in bins])
    spread = [max(np.mean(root[rows] ** 2), *(_one_sided(root[rows], *pair) for pair in QUANTILES)) for rows in bins]
    return mean, np.array(spread)


def _one_sided(root: Floats, quantile: float, normal: float) -> float:
    return (max(float(np.quantile(root, quantile)), 0.0) / normal) ** 2


def bins_of(expected: Floats) -> list[NDArray[np.int64]]:
    """Rows of similar expectations."""
    return [rows for rows in np.array_split(np.argsort(expected, kind="stable"), BINS) if len(rows) >= FEWEST]


def _line(mean: Floats, variance: Floats, calmest: float) -> tuple[float, float]:
    """Least squares with a base of at least `calmest` and a slope of at least 0."""
    if len(mean) == 0:
        return CAUTIOUS[0], CAUTIOUS[1]
    centred = mean - mean.mean()
    slope = max(float((centred * variance).sum() / max((centred**2).sum(), 1e-9)), 0.0)
    base = float(np.mean(variance - slope * mean))
    if base < calmest:
        slope = max(float(((variance - calmest) * mean).sum() / max((mean**2).sum(), 1e-9)), 0.0)
    return max(base, calmest), slope
