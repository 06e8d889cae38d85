"""Feature rows of a scenario, to be scored by its model."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.entity import Entity
from models.facts import Int64s


class Rows(NamedTuple):
    """Feature rows to score, one an entity and window; `start` and `end` are event time in ms."""

    entities: Sequence[Entity]  # (n,)
    values: NDArray[np.float32]  # (n, n_features)
    start: NDArray[np.int64]  # (n,)
    end: NDArray[np.int64]  # (n,)
    context: Sequence[Any]  # (n,) what the scenario needs to explain the row, opaque to others


class Made(Sequence[Any]):
    """A sequence whose items are made when they are asked for."""

    __slots__ = ("_length", "_make")

    def __init__(self, length: int, make: Callable[[int], Any]) -> None:
        self._length, self._make = length, make

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._make(at) for at in range(*index.indices(self._length))]
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return self._make(index % self._length)


def joined(due: Sequence[tuple[Rows, Int64s]]) -> tuple[Rows, Int64s] | None:
    """Rows as one, each with the round it belongs to; None when there are none."""
    rows = concat_rows([rows for rows, _ in due])
    return None if rows is None else (rows, np.concatenate([number for _, number in due]))


def concat_rows(parts: Sequence[Rows]) -> Rows | None:
    """Rows one after another; None when there are none."""
    if len(parts) < 2:
        return parts[0] if parts else None
    return Rows(
        [entity for rows in parts for entity in rows.entities],
        np.concatenate([rows.values for rows in parts]),
        np.concatenate([rows.start for rows in parts]),
        np.concatenate([rows.end for rows in parts]),
        _chained([rows.context for rows in parts]),
    )


def _chained(parts: Sequence[Sequence[Any]]) -> Sequence[Any]:
    ends = np.cumsum([len(part) for part in parts])

    def make(index: int) -> Any:
        place = int(np.searchsorted(ends, index, side="right"))
        return parts[place][index - int(ends[place])]

    return Made(int(ends[-1]), make)
