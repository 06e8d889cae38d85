import numpy as np

from models.series.likelihood import unlikely
from models.series.linear_forecast import forecast_errors

PLAN = {"first": 100, "every": 50, "history": 1_000}


def test_errors_like_those_before_are_likely_and_a_run_of_larger_ones_is_not():
    errors = np.random.default_rng(2).normal(size=600)
    errors[500:520] *= 30

    told = unlikely(errors, recent=10, **PLAN)

    assert np.median(told[100:500]) < 0.1
    assert told[515] > 0.8
    assert not told[:100].any()


def test_errors_that_are_all_zero_are_no_surprise():
    assert unlikely(np.zeros(300), recent=10, **PLAN).max() < 0.1


def test_a_linear_forecast_learns_a_wave_and_misses_where_it_breaks():
    seconds, values = np.arange(800) * 300.0, 10 * np.sin(np.arange(800) / 9)
    values[700:] += 40

    errors = np.abs(forecast_errors(seconds, values, **PLAN))

    assert errors[300:700].max() < 1
    assert errors[700] > 30
