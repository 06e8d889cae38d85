"""The curve of an ordinary day, from the same quarter hours of many days.

Robust by construction: of each quarter hour the mean with the farthest days drawn in, so that one outage leaves no
dent. Of counts that are mostly 0 that makes nothing, so what is rare follows the shop's own curve, with a share that
changes the slower the rarer it is, except where it comes day by day, as an import at nine.
"""

import numpy as np
from numpy.typing import NDArray

from models.volume.counts import STEPS

Floats = NDArray[np.float64]
ENOUGH = 60.0  # events on all days together from which a share is believed
SURELY = 3.0  # standard deviations above what is expected of it, from which something comes day by day
LEAST = 0.2  # events in a quarter hour that are taken for possible at any time
TRIM = 0.1  # of the days, drawn in at either end
_KERNEL = np.array([0.03, 0.22, 0.5, 0.22, 0.03])  # of neighbouring quarter hours, about 13 minutes wide
RARE = ENOUGH * STEPS / len(_KERNEL)  # events on all days together


def day_curve(sums: Floats) -> Floats:
    """(STEPS, n_kinds): ordinary counts of each quarter hour, from counts (n_days, STEPS, n_kinds)."""
    curve = _kernel(middle(sums))
    whole = middle(sums.sum(axis=1))
    curve *= whole / np.maximum(curve.sum(axis=0), 1e-9)
    shop = curve.sum(axis=1)
    for kind in np.flatnonzero(sums.sum(axis=(0, 1)) < RARE).tolist():
        curve[:, kind] = _rare(sums[:, :, kind], curve[:, kind], shop)
    return curve


def middle(values: Floats) -> Floats:
    """Mean over the first axis, the `TRIM` lowest and highest no farther off than the next: to leave them out would
    make less of small counts, of which the high ones are the rarer.
    """
    cut = int(TRIM * len(values) + 0.5) if len(values) > 2 else 0
    ordered = np.sort(values, axis=0)
    return np.asarray(np.clip(ordered, ordered[cut], ordered[len(values) - 1 - cut]).mean(axis=0))


def _kernel(curve: Floats) -> Floats:
    """Smoothed over neighbouring quarter hours; shape (STEPS, ...)."""
    return np.asarray(sum(weight * np.roll(curve, shift, axis=0) for shift, weight in enumerate(_KERNEL, -2)))


def _rare(sums: Floats, usual: Floats, shop: Floats) -> Floats:
    """(STEPS,) of one kind, counts (n_days, STEPS): its share of the shop, or what is `usual` where that is sure."""
    width = int(np.clip(np.ceil(ENOUGH * STEPS / max(float(sums.sum()), 1.0)), len(_KERNEL), STEPS))
    share = _around(sums.mean(axis=0), width) / np.maximum(_around(shop, width), 1e-9)
    curve = shop * share
    is_daily = _kernel(middle(sums)) > curve + SURELY * np.sqrt(np.maximum(curve, LEAST) / len(sums))
    return np.where(is_daily, usual, curve)


def _around(curve: Floats, width: int) -> Floats:
    """Sums over the `width` quarter hours around each of a day's, round the clock."""
    before = (width - 1) // 2
    wrapped = np.concatenate([curve[STEPS - before :], curve, curve[: width - 1 - before]])
    total = np.concatenate([[0.0], np.cumsum(wrapped)])
    return np.asarray(total[width:] - total[:STEPS])
