"""The ledger: turns absolute reports into increments, so that what is reported twice is counted once.

Per source partition it holds the counters of the open segment only. A report of an older segment is a repetition
(all its rows were taken in before the source went on) and gives nothing.

A topic that was deleted and created again under its name is another log: its offsets begin at 0, so its counters count
anew. What a reader of the log before still says of that one changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import msgspec
import numpy as np

from models.facts import IDENTITY, Facts
from models.report import Report
from models.slots import Index, Slots

MOST_EARLIER = 8  # logs of a name remembered: more than a topic is created anew while one reader lags behind
WIDTH = len(IDENTITY) + 2  # of a saved row: its identity, n and amount


class SourceLedger(msgspec.Struct, array_like=True, gc=False):
    """What is known of one source, as it is saved. Rows are (k, WIDTH) little-endian int64; before, they were a mapping
    of identity to (n, amount).
    """

    segment: int = -1
    rows: bytes | dict[tuple[int, int, int, int, int], tuple[int, int]] = b""
    log: str = ""  # empty: not known yet
    earlier: list[str] = msgspec.field(default_factory=list)  # logs of this name before, newest last


@dataclass(slots=True)
class Book:
    """Counters already taken in of one source's open segment."""

    index: Index
    segment: int = -1
    log: str = ""
    earlier: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Ledger:
    """A book a source partition; n and amount of their rows share a table."""

    sources: dict[str, Book] = field(default_factory=dict)
    slots: Slots = field(default_factory=lambda: Slots((0, 0)))

    def increments(self, report: Report) -> Facts:
        """The rows of a report that are news, with `n` and `amount` as increments."""
        return self.increments_of([report])[0]

    def increments_of(self, reports: Sequence[Report]) -> list[Facts]:
        """The same of reports one after another."""
        return [facts for some in _apart(reports) for facts in self._news([self._opened(report) for report in some])]

    def is_another_log(self, report: Report) -> bool:
        """True for the first report of a log that took the place of one that was read."""
        book = self.sources.get(report.source)
        return book is not None and bool(book.log and report.log) and report.log not in (book.log, *book.earlier)

    def save(self) -> dict[str, SourceLedger]:
        """Everything, for `restored`."""
        return {
            source: SourceLedger(book.segment, self._rows(book).tobytes(), book.log, book.earlier)
            for source, book in self.sources.items()
        }

    @classmethod
    def restored(cls, saved: Mapping[str, SourceLedger]) -> Self:
        """What `save` gave; ValueError when it is damaged."""
        ledger = cls()
        for source, held in saved.items():
            book = ledger.sources[source] = Book(ledger.slots.index(), held.segment, held.log, held.earlier)
            ledger._fill(book, held)
        return ledger

    def known(self, source: str) -> tuple[int, str, list[str], dict[bytes, bytes]]:
        """Segment, log, earlier logs and rows of a source, to be compared; rows are identity to counters."""
        book = self.sources[source]
        counters = self.slots.table[list(book.index.values())]
        return book.segment, book.log, book.earlier, dict(zip(book.index, map(bytes, counters), strict=True))

    def _opened(self, report: Report) -> tuple[Book, Facts]:
        """The report's book, at the report's segment, and those of its facts that can be news."""
        book = self.sources.get(report.source)
        if book is None:
            book = self.sources[report.source] = Book(self.slots.index())
        if report.log in book.earlier:
            return book, Facts.empty()
        if report.log and report.log != book.log:
            self._succeed(book, report.log)
        if report.segment < book.segment or len(report.facts) == 0:
            return book, Facts.empty()
        if report.segment > book.segment:
            self.slots.release(book.index)
            book.segment = report.segment
        return book, report.facts

    def _succeed(self, book: Book, log: str) -> None:
        """Another log under the same name, or the name of this one, which was not known."""
        if book.log:
            self.slots.release(book.index)
            book.segment, book.earlier = -1, [*book.earlier, book.log][-MOST_EARLIER:]
        book.log = log

    def _news(self, parts: Sequence[tuple[Book, Facts]]) -> list[Facts]:
        """What is news of facts of different books."""
        bounds = np.cumsum([0, *(len(facts) for _, facts in parts)])
        if not bounds[-1]:
            return [facts for _, facts in parts]
        facts = parts[0][1] if len(parts) == 1 else Facts.concat(part for _, part in parts)
        at = self.slots.of([book.index for book, _ in parts], facts.identities(), bounds.tolist())
        counters = np.stack([facts.n, facts.amount], axis=1)
        more = counters - self.slots.table[at]
        news = np.flatnonzero(more[:, 0] > 0)
        self.slots.table[at[news]] = counters[news]
        found = facts.take(news).with_increments(more[news, 0], more[news, 1])
        return found.cut(np.searchsorted(news, bounds).tolist())

    def _rows(self, book: Book) -> np.ndarray:
        names = np.frombuffer(b"".join(book.index), "<i8").reshape(-1, len(IDENTITY))
        return np.hstack([names, self.slots.table[list(book.index.values())]]).astype("<i8")

    def _fill(self, book: Book, held: SourceLedger) -> None:
        if isinstance(held.rows, dict):
            table = np.array([(*name, *counters) for name, counters in held.rows.items()], "<i8").reshape(-1, WIDTH)
        else:
            table = np.frombuffer(held.rows, "<i8").reshape(-1, WIDTH)
        width = len(IDENTITY) * 8
        raw = table[:, : len(IDENTITY)].tobytes()
        names = [raw[start : start + width] for start in range(0, len(raw), width)]
        at = self.slots.of([book.index], names, [0, len(names)])
        self.slots.table[at] = table[:, len(IDENTITY) :]


def _apart(reports: Iterable[Report]) -> Iterator[list[Report]]:
    """Reports in order, cut where a source comes again."""
    some: dict[str, Report] = {}
    for report in reports:
        if report.source in some:
            yield list(some.values())
            some = {}
        some[report.source] = report
    if some:
        yield list(some.values())
