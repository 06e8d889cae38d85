"""When recorded events arrived, for logs that do not say: the log's own time, whatever single clocks claim."""

import numpy as np
from numpy.typing import NDArray

from models.decode import MAX_SKEW_MS

NEIGHBOURS = 15  # on either side; so many events in a row from one wrong clock would be believed

Int64s = NDArray[np.int64]


def arrivals(said: Int64s, time: Int64s, floor: int) -> Int64s:
    """(n,) never falling, from `floor` on: what the log says (0: nothing), else the middle of the neighbours' times.

    A late event is older than its neighbours, one from a clock that runs ahead is younger; neither moves the middle.
    """
    known = np.where(said > 0, said, time)
    guessed = known if _is_smooth(known) else _running_median(known)
    return np.maximum.accumulate(np.maximum(np.where(said > 0, said, guessed), floor))


def _is_smooth(time: Int64s) -> bool:
    """No event is so far ahead of all before it that its clock could be wrong."""
    return len(time) < 2 or bool(np.max(np.diff(np.maximum.accumulate(time))) <= MAX_SKEW_MS)


def _running_median(time: Int64s) -> Int64s:
    padded = (
        np.pad(time, NEIGHBOURS, mode="reflect") if len(time) > NEIGHBOURS else np.pad(time, NEIGHBOURS, mode="edge")
    )
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * NEIGHBOURS + 1)
    median: Int64s = np.partition(windows, NEIGHBOURS, axis=1)[:, NEIGHBOURS]
    return median
