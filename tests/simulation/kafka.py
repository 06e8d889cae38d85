"""What Kafka keeps: records by partition in the order they came, committed offsets, and the table's changelog."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from aiokafka.errors import KafkaConnectionError
from faust.types import TP

from stream_app.batching import RecordBatch
from stream_app.sending import Outgoing


class Stored(NamedTuple):
    """A record on the broker."""

    offset: int
    value: bytes
    timestamp: int
    key: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()


@dataclass(slots=True)
class FakeKafka:
    """A broker without time and threads; offsets may have gaps, as after compaction."""

    logs: dict[TP, list[Stored]] = field(default_factory=lambda: defaultdict(list))
    committed: dict[TP, int] = field(default_factory=dict)
    changelog: dict[tuple[int, bytes], bytes] = field(default_factory=dict)

    def append(self, tp: TP, value: bytes, now: int, gap: int = 1) -> None:
        """A producer's record; `gap` offsets after the one before it."""
        self.logs[tp].append(Stored(self.end(tp) + gap - 1, value, now))

    def end(self, tp: TP) -> int:
        """The high watermark."""
        return self.logs[tp][-1].offset + 1 if self.logs[tp] else 0

    def fetch(self, tp: TP, position: int, most: int, now: int) -> RecordBatch | None:
        """The next records from a position on; None when there are none."""
        log = self.logs[tp]
        begin = bisect_left(log, position, key=lambda record: record.offset)
        found = log[begin : begin + most]
        return RecordBatch(tp.topic, tp.partition, found, self.end(tp), now / 1000) if found else None

    def values(self, topic: str) -> list[bytes]:
        """All that stands on a topic."""
        return [record.value for tp, log in self.logs.items() if tp.topic == topic for record in log]


@dataclass(slots=True)
class FlakySender:
    """A producer whose next send may break off after so many records; None: it goes well."""

    kafka: FakeKafka
    breaks_after: int | None = None

    async def send(self, records: Sequence[Outgoing]) -> None:
        broken, self.breaks_after = self.breaks_after, None
        for record in records if broken is None else records[:broken]:
            self.kafka.append(TP(record.topic, record.partition or 0), record.value, 0)
        if broken is not None and records:
            raise KafkaConnectionError("the broker is away")


@dataclass(slots=True)
class FakeTable:
    """A worker's table: `put` is seen at once and stands in the changelog only when it was flushed."""

    kafka: FakeKafka
    rows: dict[tuple[int, bytes], bytes] = field(default_factory=dict)
    dirty: dict[tuple[int, bytes], bytes | None] = field(default_factory=dict)

    def recover(self) -> None:
        """As after an assignment."""
        self.rows, self.dirty = dict(self.kafka.changelog), {}

    def get(self, partition: int, key: bytes) -> bytes | None:
        return self.rows.get((partition, key))

    def put(self, partition: int, key: bytes, value: bytes | None) -> None:
        self.dirty.pop((partition, key), None)  # what is put last is written last
        self.dirty[partition, key] = value
        if value is None:
            self.rows.pop((partition, key), None)
        else:
            self.rows[partition, key] = value

    def items(self, partition: int) -> Iterator[tuple[bytes, bytes]]:
        return ((key, value) for (held, key), value in list(self.rows.items()) if held == partition)

    def is_flushed(self, partition: int) -> bool:
        return not self.dirty

    def flush(self, most: int | None = None) -> None:
        """Write what changed, or the first `most` of it before a crash."""
        for name in list(self.dirty)[:most]:
            value = self.dirty.pop(name)
            if value is None:
                self.kafka.changelog.pop(name, None)
            else:
                self.kafka.changelog[name] = value
