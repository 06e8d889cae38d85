"""Every counter of every window as one table, from a log or from what intake reported, and where two tables differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from models.facts import EntityKind, Facts

Table = NDArray[np.int64]  # (rows, 7), sorted: kind, entity, bucket (ms), tag, key, n, amount
IDENTITY = 5
MOST_LOOSE_ROWS = 1_000_000
MOST_TOLD = 5


@dataclass(slots=True)
class Counting:
    """Adds up facts, whatever order they come in."""

    table: Table = field(default_factory=lambda: np.empty((0, 7), np.int64))
    _loose: list[Table] = field(default_factory=list)
    _rows: int = 0

    def add(self, facts: Facts) -> None:
        """Count these."""
        if len(facts):
            self._loose.append(_rows(facts))
            self._rows += len(facts)
        if self._rows > MOST_LOOSE_ROWS:
            self.total()

    def total(self) -> Table:
        """Everything counted so far."""
        if self._loose:
            self.table = _summed(np.concatenate([self.table, *self._loose]))
            self._loose, self._rows = [], 0
        return self.table


def _rows(facts: Facts) -> Table:
    columns = (facts.kind, facts.entity, facts.bucket, facts.tag, facts.key, facts.n, facts.amount)
    return np.stack([np.asarray(column, np.int64) for column in columns], axis=1)


def _summed(rows: Table) -> Table:
    """Rows of one identity made one."""
    ordered = rows[np.lexsort(rows[:, IDENTITY - 1 :: -1].T)]
    begins = np.ones(len(ordered), bool)
    begins[1:] = (ordered[1:, :IDENTITY] != ordered[:-1, :IDENTITY]).any(axis=1)
    starts = np.flatnonzero(begins)
    return np.hstack([ordered[starts, :IDENTITY], np.add.reduceat(ordered[:, IDENTITY:], starts)])


def differences(stem: str, wanted: Table, found: Table) -> Sequence[str]:
    """Where two tables differ, the first few in words; none when they are equal."""
    if np.array_equal(wanted, found):
        return []
    minus = np.hstack([wanted[:, :IDENTITY], -wanted[:, IDENTITY:]])
    gap = _summed(np.concatenate([minus, found]))
    gap = gap[(gap[:, IDENTITY:] != 0).any(axis=1)]
    told = [_told(stem, row) for row in gap[:MOST_TOLD].tolist()]
    lost, twice = int(-gap[gap[:, 5] < 0, 5].sum()), int(gap[gap[:, 5] > 0, 5].sum())
    return [f"{stem}: {len(gap)} counters differ, {lost} facts are lost and {twice} counted twice", *told]


def _told(stem: str, row: Sequence[int]) -> str:
    kind, entity, bucket, tag, key, n, amount = row
    at = datetime.fromtimestamp(bucket / 1000, UTC)
    name = f"{EntityKind(kind).name.lower()}/{entity}"
    return f"{stem}: {name} at {at:%Y-%m-%d %H:%M:%S}, fact {tag} of {key}: {n:+d} times, {amount:+d} pieces"


def total(facts: Iterable[Facts]) -> Table:
    """All facts in one table."""
    counting = Counting()
    for part in facts:
        counting.add(part)
    return counting.total()
