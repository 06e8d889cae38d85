"""The port to the broker for what the monitor publishes, and its in-memory twin."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Outgoing(NamedTuple):
    """A record to publish. `partition` None: by key."""

    topic: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]] = ()
    partition: int | None = None


class Sender(Protocol):
    """Publishes records; returns when the broker has acknowledged them all, raises when it refuses one."""

    async def send(self, records: Sequence[Outgoing]) -> None: ...


class FakeSender:
    """Keeps what was sent, in order."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    async def send(self, records: Sequence[Outgoing]) -> None:
        self.sent.extend(records)

    def values(self, topic: str) -> list[bytes]:
        """What was sent to a topic."""
        return [record.value for record in self.sent if record.topic == topic]
