"""How the days of the week differ: by a factor of the whole day, and by one for each eighth of it.

Each is believed only as far as the same day of several weeks bears it out (`garrote`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.volume.counts import STEPS
from models.volume.curve import middle
from models.volume.garrote import MAD_TO_SIGMA, SURELY, believed
from models.volume.level import CLOSED

Floats = NDArray[np.float64]
Days = NDArray[np.int64]
PARTS = 8  # of a day, that may differ by the day of the week
WEEKEND = (2, 3)  # Saturday and Sunday; day 0 of the epoch was a Thursday
CALM = 8.0  # counts added to both sides of a ratio
STRAY = 0.15  # log of how far a day may be from its like and count fully: an outage is not how days are
USUAL_WHOLE, USUAL_PART = 0.06**2, 0.12**2  # variance of a day's and of a part's log ratio, before any showed theirs
VOTES = 2.0  # differences that this assumption counts for


class Differences(NamedTuple):
    """Of n days from the ordinary one, in log, with the variance of a single day."""

    value: Floats  # (n, PARTS or 1)
    noise: float


def weekday_factors(totals: Floats, days: Days) -> Floats:
    """(7, STEPS) from totals (n_days, STEPS) of the given days; 1 where little is known."""
    ordinary, parts = _parts(middle(totals)[None])[0], _parts(totals)
    whole = np.log((parts.sum(axis=1, keepdims=True) + CALM) / (ordinary.sum() + CALM))
    rest = np.log((parts + CALM / 2) / (ordinary * np.exp(whole) + CALM / 2))
    differences = (_among(whole, days, USUAL_WHOLE), _among(rest, days, USUAL_PART))
    factors = np.ones((7, PARTS))
    for weekday in range(7):
        same = np.isin(days % 7, _alike(days, weekday))
        if same.any():
            own = (Differences(found.value[same], found.noise) for found in differences)
            factors[weekday] = _factors(parts[same], ordinary, *own)
    return np.repeat(factors, STEPS // PARTS, axis=1)


def _alike(days: Days, weekday: int) -> tuple[int, ...]:
    """The weekdays that speak for one; Saturday and Sunday vouch for each other while there is only one of either."""
    once = np.count_nonzero(days % 7 == weekday) == 1
    return WEEKEND if once and weekday in WEEKEND else (weekday,)


def _factors(same: Floats, ordinary: Floats, whole: Differences, rest: Differences) -> Floats:
    """(PARTS,) of one weekday; one that was closed again and again is closed, not a little open."""
    if (same.sum(axis=1) < CLOSED * ordinary.sum()).all():
        return np.asarray(np.minimum(same.mean(axis=0) / np.maximum(ordinary, 1.0), 1.0))
    parts = _believed(rest, SURELY) if len(same) > 1 else np.zeros(PARTS)  # a single day is believed as a whole only
    return np.asarray(np.exp(_believed(whole, 1.0) + parts))


def _among(value: Floats, days: Days, usual: float) -> Differences:
    """With the noise that days of the same weekday show; half of them may hold incidents."""
    apart = [np.diff(value[days % 7 == weekday], axis=0) for weekday in range(7)]
    pairs = np.concatenate(apart)
    shown = (MAD_TO_SIGMA * float(np.median(np.abs(pairs)))) ** 2 / 2 if len(pairs) else usual
    return Differences(value, (shown * len(pairs) + usual * VOTES) / (len(pairs) + VOTES))


def _believed(difference: Differences, surely: float) -> Floats:
    """(PARTS or 1,): typical of the days, as far as it is no chance."""
    return believed(_typical(difference.value), surely * difference.noise / len(difference.value))


def _typical(value: Floats) -> Floats:
    """(PARTS or 1,) of log ratios (n, PARTS or 1): about their median, in which the ordinary day has a vote too, so
    that one outage in two days does not win.
    """
    about = np.median(np.concatenate([value, np.zeros((1, value.shape[1]))]), axis=0)
    return np.asarray(about + np.clip(value - about, -STRAY, STRAY).mean(axis=0))


def _parts(totals: Floats) -> Floats:
    return np.asarray(totals.reshape(len(totals), PARTS, STEPS // PARTS).sum(axis=2))
