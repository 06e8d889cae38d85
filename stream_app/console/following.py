"""Who wants to hear of every change as it happens: what changed last is kept, and each reader has a bounded queue.

A change has the id `<start>-<number>`; the start differs from one console process to the next, since its numbers do.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from stream_app.console.decode import Anomaly
from stream_app.console.metrics import ConsoleMetrics

KEPT = 2_000  # changes, about 5 MB
WAITING = 500  # changes a reader may be behind
MOST_READERS = 50


class TooManyReaders(Exception):
    """No more readers are taken."""


class Change(NamedTuple):
    """One revision of an anomaly, as it was taken in."""

    number: int
    anomaly: Anomaly


@dataclass(slots=True, eq=False)
class Reader:
    """Gets changes in order. `is_slow` once it was too far behind and gets no more."""

    waiting: asyncio.Queue[Change] = field(default_factory=lambda: asyncio.Queue(WAITING))
    is_slow: bool = False


class Following:
    """Used on the event loop only."""

    def __init__(self, metrics: ConsoleMetrics, start: str | None = None) -> None:
        self.start = start or secrets.token_hex(4)
        self._metrics = metrics
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self._readers: set[Reader] = set()
        self._number = 0
        self._connected = 0

    def put(self, anomaly: Anomaly) -> None:
        """Tell all readers; who is too far behind is let go."""
        self._number += 1
        change = Change(self._number, anomaly)
        self._kept.append(change)
        for reader in list(self._readers):
            try:
                reader.waiting.put_nowait(change)
            except asyncio.QueueFull:
                self._let_go(reader)

    def after(self, last: str) -> list[Change] | None:
        """What came after the change of this id; None when that is not known here any more."""
        start, _, number = last.partition("-")
        if start != self.start or not number.isdecimal() or len(number) > 18 or int(number) > self._number:
            return None
        known = [change for change in self._kept if change.number > int(number)]
        is_whole = len(known) == self._number - int(number)
        return known if is_whole else None

    @property
    def newest(self) -> str:
        """The id of the last change so far."""
        return self.name(self._number)

    def name(self, number: int) -> str:
        """The id of a change."""
        return f"{self.start}-{number}"

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A reader for a while; raises TooManyReaders."""
        if self._connected >= MOST_READERS:
            raise TooManyReaders
        reader = Reader()
        self._readers.add(reader)
        self._count(1)
        try:
            yield reader
        finally:
            self._readers.discard(reader)
            self._count(-1)

    def _count(self, more: int) -> None:
        self._connected += more  # those that were let go too, until their connection ends
        self._metrics.followers.set(self._connected)

    def _let_go(self, reader: Reader) -> None:
        reader.is_slow = True
        self._readers.discard(reader)
        self._metrics.slow_followers.inc()
