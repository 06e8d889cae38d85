"""Event time: how far every source partition has been read, and the watermark that follows from it.

The watermark says that no event before it is expected any more: the minimum over source partitions of what each has
read, less the allowed lateness. A source that was read to its end does not hold the others back: it is complete up to
the reader's clock when that was said, and no further, for its reader may have died since. A source nobody has reported
yet holds everything back, because silence there is not known to be silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

MINUTE = 60_000  # ms


@dataclass(slots=True)
class SourceProgress:
    """How far one source partition has been read."""

    seen_until: int = 0  # latest event time seen, ms
    caught_up: bool = False
    clock: int = 0  # the reader's at the last report, ms; where the log is the clock, its time when caught up last


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
        if caught_up and not clock:  # where the log is the clock, complete up to what any source has shown
            clock = max(other.seen_until for other in self.sources.values())
        if clock >= progress.clock or not clock:  # else by a reader that was replaced, or sent again: no news
            progress.clock, progress.caught_up = max(clock, progress.clock), caught_up

    def advance(self) -> int:
        """The watermark now; it never falls. 0 while a source partition has not been heard of."""
        if self.sources and self.expected <= self.sources.keys():
            complete = min(map(_complete_until, self.sources.values()))
            self.value = max(self.value, complete - self.lateness_ms)
        return self.value

    def read_until(self) -> int:
        """Event time up to which every source has been read; 0: one is unheard of.

        One that was read to its end may be silent for as long as events may be late before it holds others back.
        """
        if not self.sources or not self.expected <= self.sources.keys():
            return 0
        return min(
            source.clock + self.lateness_ms if source.caught_up else source.seen_until
            for source in self.sources.values()
        )

    def holding_back(self) -> list[str]:
        """Sources that keep the watermark where it is: unheard of, or behind."""
        unheard = sorted(self.expected - self.sources.keys())
        return unheard or sorted(source for source, progress in self.sources.items() if not progress.caught_up)


def _complete_until(progress: SourceProgress) -> int:
    """Event time up to which a source is complete."""
    return progress.clock if progress.caught_up else progress.seen_until


def closed(previous: int, watermark: int, size_ms: int) -> Iterable[int]:
    """Starts of the tumbling windows that end after `previous` and not after `watermark`.

    >>> list(closed(60_000, 185_000, 60_000))
    [60000, 120000]
    """
    first = previous - previous % size_ms
    return range(first, watermark - watermark % size_ms, size_ms)
