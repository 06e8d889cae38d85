"""Training of `daily_workload`: the LSTM forecaster, the unrest around its forecasts, and how much evidence is
enough.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.scenarios import daily_workload as scenario
from models.scenarios.daily_evidence import LOOK_BACK, SPANS, columns, evidence, expectations, members, new_lately
from models.scenarios.daily_forecast import level_factors
from models.scenarios.daily_memory import FEATURES
from models.spec import Scoring
from models.training.algorithms.lstm import FittedLstm
from models.training.daily_forecaster import fit_forecaster
from models.training.log import RecordedLog
from models.training.trained import Trained
from models.training.usage_intensity import judged_from, newest_days
from models.training.volume_budget import WEEK, occasions, threshold_for
from models.training.volume_dispersion import fit_dispersion
from models.training.volume_evaluation import figures
from models.training.volume_incidents import Recipe, incidents, of_shop, service_stops
from models.training.volume_log import MinuteLog, walk
from models.volume.counts import DAY
from models.volume.families import groups
from models.volume.past import Past, Stretch
from models.volume.surprise import Dispersion
from models.windows import MINUTE

HELD_OUT_DAYS = 2
BUDGET_PER_WEEK = 0.5  # false anomalies, over all entities
LEAST_NATS = 11.0  # odds of sixty thousand to one: below, no log is long enough to promise anything
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
    counts = MinuteLog.of(log.columns)
    first, held_out = judged_from(counts), (counts.last // DAY - HELD_OUT_DAYS) * DAY
    lstm = fit_forecaster(counts.cut(counts.first, held_out), first // DAY, seed, progress)
    days = list(_days(counts, lstm, first))
    dispersion = _dispersion([day for day in days if day[0].first < held_out])
    threshold = _threshold(days, dispersion)
    progress(f"{threshold:.1f} nats are enough")
    names = [groups()[index].name for index in columns()]
    extras = {"dispersion": dispersion.save(names), "past": newest_days(counts)}
    return Trained(
        stem=scenario.SPEC.stem,
        onnx=lstm.onnx,
        extras=extras,
        features=FEATURES,
        threshold=threshold,
        metrics={**_evaluate(Judge(lstm, threshold), extras, counts, held_out, seed), "losses": list(lstm.losses)},
        golden_inputs=lstm.golden_inputs,
        golden_scores=np.sort(lstm.golden_forecasts, axis=-1),  # as it is served
        parity=lstm.parity,
        training_span=(counts.first * MINUTE, held_out * MINUTE),
        seed=seed,
    )


def evaluate(model: Scoring, extras: dict[str, Any], log: RecordedLog, seed: int) -> dict[str, Any]:
    """The figures of a model with its extras on the newest days of a log."""
    counts = MinuteLog.of(log.columns)
    return _evaluate(model, extras, counts, (counts.last // DAY - HELD_OUT_DAYS) * DAY, seed)


def _days(counts: MinuteLog, lstm: FittedLstm, first: int) -> Iterator[tuple[Stretch, NDArray[np.float64]]]:
    """Every day with its forecast, made from the days before it."""
    past, judge = Past(), Judge(lstm, 1.0)
    for stretch in walk(counts, LOOK_BACK, past):
        if stretch.first >= first:
            yield stretch, level_factors(past, stretch.first // DAY, judge)


def _dispersion(days: list[tuple[Stretch, NDArray[np.float64]]]) -> Dispersion:
    parts = [expectations(stretch, factors) for stretch, factors in days]
    seen = np.concatenate([seen_kinds @ members() for seen_kinds, _, _ in parts])
    expected = np.concatenate([of_columns for _, _, of_columns in parts])
    return fit_dispersion(seen, expected, np.concatenate([stretch.minutes for stretch, _ in days]) // DAY, SPANS)


def _threshold(days: list[tuple[Stretch, NDArray[np.float64]]], dispersion: Dispersion) -> float:
    """The evidence that ordinary days exceed no more often than the alert budget allows."""
    minute = np.concatenate([stretch.minutes for stretch, _ in days])
    lately = new_lately()
    nats = np.concatenate([evidence(stretch, factors, dispersion, lately).nats for stretch, factors in days])
    peaks = [peak for place in range(nats.shape[1]) for peak in occasions(minute, nats[:, place])]
    return max(threshold_for(peaks, len(minute) / WEEK, BUDGET_PER_WEEK), LEAST_NATS)


def _evaluate(model: Scoring, extras: dict[str, Any], counts: MinuteLog, held_out: int, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed + 1)
    ordinary = counts.cut(held_out - 2 * DAY, counts.last)
    found = figures(scenario, model, extras, counts, ordinary, incidents(ordinary, RECIPES, TRIALS, rng), rng)
    return {**found, "budget_per_week": BUDGET_PER_WEEK}
