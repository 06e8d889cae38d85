import numpy as np

from models.series.drift import stable_since

SECONDS = np.arange(3_000) * 300.0
NOISE = np.random.default_rng(8).normal(size=len(SECONDS))


def test_a_new_level_is_a_new_beginning():
    values = NOISE.copy()
    values[1_500:] += 8

    since = stable_since(SECONDS, values)

    assert since[1_400] == 0
    assert 1_400 < since[1_700] <= 1_600


def test_a_daily_curve_is_no_drift_once_it_is_known():
    curve = 20 * np.sin(2 * np.pi * SECONDS / 86_400)

    since = stable_since(SECONDS, curve + NOISE)

    assert since[-1] == since[1_500]


def test_a_flat_line_never_drifts():
    assert not stable_since(SECONDS, np.full(len(SECONDS), 4.0)).any()
