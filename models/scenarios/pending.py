"""Facts that have arrived but were not taken in yet, handed out in order of event time across sources.

Memories that follow single users and products need causes before effects. Sources are read one after another, so
within one round an order may be heard of before the cart lines it ordered; sorted by time the story is told right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from models.facts import Facts


class Fact(NamedTuple):
    """One row of facts as Python values; `source` is the source partition it came from."""

    time: int  # first event time of the row, ms
    tag: int
    kind: int
    entity: int
    key: int
    n: int
    amount: int
    last: int
    offset: int
    event_id: str
    source: str


@dataclass(slots=True)
class Pending:
    """A queue of facts; it is emptied at every judgement, so it holds what one round brought."""

    parts: list[tuple[str, Facts]] = field(default_factory=list)
    size: int = 0

    def add(self, source: str, facts: Facts) -> None:
        """Queue increments of one source partition."""
        if len(facts):
            self.parts.append((source, facts))
            self.size += len(facts)

    def drain(self) -> Iterator[Fact]:
        """Everything queued, in order of event time; at equal times in order of the tags."""
        parts, self.parts, self.size = self.parts, [], 0
        if not parts:
            return iter(())
        rows = Facts.concat(facts for _, facts in parts)
        sources = np.repeat(np.arange(len(parts)), [len(facts) for _, facts in parts])
        order = np.lexsort((rows.offset, rows.tag, rows.first))
        rows = rows.take(order)
        names = [source for source, _ in parts]
        columns = (
            rows.first,
            rows.tag,
            rows.kind,
            rows.entity,
            rows.key,
            rows.n,
            rows.amount,
            rows.last,
            rows.offset,
        )
        held = (column.tolist() for column in columns)
        labels = (names[index] for index in sources[order].tolist())
        return map(Fact, *held, rows.event_id.tolist(), labels)
