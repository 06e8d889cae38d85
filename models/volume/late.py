"""Counts that came for minutes that were closed already: judged minutes see them from then on, not before."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]


class Late(NamedTuple):
    """n counts, each of a minute and a kind, that came when the minutes before `since` were closed."""

    minute: Int64s  # (n,) since the epoch
    kind: Int64s  # (n,)
    n: Int64s  # (n,)
    since: Int64s  # (n,) the first minute judged after they came

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """Those for which the mask holds."""
        return type(self)(*(column[mask] for column in self))

    def add_to(self, sums: NDArray[np.float64], first: int, spans: tuple[int, ...]) -> None:
        """Add to sums (n, n_spans, n_kinds) over the last `span` minutes up to and with each minute from `first` on."""
        if not len(self.minute):
            return
        n, n_spans, n_kinds = sums.shape
        change = np.zeros((n_spans, (n + 1) * n_kinds))
        start = np.clip(np.maximum(self.minute, self.since) - first, 0, n)
        for place, span in enumerate(spans):
            end = np.clip(self.minute + span - first, start, n)
            np.add.at(change[place], start * n_kinds + self.kind, self.n)
            np.add.at(change[place], end * n_kinds + self.kind, -self.n)
        sums += np.cumsum(change.reshape(n_spans, n + 1, n_kinds)[:, :-1], axis=1).transpose(1, 0, 2)


NO_LATE = Late(*(np.empty(0, np.int64) for _ in Late._fields))
