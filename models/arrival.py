"""When recorded events arrived, for logs that do not say: the log's own time, whatever single clocks claim."""

import numpy as np
from numpy.typing import NDArray

from models.decode import MAX_SKEW_MS

FOLLOWING = 120  # records that show whether one before them was ahead of its time
SUDDEN_MS = 1_800_000  # by which the last ones may be ahead of all before them
OLDER = 0.12  # of them that must be older by more than `MAX_SKEW_MS`; late events alone are never so many

Int64s = NDArray[np.int64]


def arrivals(said: Int64s, time: Int64s, floor: int) -> Int64s:
    """(n,) never falling, from `floor` on: what the log says (0: nothing), else the middle of the neighbours' times.

    A late event is older than what came before it, one from a clock that runs ahead is younger than much that comes
    after it; neither moves time.
    """
    known = np.where(said > 0, said, time)
    guessed = known if _is_smooth(known) else np.where(_is_ahead(known), floor, known)
    return np.maximum.accumulate(np.maximum(np.where(said > 0, said, guessed), floor))


def _is_smooth(time: Int64s) -> bool:
    """No event is so far ahead of all before it that its clock could be wrong."""
    return len(time) < 2 or bool(np.max(np.diff(np.maximum.accumulate(time))) <= MAX_SKEW_MS)


def _is_ahead(time: Int64s) -> NDArray[np.bool_]:
    """(n,) bool: from a clock that runs ahead, by the records that follow; of the last ones, by those before them."""
    ahead, whole = np.zeros(len(time), bool), max(len(time) - FOLLOWING, 0)
    if whole:
        after = np.lib.stride_tricks.sliding_window_view(time[1:], FOLLOWING)[:whole]
        older = np.partition(after, int(OLDER * FOLLOWING), axis=1)[:, int(OLDER * FOLLOWING)]
        ahead[:whole] = time[:whole] > older + MAX_SKEW_MS
    believed = int(time[:whole][~ahead[:whole]].max(initial=np.partition(time, len(time) // 4)[len(time) // 4]))
    for row in range(whole, len(time)):  # each depends on those before it; few
        ahead[row] = time[row] > believed + SUDDEN_MS
        believed = believed if ahead[row] else max(believed, int(time[row]))
    return ahead
