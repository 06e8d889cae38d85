"""Facts: a multiset of small integer tuples with counters, the one aggregate of every scenario.

A row says: of this entity, in this time bucket, this `tag` (what kind of fact) with this `key` (a user, a price
level, ...) was seen `n` times, `amount` pieces in all, between `first` and `last`. Merging adds counters and takes the
extremes of times, so it is associative and commutative by construction, whatever the scenario.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import cache
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]


class EntityKind(IntEnum):
    """What an anomaly can be about; the names are those of the published contract in capitals."""

    SHOP = 0
    SERVICE = 1
    EVENT_TYPE = 2
    PRODUCT = 3
    USER = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """n rows; the first five columns identify a row, `n` to `event_id` are what was counted."""

    kind: Int64s  # (n,) EntityKind of the entity
    entity: Int64s  # (n,) id of the entity
    bucket: Int64s  # (n,) start of the time bucket, ms since the epoch
    tag: Int64s  # (n,) what kind of fact; each scenario has its own enumeration
    key: Int64s  # (n,) a further dimension: user id, price level, ...; 0 when unused
    n: Int64s  # (n,) how many events
    amount: Int64s  # (n,) sum of pieces
    first: Int64s  # (n,) earliest event time, ms
    last: Int64s  # (n,) latest event time, ms
    offset: Int64s  # (n,) offset of the last event counted here
    event_id: NDArray[np.object_]  # (n,) id of that event

    def __len__(self) -> int:
        return len(self.n)

    def take(self, rows: NDArray[np.bool_] | Int64s | slice) -> Self:
        """The rows of a mask, an index or a slice."""
        return type(self)(*[getattr(self, name)[rows] for name in COLUMNS])

    def cut(self, bounds: Sequence[int]) -> list[Self]:
        """The rows between every two bounds, ascending: many short stretches at once."""
        columns = [getattr(self, name) for name in COLUMNS]
        return [
            type(self)(*[column[start:end] for column in columns]) if start < end else self.empty()
            for start, end in pairwise(bounds)
        ]

    def grouped(self, batch: Int64s | None = None) -> Self:
        """Rows with equal identity merged into one, sorted by identity; with batch numbers (n,) by batch first, so
        that many batches are grouped at once and rows of different ones stay apart.
        """
        if len(self) == 0:
            return self
        identity = (self.offset, self.key, self.tag, self.bucket, self.entity, self.kind)
        order = np.lexsort(identity if batch is None else (*identity, batch))
        rows = self.take(order)
        starts = _borders(rows, () if batch is None else (batch[order],))
        ends = np.append(starts[1:], len(rows)) - 1
        return type(self)(
            kind=rows.kind[starts],
            entity=rows.entity[starts],
            bucket=rows.bucket[starts],
            tag=rows.tag[starts],
            key=rows.key[starts],
            n=np.add.reduceat(rows.n, starts),
            amount=np.add.reduceat(rows.amount, starts),
            first=np.minimum.reduceat(rows.first, starts),
            last=np.maximum.reduceat(rows.last, starts),
            offset=rows.offset[ends],
            event_id=rows.event_id[ends],
        )

    def identities(self) -> list[bytes]:
        """What identifies each row, as something to look it up by."""
        table = np.stack([getattr(self, name) for name in IDENTITY], axis=1)
        raw, width = table.astype("<i8", copy=False).tobytes(), 8 * len(IDENTITY)
        return [raw[start : start + width] for start in range(0, len(raw), width)]

    def with_counters(self, counters: Int64s) -> Self:
        """The same rows with `n`, `amount`, `first` and `last` taken from the counters, (n, 4)."""
        n, amount, first, last = np.ascontiguousarray(counters.T)
        return self._counted(n, amount, first, last, self.offset)

    def with_increments(self, n: Int64s, amount: Int64s) -> Self:
        """The same rows with other counters."""
        return self._counted(n, amount, self.first, self.last, self.offset)

    def with_offsets(self, offset: Int64s) -> Self:
        """The same rows with other offsets."""
        return self._counted(self.n, self.amount, self.first, self.last, offset)

    def _counted(self, n: Int64s, amount: Int64s, first: Int64s, last: Int64s, offset: Int64s) -> Self:
        # Written out: `dataclasses.replace` costs as much as counting a small batch.
        identity = (self.kind, self.entity, self.bucket, self.tag, self.key)
        return type(self)(*identity, n, amount, first, last, offset, self.event_id)

    @classmethod
    def concat(cls, parts: Iterable[Self]) -> Self:
        """All rows of the parts, one after another; at least one part."""
        held = list(parts)
        names = [field.name for field in fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in held]) for name in names})

    def packed(self) -> tuple[list[bytes], list[str]]:
        """For storage and topics: the columns but the last as little-endian int64, and the event ids."""
        return [np.ascontiguousarray(getattr(self, name), "<i8").tobytes() for name in COLUMNS[:-1]], (
            self.event_id.tolist()
        )

    @classmethod
    def unpacked(cls, columns: Sequence[bytes], event_ids: Sequence[str]) -> Self:
        """What `packed` gave; ValueError when it is none."""
        held = [np.frombuffer(column, "<i8") for column in columns]
        if len(held) != len(COLUMNS) - 1 or {len(column) for column in held} != {len(event_ids)}:
            raise ValueError("columns of unequal length are no facts")
        named: dict[str, Any] = dict(zip(COLUMNS, [*held, np.array(event_ids, object)], strict=True))
        return cls(**named)

    @classmethod
    @cache
    def empty(cls) -> Self:
        """No rows."""
        none = np.empty(0, np.int64)
        columns: dict[str, Any] = {field.name: none for field in fields(cls)}
        return cls(**columns | {"event_id": np.empty(0, object)})


COLUMNS = tuple(field.name for field in fields(Facts))  # in the order of the constructor
IDENTITY = ("kind", "entity", "bucket", "tag", "key")


def _borders(rows: Facts, further: tuple[Int64s, ...] = ()) -> Int64s:
    """Index of the first row of every group of sorted rows."""
    changed = np.zeros(len(rows), bool)
    changed[0] = True
    for column in (rows.kind, rows.entity, rows.bucket, rows.tag, rows.key, *further):
        changed[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(changed)


def facts(
    kind: EntityKind | Int64s,
    entity: Int64s,
    time: Int64s,
    bucket_ms: int,
    tag: int | Int64s,
    *,
    key: Int64s | int = 0,
    amount: Int64s | int = 0,
    offset: Int64s,
    event_id: NDArray[np.object_],
) -> Facts:
    """One row an event; scalars are spread over all rows. `time` is event time in ms."""
    size = len(time)

    def column(value: Int64s | int) -> Int64s:
        return np.broadcast_to(np.asarray(value, np.int64), (size,))

    return Facts(
        kind=column(kind),
        entity=column(entity),
        bucket=time - time % bucket_ms,
        tag=column(tag),
        key=column(key),
        n=np.ones(size, np.int64),
        amount=column(amount),
        first=time,
        last=time,
        offset=offset,
        event_id=event_id,
    )
