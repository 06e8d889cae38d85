"""The threshold that an alert budget asks for, from the scores of ordinary days."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from models.volume.counts import DAY

WEEK = 7 * DAY
GAP = 60  # minutes: scores nearer to each other than this are one occasion
MARGIN = 1.12  # above an occasion that was seen: days to come are less alike than days that were fitted to
PEAKS = 30  # of the highest occasions, that the tail is drawn from


def threshold_for(peaks: Iterable[float], weeks: float, per_week: float, steepest: float = math.inf) -> float:
    """What is exceeded `per_week` times.

    On a log long enough to show it, the highest occasion beyond the allowed ones, so that a true incident among them
    does not raise the threshold; on a shorter one an exponential tail beyond what was seen, in which odds that are e
    times longer cost no more than `steepest`.
    """
    highest = np.sort(np.array(list(peaks)))[::-1][:PEAKS]
    allowed = per_week * weeks
    if allowed >= 1 and len(highest) > int(allowed):
        return float(highest[int(allowed)]) * MARGIN
    if len(highest) < 5:
        return float(highest.max(initial=0.0)) * MARGIN
    scale = min(float(np.median(highest - highest[-1]) / np.log(2)), steepest)
    tail = float(highest[-1]) + scale * float(np.log(len(highest) / max(allowed, 1e-9)))
    return max(tail, float(highest[1]) * MARGIN)


def occasions(minute: NDArray[np.int64], score: NDArray[np.float64]) -> list[float]:
    """The highest score of each occasion of one entity; minutes (n,) ascending."""
    peaks: list[float] = []
    last = -GAP
    strong = score > np.median(score)
    for at, value in zip(minute[strong].tolist(), score[strong].tolist(), strict=True):
        if at - last < GAP and peaks:
            peaks[-1] = max(peaks[-1], value)
        else:
            peaks.append(value)
        last = at if value >= peaks[-1] else last
    return peaks


def sustained(score: NDArray[np.float64], m: int, n: int) -> NDArray[np.float64]:
    """(k,) what a score must reach so that m of the last n do."""
    padded = np.concatenate([np.full(n - 1, -np.inf), score])
    windows = np.lib.stride_tricks.sliding_window_view(padded, n)
    return np.asarray(np.sort(windows, axis=1)[:, n - m])
