"""How demand runs through day and week."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.messages import Int64s
from tests.evaluation.spans import DAY, MINUTE

SLOW = 20  # minutes over which demand wanders


@dataclass(frozen=True, slots=True)
class Curve:
    """Expected demand relative to its mean, and how unruly it is."""

    start: int
    tod: NDArray[np.float64]  # (1440,) by minute of the day, mean 1
    weekday: NDArray[np.float64]  # (7,)
    growth: float  # a day
    day_noise: float  # sd of the logarithm
    minute_noise: float  # coefficient of variation of single minutes
    slow_noise: float  # of stretches of `SLOW` minutes
    shifted_from: int = 0  # from then on the day runs `shift` minutes earlier in UTC; 0: never
    shift: int = 60

    def expected(self, minute: Int64s) -> NDArray[np.float64]:
        """(n,) of minutes since the epoch, without noise."""
        shifted = (minute * MINUTE >= self.shifted_from) & (self.shifted_from > 0)
        local = minute + np.where(shifted, self.shift, 0)
        day = local // 1440
        grown = (1 + self.growth) ** (day - self.start // DAY)
        return self.tod[local % 1440] * self.weekday[day % 7] * grown

    def drawn(self, minute: Int64s, rng: np.random.Generator, unrest: float = 1.0) -> NDArray[np.float64]:
        """(n,) with noise, `unrest` times as much as usual."""
        days = _each(minute // 1440, lambda n: np.exp(rng.normal(0, self.day_noise * unrest, n)))
        slow = _each(minute // SLOW, lambda n: _gamma(rng, self.slow_noise * unrest, n))
        return self.expected(minute) * days * slow * _gamma(rng, self.minute_noise * unrest, len(minute))


def draw_curve(rng: np.random.Generator, start: int) -> Curve:
    """The habits of one shop's customers."""
    hour = np.arange(1440) / 60
    evening = np.exp(-0.5 * ((hour - rng.uniform(19.3, 21.3)) / rng.uniform(1.2, 2.0)) ** 2)
    noon = np.exp(-0.5 * ((hour - rng.uniform(11.5, 13.5)) / rng.uniform(0.8, 1.8)) ** 2)
    awake = 1 / (1 + np.exp(-(hour - rng.uniform(6.8, 8.5)) * 2)) / (1 + np.exp((hour - rng.uniform(22.6, 23.4)) * 2.5))
    tod = rng.uniform(0.02, 0.12) + awake * rng.uniform(0.3, 0.6) + evening + noon * rng.uniform(0, 0.35)
    weekday = np.exp(rng.normal(0, 0.05, 7))
    weekday[[2, 3]] *= rng.uniform(0.6, 1.4)  # day 0 of the epoch was a Thursday, so these are Saturday and Sunday
    return Curve(
        start=start,
        tod=tod / tod.mean(),
        weekday=weekday / weekday.mean(),
        growth=float(rng.choice([0.0, 0.0, 0.002, 0.01])),
        day_noise=rng.uniform(0.02, 0.06),
        minute_noise=rng.uniform(0.1, 0.35),
        slow_noise=rng.uniform(0.04, 0.12),
    )


def peak_hour(curve: Curve) -> float:
    """The hour of the day in which most is bought."""
    smooth = np.convolve(np.concatenate([curve.tod, curve.tod[:60]]), np.ones(60), "valid")[:1440]
    return float(np.argmax(smooth)) / 60 + 0.5


def _gamma(rng: np.random.Generator, cv: float, size: int) -> NDArray[np.float64]:
    shape = 1 / cv**2
    return rng.gamma(shape, 1 / shape, size)


def _each(group: Int64s, draw: Callable[[int], NDArray[np.float64]]) -> NDArray[np.float64]:
    """One value a group, repeated for its members."""
    _, index = np.unique(group, return_inverse=True)
    return draw(int(index.max()) + 1 if len(index) else 0)[index]
