"""The expected rate of any minute of the week, from sums of quarter hours of the last weeks.

Days of the week differ by a factor for each eighth of the day, as far as the history bears it out.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.volume.counts import DAY, STEP, STEPS
from models.volume.curve import day_curve, middle

WEEK = 7 * DAY  # minutes; minute 0 of the epoch's week is a Thursday, 00:00 UTC
PARTS = 8  # of a day, that may differ by the day of the week
WEEKEND = (2, 3)  # Saturday and Sunday
CLOSED = 0.2  # of an ordinary day
GRID = 2.0**24  # to one event
LEVEL_DAYS = 4  # recent days that set the level

Sums = Mapping[int, NDArray[np.int32]]  # day since the epoch: (STEPS, n_kinds)
Rates = NDArray[np.float32]  # (WEEK, n_kinds) events per minute


def expected_rates(days: Sums, before: int | None = None) -> Rates:
    """Rate per minute and kind for every minute of the week, at the level of the most recent days. At least one day.

    With `before`, at the level of the days before that one, if there are any.
    """
    order = np.array(sorted(days))
    sums = np.stack([days[day] for day in order.tolist()]).astype(np.float64)  # (n_days, STEPS, n_kinds)
    even = sums / _local_level(sums.sum(axis=(1, 2)))[:, None, None]
    weekly = day_curve(even) * _weekday_factors(even.sum(axis=2), order)[:, :, None]  # (7, STEPS, n_kinds)
    until = len(order) if before is None else int(np.searchsorted(order, before)) or len(order)
    recent = slice(max(until - LEVEL_DAYS, 0), until)
    level = _level(sums.sum(axis=(1, 2))[recent], weekly.sum(axis=(1, 2))[order[recent] % 7])
    return _by_minute(weekly.reshape(7 * STEPS, -1) * level / STEP)


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


def _local_level(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_days,): how busy the week around each day was, 1 on the whole; so that growth is not taken for a day of the
    week.
    """
    if len(totals) < 7:
        return np.ones(len(totals))
    around = [np.median(totals[max(day - 3, 0) : day + 4]) for day in range(len(totals))]
    level = np.array(around) / max(float(np.median(totals)), 1e-9)
    return np.where(level > 0.2, level, 1.0)  # a closed week has no level


def _weekday_factors(totals: NDArray[np.float64], days: NDArray[np.int64]) -> NDArray[np.float64]:
    """(7, STEPS): how the days of the week differ, from totals (n_days, STEPS); shrunk towards 1 where little is
    known.
    """
    ordinary = _parts(middle(totals)[None])[0]
    factors = np.ones((7, PARTS))
    for weekday in range(7):
        same = _parts(totals[np.isin(days % 7, _alike(days, weekday))])
        if len(same):
            factors[weekday] = _shrunk(same, ordinary, totals)
    return np.repeat(factors, STEPS // PARTS, axis=1)


def _alike(days: NDArray[np.int64], weekday: int) -> tuple[int, ...]:
    """The weekdays that speak for one; Saturday and Sunday vouch for each other while there is only one of either."""
    once = np.count_nonzero(days % 7 == weekday) == 1
    return WEEKEND if once and weekday in WEEKEND else (weekday,)


def _shrunk(
    same: NDArray[np.float64], ordinary: NDArray[np.float64], totals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(PARTS,) factor of one weekday; one that was closed again and again is closed, not a little open."""
    if len(same) > 1 and (same.sum(axis=1) < CLOSED * ordinary.sum()).all():
        return np.asarray(np.minimum(same.mean(axis=0) / np.maximum(ordinary, 1.0), 1.0))
    unrest = np.var(totals.sum(axis=1) / max(ordinary.sum(), 1e-9))  # of whole days
    prior = 20.0 + ordinary * min(unrest, 1.0) / len(same)
    return np.asarray((_typical(same, ordinary) + prior) / (ordinary + prior))


def _typical(same: NDArray[np.float64], ordinary: NDArray[np.float64]) -> NDArray[np.float64]:
    """(PARTS,) of days of one weekday. The ordinary day has a vote too, so that one outage in two days does not win.

    A single day is believed as a whole only, and fully only if it was closed.
    """
    if len(same) > 1:
        return np.asarray(np.median([*same, ordinary], axis=0))
    share = same.sum() / max(ordinary.sum(), 1e-9)
    return np.asarray(ordinary * (share if share < CLOSED else (share + 1) / 2))


def _parts(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(totals.reshape(len(totals), PARTS, STEPS // PARTS).sum(axis=2))


def _level(seen: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """How much busier the recent days were than the curve says; at most twice, at least half."""
    ordinary = expected > 0.2 * expected.max()  # closed days tell nothing
    return float(np.clip(np.median((seen[ordinary] + 1) / (expected[ordinary] + 1)), 0.5, 2.0))


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
