"""One scenario over a recorded log: both stages, with whole blocks counted at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from models.chunks import Chunk, CutBlock, Int64s
from models.detector import Detector, Outcome
from models.facts import Facts
from models.served import Served
from shop_services.contracts.topics import SHOP_TOPICS

News = dict[int, list[tuple[str, Facts]]]  # by turn: source and what it brings


@dataclass(slots=True)
class Lane:
    """A scenario's detector, fed from a log.

    In a log every record stands once, so what is counted is news at once: neither absolute counters nor a ledger are
    needed. A test holds it equal to the way through both. It judges in turns: after the chunks behind which one of the
    scenario's buckets may have closed, and at the end of a block.
    """

    served: Served
    detector: Detector
    sources: set[str] = field(default_factory=set)

    def run(self, cut: CutBlock) -> Iterator[tuple[Chunk, Outcome]]:
        """The judgements of a block, each with the chunk after which it was made."""
        self.sources.update(f"{SHOP_TOPICS[code]}/0" for code in np.unique(cut.block.topic).tolist())
        places = self._turns(cut.chunks)
        chunk_places = np.array([place for place, chunk in enumerate(cut.chunks) if chunk.number >= 0])
        news = self._count(cut, np.searchsorted(places, chunk_places)[cut.chunk])
        for turn, place in enumerate(places.tolist()):
            chunk = cut.chunks[place]
            yield chunk, self._judge(chunk, news.get(turn, []))

    def _turns(self, chunks: list[Chunk]) -> Int64s:
        """Places in the list of the chunks after which to judge, ascending."""
        complete = np.maximum.accumulate([chunk.clock if chunk.caught_up else 0 for chunk in chunks])
        closed = (complete - self.detector.watermark.lateness_ms) // self.served.scenario.SPEC.bucket_ms
        return np.union1d(np.flatnonzero(np.diff(closed, prepend=-1)), [len(chunks) - 1]).astype(np.int64)

    def _judge(self, chunk: Chunk, news: list[tuple[str, Facts]]) -> Outcome:
        for source in self.sources:
            self.detector.watermark.observe(source, seen_until=0, caught_up=chunk.caught_up, clock=chunk.clock)
        for source, facts in news:
            self.detector.memory.absorb(source, facts)
        return self.detector.judge()

    def _count(self, cut: CutBlock, turn: Int64s) -> News:
        """What each turn brings; `turn` (n,) says to which one a row belongs."""
        news: News = {}
        for code in np.unique(cut.block.topic).tolist():
            mask = cut.block.topic == code
            columns = cut.block.columns.where(mask)
            counted = self.served.scenario.accumulate(columns)
            for number, facts in _by_turn(counted, columns.offset, turn[mask]):
                news.setdefault(number, []).append((f"{SHOP_TOPICS[code]}/0", facts))
        return news


def _by_turn(counted: Facts, offset: Int64s, turn: Int64s) -> Iterator[tuple[int, Facts]]:
    """Facts of one source grouped within each turn; `turn` (n,) belongs to the offsets (n,), ascending."""
    if len(counted) == 0:
        return
    grouped = counted.grouped(turn[np.searchsorted(offset, counted.offset)])
    numbers = turn[np.searchsorted(offset, grouped.offset)]
    starts = np.flatnonzero(np.diff(numbers, prepend=-1)).tolist()
    for number, start, end in zip(numbers[starts].tolist(), starts, [*starts[1:], len(grouped)], strict=True):
        yield number, grouped.take(slice(start, end))
