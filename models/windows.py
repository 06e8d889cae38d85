"""Event time: how far every source partition has been read, and the watermark that follows from it.

The watermark says that no event before it is expected any more: the minimum over source partitions of what each has
read, less the allowed lateness. A source that was read to its end does not hold the others back: it is complete up
to the reader's clock. A source nobody has reported yet holds everything back, because silence there is not known to
be silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

MINUTE = 60_000  # ms


@dataclass(slots=True)
class SourceProgress:
    """How far one source partition has been read."""

    seen_until: int = 0  # latest event time seen, ms
    caught_up: bool = False
    clock: int = 0  # the reader's clock at the last report, ms; 0: the log's time is the clock


@dataclass(slots=True)
class Watermark:
    """Watermark over a fixed set of source partitions; all times in ms since the epoch."""

    lateness_ms: int
    expected: frozenset[str] = frozenset()
    sources: dict[str, SourceProgress] = field(default_factory=dict)
    value: int = 0

    def observe(self, source: str, *, seen_until: int, caught_up: bool, clock: int) -> None:
        """Take in one report; an older one changes nothing that a newer one said."""
        progress = self.sources.setdefault(source, SourceProgress())
        progress.seen_until = max(progress.seen_until, seen_until)
        if clock >= progress.clock:  # else by a reader that was replaced, or sent again: what it saw then is no news
            progress.clock, progress.caught_up = clock, caught_up

    def advance(self) -> int:
        """The watermark now; it never falls. 0 while a source partition has not been heard of."""
        if self.sources and self.expected <= self.sources.keys():
            newest = max(progress.seen_until for progress in self.sources.values())
            complete = min(_complete_until(progress, newest) for progress in self.sources.values())
            self.value = max(self.value, complete - self.lateness_ms)
        return self.value

    def read_until(self) -> int | None:
        """Event time up to which every source has been read; None: all of them to their end, 0: one is unheard of."""
        if not self.expected <= self.sources.keys():
            return 0
        return min((source.seen_until for source in self.sources.values() if not source.caught_up), default=None)

    def holding_back(self) -> list[str]:
        """Sources that keep the watermark where it is: unheard of, or behind."""
        unheard = sorted(self.expected - self.sources.keys())
        return unheard or sorted(source for source, progress in self.sources.items() if not progress.caught_up)


def _complete_until(progress: SourceProgress, newest: int) -> int:
    """Event time up to which a source is complete; `newest` is the log's time, the latest event of any source."""
    if not progress.caught_up:
        return progress.seen_until
    return progress.clock or newest


def closed(previous: int, watermark: int, size_ms: int) -> Iterable[int]:
    """Starts of the tumbling windows that end after `previous` and not after `watermark`.

    >>> list(closed(60_000, 185_000, 60_000))
    [60000, 120000]
    """
    first = previous - previous % size_ms
    return range(first, watermark - watermark % size_ms, size_ms)
