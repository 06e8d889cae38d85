"""The first stage: folds batches of one source partition into absolute facts per segment, for one scenario."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from models.columns import Columns
from models.facts import Facts, Int64s
from models.report import SEGMENT, Report
from models.spec import Scenario

Identity = tuple[int, int, int, int, int]  # kind, entity, bucket, tag, key
Counters = tuple[int, int, int, int]  # n, amount, first, last


@dataclass(slots=True)
class Combiner:
    """Counters of the open segment of one source. Feed it batches in offset order that never cross a segment."""

    scenario: Scenario
    source: str
    segment_size: int = SEGMENT  # offsets
    log: str = ""  # which log of that name is read; empty: not known
    segment: int = -1
    last_offset: int = -1
    seen_until: int = 0
    _rows: dict[Identity, list[int]] = field(default_factory=dict)

    def absorb(self, columns: Columns, last_offset: int) -> Facts:
        """Count a batch that ends at `last_offset`; gives back the changed rows, absolute. Repetitions are skipped."""
        columns = columns.where(columns.offset > self.last_offset)
        seen_until = int(columns.time.max(initial=0))
        return self.take(self.scenario.accumulate(columns).grouped(), last_offset, seen_until)

    def take(self, facts: Facts, last_offset: int, seen_until: int) -> Facts:
        """Take in what was counted elsewhere: grouped facts of the records behind the last offset so far, up to
        `last_offset`. `seen_until` is their latest event time, ms; 0 without any.
        """
        if last_offset <= self.last_offset:
            return Facts.empty()  # tried again; its segment may be over, and that of `last_offset` is the open one
        if last_offset // self.segment_size != self.segment:
            self.segment = last_offset // self.segment_size
            self._rows = {}
        self.last_offset = last_offset
        self.seen_until = max(self.seen_until, seen_until)
        return self._absolute(facts)

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

    def _absolute(self, partial: Facts) -> Facts:
        """Add a grouped batch to the segment's counters, and the changed rows as they stand now."""
        if len(partial) == 0:
            return partial
        return partial.with_counters([self._add(name, value) for name, value in zip(*_rows(partial), strict=True)])

    def _add(self, name: Identity, value: Counters) -> list[int]:
        row = self._rows.get(name)
        if row is None:
            row = self._rows[name] = list(value)
            return row
        row[0] += value[0]
        row[1] += value[1]
        row[2] = min(row[2], value[2])
        row[3] = max(row[3], value[3])
        return row


def _rows(facts: Facts) -> tuple[Iterable[Identity], Iterable[Counters]]:
    """Identities and counters as plain tuples: one step a touched key, not an event."""
    names = (facts.kind, facts.entity, facts.bucket, facts.tag, facts.key)
    counters = (facts.n, facts.amount, facts.first, facts.last)
    return _tuples(*names), _tuples(*counters)


def _tuples(*columns: Int64s) -> Iterable[Any]:
    return zip(*(column.tolist() for column in columns), strict=True)
