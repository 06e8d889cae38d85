"""How far ordinary days stray from their forecast: fits `Dispersion` for the evidence of `daily_workload`.

The variance of the root deviance of a count is a line in what was expected: its base is how many events one cause
brings, its slope how far demand itself swings. Both come from all bins of a span at once, since a bin at the peak
holds few independent windows; how rare the strongest evidence is, is the threshold's business.
"""

import numpy as np
from numpy.typing import NDArray

from models.training.volume_dispersion import bins_of, possible_of, silence_of
from models.volume.surprise import Dispersion, Side, root_deviance

Floats = NDArray[np.float64]
USUAL_SWING = 0.006  # variance of demand over an hour or two that is assumed before days have shown theirs
VOTES = 3.0  # days that this assumption counts for
CLEAN = 0.9  # of the days, the calmest
TAIL = ((0.977, 2.0), (0.997, 2.748))  # of one side of the standardised deviation, and of a normal variable
WIDEST = 2.5  # times the variance, for a heavy tail
ORDINARY_PEAK = 3.5  # standard deviations that most days may reach


def fit_unrest(
    seen: Floats, expected: Floats, day: NDArray[np.int64], spans: tuple[int, ...], visit: Floats | float = 0.0
) -> Dispersion:
    """From (n, n_spans, n_columns) counts of spans that end in n minutes of the given days (n,), and what a single
    visit may bring, (n_spans, n_columns).
    """
    lines = [
        [_lines(seen[:, span, column], expected[:, span, column], day) for column in range(seen.shape[2])]
        for span in range(len(spans))
    ]
    figures = np.array(lines).transpose(2, 0, 1)  # (4, n_spans, n_columns)
    low, high = (Side(_growing(figures[side], spans), figures[side + 1]) for side in (0, 2))
    least, silence = _possibles(seen, expected, day, spans, visit), _silences(seen, expected, low.base, spans)
    return _with_ordinary_days(Dispersion(low, high, least, silence), seen, expected, day)


def _possibles(
    seen: Floats, expected: Floats, day: NDArray[np.int64], spans: tuple[int, ...], visit: Floats | float
) -> Floats:
    """(n_spans, n_columns): the count that may come at any time."""
    each = np.broadcast_to(visit, seen.shape[1:]).tolist()
    found = [
        [possible_of(seen[:, span, column], expected[:, span, column], day, minutes, brought)
         for column, brought in enumerate(each[span])]
        for span, minutes in enumerate(spans)
    ]  # fmt: skip
    return np.array(found)


def _silences(seen: Floats, expected: Floats, base: Floats, spans: tuple[int, ...]) -> Floats:
    """(n_spans, n_columns): events that one cause brings, by how often nothing at all is seen; at most the base."""
    found = [
        [silence_of(seen[:, span, column], expected[:, span, column], base[span, column], minutes)
         for column in range(seen.shape[2])]
        for span, minutes in enumerate(spans)
    ]  # fmt: skip
    return np.minimum(_growing(np.array(found), spans), base)


def _with_ordinary_days(held: Dispersion, seen: Floats, expected: Floats, day: NDArray[np.int64]) -> Dispersion:
    """As unrestful as it takes for the farthest that most days stray, on either side, to be ordinary: what is
    clustered in ways no line tells would else cost all others their evidence.
    """
    deviation = held.standardised(seen, expected)
    few, many = (
        np.median([(sign * deviation[day == one]).max(axis=0) for one in np.unique(day)], axis=0) for sign in (-1, 1)
    )
    below, above = (np.maximum(peak / ORDINARY_PEAK, 1.0) ** 2 for peak in (few, many))
    low, high = (Side(side.base * by, side.slope * by) for side, by in ((held.low, below), (held.high, above)))
    return Dispersion(low, high, held.least, held.silence * below)


def _growing(figure: Floats, spans: tuple[int, ...]) -> Floats:
    """Along spans: what one cause brings within a window is no less within a longer one, and grows no faster than it.
    Short windows that expect less than one cause brings say nothing of that themselves.
    """
    grown = np.maximum.accumulate(figure, axis=0)
    for span in range(len(spans) - 2, -1, -1):
        share = spans[span] / spans[span + 1]
        grown[span] = np.maximum(grown[span], 1.0 + (grown[span + 1] - 1.0) * share)
    return np.asarray(grown)


def _lines(seen: Floats, expected: Floats, day: NDArray[np.int64]) -> tuple[float, ...]:
    """Base and slope below, base and slope above."""
    root = root_deviance(seen, expected)
    days, place = np.unique(day, return_inverse=True)
    keep = _calm(root / np.sqrt(1.0 + 0.02 * expected), place)
    root, mean = root[keep], expected[keep]
    held = bins_of(mean)
    if not held:
        return (*_shrunk(4.0, 0.05, len(days)), *_shrunk(4.0, 0.05, len(days)))
    base, slope = line(
        np.array([mean[rows].mean() for rows in held]), np.array([np.mean(root[rows] ** 2) for rows in held])
    )
    base, slope = _shrunk(base, slope, len(days))
    standardised = root / np.sqrt(base + slope * mean)
    below, above = _tail(-standardised), _tail(standardised)
    return base * below, slope * below, base * above, slope * above


def _calm(strangeness: Floats, place: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Rows of the calmest days: an outage in the log must not become ordinary."""
    worst = np.zeros(place.max() + 1)
    np.maximum.at(worst, place, np.abs(strangeness))
    if len(worst) < 5:
        return np.ones(len(place), bool)
    return np.asarray((worst <= np.quantile(worst, CLEAN))[place])


def _shrunk(base: float, slope: float, days: int) -> tuple[float, float]:
    return base, (slope * days + USUAL_SWING * VOTES) / (days + VOTES)


def _tail(deviation: Floats) -> float:
    """How much heavier than normal one side is: a factor on its variance."""
    found = [max(float(np.quantile(deviation, q)), 0.0) / normal for q, normal in TAIL]
    return float(np.clip(np.mean(np.square(found)), 1.0, WIDEST))


def line(mean: Floats, variance: Floats) -> tuple[float, float]:
    """Base of at least 1 and slope of at least 0 with the least relative errors."""
    weight = 1.0 / np.maximum(variance, 1e-6)
    design = np.stack([weight, mean * weight], axis=1)
    base, slope = np.linalg.lstsq(design, np.ones(len(mean)), rcond=None)[0]
    if base < 1.0:
        base, rest = 1.0, 1.0 - weight
        slope = (rest * mean * weight).sum() / max(float(((mean * weight) ** 2).sum()), 1e-12)
    if slope < 0.0:
        base, slope = max(weight.sum() / (weight**2).sum(), 1.0), 0.0
    return float(base), float(slope)
