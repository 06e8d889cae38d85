"""Days of the week differ as far as several weeks bear it out."""

import numpy as np

from models.volume.counts import STEPS
from models.volume.weekdays import weekday_factors

HOURS = np.arange(STEPS) / 4
SHAPE = 0.2 + np.exp(-0.5 * ((HOURS - 19) / 3) ** 2)
SATURDAY, SUNDAY = 2, 3


def totals(days: int, weekend: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(n_days, STEPS) visits, 1,500 a day, and the days; a weekend may be calmer or busier."""
    rng, order = np.random.default_rng(seed), np.arange(days)
    level = np.where(np.isin(order % 7, (SATURDAY, SUNDAY)), weekend, 1.0) * np.exp(rng.normal(0, 0.04, days))
    return rng.poisson(level[:, None] * SHAPE / SHAPE.sum() * 1_500).astype(float), order


def test_what_differs_by_chance_is_expected_alike() -> None:
    seen, order = totals(14)
    whole = seen.sum(axis=1)
    usual = whole.reshape(2, 7).mean(axis=0) / whole.mean()

    factors = weekday_factors(seen, order)

    assert np.std(factors) < 0.5 * np.std(usual)
    assert np.ptp(factors, axis=1).max() < 0.01  # nor do the hours of one


def test_a_calm_weekend_is_expected_to_be_as_calm() -> None:
    factors = weekday_factors(*totals(14, weekend=0.6))

    weekend, others = factors[[SATURDAY, SUNDAY]].mean(), np.delete(factors, [SATURDAY, SUNDAY], axis=0).mean()

    assert 0.53 < weekend / others < 0.67


def test_an_afternoon_that_is_closed_every_week_is_expected_to_be() -> None:
    seen, order = totals(21)
    seen[order % 7 == SATURDAY, 56:] = 0  # from 14:00 on

    factors = weekday_factors(seen, order)[SATURDAY]

    assert factors[60:].max() < 0.15  # from 15:00 on
    assert 0.8 < factors[:48].mean() < 1.25


def test_one_holiday_in_two_days_of_a_kind_does_not_win() -> None:
    seen, order = totals(14)
    before = weekday_factors(seen, order)[5].mean()
    seen[5] *= 0.3

    assert weekday_factors(seen, order)[5].mean() > 0.85 * before
