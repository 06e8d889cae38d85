"""One scenario over a recorded log: both stages, with whole blocks counted at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from models.chunks import Chunk, CutBlock, Int64s
from models.detector import Detector
from models.outcome import Outcome
from models.rounds import News, Rounds
from models.served import Served


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
        """The judgements of a block that changed something, each with the chunk after which it was made."""
        self.sources.update(source.name for source in cut.sources)
        places = self._turns(cut.chunks)
        chunks = [cut.chunks[place] for place in places.tolist()]
        chunk_places = np.array([place for place, chunk in enumerate(cut.chunks) if chunk.number >= 0])
        news = self._count(cut, np.searchsorted(places, chunk_places))
        for turn, outcome in self.detector.judge_rounds(Rounds(self._watermarks(chunks), news)):
            yield chunks[turn], outcome
        self._observe(chunks[-1])

    def _turns(self, chunks: list[Chunk]) -> Int64s:
        """Places in the list of the chunks after which to judge, ascending."""
        complete = np.maximum.accumulate([chunk.clock if chunk.caught_up else 0 for chunk in chunks])
        closed = (complete - self.detector.watermark.lateness_ms) // self.served.scenario.SPEC.bucket_ms
        return np.union1d(np.flatnonzero(np.diff(closed, prepend=-1)), [len(chunks) - 1]).astype(np.int64)

    def _watermarks(self, chunks: list[Chunk]) -> Int64s:
        """After each of the chunks; all sources are in one reader's hands, so it is the reader's clock."""
        complete = [chunk.clock - self.detector.watermark.lateness_ms if chunk.caught_up else 0 for chunk in chunks]
        return np.maximum.accumulate(np.maximum(complete, self.detector.watermark.value)).astype(np.int64)

    def _observe(self, chunk: Chunk) -> None:
        for source in self.sources:
            self.detector.watermark.observe(source, seen_until=0, caught_up=chunk.caught_up, clock=chunk.clock)
        self.detector.watermark.advance()

    def _count(self, cut: CutBlock, turn: Int64s) -> list[News]:
        """What each turn brings; `turn` says to which one a chunk belongs."""
        news = []
        for source in cut.sources:
            counted, offset = self.served.scenario.accumulate(source.columns), source.columns.offset
            if len(counted):
                turns = turn[source.chunk]
                grouped = counted.grouped(turns[np.searchsorted(offset, counted.offset)])
                news.append(News(source.name, grouped, turns[np.searchsorted(offset, grouped.offset)]))
        return news
