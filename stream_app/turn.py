"""What is counted at once: batches of several source partitions, their records as rows one after another."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.decode import Decoded, Refusal, decode
from models.parts import Part, parts_of
from models.report import SEGMENT
from stream_app.dead_letters import DeadLetter

Int64s = NDArray[np.int64]


class Slice(NamedTuple):
    """Records of one source partition that one fetch brought."""

    topic: str
    partition: int
    values: Sequence[bytes | None]
    offsets: Sequence[int]
    caught_up: bool  # with these, everything is read that was there ...
    arrived: Sequence[int] | Int64s = ()  # when each was written, by our clock, ms; 0 or nothing: not known
    as_of: int = 0  # ... at this time by our clock, ms; 0: now

    @property
    def source(self) -> str:
        """The source partition's name in reports."""
        return f"{self.topic}/{self.partition}"

    def arrivals(self) -> Int64s:
        """(n,) `arrived`, with 0 where it is not known."""
        return np.asarray(self.arrived, np.int64) if len(self.arrived) else np.zeros(len(self.offsets), np.int64)


class Turn:
    """Slices taken together. A row is the number of a record among all of them."""

    def __init__(self, slices: Sequence[Slice], now: int) -> None:
        self.slices = slices
        self.now = now  # by our clock, ms; 0: the log's time is the clock
        self.offsets: Int64s = np.concatenate([np.asarray(each.offsets, np.int64) for each in slices])
        self.arrivals: Int64s = np.concatenate([each.arrivals() for each in slices])
        self.parts: list[Part] = parts_of(slices, SEGMENT)

    @property
    def sources(self) -> set[str]:
        """Names of the source partitions."""
        return {each.source for each in self.slices}

    def slice_of(self, number: int) -> Slice:
        """The slice in which a part lies."""
        return self.slices[self.parts[number].records]

    def source_of(self, number: int) -> str:
        """The source of a part."""
        return self.slice_of(number).source

    def waves(self) -> list[list[int]]:
        """Numbers of the parts, in order for each source; no source comes twice in a wave."""
        waves: list[list[int]] = []
        seen: Counter[str] = Counter()
        for number in range(len(self.parts)):
            source = self.source_of(number)
            waves += [[]] * (seen[source] == len(waves))
            waves[seen[source]].append(number)
            seen[source] += 1
        return waves

    def decode(self) -> Decoded:
        """The records; in the columns rows stand for offsets.

        No event is later than its record allows: whoever reads it again must count it in the same bucket. A producer
        whose clock runs ahead writes no later than now.
        """
        arrived = self.arrivals
        if self.now:
            arrived = np.where(arrived > 0, np.minimum(arrived, self.now), self.now)
        values = [value for each in self.slices for value in each.values]
        return decode(values, range(len(values)), arrived)

    def letter(self, refusal: Refusal) -> DeadLetter:
        """Where a record stands that could not be read."""
        ends = np.cumsum([len(each.values) for each in self.slices])
        held = self.slices[int(np.searchsorted(ends, refusal.row, side="right"))]
        return DeadLetter(held.topic, held.partition, int(self.offsets[refusal.row]), refusal.reason, refusal.detail)
