"""What the hours so far say of today: a little busier or calmer than the forecast, or by another clock.

The forecast of a day is made at its midnight. Until two hours ago the day has shown its level, which is taken as far
as it can be told from chance, and whether it runs an hour early or late, as when the clocks change. The last two
hours have no say: they are what is judged. Incidents that were found are counted as the ordinary.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.scenarios.daily_evidence import SPANS, members
from models.volume.counts import DAY, STEP, STEPS
from models.volume.past import Past, Stretch
from models.volume.profile import Rates, at
from models.volume.surprise import Dispersion

Floats = NDArray[np.float64]
PERIOD = 120  # minutes for which an answer holds
LAG = 120  # minutes that have no say
REACH = 14 * 60  # minutes before them that have
SHIFTS = (0, -60, 60)  # minutes
SURE = 9.0  # nats for another clock
SWING = 0.005  # variance of the level of days
LARGEST = 0.15  # log of the level
COLUMN = 1  # the shop's requests: the least clustered
QUARTER = SPANS.index(12)  # the window whose unrest stands for that of a quarter hour


class Today(NamedTuple):
    """What the hours so far say."""

    shift: int = 0  # minutes that the day runs late
    level: float = 1.0  # against the forecast


def corrected(stretch: Stretch, today: Today, rates: Rates) -> Stretch:
    """The stretch with the expectations of this day."""
    if today == Today():
        return stretch
    known = stretch.expected > 0  # what was announced is expected to be nothing
    minutes = np.arange(stretch.first - stretch.look_back, stretch.last)
    return stretch._replace(expected=at(rates, minutes - today.shift) * today.level * known)


def so_far(past: Past, minute: int, dispersion: Dispersion, clock: int = 0) -> Today:
    """Of the day of a minute, from what came until `LAG` before its period began; `clock` is the shift so far."""
    last = (minute // PERIOD * PERIOD - LAG) // STEP
    steps = np.arange(last - REACH // STEP, last)
    steps = steps[steps * STEP >= past.counts.known_from]
    if not len(steps) or not past.counts.known_from:
        return Today(clock)
    seen, made_good = _seen(past, steps)
    minutes = (steps[:, None] * STEP + np.arange(STEP)).ravel()
    rates, shape = past.rates(minute // DAY), (len(steps), STEP)
    of_shop = members()[:, COLUMN]
    expected = [(at(rates, minutes - shift) @ of_shop).reshape(shape).sum(axis=1) for shift in SHIFTS]
    strangeness = [_strangeness(seen, due, dispersion) for due in expected]
    best, held = int(np.argmin(strangeness)), SHIFTS.index(clock)
    best = best if strangeness[held] - strangeness[best] >= SURE else held
    return Today(SHIFTS[best], _level(made_good, expected[best], dispersion))


def _seen(past: Past, steps: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """(n,) the shop's requests in quarter hours, as they came and with incidents made good."""
    none = np.zeros((STEPS, len(members())))
    places = list(zip((steps // STEPS).tolist(), (steps % STEPS).tolist(), strict=True))
    came = np.stack([past.counts.days.get(day, none)[step] for day, step in places]) @ members()[:, COLUMN]
    missing = np.stack([past.corrections.missing.get(day, none)[step] for day, step in places]) @ members()[:, COLUMN]
    return came, np.maximum(came + missing, 0.0)


def _strangeness(seen: Floats, expected: Floats, dispersion: Dispersion) -> float:
    """Nats of the quarter hours against the expected at their own level."""
    due = np.maximum(expected * (seen.sum() + 1) / (expected.sum() + 1), 0.1)
    half = seen * np.log(np.maximum(seen, 0.1) / due) - (seen - due)
    return float((half / _variance(due, dispersion)).sum())


def _level(seen: Floats, expected: Floats, dispersion: Dispersion) -> float:
    """Drawn towards 1 as far as chance could explain it."""
    total = float(expected.sum()) + 1.0
    chance = float((_variance(expected, dispersion) * expected).sum()) / total**2
    log_ratio = np.log((seen.sum() + 1.0) / total)
    return float(np.exp(np.clip(log_ratio * SWING / (SWING + chance), -LARGEST, LARGEST)))


def _variance(expected: Floats, dispersion: Dispersion) -> Floats:
    low = dispersion.low
    return np.asarray(low.base[QUARTER, COLUMN] + low.slope[QUARTER, COLUMN] * expected)
