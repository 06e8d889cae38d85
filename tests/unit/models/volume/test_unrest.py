"""A day that swings farther than others is known by it, chance is not."""

import numpy as np

from models.volume.unrest import SHORT, Swing, times_as_much

USUAL = Swing(1.0, 0.02)
HOURS_12 = 12 * 60 // SHORT


def said(expected: float, times: float, seed: int) -> float:
    """Of twelve hours in which demand swings so many times as much."""
    rng = np.random.default_rng(seed)
    due = np.full(HOURS_12, expected)
    shape = 1 / (times * USUAL.slope)
    return times_as_much(rng.poisson(due * rng.gamma(shape, 1 / shape, HOURS_12)).astype(float), due, USUAL)


def test_four_times_the_swing_is_seen_by_day() -> None:
    assert np.mean([said(25.0, 4.0, seed) for seed in range(10)]) > 2.5


def test_an_ordinary_day_is_given_little_room() -> None:
    assert np.mean([said(25.0, 1.0, seed) for seed in range(10)]) < 1.25


def test_few_visits_tell_nothing_of_it() -> None:
    assert said(0.2, 4.0, 1) < 1.5


def test_a_single_burst_decides_nothing() -> None:
    seen = np.full(HOURS_12, 25.0) + np.resize([-4.0, 4.0], HOURS_12)
    seen[7] = 300.0

    assert times_as_much(seen, np.full(HOURS_12, 25.0), USUAL) < 2.0
