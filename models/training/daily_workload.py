"""Training of `daily_workload`: the LSTM forecaster, the unrest around its forecasts, and how much evidence is
enough.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.scenarios import daily_workload as scenario
from models.scenarios.daily_evidence import LOOK_BACK, SPANS, WEIGHED, columns, deviations, expectations, members
from models.scenarios.daily_forecast import Blended, Forecasting
from models.scenarios.daily_memory import FEATURES, visit_unrest
from models.spec import Scoring
from models.training.algorithms.lstm import FittedLstm
from models.training.daily_dispersion import fit_unrest
from models.training.daily_forecaster import fit_forecaster, validated
from models.training.daily_residuals import Judged, as_served, residual_days
from models.training.daily_trust import BUDGET_PER_WEEK, ENOUGH, fit_trust
from models.training.log import RecordedLog
from models.training.trained import Trained
from models.training.usage_intensity import judged_from, newest_days
from models.training.volume_evaluation import figures
from models.training.volume_incidents import Recipe, incidents, of_shop, service_stops
from models.training.volume_log import MinuteLog
from models.training.volume_visits import largest
from models.volume.counts import DAY
from models.volume.families import groups
from models.volume.surprise import Dispersion
from models.windows import MINUTE

Floats = NDArray[np.float64]
HELD_OUT_DAYS = 2
TRIALS = 10  # of each kind of incident

RECIPES = (
    Recipe("service_stops_at_the_peak", (15, 60), (18, 22), "low", service_stops),
    Recipe("service_stops_by_day", (30, 60), (9, 17), "low", service_stops),
    Recipe("half_the_traffic_at_the_peak", (60, 60), (18, 21), "low", of_shop(0.4, 0.6)),
    Recipe("more_demand_at_the_peak", (180, 180), (18, 19), "high", of_shop(1.5, 1.8)),
    Recipe("three_times_by_day", (60, 120), (9, 16), "high", of_shop(2.5, 3.5)),
)


@dataclass(frozen=True, slots=True)
class Judge:
    """The forecaster with its threshold, as it will serve."""

    lstm: FittedLstm
    threshold: float

    def forecast(self, history: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, horizon, n_quantiles)."""
        return np.sort(self.lstm.forecast(history).astype(np.float64), axis=-1)

    def score(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) evidence over threshold."""
        return values[:, 0].astype(np.float64) / self.threshold


def fit(log: RecordedLog, seed: int, progress: Callable[[str], None]) -> Trained:
    """Learn the days of a log of 7 days or more; the last two are never fitted to."""
    return fit_counts(MinuteLog.of(log.columns), seed, progress)


def fit_counts(counts: MinuteLog, seed: int, progress: Callable[[str], None]) -> Trained:
    """The same from the log's counts."""
    first, held_out = judged_from(counts), (counts.last // DAY - HELD_OUT_DAYS) * DAY
    lstm = fit_forecaster(counts.cut(counts.first, held_out), first // DAY, seed, progress)
    forecast = validated(counts, held_out // DAY, lstm)
    progress("forecast: " + ", ".join(f"{name} {figure}" for name, figure in forecast.items()))
    judge = Judge(lstm, ENOUGH)
    share = forecast["forecast_share"]
    extras = {**learnt(counts, Blended(judge, share)), "forecast_share": share, "past": newest_days(counts)}
    return Trained(
        stem=scenario.SPEC.stem,
        onnx=lstm.onnx,
        extras=extras,
        features=FEATURES,
        threshold=ENOUGH,
        metrics={**_evaluate(judge, extras, counts, held_out, seed), **forecast, "losses": list(lstm.losses)},
        golden_inputs=lstm.golden_inputs,
        golden_scores=np.sort(lstm.golden_forecasts, axis=-1),  # as it is served
        parity=lstm.parity,
        training_span=(counts.first * MINUTE, held_out * MINUTE),
        seed=seed,
    )


def learnt(counts: MinuteLog, forecaster: Forecasting | None) -> dict[str, Any]:
    """What ordinary days with their forecasts say: how unrestful they are, and what evidence is worth."""
    past, days = residual_days(counts, LOOK_BACK, forecaster)
    visit = largest(counts.visits, members(), SPANS)
    days = as_served(past, days, visit_unrest(_dispersion(days, visit)))
    dispersion = _dispersion(days, visit)
    names = [groups()[index].name for index in columns()]
    return {"dispersion": dispersion.save(names), "trust": _trust(days, dispersion).round(4).tolist()}


def evaluate(model: Scoring, extras: dict[str, Any], log: RecordedLog, seed: int) -> dict[str, Any]:
    """The figures of a model with its extras on the newest days of a log."""
    counts = MinuteLog.of(log.columns)
    return _evaluate(model, extras, counts, (counts.last // DAY - HELD_OUT_DAYS) * DAY, seed)


def _dispersion(days: list[Judged], visit: Floats) -> Dispersion:
    parts = [expectations(stretch, factors) for stretch, factors in days]
    seen = np.concatenate([seen_kinds @ members() for seen_kinds, _, _ in parts])
    expected = np.concatenate([of_columns for _, _, of_columns in parts])
    day = np.concatenate([stretch.minutes for stretch, _ in days]) // DAY
    return fit_unrest(seen, expected, day, SPANS, visit)


def _trust(days: list[Judged], dispersion: Dispersion) -> Floats:
    parts = [(stretch.minutes, deviations(stretch, factors, dispersion)[2][:, WEIGHED]) for stretch, factors in days]
    return fit_trust(parts)


def _evaluate(model: Scoring, extras: dict[str, Any], counts: MinuteLog, held_out: int, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed + 1)
    ordinary = counts.cut(held_out - 2 * DAY, counts.last)
    found = figures(scenario, model, extras, counts, ordinary, incidents(ordinary, RECIPES, TRIALS, rng), rng)
    return {**found, "budget_per_week": BUDGET_PER_WEEK}
