"""The first stage: folds batches of one source partition into absolute facts per segment, for one scenario."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from models.columns import Columns
from models.facts import Facts
from models.report import SEGMENT, Report
from models.slots import Index, Slots
from models.spec import Scenario

FRESH = (0, 0, np.iinfo(np.int64).max, np.iinfo(np.int64).min)  # n, amount, first, last of what was not yet counted


def new_slots() -> Slots:
    """A table for the counters of combiners."""
    return Slots(FRESH)


@dataclass(slots=True)
class Combiner:
    """Counters of the open segment of one source. Feed it batches in offset order that never cross a segment."""

    scenario: Scenario
    source: str
    segment_size: int = SEGMENT  # offsets
    log: str = ""  # which log of that name is read; empty: not known
    slots: Slots = field(default_factory=new_slots)  # combiners that are to count together share one
    segment: int = -1
    last_offset: int = -1
    seen_until: int = 0
    index: Index = field(init=False)

    def __post_init__(self) -> None:
        self.index = self.slots.index()

    def absorb(self, columns: Columns, last_offset: int) -> Facts:
        """Count a batch that ends at `last_offset`; gives back the changed rows, absolute. Repetitions are skipped."""
        columns = columns.where(columns.offset > self.last_offset)
        facts = self.scenario.accumulate(columns).grouped()
        self.move(last_offset, int(columns.time.max(initial=0)))
        return count_together([self], facts, [0, len(facts)])[0]

    def move(self, last_offset: int, seen_until: int) -> None:
        """Go on to the record at `last_offset`; up to it the latest event time is `seen_until`, ms, 0 without any."""
        if last_offset <= self.last_offset:
            return  # tried again; its segment may be over, and that of `last_offset` is the open one
        if last_offset // self.segment_size != self.segment:
            self.segment = last_offset // self.segment_size
            self.slots.release(self.index)
        self.last_offset = last_offset
        self.seen_until = max(self.seen_until, seen_until)

    def report(self, facts: Facts | None = None, *, caught_up: bool, clock: int, blind_until: int = 0) -> Report:
        """What the second stage is told now; without facts it is a heartbeat."""
        news = Facts.empty() if facts is None else facts
        return Report(
            source=self.source,
            segment=self.segment,
            last_offset=self.last_offset,
            seen_until=self.seen_until,
            caught_up=caught_up,
            clock=clock,
            facts=news,
            blind_until=blind_until,
            log=self.log,
        )

    def drop(self) -> None:
        """Forget what was counted."""
        self.slots.release(self.index)


def count_together(combiners: Sequence[Combiner], facts: Facts, bounds: Sequence[int]) -> list[Facts]:
    """Add grouped facts to what their combiners hold: of each the changed rows, absolute.

    Rows [bounds[i], bounds[i + 1]) are of the combiner number i, from behind what it has counted. All share their
    slots, and none stands among them twice.
    """
    if not len(facts):
        return [facts] * len(combiners)
    slots = combiners[0].slots
    at = slots.of([combiner.index for combiner in combiners], facts.identities(), bounds)
    rows = slots.table[at]
    rows[:, 0] += facts.n
    rows[:, 1] += facts.amount
    rows[:, 2] = np.minimum(rows[:, 2], facts.first)
    rows[:, 3] = np.maximum(rows[:, 3], facts.last)
    slots.table[at] = rows
    absolute = facts.with_counters(rows)
    return absolute.cut(bounds)
