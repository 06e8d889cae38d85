import numpy as np
import pytest

from models.series.daily_curve import Hours
from models.series.reading import Series
from models.training.series_lstm import LstmPlan, hourly_errors
from models.training.series_recipe import Recipe, verdicts
from models.training.series_svm import SvmPlan, svm_scores

PLAN = SvmPlan(every=50, sample=200)
QUICK = LstmPlan(hidden=4, first_rounds=1, batches=10, batch_size=8)


def series(values: np.ndarray, step: float = 300.0) -> Series:
    seconds = 1.7e9 + np.arange(len(values)) * step
    texts = [str(value) for value in values]
    return Series([str(second) for second in seconds], texts, seconds, values, np.zeros(len(values), bool))


def noise(rows: int, seed: int = 6) -> np.ndarray:
    return 50 + np.random.default_rng(seed).normal(size=rows)


def test_a_row_far_from_the_others_is_strange():
    rows = np.random.default_rng(7).normal(size=(400, 3))
    rows[350] = 15

    scores = svm_scores(rows, PLAN)

    assert not scores[: PLAN.first].any()
    assert scores[350] > 1
    assert scores.argmax() == 350


@pytest.mark.parametrize("value", [0.0, 1e9, -1e15], ids=["zero", "large", "huge"])
def test_a_constant_series_has_no_alarm(value: float):
    scores, alarms = verdicts(series(np.full(700, value)))

    assert np.isfinite(scores).all()
    assert not alarms.any()


@pytest.mark.parametrize("rows", [1, 2, 13, 101, 201])
def test_a_short_series_is_judged(rows: int):
    scores, _ = verdicts(series(noise(rows)))

    assert len(scores) == rows
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("size", [40.0, 9e14], ids=["forty deviations", "beyond all measure"])
def test_a_jump_is_an_alarm_and_only_one(size: float):
    values = noise(700)
    values[600:603] += size

    _, alarms = verdicts(series(values))

    assert alarms[600:602].any()
    assert alarms[590:].sum() == 1


def test_a_missing_value_is_never_an_alarm():
    values = noise(700)
    values[600:650] += 40
    held = series(values)
    held.missing[600:650] = True

    assert not verdicts(held)[1][600:650].any()


def test_what_was_told_does_not_change_when_the_series_goes_on():
    hours = np.arange(24 * 12)
    values = 100 + 50 * np.sin(2 * np.pi * hours / 24) + noise(len(hours))
    recipe = Recipe(svm=PLAN, lstm=QUICK)

    whole, _ = verdicts(series(values, 3_600.0), recipe)
    part, _ = verdicts(series(values[:-61], 3_600.0), recipe)

    assert np.allclose(whole[:-61], part, atol=1e-4)


def test_the_forecaster_is_surprised_by_a_day_without_its_curve():
    hours = np.arange(24 * 14)
    values = 100 + 50 * np.sin(2 * np.pi * hours / 24) + noise(len(hours))
    values[24 * 12 :] = 100

    errors = np.abs(hourly_errors(Hours.of(hours * 3_600.0, values), QUICK))

    assert np.isnan(errors[: 24 * QUICK.first_day]).all()
    assert np.nanmedian(errors[24 * 12 : 24 * 13]) > 5 * np.nanmedian(errors[24 * 6 : 24 * 12])
