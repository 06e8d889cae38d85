"""The curve of an ordinary day: unbiased for what is rare, and without dents from incidents."""

import numpy as np

from models.volume.counts import STEPS
from models.volume.curve import day_curve

HOURS = np.arange(STEPS) / 4
SHAPE = 0.2 + np.exp(-0.5 * ((HOURS - 20) / 2) ** 2)  # of the shop's day
DAYS = 14


def drawn(seed: int, *per_quarter: float) -> np.ndarray:
    """(DAYS, STEPS, n_kinds) counts of kinds that come so often in a mean quarter hour."""
    rng = np.random.default_rng(seed)
    return rng.poisson(SHAPE[:, None] / SHAPE.mean() * np.array(per_quarter), (DAYS, STEPS, len(per_quarter)))


def test_what_is_rare_is_expected_as_often_as_it_comes_by_night_and_at_the_peak() -> None:
    curve = day_curve(np.mean([day_curve(drawn(seed, 30.0, 0.3)) for seed in range(20)], axis=0)[None])
    true = SHAPE / SHAPE.mean() * 0.3
    for part in (slice(0, 32), slice(72, 88)):
        assert abs(curve[part, 1].sum() / true[part].sum() - 1) < 0.1


def test_an_outage_in_one_day_leaves_no_dent_at_any_length() -> None:
    for length in (1, 4, 16):
        sums = drawn(1, 40.0, 25.0)
        hit = sums.copy()
        hit[5, 76 : 76 + length, 1] = 0
        before, after = day_curve(sums.astype(float)), day_curve(hit.astype(float))
        assert after[76 : 76 + length, 1].sum() > 0.97 * before[76 : 76 + length, 1].sum()


def test_what_changed_on_most_days_is_how_days_are() -> None:
    sums = drawn(2, 40.0)
    sums[3:, 40:60] = 0
    assert day_curve(sums.astype(float))[44:56, 0].max() < 0.3 * day_curve(drawn(2, 40.0).astype(float))[44:56, 0].max()


def test_an_import_at_nine_every_day_is_expected_at_nine() -> None:
    sums = drawn(3, 30.0, 0.02).astype(float)
    sums[:, 36, 1] += 12

    curve = day_curve(sums)

    assert 10 < curve[34:39, 1].sum() < 14
    assert curve[60:, 1].max() < 0.5


def test_nothing_gives_nothing() -> None:
    assert not day_curve(np.zeros((3, STEPS, 2))).any()
