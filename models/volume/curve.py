"""The curve of an ordinary day, from the same quarter hours of many days.

What was far from the other days, for a quarter hour or for hours, has no vote, so that an outage leaves no dent. All
else has the same vote: leaving out the lowest and highest of each quarter hour would be robust too, but of counts that
are mostly 0 it makes nothing. What is rare follows the shop's own curve, with a share that changes the slower the
rarer it is, except where it comes day by day, as an import at nine.
"""

import numpy as np
from numpy.typing import NDArray

from models.volume.counts import STEPS
from models.volume.surprise import root_deviance

Floats = NDArray[np.float64]
WIDTHS = (1, 4, 12)  # quarter hours that are compared with those of other days
FAR = 4.5  # standard deviations
ENOUGH = 60.0  # events on all days together from which a share is believed
SURELY = 3.0  # standard deviations above what is expected of it, from which something comes day by day
LEAST = 0.2  # events in a quarter hour that are taken for possible at any time
TRIM = 0.2  # of the days, left out at either end
_KERNEL = np.array([0.03, 0.22, 0.5, 0.22, 0.03])  # of neighbouring quarter hours, about 13 minutes wide


def day_curve(sums: Floats) -> Floats:
    """(STEPS, n_kinds): ordinary counts of each quarter hour, from counts (n_days, STEPS, n_kinds)."""
    votes = _ordinary(sums)
    cast = votes.sum(axis=0)
    believed = cast >= len(sums) / 2  # else it is the day that has changed
    mean = (sums * votes).sum(axis=0) / np.maximum(cast, 1)
    usual = middle(sums)
    curve = _smooth(np.where(believed, mean, usual), sums.sum(axis=(0, 1)))
    daily = _kernel(usual)
    is_daily = daily > curve + SURELY * np.sqrt(np.maximum(curve, LEAST) / len(sums))
    return np.where(is_daily, daily, curve)


def middle(values: Floats) -> Floats:
    """Mean over the first axis without the `TRIM` lowest and highest."""
    cut = int(TRIM * len(values) + 0.5) if len(values) > 2 else 0
    return np.asarray(np.sort(values, axis=0)[cut : len(values) - cut].mean(axis=0))


def _ordinary(sums: Floats) -> NDArray[np.bool_]:
    """(n_days, STEPS, n_kinds) bool: what is not far from the same time of the other days, at any width."""
    ordinary = np.ones(sums.shape, bool)
    if len(sums) < 3:
        return ordinary
    for width in WIDTHS:
        around = np.stack([_around(day, width) for day in sums])
        deviation = root_deviance(around, middle(around)[None])
        usual = np.median(np.abs(deviation), axis=(0, 1)) * 1.4826  # the median deviation's standard deviation
        ordinary &= np.abs(deviation) < FAR * np.maximum(usual, 1.0)
    return ordinary


def _smooth(curve: Floats, total: Floats) -> Floats:
    """(STEPS, n_kinds): each kind as its share of the shop's smooth curve."""
    shop = _kernel(curve.sum(axis=1))
    return np.stack([_follow(curve[:, kind], shop, total[kind]) for kind in range(curve.shape[1])], axis=1)


def _kernel(curve: Floats) -> Floats:
    """Smoothed over neighbouring quarter hours; shape (STEPS, ...)."""
    return np.asarray(sum(weight * np.roll(curve, shift, axis=0) for shift, weight in enumerate(_KERNEL, -2)))


def _follow(curve: Floats, shop: Floats, total: float) -> Floats:
    """(STEPS,) of one kind with so many events on all days."""
    if total * len(_KERNEL) >= ENOUGH * STEPS:
        return _kernel(curve)
    width = int(np.clip(np.ceil(ENOUGH * STEPS / max(total, 1.0)), len(_KERNEL), STEPS))
    return np.asarray(shop * _around(curve, width) / np.maximum(_around(shop, width), 1e-9))


def _around(curve: Floats, width: int) -> Floats:
    """Sums over the `width` quarter hours around each of a day's, round the clock; shape (STEPS, ...)."""
    before = (width - 1) // 2
    wrapped = np.concatenate([curve[STEPS - before :], curve, curve[: width - 1 - before]])
    total = np.concatenate([np.zeros((1, *curve.shape[1:])), np.cumsum(wrapped, axis=0)])
    return np.asarray(total[width:] - total[:STEPS])
