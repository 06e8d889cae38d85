"""Minutes to judge with what came and what was expected, and sums of them over spans that look back."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.volume.clocks import Clock
from models.volume.late import NO_LATE, Late


class Stretch(NamedTuple):
    """Minutes [first, last) of one day to judge, with the minutes before them that spans reach back to."""

    first: int
    last: int
    look_back: int
    counts: NDArray[np.float64]  # (look_back + n, n_kinds); 0 where nothing is known
    expected: NDArray[np.float64]  # (look_back + n, n_kinds); 0 where nothing is known
    clocks: tuple[Clock, ...] = ()  # that the day may run by instead
    unrest: float = 1.0  # how many times as much demand swings on this day as on others, in variance
    late: Late = NO_LATE  # what came while the minutes were being closed, for some of them only

    @property
    def minutes(self) -> NDArray[np.int64]:
        """(n,) the minutes to judge, since the epoch."""
        return np.arange(self.first, self.last)


def span_sums(values: NDArray[np.float64], look_back: int, spans: tuple[int, ...]) -> NDArray[np.float64]:
    """(n, n_spans, n_columns): sums over the last `span` minutes up to and with each of the n minutes after the look-
    back.
    """
    total = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=total[1:])
    ends = np.arange(look_back + 1, len(total))[:, None]
    return np.asarray(total[ends] - total[np.maximum(ends - np.array(spans), 0)])
