"""Records of several sources, counted together: a call costs as much as dozens of records, so few calls are made."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol, Self

import numpy as np

from models.columns import Columns
from models.facts import Facts, Int64s
from models.spec import Scenario


class Records(Protocol):
    """Records of one source partition, in the order of their offsets."""

    @property
    def source(self) -> str: ...

    @property
    def offsets(self) -> Sequence[int]: ...


class Parts(Protocol):
    """Parts, and the offsets (n_rows,) that rows stand for."""

    @property
    def parts(self) -> Sequence["Part"]: ...

    @property
    def offsets(self) -> Int64s: ...


class Part(NamedTuple):
    """A stretch of records of one source within one segment of it, as rows [start, end) of all records together."""

    records: int  # number of the records it belongs to
    start: int
    end: int
    last_offset: int
    is_last: bool  # of its records


def parts_of(together: Sequence[Records], segment_size: int) -> list[Part]:
    """All records one after another, cut where a source or a segment ends."""
    parts, row = [], 0
    for number, records in enumerate(together):
        offsets = np.asarray(records.offsets, np.int64)
        for start, end in within_segments(offsets, segment_size):
            parts.append(Part(number, row + start, row + end, int(offsets[end - 1]), end == len(offsets)))
        row += len(offsets)
    return parts


def within_segments(offsets: Int64s, segment_size: int) -> Iterator[tuple[int, int]]:
    """Rows [start, end) of offsets (n,), which rise, cut where a segment ends; without any (0, 0)."""
    borders = np.flatnonzero(np.diff(offsets // segment_size)) + 1
    return pairwise([0, *borders.tolist(), len(offsets)])


def places(rows: Int64s, parts: Sequence[Part]) -> Int64s:
    """(n,) number of the part in which each row lies."""
    return np.searchsorted([part.end for part in parts], rows, side="right").astype(np.int64)


class Counts(NamedTuple):
    """What one scenario counts in some parts, all at once."""

    facts: Facts  # grouped, by part
    bounds: list[int]  # rows [bounds[i], bounds[i + 1]) are of the part number i
    seen_until: list[int]  # the latest event time of every part, ms; 0 of one without events

    @classmethod
    def of(cls, scenario: Scenario, columns: Columns, parts: "Parts") -> Self:
        """`columns.offset` are rows."""
        found = scenario.accumulate(columns)
        grouped = found.grouped(places(found.offset, parts.parts))
        bounds = np.searchsorted(places(grouped.offset, parts.parts), np.arange(len(parts.parts) + 1)).tolist()
        return cls(grouped.with_offsets(parts.offsets[grouped.offset]), bounds, _latest(columns, parts.parts))

    def among(self, wanted: Sequence[int]) -> tuple[Facts, list[int]]:
        """Facts and bounds of some of the parts, in order."""
        if len(wanted) == len(self.seen_until):
            return self.facts, self.bounds
        rows = [np.arange(self.bounds[number], self.bounds[number + 1]) for number in wanted]
        return self.facts.take(np.concatenate(rows)), np.cumsum([0, *map(len, rows)]).tolist()


def _latest(columns: Columns, parts: Sequence[Part]) -> list[int]:
    bounds = np.searchsorted(columns.offset, [*(part.start for part in parts), parts[-1].end]).tolist()
    return [int(columns.time[start:end].max(initial=0)) for start, end in pairwise(bounds)]
