"""The next two days of shop and services as the LSTM sees them, from quarter hours of the last days.

The network works on what is left when the ordinary week is taken out: `log((seen + CALM) / (expected + CALM))` of
each quarter hour. So a network that has learnt nothing forecasts the ordinary week, and levels, growth and slow
changes are what it adds.
"""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.volume.counts import DAY, STEP, STEPS
from models.volume.families import groups
from models.volume.past import Past
from models.volume.profile import Rates, at

Floats = NDArray[np.float64]
HISTORY_DAYS = 3
HISTORY = HISTORY_DAYS * STEPS  # quarter hours the network sees
HORIZON = 2 * STEPS  # quarter hours it forecasts
QUANTILES = (0.1, 0.5, 0.9)
CHANNELS = ("log_ratio", "expected_volume", "day_sine", "day_cosine", "week_sine", "week_cosine")
CALM = 10.0  # events added to both sides of a ratio: a quiet quarter hour is no news
LARGEST = 0.7  # log ratio beyond which history is cut off: an outage is not how days are
STRONGEST = 0.5  # log of how far a forecast may depart from the ordinary week


class Forecasting(Protocol):
    """A model that forecasts: histories (n, HISTORY, channels) to quantiles (n, HORIZON, n_quantiles) of log ratios."""

    def forecast(self, history: NDArray[np.float32]) -> NDArray[np.float64]: ...


@dataclass(frozen=True, slots=True)
class Blended:
    """A forecast drawn towards the ordinary week: `share` 0 is the week alone, 1 the model alone."""

    model: Forecasting
    share: float

    def forecast(self, history: NDArray[np.float32]) -> NDArray[np.float64]:
        """As `Forecasting`."""
        return self.model.forecast(history) * self.share


@cache
def entity_events() -> Floats:
    """(n_kinds, n_entities): counts @ members are the domain events of the shop and of each service
    (`families.entities`).
    """
    held = [group.members for group in groups() if group.role == "events"]
    return np.stack(held, axis=1).astype(np.float64)


def level_factors(past: Past, day: int, model: Forecasting | None) -> Floats:
    """(STEPS, n_entities): how far the forecast for `day`, made at its midnight, departs from the ordinary week. 1
    without a model.
    """
    rates = past.rates(day)
    expected = expected_steps(rates, day * STEPS, STEPS)
    if model is None:
        return np.ones_like(expected)
    answer = np.asarray(model.forecast(history(past, rates, day)), np.float64)  # (n_entities, HORIZON, n_quantiles)
    log_ratio = np.clip(answer[:, :STEPS, QUANTILES.index(0.5)].T, -STRONGEST, STRONGEST)
    forecast = np.maximum((expected + CALM) * np.exp(log_ratio) - CALM, 0.0)
    return np.asarray(np.where(expected > 0, forecast / np.maximum(expected, 1e-9), 1.0).clip(0.3, 3.0))


def history(past: Past, rates: Rates, day: int) -> NDArray[np.float32]:
    """(n_entities, HISTORY, n_channels): the quarter hours before `day`; ordinary where they are not known."""
    days = past.days_before(day)
    seen, known = [], []
    for before in range(day - HISTORY_DAYS, day):
        held = days.get(before)
        known += [held is not None] * STEPS
        seen.append(np.zeros((STEPS, entity_events().shape[1])) if held is None else held @ entity_events())
    first = (day - HISTORY_DAYS) * STEPS
    return channels(np.concatenate(seen), expected_steps(rates, first, HISTORY), first, np.array(known))


def channels(seen: Floats, expected: Floats, first: int, known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(n_entities, n_steps, n_channels) from counts (n_steps, n_entities) from step `first` on."""
    ratio = np.clip(log_ratios(seen, expected), -LARGEST, LARGEST) * known[:, None] / LARGEST
    volume = (np.log1p(expected) - 4.0) / 3.0
    step = first + np.arange(len(seen))
    angles = (2 * np.pi * (step % STEPS) / STEPS, 2 * np.pi * (step % (7 * STEPS)) / (7 * STEPS))
    waves = [np.repeat(wave(angle)[:, None], seen.shape[1], axis=1) for angle in angles for wave in (np.sin, np.cos)]
    return np.stack([ratio, volume, *waves], axis=2).transpose(1, 0, 2).astype(np.float32)


def log_ratios(seen: Floats, expected: Floats) -> Floats:
    """What the network forecasts, of counts of quarter hours."""
    return np.asarray(np.log((seen + CALM) / (expected + CALM)))


def expected_steps(rates: Rates, first: int, n: int) -> Floats:
    """(n, n_entities): events of the ordinary week in n quarter hours from `first` on (steps since the epoch)."""
    minutes = first * STEP + np.arange(n * STEP)
    return np.asarray(at(rates, minutes).reshape(n, STEP, -1).sum(axis=1) @ entity_events())


def by_minute(factors: Floats, minutes: NDArray[np.int64]) -> Floats:
    """(n, n_entities): the factors of a day at given minutes of it, straight lines between the middles of quarter
    hours.
    """
    place = np.clip((minutes % DAY + 0.5) / STEP - 0.5, 0, STEPS - 1)
    before = np.floor(place).astype(np.int64)
    part = (place - before)[:, None]
    return np.asarray(factors[before] * (1 - part) + factors[np.minimum(before + 1, STEPS - 1)] * part)
