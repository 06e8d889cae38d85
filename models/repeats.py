"""Events that a producer wrote twice: the second record of the same event counts for nothing.

A type belongs to one service, so id and type name an event as id and source do (CloudEvents 1.0.2, 3.1: consumers may
take events with identical source and id for duplicates). The time must be the same too, for a producer that gives an
id twice is not to lose events. What is known ends with the segment: whoever reads a source again begins with one, so
all who read it pass over the same records.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.columns import MISSING, Columns
from models.fingerprints import fingerprints
from models.parts import within_segments
from models.report import SEGMENT

Int64s = NDArray[np.int64]
FACTORS = np.array([0x1E3779B97F4A7C15, 0x2545F4914F6CDD1D], np.int64)  # odd, of type and time: no two fall together
MOST = np.int64(2**62 - 1)  # as large as a fingerprint


@dataclass(slots=True)
class _Seen:
    segment: int
    first: dict[int, int] = field(default_factory=dict)  # by event: the offset of its first record


@dataclass(slots=True)
class Repeats:
    """The events of each source's open segment."""

    sources: dict[str, _Seen] = field(default_factory=dict)

    def is_first(self, source: str, events: Int64s, offsets: Int64s) -> NDArray[np.bool_]:
        """(n,) bool: which records are the first of their events (n,), see `events_of`; offsets rise.

        Asked again with the same offsets it says the same.
        """
        if not len(offsets):
            return np.zeros(0, bool)
        parts = (slice(*part) for part in within_segments(offsets, SEGMENT))
        return np.concatenate([self._of_segment(source, events[part], offsets[part]) for part in parts])

    def _of_segment(self, source: str, events: Int64s, offsets: Int64s) -> NDArray[np.bool_]:
        segment = int(offsets[0]) // SEGMENT
        seen = self.sources.get(source)
        if seen is None or seen.segment != segment:
            seen = self.sources[source] = _Seen(segment)
        firsts = map(seen.first.setdefault, events.tolist(), offsets.tolist())
        return (events == MISSING) | (np.fromiter(firsts, np.int64, len(events)) == offsets)

    def forget(self, source: str) -> None:
        """It goes to another reader, or is read again from its segment's start."""
        self.sources.pop(source, None)


def events_of(columns: Columns) -> Int64s:
    """(n,) what tells events apart: an integer of id, type and time; `MISSING` where the id is empty."""
    ids = fingerprints(columns.event_id.tolist())
    rest = columns.kind.astype(np.int64) * FACTORS[0] ^ columns.time * FACTORS[1]
    return np.where(ids == MISSING, MISSING, ids ^ (rest & MOST))
