"""Judgements one after another, so that many can be made at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.facts import Facts, Int64s


class News(NamedTuple):
    """Facts of one source that several rounds of judgement bring."""

    source: str
    facts: Facts  # n rows
    round: Int64s  # (n,) ascending: the round before which a row became known, from 0 on


@dataclass(frozen=True, slots=True)
class Rounds:
    """Judgements to be made one after another, and what becomes known before each of them."""

    watermarks: Int64s  # (k,) event time in ms, never falling
    news: Sequence[News]

    def __len__(self) -> int:
        return len(self.watermarks)

    def cut(self, first: int, last: int) -> "Rounds":
        """The rounds [first, last) as rounds of their own."""
        parts = []
        for source, facts, number in self.news:
            rows = slice(*np.searchsorted(number, (first, last)).tolist())
            if rows.start < rows.stop:
                parts.append(News(source, facts.take(rows), number[rows] - first))
        return Rounds(self.watermarks[first:last], parts)

    def parts(self, since: int, every_ms: int) -> Iterator[tuple[int, "Rounds"]]:
        """Rounds up to and with the first behind a multiple of `every_ms` (event time), counted from `since`, ms; with
        the number of the first round. So parts end at the same times however rounds were taken before.
        """
        at = 0
        while at < len(self):
            due = np.flatnonzero(self.watermarks[at:] // every_ms > since // every_ms)
            until = at + int(due[0]) + 1 if len(due) else len(self)
            yield at, self.cut(at, until)
            at, since = until, int(self.watermarks[until - 1])
