"""How unrestful ordinary volume is: fits `Dispersion` from what was seen and expected on the days of a log."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.volume.counts import DAY
from models.volume.surprise import CAUTIOUS, LEAST_EXPECTED, Dispersion, root_deviance

Floats = NDArray[np.float64]
BINS = 12
FEWEST = 100  # spans in a bin
MOSTLY_SILENT = 0.6  # of the spans in a bin; it tells nothing then
QUANTILES = (
    (0.8413, 1.0),
    (0.997, 2.748),
    (0.9995, 3.291),
)  # of the root deviance on one side, and of a normal variable
ORDINARY_PEAK = 3.8  # standard deviations that a day may reach
BUSIER = 3.0, 1.5  # times the busiest moment so far, of what is rare and of other single kinds
RARE = 200.0  # events a day; what is rarer comes in bursts that no time of day explains


def fit_dispersion(
    seen: Floats,
    expected: Floats,
    day: NDArray[np.int64],
    spans: tuple[int, ...],
    calmest: float = 1.0,
    single: NDArray[np.bool_] | None = None,
    visit: Floats | float = 0.0,
) -> Dispersion:
    """From (n, n_spans, n_groups) counts of spans that end in n minutes of the given days (n,).

    `single` (n_groups,) are message kinds, which one big order may bring by the dozen at any time: what the busiest
    moment brought is ordinary for them.

    `visit` (n_spans, n_groups) is what a single visit may bring at any time.

    `calmest` is the lowest base of too few: 1 for counts of independent events, less for effects of known causes.
    The worst days of each span and group, one in ten, are left out: an outage in the log must not become ordinary.
    """
    _, n_spans, n_groups = seen.shape
    figures, visit = np.empty((6, n_spans, n_groups)), np.broadcast_to(visit, (n_spans, n_groups))
    for group in range(n_groups):
        least = Least(calmest, 1.0, 0.5)
        for span in range(n_spans):
            alone = single is not None and bool(single[group])
            floor = least._replace(possible=float(visit[span, group]))
            found = _fit(seen[:, span, group], expected[:, span, group], day, spans[span], floor, alone)
            least = Least(found[0], found[2], found[5])
            figures[:, span, group] = found
    return Dispersion.of(figures)


class Least(NamedTuple):
    """What a span's figures are at least: those of the next shorter one, as clusters only grow with the span."""

    low: float
    high: float
    silence: float
    possible: float = LEAST_EXPECTED  # of the span itself, that is taken for possible at any time


def _fit(
    seen: Floats, expected: Floats, day: NDArray[np.int64], minutes: int, floor: Least, alone: bool
) -> tuple[float, ...]:
    keep = _without_worst(seen, expected, day)
    seen, expected, day = seen[keep], expected[keep], day[keep]
    least = _possible(seen, expected, minutes, floor.possible, alone)
    root = root_deviance(seen, expected, least)
    low = _line(*_binned(-root, expected), floor.low)
    silence = silence_of(seen, expected, low[0], minutes)
    high = _line(*_binned(root, expected), floor.high)
    tail = _tail(root / np.sqrt(high[0] + high[1] * expected), day)
    return (*low, *(part * tail for part in high), least, max(silence, min(floor.silence, low[0])))


def possible_of(seen: Floats, expected: Floats, day: NDArray[np.int64], minutes: int, visit: float) -> float:
    """The count that may come at any time, of spans (n,) of so many minutes; `visit` is what one visit may bring."""
    keep = _without_worst(seen, expected, day)
    return _possible(seen[keep], expected[keep], minutes, visit, alone=False)


def _without_worst(seen: Floats, expected: Floats, day: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) bool: spans of all but the worst days, one in ten."""
    days, place = np.unique(day, return_inverse=True)
    worst = np.zeros(len(days))
    np.maximum.at(worst, place, np.abs(root_deviance(seen, expected)) / np.sqrt(1.0 + 0.02 * expected))
    return (worst <= np.quantile(worst, 0.9))[place] if len(days) >= 5 else np.ones(len(seen), bool)


def _possible(seen: Floats, expected: Floats, minutes: int, visit: float, alone: bool) -> float:
    busier = BUSIER[0] if expected.mean() / minutes * DAY < RARE else BUSIER[1] if alone else 0.0
    return max(busier * float(seen.max()), visit, LEAST_EXPECTED)


def _tail(deviation: Floats, day: NDArray[np.int64]) -> float:
    """What to multiply the variance with so that the highest deviation of a day is ordinary; the highest day of all may
    hold an incident and does not count. Big orders make tails that no variance tells.
    """
    highest = sorted(float(deviation[day == one].max()) for one in np.unique(day).tolist())
    return max(highest[-2:][0] / ORDINARY_PEAK, 1.0) ** 2


def silence_of(seen: Floats, expected: Floats, base: float, minutes: int) -> float:
    """Events that one independent cause brings: where nothing is seen with probability p of m expected, it is m /
    -log p. As p is known from few spans that do not overlap, the upper end of what it may be is taken.
    """
    causes = []
    for rows in bins_of(expected):
        spans = len(rows) / minutes
        silent = float(np.mean(seen[rows] == 0)) * spans
        likely = (silent + 2 * np.sqrt(silent) + 2) / spans
        if likely < MOSTLY_SILENT:
            causes.append(float(expected[rows].mean()) / -np.log(likely))
    return min(max(float(np.quantile(causes, 0.25)), 0.5), base) if causes else base


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
    """The median line (Theil and Sen) with a base of at least `calmest` and a slope of at least 0: an outage in a few
    of the bins does not bend it.
    """
    if len(mean) == 0:
        return CAUTIOUS[0], CAUTIOUS[1]
    one, other = np.triu_indices(len(mean), 1)
    run = mean[other] - mean[one]
    rises = (variance[other] - variance[one])[run > 0] / run[run > 0]
    slope = max(float(np.median(rises)), 0.0) if len(rises) else 0.0
    base = float(np.median(variance - slope * mean))
    if base < calmest:
        base, slope = calmest, max(float(np.median((variance - calmest) / np.maximum(mean, 1e-9))), 0.0)
    return base, slope
