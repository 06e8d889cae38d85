"""From detectors' answers to a score and an alarm a row: consensus, the series' own scale, pause and raised bar."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from river.stats import RollingQuantile

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ALARM = 0.5  # the score from which a row is an alarm
NO_ALARM = 0.499  # at most, of any other row


@dataclass(frozen=True, slots=True)
class Decision:
    """How scores become alarms; the same for every series."""

    bar: float = 0.22  # the calibrated score that is an alarm when there was none lately
    quantile: float = 0.9  # of a series' own past that tells how noisy it is
    memory: int = 3_000  # rows that this quantile is taken over
    least: float = 0.2  # no series counts as calmer than this
    own: float = 0.5  # weight of the series' own scale against that of all series
    typical: float = 0.3  # the scale of all series
    pause: int = 60  # rows after an alarm without another one
    share: float = 0.02  # the pause, as a share of the rows seen so far, when that is longer
    raised: float = 1.0  # by how many bars the bar is raised after an alarm
    relief: int = 100  # rows over which that falls to a third; it grows with the pause
    warm: int = 100  # rows before the first score


def calibrated(scores: Floats, decision: Decision) -> Floats:
    """(n,) by the scale of the series so far: what is usual in a noisy series is no news."""
    past = RollingQuantile(decision.quantile, decision.memory)
    scale = np.empty(len(scores))
    for row, score in enumerate(scores.tolist()):  # one row at a time, as it would come: 1 microsecond each
        scale[row] = past.get() or 0.0
        if row >= decision.warm:
            past.update(score)
    return scores / (decision.own * np.maximum(scale, decision.least) / decision.typical + 1 - decision.own)


def judged(calibrated_scores: Floats, decision: Decision) -> tuple[Floats, Bools]:
    """Scores (n,) in [0, 1] and alarms (n,): `score / (score + bar)`, so that an alarm has 0.5 or more.

    An alarm raises the bar for what follows, so does the start, where little is known; the rise fades. Within the pause
    no score reaches an alarm.
    """
    bars = decision.bar * (
        1 + _faded(decision.raised, np.arange(len(calibrated_scores)) - decision.warm, decision.relief)
    )
    held = np.zeros(len(calibrated_scores), bool)
    alarms = np.zeros(len(calibrated_scores), bool)
    rise, row = 0.0, decision.warm
    while (row := _next(calibrated_scores, bars, row)) < len(bars):
        alarms[row] = True
        rise = bars[row] / decision.bar - 1 + decision.raised
        pause = max(decision.pause, int(decision.share * row))
        relief = decision.relief * pause / decision.pause
        bars[row:] = decision.bar * (1 + _faded(rise, np.arange(len(bars) - row), relief))
        held[row + 1 : row + 1 + pause] = True
        row += 1 + pause
    scores = np.maximum(calibrated_scores, 0.0)
    scores = scores / (scores + bars)
    scores[: decision.warm] = 0.0
    scores[held] *= ALARM
    return np.where(alarms, np.maximum(scores, ALARM), np.minimum(scores, NO_ALARM)), alarms


def _faded(rise: float, rows: NDArray[np.int64], relief: float) -> Floats:
    """(n,) what is left of a rise after so many rows (n,)."""
    return rise * np.exp(-np.maximum(rows, 0) / relief)


def _next(scores: Floats, bars: Floats, row: int) -> int:
    """The first row from `row` on whose score reaches its bar; the number of rows when none does."""
    reached = np.flatnonzero(scores[row:] >= bars[row:])
    return row + int(reached[0]) if len(reached) else len(scores)
