"""When recorded events arrived, for logs that do not say: the log's own time, whatever single clocks claim."""

import numpy as np
from numpy.typing import NDArray

from models.decode import MAX_SKEW_MS

FOLLOWING = 120  # records that show whether one before them was ahead of its time
SUDDEN_MS = 1_800_000  # by which the last ones may be ahead of all before them
FEWEST = 40  # records that tell it of the last ones of all
OLDER = 0.12  # of them that must be older by more than `MAX_SKEW_MS`; late events alone are never so many

Int64s = NDArray[np.int64]
NOTHING = np.empty(0, np.int64)


def arrivals(said: Int64s, time: Int64s, floor: int, after: Int64s = NOTHING) -> Int64s:
    """(n,) never falling, from `floor` on: what the log says (0: nothing), else the middle of the neighbours' times.

    A late event is older than what came before it, one from a clock that runs ahead is younger than much that comes
    after it; neither moves time. `after` are times (ms) of the records that follow, `FOLLOWING` of them if there are.
    """
    known = np.where(said > 0, said, time)
    guessed = known if _is_smooth(known, floor) else np.where(_is_ahead(known, after), floor, known)
    return np.maximum.accumulate(np.maximum(np.where(said > 0, said, guessed), floor))


def _is_smooth(time: Int64s, floor: int) -> bool:
    """No event is so far ahead of all before it that its clock could be wrong."""
    so_far = np.maximum.accumulate(np.concatenate([[floor] if floor else time[:1], time]))
    return bool(np.diff(so_far).max(initial=0) <= MAX_SKEW_MS)


def _is_ahead(time: Int64s, after: Int64s) -> NDArray[np.bool_]:
    """(n,) bool: from a clock that runs ahead, by the records that follow; of the last ones of all, by those before
    them too.
    """
    n, time = len(time), np.concatenate([time, after])
    ahead, whole = np.zeros(len(time), bool), max(len(time) - FOLLOWING, 0)
    if whole:
        following = np.lib.stride_tricks.sliding_window_view(time[1:], FOLLOWING)[:whole]
        older = np.partition(following, int(OLDER * FOLLOWING), axis=1)[:, int(OLDER * FOLLOWING)]
        ahead[:whole] = time[:whole] > older + MAX_SKEW_MS
    believed = int(time[:whole][~ahead[:whole]].max(initial=np.partition(time, len(time) // 4)[len(time) // 4]))
    for row in range(whole, n):  # each depends on those before it; few
        ahead[row] = time[row] > believed + SUDDEN_MS and _is_alone(time[row], time[row + 1 :])
        believed = believed if ahead[row] else max(believed, int(time[row]))
    return ahead[:n]


def _is_alone(at: int, following: Int64s) -> bool:
    """Whether what follows does not show that time has gone on so far."""
    return len(following) < FEWEST or bool(np.mean(following < at - MAX_SKEW_MS) > OLDER)
