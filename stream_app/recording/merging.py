"""Many partitions in one order: a line is settled when no partition can bring one that arrived before it."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter

from stream_app.recording.lines import Line

ARRIVED = attrgetter("arrived")


@dataclass(slots=True)
class Merging:
    """Lines by source that wait for those of others."""

    waiting: dict[str, list[Line]] = field(default_factory=dict)

    def add(self, source: str, lines: Iterable[Line]) -> None:
        """Lines that follow on what was added of the source before."""
        self.waiting.setdefault(source, []).extend(lines)

    def count(self, source: str) -> int:
        """How many lines of a source wait."""
        return len(self.waiting.get(source, ()))

    def settled(self, unfinished: Collection[str]) -> list[Line]:
        """The lines whose place is certain, in order of arrival; `unfinished` are the sources that bring more."""
        if not unfinished:
            return sorted(self._taken(None))
        if not all(self.waiting.get(source) for source in unfinished):
            return []
        return sorted(self._taken(min(self.waiting[source][-1].arrived for source in unfinished)))

    def _taken(self, until: int | None) -> Iterator[Line]:
        """What arrived until then, ms; None: all."""
        for source, lines in self.waiting.items():
            count = len(lines) if until is None else bisect_right(lines, until, key=ARRIVED)
            yield from lines[:count]
            self.waiting[source] = lines[count:]
