"""The hours of a series: their means, whether the day has a curve, and what a forecaster of the next hour reads."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HOUR = 3_600.0  # seconds
DAY_HOURS = 24
WEEK_HOURS = 7 * DAY_HOURS
HISTORY = 48  # hours that the forecaster reads
CHANNELS = ("value", "usual_next", "week_ago_next", "sine_next", "cosine_next")
BASELINE = CHANNELS.index("usual_next")  # an untrained forecaster repeats the usual value of the hour
LEAST_PAIRS = 2 * DAY_HOURS  # hours with a usual value, before a curve is believed
CURVE = 0.5  # share of the spread that the time of day must explain
MAD_TO_SIGMA = 1.4826

Floats = NDArray[np.float64]


class Hours(NamedTuple):
    """From the first hour of a series to its last."""

    mean: Floats  # (h,) NaN where the series has no row
    usual: Floats  # (h,) median of the same hour of the seven days before; NaN where there is none
    first: int  # hours since the epoch
    last_complete: NDArray[np.int64]  # (n,) for every row the last hour that was over then; -1 for none

    @classmethod
    def of(cls, seconds: Floats, values: Floats) -> "Hours":
        """From times in order and values (n,)."""
        hour = np.floor(seconds / HOUR).astype(np.int64)
        at = hour - hour[0]
        count = np.bincount(at)
        total = np.bincount(at, weights=values)
        mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        return cls(mean, _usual(mean), int(hour[0]), at - 1)


def _usual(mean: Floats) -> Floats:
    padded = np.concatenate([np.full(WEEK_HOURS, np.nan), mean])
    days = np.array([padded[WEEK_HOURS - day * DAY_HOURS :][: len(mean)] for day in range(1, 8)])
    ordered = np.sort(days, axis=0)  # NaN comes last
    known = np.count_nonzero(~np.isnan(days), axis=0)
    at = np.arange(len(mean))
    middle = (ordered[np.maximum(known - 1, 0) // 2, at] + ordered[known // 2, at]) / 2
    return np.where(known > 0, middle, np.nan)


def has_daily_curve(hours: Hours, now: int) -> bool:
    """Whether, over the week before hour `now`, the time of day explained enough of the value."""
    week = slice(max(0, now - WEEK_HOURS), now)
    mean, usual = hours.mean[week], hours.usual[week]
    known = ~(np.isnan(mean) | np.isnan(usual))
    if known.sum() < LEAST_PAIRS:
        return False
    spread = np.mean(np.abs(mean[known] - np.median(mean[known])))
    return bool(np.mean(np.abs(mean[known] - usual[known])) < (1 - CURVE) * spread)


class Scale(NamedTuple):
    """`arcsinh((x - median) / s)` of what a forecaster reads and foretells."""

    median: float
    s: float

    @classmethod
    def of(cls, mean: Floats) -> "Scale":
        """From hours (h,), some of them known."""
        known = mean[~np.isnan(mean)]
        median = float(np.median(known))
        return cls(median, float(MAD_TO_SIGMA * np.median(np.abs(known - median)) or known.std() or 1.0))

    def scaled(self, values: Floats) -> NDArray[np.float32]:
        """Of the same shape."""
        return np.arcsinh((values - self.median) / self.s).astype(np.float32)


def channels(hours: Hours, begin: int, end: int, scale: Scale) -> NDArray[np.float32]:
    """(end - begin, n_channels) of hours `begin` to `end`: what each was, and what is known of the one after it."""
    ahead = np.arange(begin + 1, end + 1)
    value = _filled(hours.mean[begin:end], hours.usual[begin:end], scale.median)
    usual = _filled(hours.usual[np.minimum(ahead, len(hours.usual) - 1)], value, scale.median)
    week = np.where(ahead >= WEEK_HOURS, hours.mean[np.maximum(ahead - WEEK_HOURS, 0)], np.nan)
    angle = 2 * np.pi * ((ahead + hours.first) % DAY_HOURS) / DAY_HOURS
    numbers = [scale.scaled(part) for part in (value, usual, _filled(week, usual, scale.median))]
    return np.column_stack([*numbers, np.sin(angle), np.cos(angle)]).astype(np.float32)


def _filled(values: Floats, instead: Floats, at_last: float) -> Floats:
    return np.where(~np.isnan(values), values, np.where(~np.isnan(instead), instead, at_last))
