"""The score of the Numenta Anomaly Benchmark (Lavin and Ahmad, 2015, arXiv:1510.03336), written from its description.

A series has labelled windows. The first 15 % of its rows, at most 750, are probation and count nothing. An alarm is a
row whose score reaches the threshold, one for all series. Of a window only its most valuable alarm counts, worth
1 at the left edge and 0 at the right one along a sigmoid; a window without alarm costs `missed`. Every alarm outside of
windows costs up to `false`, less just behind a window. The sum is scaled so that finding every window at its left edge
without a false alarm is 100 and never giving an alarm is 0.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PROBATION = 0.15
LONGEST_PROBATION = 750
FAR = 3.0  # windows' widths behind a window from which on a false alarm costs in full
STEEPNESS = 5.0
EACH_TRIED = 500  # of the highest scores, as thresholds
TRIED = 10_000

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Profile(NamedTuple):
    """What a window missed and a false alarm cost, where a window found is worth 1."""

    name: str
    false: float
    missed: float = 1.0


STANDARD = Profile("standard", 0.11)
LOW_FALSE = Profile("low FP", 0.22)


class Judged(NamedTuple):
    """One series: `scores` (n,), the window each row lies in, -1 for none, and what an alarm there is worth."""

    scores: Floats  # (n,) in [0, 1], NaN in probation
    window: NDArray[np.int64]  # (n,)
    worth: Floats  # (n,) 0 to 1 within windows, 0 to -1 outside
    windows: int


class Outcome(NamedTuple):
    """Of a series or of many."""

    found: int
    windows: int
    false: int
    total: float  # in windows, unscaled: `windows` is perfect, minus `windows` is silence

    def scaled(self) -> float:
        """0 for silence, 100 for perfection."""
        return 100 * (self.total + self.windows) / (2 * self.windows) if self.windows else float("nan")


def judged(scores: Floats, window_rows: Iterable[tuple[int, int]]) -> Judged:
    """From scores and windows as (first row, last row), in order of time."""
    rows = np.arange(len(scores))
    window, worth = np.full(len(scores), -1), np.full(len(scores), -1.0)
    count = 0
    for count, (first, last) in enumerate(window_rows, 1):
        width = last - first + 1
        inside = (rows >= first) & (rows <= last)
        window[inside] = count - 1
        worth[inside] = _sigmoid((rows[inside] - last - 1) / width) / _sigmoid(np.array(-1.0))
        past = (rows[last + 1 :] - last) / max(width - 1, 1)
        worth[last + 1 :] = np.where(past < FAR, _sigmoid(past), -1.0)
    hidden = rows < min(np.floor(PROBATION * len(scores)), LONGEST_PROBATION)
    return Judged(np.where(hidden, np.nan, scores), window, worth, count)


def outcome(series: Judged, alarms: Bools, profile: Profile) -> Outcome:
    """Of alarms (n,); those in probation are ignored."""
    alarms = alarms & ~np.isnan(series.scores)
    false = alarms & (series.window < 0)
    best = [series.worth[alarms & (series.window == number)] for number in range(series.windows)]
    gained = sum(float(worth.max()) if len(worth) else -profile.missed for worth in best)
    found = sum(len(worth) > 0 for worth in best)
    return Outcome(found, series.windows, int(false.sum()), gained + profile.false * float(series.worth[false].sum()))


def total(outcomes: Iterable[Outcome]) -> Outcome:
    """Of a corpus."""
    parts = list(outcomes)
    return Outcome(
        sum(part.found for part in parts),
        sum(part.windows for part in parts),
        sum(part.false for part in parts),
        sum(part.total for part in parts),
    )


def best_threshold(corpus: Mapping[str, Judged], profile: Profile) -> float:
    """The one threshold for all series that scores best."""
    return max(_candidates(corpus), key=lambda threshold: at_threshold(corpus, threshold, profile).total)


def at_threshold(corpus: Mapping[str, Judged], threshold: float, profile: Profile) -> Outcome:
    """Of all series."""
    return total(outcome(series, series.scores >= threshold, profile) for series in corpus.values())


def _candidates(corpus: Mapping[str, Judged]) -> Floats:
    """Thresholds worth trying: 1.01 for silence, the highest scores, and every twentieth of those below."""
    scores = np.concatenate([series.scores[~np.isnan(series.scores)] for series in corpus.values()])
    high = np.sort(np.unique(scores))[::-1]
    return np.concatenate([[1.01], high[:EACH_TRIED], high[EACH_TRIED:TRIED:20]])


def _sigmoid(position: Floats) -> Floats:
    return 2 / (1 + np.exp(STEEPNESS * position)) - 1
