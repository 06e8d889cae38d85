"""What evidence is worth: how far ordinary days stray by chance differs between short and long windows, few and many.

Nothing makes a service fall silent for minutes but an incident, while a busy evening lies above its forecast for
hours. So each kind of window gets a factor that makes `ENOUGH` nats as rare on ordinary days as the alert budget asks.
"""

import numpy as np
from numpy.typing import NDArray

from models.scenarios.daily_evidence import ROLES, SPANS
from models.scenarios.daily_hold import LOUD
from models.training.volume_budget import WEEK, occasions, threshold_for

Floats = NDArray[np.float64]
ENOUGH = LOUD  # odds of thirteen thousand to one: below, no log is long enough to promise anything
CLASSES = ((2, 5), (8, 30), (45, 120), (180, 360))  # first and last window of each kind, minutes
BUDGET_PER_WEEK = 0.25  # false anomalies, over all entities: with four scenarios one a week
STEEPEST = 1.25  # nats that make chance e times rarer: 1 where unrest is what it is taken for
CLEAN = 0.9  # of the days, the calmest: an outage in the log does not count as chance


def fit_trust(parts: list[tuple[NDArray[np.int64], Floats]]) -> Floats:
    """(2, n_spans - 1) from minutes (n,) and the deviations of weighed windows (n, n_spans - 1, n_columns)."""
    minute = np.concatenate([minutes for minutes, _ in parts])
    weighed = np.concatenate([deviation for _, deviation in parts])
    spans = np.array(SPANS[1:])
    trust = np.ones((2, len(spans)))
    for side, sign in enumerate((-1.0, 1.0)):
        for first, last in CLASSES:
            held = (spans >= first) & (spans <= last)
            strength = np.maximum(sign * weighed[:, held], 0.0).max(axis=1) ** 2 / 2  # (n, n_columns)
            trust[side, held] = ENOUGH / max(_needed(minute, strength), ENOUGH)
    return trust


def _needed(minute: NDArray[np.int64], strength: Floats) -> float:
    """What ordinary days exceed as often as this kind of window may."""
    by_entity = strength.reshape(len(strength), -1, ROLES).max(axis=2)
    calm = _calm(minute // (WEEK // 7), by_entity.max(axis=1))
    minute, by_entity = minute[calm], by_entity[calm]
    peaks = [peak for place in range(by_entity.shape[1]) for peak in occasions(minute, by_entity[:, place])]
    return threshold_for(peaks, len(minute) / WEEK, BUDGET_PER_WEEK / (2 * len(CLASSES)), STEEPEST)


def _calm(day: NDArray[np.int64], strength: Floats) -> NDArray[np.bool_]:
    days, place = np.unique(day, return_inverse=True)
    worst = np.zeros(len(days))
    np.maximum.at(worst, place, strength)
    return np.asarray((worst <= np.quantile(worst, CLEAN))[place])
