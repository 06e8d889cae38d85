"""One scenario over a recorded log: both stages, with whole blocks counted at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from models.chunks import Chunk, CutBlock, Int64s
from models.detector import Detector, Outcome
from models.facts import Facts
from models.served import Served
from shop_services.contracts.topics import SHOP_TOPICS

News = dict[int, list[tuple[str, Facts]]]  # by number of the chunk: source and what it brings


@dataclass(slots=True)
class Lane:
    """A scenario's detector, fed from a log.

    In a log every record stands once, so what is counted is news at once: neither absolute counters nor a ledger are
    needed. A test holds it equal to the way through both.
    """

    served: Served
    detector: Detector
    sources: set[str] = field(default_factory=set)

    def run(self, cut: CutBlock) -> Iterator[tuple[Chunk, Outcome]]:
        """The judgement after every chunk of a block."""
        self.sources.update(f"{SHOP_TOPICS[code]}/0" for code in np.unique(cut.block.topic).tolist())
        news = self._count(cut)
        for chunk in cut.chunks:
            yield chunk, self._judge(chunk, news.get(chunk.number, []))

    def _judge(self, chunk: Chunk, news: list[tuple[str, Facts]]) -> Outcome:
        for source in self.sources:
            self.detector.watermark.observe(source, seen_until=0, caught_up=chunk.caught_up, clock=chunk.clock)
        for source, facts in news:
            self.detector.memory.absorb(source, facts)
        return self.detector.judge()

    def _count(self, cut: CutBlock) -> News:
        news: News = {}
        for code in np.unique(cut.block.topic).tolist():
            mask = cut.block.topic == code
            columns, chunk = cut.block.columns.where(mask), cut.chunk[mask]
            counted = self.served.scenario.accumulate(columns)
            for number, facts in _by_chunk(counted, columns.offset, chunk):
                news.setdefault(number, []).append((f"{SHOP_TOPICS[code]}/0", facts))
        return news


def _by_chunk(counted: Facts, offset: Int64s, chunk: Int64s) -> Iterator[tuple[int, Facts]]:
    """Facts of one source grouped within each chunk; `chunk` says to which one each offset belongs."""
    if len(counted) == 0:
        return
    grouped = counted.grouped(chunk[np.searchsorted(offset, counted.offset)])
    numbers = chunk[np.searchsorted(offset, grouped.offset)]
    starts = np.flatnonzero(np.diff(numbers, prepend=-1)).tolist()
    for number, start, end in zip(numbers[starts].tolist(), starts, [*starts[1:], len(grouped)], strict=True):
        yield number, grouped.take(slice(start, end))
