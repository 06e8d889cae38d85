"""Where the level of demand stands, whatever day of the week it is."""

import numpy as np
import pytest

from models.volume.level import newest_level, slow_levels

DAYS = np.arange(14)
WEEKEND = np.where(np.isin(DAYS % 7, (2, 3)), 0.6, 1.0)


def test_a_weekend_is_no_calm_time() -> None:
    assert slow_levels(1_000 * WEEKEND, DAYS) == pytest.approx(np.ones(14), abs=0.02)


def test_weeks_that_grow_have_a_rising_level() -> None:
    level = slow_levels(1_000 * WEEKEND * 1.03**DAYS, DAYS)

    assert level[-1] > 1.1 * level[3]


def test_a_closed_shop_has_no_level() -> None:
    assert (slow_levels(np.zeros(14), DAYS) == 1.0).all()
    assert newest_level(np.zeros(14), np.zeros(14), DAYS) == 1.0


def test_growth_goes_on() -> None:
    assert newest_level(1_000 * 1.02**DAYS, np.full(14, 1_000.0), DAYS) == pytest.approx(1.02**14, rel=0.02)


def test_chance_is_no_growth() -> None:
    levels = [
        newest_level(1_000 * np.exp(np.random.default_rng(seed).normal(0, 0.05, 14)), np.full(14, 1_000.0), DAYS)
        for seed in range(40)
    ]

    assert np.std(levels) < 0.04


def test_one_day_that_was_lost_does_not_move_it() -> None:
    seen = np.full(14, 1_000.0)
    seen[-2] = 300.0

    assert newest_level(seen, np.full(14, 1_000.0), DAYS) > 0.95
