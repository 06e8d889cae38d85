"""Fits the forecaster of `daily_workload`: which quarter hours of a log the LSTM sees, and what followed them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.scenarios.daily_forecast import (
    CHANNELS,
    HISTORY,
    HORIZON,
    LARGEST,
    QUANTILES,
    channels,
    entity_events,
    expected_steps,
    log_ratios,
)
from models.training.algorithms.lstm import FittedLstm, Shape, fit_lstm
from models.training.volume_log import MinuteLog
from models.volume.counts import KEPT_DAYS, STEPS
from models.volume.profile import expected_rates

EVERY = 4  # quarter hours between two examples
HIDDEN = 16
BATCHES = 240
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the LSTM in a forecast
WORTH_IT = 0.01  # of the loss
SECONDS = 120.0  # a bound for machines under load; an idle one needs a tenth
SHAPE = Shape(HISTORY, len(CHANNELS), HORIZON, QUANTILES, period=STEPS, baseline_channel=None)


Floats = NDArray[np.float64]


class Examples(NamedTuple):
    """n examples: one a start and entity."""

    history: NDArray[np.float32]  # (n, HISTORY, n_channels)
    target: NDArray[np.float32]  # (n, HORIZON) log ratios
    weight: NDArray[np.float32]  # (n, HORIZON) 0 for quarter hours that were not ordinary


def fit_forecaster(log: MinuteLog, first_day: int, seed: int, progress: Callable[[str], None]) -> FittedLstm:
    """Fitted to all forecasts from `first_day` on that the log can answer."""
    parts = list(_examples(log, first_day))
    examples = Examples(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return fit_lstm(
        examples.history,
        examples.target,
        SHAPE,
        weights=examples.weight,
        hidden=HIDDEN,
        batches=BATCHES,
        max_seconds=SECONDS,
        seed=seed,
        progress=progress,
    )


def validated(log: MinuteLog, first_day: int, lstm: FittedLstm) -> dict[str, float]:
    """How the forecasts of days from `first_day` on do against the ordinary week, and the best mixture of both.

    Pinball loss of the median of log ratios. The model gets a share only for a gain that is worth it: it is never
    worse than the week on the days it was not fitted to.
    """
    parts = list(_examples(log, first_day))
    history, target, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    median = lstm.forecast(history)[:, :, QUANTILES.index(0.5)].astype(np.float64)
    loss = {share: _pinball(share * median, target, weight) for share in SHARES}
    best = min(loss, key=lambda share: loss[share])
    share = best if loss[best] <= (1 - WORTH_IT) * loss[0.0] else 0.0
    figures = {"forecast_share": share, "pinball_ordinary_week": loss[0.0], "pinball_lstm": loss[1.0]}
    return {name: round(figure, 5) for name, figure in {**figures, "pinball": loss[share]}.items()}


def _pinball(forecast: Floats, target: Floats, weight: Floats) -> float:
    return float((np.abs(target - forecast) * weight).sum() / 2 / max(weight.sum(), 1.0))


def _examples(log: MinuteLog, first_day: int) -> Iterator[Examples]:
    """Of every start that has a day before it and a day after it; expectations come from the days before it alone."""
    days = log.days()
    seen = np.concatenate([days[day] @ entity_events() for day in sorted(days)])  # (n_steps, n_entities)
    origin, end = min(days) * STEPS, (max(days) + 1) * STEPS
    padded = np.pad(seen, ((HISTORY, HORIZON), (0, 0)))
    known = np.pad(np.ones(len(seen), bool), (HISTORY, HORIZON))
    for day in range(max(first_day, min(days) + 1), max(days) + 1):
        rates = expected_rates({at: days[at] for at in days if day - KEPT_DAYS <= at < day})
        for start in range(day * STEPS, min((day + 1) * STEPS, end - STEPS + 1), EVERY):
            expected = expected_steps(rates, start - HISTORY, HISTORY + HORIZON)
            here = slice(start - origin, start - origin + HISTORY + HORIZON)
            yield _example(padded[here], expected, start, known[here])


def _example(seen: Floats, expected: Floats, start: int, known: NDArray[np.bool_]) -> Examples:
    history = channels(seen[:HISTORY], expected[:HISTORY], start - HISTORY, known[:HISTORY])
    target = log_ratios(seen[HISTORY:], expected[HISTORY:]).T
    weight = (np.abs(target) < LARGEST) & known[HISTORY:]
    return Examples(history, target.astype(np.float32), weight.astype(np.float32))
