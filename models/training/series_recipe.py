"""The one recipe for every numeric series: its detectors, their consensus, and the verdict on every row.

Strangeness is the mean of three refitted One-Class SVMs: one of all features that forgets what was before a drift, and
two with a long memory, of level and of movement. Surprise is how unlikely the
last errors of a forecast are: an LSTM's where there is a daily curve, else a linear one. The mean of both is
the consensus.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.series.daily_curve import DAY_HOURS, Hours
from models.series.drift import stable_since
from models.series.features import LEVEL, MOVEMENT, columns, features, trailing
from models.series.likelihood import unlikely
from models.series.linear_forecast import forecast_errors
from models.series.reading import Series
from models.series.verdicts import Decision, calibrated, judged
from models.training.series_lstm import LstmPlan, hourly_errors
from models.training.series_svm import SvmPlan, svm_scores

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that could be set; one setting serves all series."""

    svm: SvmPlan = field(default_factory=SvmPlan)
    lstm: LstmPlan = field(default_factory=LstmPlan)
    decision: Decision = field(default_factory=Decision)
    recent: SvmPlan = field(default_factory=lambda: SvmPlan(history=4_000))  # of the SVM that forgets
    smoothed: int = 2  # rows that strangeness is the mean of
    errors: int = 10  # rows whose errors together are likely or not
    hours: int = 3  # the same for the LSTM
    history: int = 4_000  # rows that errors and the linear forecast are compared with
    surprise: float = 0.5  # weight of surprise in the consensus


RECIPE = Recipe()


def verdicts(series: Series, recipe: Recipe = RECIPE) -> tuple[Floats, Bools]:
    """Scores (n,) in [0, 1] and alarms (n,). A row's answer depends on no later row."""
    consensus = calibrated(consensus_of(series, recipe), recipe.decision)
    return judged(np.where(series.missing, 0.0, consensus), recipe.decision)


def consensus_of(series: Series, recipe: Recipe) -> Floats:
    """(n,) before the series' own scale."""
    strange, surprising = strangeness(series, recipe), surprise(series, recipe)
    return (1 - recipe.surprise) * strange + recipe.surprise * surprising


def strangeness(series: Series, recipe: Recipe) -> Floats:
    """(n,) the mean of the SVMs."""
    rows = features(series.seconds, series.values)
    level, movement = (svm_scores(rows[:, columns(view)], recipe.svm) for view in (LEVEL, MOVEMENT))
    recent = svm_scores(rows, recipe.recent, stable_since(series.seconds, series.values))
    return trailing((level + movement + recent) / 3, recipe.smoothed).mean(axis=1)


def surprise(series: Series, recipe: Recipe) -> Floats:
    """(n,) of the LSTM where there is a daily curve, else of the linear forecast."""
    first, every = recipe.svm.first, recipe.svm.every
    errors = forecast_errors(series.seconds, series.values, first=first, every=every, history=recipe.history)
    linear = unlikely(errors, first=2 * first, every=every, history=recipe.history, recent=recipe.errors)
    daily = _daily(series, recipe)
    return np.where(np.isnan(daily), linear, daily)


def _daily(series: Series, recipe: Recipe) -> Floats:
    """(n,) of the last hour that was over; NaN where no curve was forecast."""
    hours = Hours.of(series.seconds, series.values)
    told = hours_surprise(hourly_errors(hours, recipe.lstm), recipe)
    return np.where(hours.last_complete >= 0, told[hours.last_complete], np.nan)


def hours_surprise(errors: Floats, recipe: Recipe) -> Floats:
    """(h,) of hourly errors (h,), NaN where nothing was forecast; the first day of forecasts only sets the scale."""
    known = np.flatnonzero(~np.isnan(errors))
    told = np.full(len(errors), np.nan)
    told[known] = unlikely(errors[known], first=DAY_HOURS, every=DAY_HOURS, history=recipe.history, recent=recipe.hours)
    told[known[:DAY_HOURS]] = np.nan
    return told
