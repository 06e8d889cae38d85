"""Counters of many rows in one table: an index by identity, and columns that numpy adds up.

A Python object a row would cost ten times as much, for most rows are touched once or twice and then dropped together.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

import numpy as np

from models.facts import Int64s

Index = defaultdict[bytes, int]  # identity (`Facts.identities`) to slot
FIRST_SLOTS = 1_024


class Slots:
    """`table` (n_slots, n_counters) int64. Slots are given to the identities of an index as they come, and taken back
    all at once; a slot that is given again begins with `fresh`.
    """

    def __init__(self, fresh: Sequence[int]) -> None:
        self._fresh = np.array(fresh, np.int64)
        self._free: list[int] = []
        self.table = np.empty((0, len(fresh)), np.int64)

    def index(self) -> Index:
        """Identities that are dropped together; to be asked by `of`, which sees to it that there are free slots."""
        return defaultdict(self._free.pop)

    def of(self, indexes: Iterable[Index], names: Sequence[bytes], bounds: Sequence[int]) -> Int64s:
        """(n,) the slot of each name; names [bounds[i], bounds[i + 1]) are of the index number i."""
        self._spare(len(names))
        parts = zip(indexes, pairwise(bounds), strict=True)
        found = chain.from_iterable(map(index.__getitem__, names[start:end]) for index, (start, end) in parts)
        return np.fromiter(found, np.int64, len(names))

    def release(self, index: Index) -> None:
        """Forget an index's identities."""
        slots = list(index.values())
        self.table[slots] = self._fresh
        self._free += slots
        index.clear()

    def _spare(self, slots: int) -> None:
        """Have so many free."""
        if len(self._free) < slots:
            size = len(self.table)
            more = max(size, FIRST_SLOTS, slots)
            self.table = np.concatenate([self.table, np.tile(self._fresh, (more, 1))])
            self._free += range(size + more - 1, size - 1, -1)
