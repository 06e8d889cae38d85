"""The port to Kafka, and its twin in memory. Twins: `MemoryBus` here and `kafka_bus.KafkaBus`; one contract suite."""

import threading
from collections.abc import Sequence
from typing import NamedTuple, Protocol


class BusRecord(NamedTuple):
    """One record: what is sent, and what is received. Where it was received is for log lines only."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    position: str = ""


class Publisher(Protocol):
    """Sends records; those of one key stay in order."""

    def send(self, records: Sequence[BusRecord]) -> None:
        """Returns when all of them are safe; raises BusUnavailable when some may not be: send them all again."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


class Subscription(Protocol):
    """Receives the records of some topics for a group, from the oldest that the group has not committed."""

    def poll(self, timeout_seconds: float) -> list[BusRecord]:
        """What has arrived, none after the timeout; raises BusUnavailable."""
        ...

    def commit(self) -> None:
        """All that was polled is done with; what is not committed comes again to the next one of the group."""
        ...

    def close(self) -> None:
        """Leave the group."""
        ...


class Bus(Protocol):
    """Where messages travel."""

    def publisher(self) -> Publisher:
        """A new publisher; raises BusUnavailable."""
        ...

    def subscribe(self, topics: Sequence[str], group: str) -> Subscription:
        """A new subscription; raises BusUnavailable."""
        ...


class MemoryBus:
    """A bus within one process: one partition a topic, kept for ever, so for tests only."""

    def __init__(self) -> None:
        self.records: list[BusRecord] = []
        self.committed: dict[str, int] = {}
        self.arrived = threading.Condition()

    def publisher(self) -> "MemoryPublisher":
        return MemoryPublisher(self)

    def subscribe(self, topics: Sequence[str], group: str) -> "MemorySubscription":
        return MemorySubscription(self, frozenset(topics), group)


class MemoryPublisher:
    """Appends to the bus."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus

    def send(self, records: Sequence[BusRecord]) -> None:
        with self._bus.arrived:
            placed = enumerate(records, start=len(self._bus.records))
            self._bus.records += [record._replace(position=f"{record.topic}[0]@{at}") for at, record in placed]
            self._bus.arrived.notify_all()

    def close(self) -> None:
        """Nothing is held."""


class MemorySubscription:
    """Reads on from the group's commit."""

    def __init__(self, bus: MemoryBus, topics: frozenset[str], group: str) -> None:
        self._bus = bus
        self._topics = topics
        self._group = group
        self._next = bus.committed.get(group, 0)

    def poll(self, timeout_seconds: float) -> list[BusRecord]:
        with self._bus.arrived:
            self._bus.arrived.wait_for(self._has_more, timeout_seconds)
            fresh = self._bus.records[self._next :]
            self._next = len(self._bus.records)
        return [record for record in fresh if record.topic in self._topics]

    def commit(self) -> None:
        self._bus.committed[self._group] = self._next

    def close(self) -> None:
        """Nothing is held."""

    def _has_more(self) -> bool:
        return len(self._bus.records) > self._next
