"""The audit log as the console writes it: at once into the process's log, soon after into the store."""

import time
from collections.abc import Callable, Sequence
from queue import Empty, Full, Queue
from typing import Protocol

import structlog

from stream_app.access.audit import Entry, Outcome, entry
from stream_app.console.metrics import ConsoleMetrics

WAITING = 1_000  # entries that the store has not taken yet
AT_ONCE = 100

log = structlog.get_logger(__name__)


class AuditStore(Protocol):
    """Where entries are kept; blocking; raises StoreUnavailable."""

    def keep(self, entries: Sequence[Entry]) -> None: ...


class Trail:
    """Takes entries without blocking. What the store refuses waits; what finds the queue full is counted and logged."""

    def __init__(self, metrics: ConsoleMetrics, wall: Callable[[], float] = time.time) -> None:
        self._metrics = metrics
        self._wall = wall
        self._waiting: Queue[Entry] = Queue(WAITING)
        self._held: list[Entry] = []

    def add(self, who: str, action: str, target: str, outcome: Outcome) -> None:
        """Write it down."""
        one = entry(int(self._wall() * 1000), who, action, target, outcome)
        log.info("audit", who=one.who, action=one.action, target=one.target, outcome=outcome)
        self._metrics.audited.labels(outcome).inc()
        try:
            self._waiting.put_nowait(one)
        except Full:
            self._metrics.audit_lost.inc()
            log.error("audit entry not kept, only logged", waiting=WAITING)

    @property
    def waits(self) -> bool:
        """Whether the store has not taken everything yet."""
        return bool(self._held) or not self._waiting.empty()

    def flush(self, store: AuditStore) -> None:
        """Give the store all that waits, oldest first; raises StoreUnavailable, and then they wait on. Blocking."""
        while self.waits:
            self._take()
            store.keep(self._held)
            self._held = []

    def _take(self) -> None:
        while len(self._held) < AT_ONCE:
            try:
                self._held.append(self._waiting.get_nowait())
            except Empty:
                return
