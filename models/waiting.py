"""Facts that are ahead of their time: they wait until every source has been read so far.

Sources are read one after another. Whoever follows single users and products needs causes before effects: an order
that is heard of hours before the cart lines it ordered tells another story. While all sources are read to their end,
nothing waits.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from models.facts import Facts, Int64s

MOST_ROWS = 500_000  # beyond, what has waited is let through: late is better than never

Part = tuple[str, Facts]  # source and what it brought


@dataclass(slots=True)
class _Held:
    """A part of which rows go as their time comes; the rest stays where it is."""

    source: str
    facts: Facts
    order: Int64s = field(init=False)  # rows by the time from which they are due ...
    times: Int64s = field(init=False)  # ... and those times, ms
    gone: int = 0  # of `order`, so many are released

    def __post_init__(self) -> None:
        self.order = np.argsort(self.facts.first, kind="stable")
        self.times = self.facts.first[self.order]

    @property
    def next_due(self) -> int:
        """When the next row is due, ms."""
        return int(self.times[self.gone])

    @property
    def is_empty(self) -> bool:
        return self.gone == len(self.order)

    def due(self, until: int) -> Facts:
        """Rows that are due and have not gone, in the order they came."""
        begin, self.gone = self.gone, int(np.searchsorted(self.times, until, side="right"))
        return self._rows(self.order[begin : self.gone])

    def rest(self) -> Facts:
        """Rows that have not gone, in the order they came."""
        return self._rows(self.order[self.gone :])

    def _rows(self, rows: Int64s) -> Facts:
        return self.facts if len(rows) == len(self.facts) else self.facts.take(np.sort(rows))


@dataclass(slots=True)
class Waiting:
    """A bounded queue of facts by source; `forced` counts the rows that were let through before their time."""

    size: int = 0
    forced: int = 0
    _new: list[Part] = field(default_factory=list)  # since the last release, for most of it goes with the next
    _parts: list[tuple[int, int, _Held]] = field(default_factory=list)  # a heap: when due, number in order of coming
    _came: int = 0

    def add(self, source: str, facts: Facts) -> None:
        """Queue what a source brought."""
        if len(facts):
            self._new.append((source, facts))
            self.size += len(facts)

    def release(self, until: int | None) -> list[Part]:
        """What happened up to `until` (event time, ms; None: whatever is there), in the order it came."""
        if until is not None and self.size > MOST_ROWS:
            self.forced += self.size
            until = None
        released = self._rest() if until is None else self._up_to(until)
        if until is None:
            self._parts, self._new = [], []
        self.size -= sum(len(facts) for _, facts in released)
        return released

    def _up_to(self, until: int) -> list[Part]:
        due = []
        while self._parts and self._parts[0][0] <= until:
            due.append(heapq.heappop(self._parts)[1:])
        older = [(held.source, self._due(held, number, until)) for number, held in sorted(due, key=_number)]
        new, self._new = self._new, []
        return older + [part for part in (self._of_new(*part, until) for part in new) if len(part[1])]

    def _of_new(self, source: str, facts: Facts, until: int) -> Part:
        """What is due of something new; the rest waits."""
        if int(facts.first.max()) <= until:
            return source, facts
        self._came += 1
        return source, self._due(_Held(source, facts), self._came, until)

    def _due(self, held: _Held, number: int, until: int) -> Facts:
        facts = held.due(until)
        if not held.is_empty:
            heapq.heappush(self._parts, (held.next_due, number, held))
        return facts

    def _rest(self) -> list[Part]:
        """All that waits, in the order it came."""
        older = [(held.source, held.rest()) for _, _, held in sorted(self._parts, key=lambda part: part[1])]
        return older + self._new

    def save(self) -> list[tuple[str, list[bytes], list[str]]]:
        """Everything that waits, for `restored`."""
        merged: dict[str, list[Facts]] = {}
        for source, facts in self._rest():
            merged.setdefault(source, []).append(facts)
        return [(source, *Facts.concat(parts).packed()) for source, parts in merged.items()]

    @classmethod
    def restored(cls, saved: Iterable[tuple[str, list[bytes], list[str]]]) -> Self:
        """What `save` gave."""
        waiting = cls()
        for source, columns, event_ids in saved:
            waiting.add(source, Facts.unpacked(columns, event_ids))
        return waiting


def _number(part: tuple[int, _Held]) -> int:
    return part[0]
