"""Facts that have arrived but were not taken in yet, handed out in order of event time across sources.

Memories that follow single users and products need causes before effects. Sources are read one after another, so
within one round an order may be heard of before the cart lines it ordered; sorted by time the story is told right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, repeat
from typing import NamedTuple

import numpy as np

from models.facts import Facts, Int64s
from models.rounds import News, Rounds


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

    def drain(self) -> list[Fact]:
        """Everything queued, in order of event time; at equal times in order of the tags."""
        parts, self.parts, self.size = self.parts, [], 0
        return _in_order([News(source, facts, np.zeros(len(facts), np.int64)) for source, facts in parts])[0]


def by_round(rounds: Rounds) -> Iterator[Sequence[Fact]]:
    """What each of the rounds brings, in order of event time; at equal times in order of the tags."""
    facts, number = _in_order(rounds.news)
    bounds = np.searchsorted(number, np.arange(len(rounds) + 1)).tolist()
    return (facts[start:end] for start, end in pairwise(bounds))


def _in_order(news: Sequence[News]) -> tuple[list[Fact], Int64s]:
    """The facts by round, then time and tag; (n,) the round of each."""
    if not news:
        return [], np.empty(0, np.int64)
    rows = Facts.concat(facts for _, facts, _ in news)
    number = np.concatenate([number for *_, number in news])
    sources = np.repeat(np.arange(len(news)), [len(facts) for _, facts, _ in news])
    order = np.lexsort((rows.offset, rows.tag, rows.first, number))
    columns = (rows.first, rows.tag, rows.kind, rows.entity, rows.key, rows.n, rows.amount, rows.last, rows.offset)
    held = (column[order].tolist() for column in (*columns, rows.event_id))
    names = np.array([source for source, *_ in news], object)[sources[order]].tolist()
    return list(map(_MAKE, repeat(Fact), zip(*held, names, strict=True))), number[order]


_MAKE = tuple.__new__  # as `Fact._make` does it, without a Python function a row
