"""A recording cut into what a reader would get at once: by time of arrival, with ticks where nothing arrived."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns
from models.recording import Block
from shop_services.contracts.topics import SHOP_TOPICS

LAG_MS = 120_000  # a reader whose typical record is older than this has not caught up
NEIGHBOURS = 15  # records before and behind a chunk that say with it what is typical; single ones may be late

Int64s = NDArray[np.int64]


class Chunk(NamedTuple):
    """What arrives at once. Without rows it is a tick: nothing arrived until `clock`."""

    clock: int  # ms since the epoch, when it was read
    caught_up: bool
    number: int  # in its block; -1 for a tick


@dataclass(frozen=True, slots=True)
class CutBlock:
    """A block and the chunks it consists of, ticks before them included."""

    block: Block
    chunk: Int64s  # (n,) number of the chunk of each row
    chunks: list[Chunk]
    sources: list["SourceRows"]  # the rows once more, source by source


class SourceRows(NamedTuple):
    """The rows of a block that one source brought."""

    name: str  # cart-events/0
    columns: Columns
    chunk: Int64s  # (n,) number of the chunk of each row


@dataclass(slots=True)
class Chunking:
    """How a recording is cut."""

    span_ms: int = 10_000  # of arrival in one chunk
    rows: int = 2_000  # in one chunk at most
    tick_ms: int = 30_000  # between two ticks in a silence
    clock: int = 0  # of the last chunk

    def cut(self, blocks: Iterable[Block]) -> Iterator[CutBlock]:
        """All blocks with their chunks, in order of arrival."""
        for block in blocks:
            if len(block.topic):
                bounds = self._bounds(block.arrived)
                chunk = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
                yield CutBlock(block, chunk, list(self._chunks(block, bounds)), list(_sources(block, chunk)))

    def _chunks(self, block: Block, bounds: Int64s) -> Iterator[Chunk]:
        starts, ends = block.arrived[bounds[:-1]].tolist(), block.arrived[bounds[1:] - 1].tolist()
        caught_up = _caught_up(block.arrived - block.columns.time, bounds).tolist()
        for number, (start, end, is_caught_up) in enumerate(zip(starts, ends, caught_up, strict=True)):
            if self.clock and is_caught_up:  # else the reader stood still, which is no silence of the shop
                yield from self._ticks(start)
            self.clock = end
            yield Chunk(end, is_caught_up, number)

    def _ticks(self, until: int) -> Iterator[Chunk]:
        for clock in range(self.clock + self.tick_ms, until - self.tick_ms, self.tick_ms):
            yield Chunk(clock, True, -1)

    def _bounds(self, arrived: Int64s) -> Int64s:
        """Row numbers at which a chunk begins, and the end."""
        begins = np.flatnonzero(np.diff(arrived // self.span_ms, prepend=-1))
        limits = np.arange(0, len(arrived), self.rows)
        return np.unique(np.concatenate([begins, limits, [len(arrived)]])).astype(np.int64)


def _sources(block: Block, chunk: Int64s) -> Iterator[SourceRows]:
    for code in np.unique(block.topic).tolist():
        mask = block.topic == code
        yield SourceRows(f"{SHOP_TOPICS[code]}/0", block.columns.where(mask), chunk[mask])


def _caught_up(late: Int64s, bounds: Int64s) -> NDArray[np.bool_]:
    """(n_chunks,) bool: whether the median of what a chunk and its neighbours (n,) were late is no lag."""
    start = np.maximum(bounds[:-1] - NEIGHBOURS, 0)
    end = np.minimum(bounds[1:] + NEIGHBOURS, len(late))
    timely = np.concatenate([[0], np.cumsum(late < LAG_MS)])
    return np.asarray(timely[end] - timely[start] > (end - start) // 2)
