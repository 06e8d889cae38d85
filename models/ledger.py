"""The ledger: turns absolute reports into increments, so that what is reported twice is counted once.

Per source partition it holds the counters of the open segment only. A report of an older segment is a repetition
(all its rows were taken in before the source went on) and gives nothing.

A topic that was deleted and created again under its name is another log: its offsets begin at 0, so its counters count
anew. What a reader of the log before still says of that one changes nothing.
"""

from dataclasses import dataclass, field

import msgspec
import numpy as np

from models.facts import Facts
from models.report import Report

MOST_EARLIER = 8  # logs of a name remembered: more than a topic is created anew while one reader lags behind


class SourceLedger(msgspec.Struct, array_like=True, gc=False):
    """Counters already taken in of one source's open segment: row identity to (n, amount)."""

    segment: int = -1
    rows: dict[tuple[int, int, int, int, int], tuple[int, int]] = msgspec.field(default_factory=dict)
    log: str = ""  # empty: not known yet
    earlier: list[str] = msgspec.field(default_factory=list)  # logs of this name before, newest last

    def following(self, segment: int) -> "SourceLedger":
        """The same log's next segment."""
        return SourceLedger(segment, log=self.log, earlier=self.earlier)

    def succeeded_by(self, log: str) -> "SourceLedger":
        """Another log under the same name, or the name of this one, which was not known."""
        if not self.log:
            return SourceLedger(self.segment, self.rows, log, self.earlier)
        return SourceLedger(log=log, earlier=[*self.earlier, self.log][-MOST_EARLIER:])


@dataclass(slots=True)
class Ledger:
    """One `SourceLedger` a source partition."""

    sources: dict[str, SourceLedger] = field(default_factory=dict)

    def increments(self, report: Report) -> Facts:
        """The rows of a report that are news, with `n` and `amount` as increments."""
        book = self.sources.setdefault(report.source, SourceLedger())
        if report.log in book.earlier:
            return Facts.empty()
        if report.log and report.log != book.log:
            self.sources[report.source] = book = book.succeeded_by(report.log)
        if report.segment < book.segment or len(report.facts) == 0:
            return Facts.empty()
        if report.segment > book.segment:
            self.sources[report.source] = book = book.following(report.segment)
        return _news(book, report.facts)

    def is_another_log(self, report: Report) -> bool:
        """True for the first report of a log that took the place of one that was read."""
        book = self.sources.get(report.source)
        return book is not None and bool(book.log and report.log) and report.log not in (book.log, *book.earlier)


def _news(book: SourceLedger, facts: Facts) -> Facts:
    columns = (facts.kind, facts.entity, facts.bucket, facts.tag, facts.key)
    names = list(zip(*(column.tolist() for column in columns), strict=True))
    known = np.array([book.rows.get(name, (0, 0)) for name in names], np.int64)  # one look-up a row of a report
    dn, damount = facts.n - known[:, 0], facts.amount - known[:, 1]
    news = np.flatnonzero(dn > 0)
    counted = zip(facts.n[news].tolist(), facts.amount[news].tolist(), strict=True)
    book.rows.update(zip([names[row] for row in news], counted, strict=True))
    return facts.take(news).with_increments(dn[news], damount[news])
