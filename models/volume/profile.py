"""The expected rate of any minute of the week, from sums of quarter hours of the last weeks.

How days and hours compare is asked of the visits where they were counted: the messages of a visit follow from each
other, so they say the same with more noise.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.volume.counts import DAY, STEP, STEPS
from models.volume.curve import day_curve
from models.volume.families import messages
from models.volume.level import newest_level, slow_levels
from models.volume.weekdays import weekday_factors

WEEK = 7 * DAY  # minutes; minute 0 of the epoch's week is a Thursday, 00:00 UTC
GRID = 2.0**24  # to one event

Sums = Mapping[int, NDArray[np.int32]]  # day since the epoch: (STEPS, n_kinds)
Rates = NDArray[np.float32]  # (WEEK, n_kinds) events per minute


def expected_rates(days: Sums, before: int | None = None) -> Rates:
    """Rate per minute and kind for every minute of the week, at the level of the most recent days. At least one day.

    With `before`, at the level of the days before that one, if there are any.
    """
    order = np.array(sorted(days))
    sums = np.stack([days[day] for day in order.tolist()]).astype(np.float64)  # (n_days, STEPS, n_kinds)
    telling = _telling(sums)
    totals = sums[:, :, telling].sum(axis=2)
    slow = slow_levels(totals.sum(axis=1), order)
    factors = weekday_factors(totals / slow[:, None], order)  # (7, STEPS)
    weekly = day_curve(sums / slow[:, None, None]) * factors[:, :, None]  # (7, STEPS, n_kinds)
    until = len(order) if before is None else int(np.searchsorted(order, before)) or len(order)
    due = weekly[:, :, telling].sum(axis=(1, 2))[order[:until] % 7]
    level = newest_level(totals[:until].sum(axis=1), due, order[:until])
    return _by_minute(weekly.reshape(7 * STEPS, -1) * level / STEP)


def _telling(sums: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n_kinds,) bool: visits, if every day that brought messages has some; else all messages."""
    come = sums.sum(axis=1)
    said, visits = come[:, messages()].sum(axis=1), come[:, ~messages()].sum(axis=1)
    return ~messages() if visits.any() and (visits[said > 0] > 0).all() else messages()


def at(rates: Rates, minutes: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n, n_kinds) events per minute expected in the given minutes since the epoch."""
    return rates[minutes % WEEK].astype(np.float64)


def aligned(days: Sums, first_day: int) -> dict[int, NDArray[np.int32]]:
    """The days moved by whole weeks so that the last of them lies in the week before `first_day`: another shop's
    past.
    """
    newest = max(days, default=first_day)
    weeks = -((newest - first_day + 1) // -7) if newest >= first_day else -((first_day - 1 - newest) // 7)
    return {day - 7 * weeks: sums for day, sums in days.items()}


def _by_minute(steps: NDArray[np.float64]) -> Rates:
    """Straight lines between the middles of the quarter hours, (WEEK, n_kinds)."""
    place = (np.arange(WEEK) + 0.5) / STEP - 0.5
    before = np.floor(place).astype(np.int64)
    part = (place - before)[:, None]
    rates = steps[before % len(steps)] * (1 - part) + steps[(before + 1) % len(steps)] * part
    return on_grid(rates).astype(np.float32)


def on_grid(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest multiples of 2^-24, any shape: their sums are exact, whatever the order and the beginning, so that
    minutes judged together and one by one see the same.
    """
    return np.asarray(np.rint(rates * GRID) / GRID)
