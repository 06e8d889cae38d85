"""Sends a recorded log to Kafka, at the speed it happened, faster, or as fast as Kafka takes it."""

from __future__ import annotations

import gzip
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError

from shop_services.contracts.envelope import decode, recorded_headers
from shop_services.contracts.errors import UndecodableMessage
from shop_services.traffic.errors import KafkaUnreachable, UnreadableLog
from shop_services.traffic.retail import Record

TELL_EVERY = 2_000
FLUSH_SECONDS = 60.0
BOOTSTRAP_MS = 5_000


class LogLine(msgspec.Struct):
    """A line of a log; `arrived` (ms since the epoch) when the record came later than its own time."""

    topic: str
    key: str
    value: msgspec.Raw
    arrived: int | None = None


class Producer(Protocol):
    """What the replay needs of a Kafka producer."""

    def send(self, topic: str, *, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> Any:
        """Send one record soon; the future that comes back tells how it went."""

    def flush(self, timeout: float | None = None) -> Any:
        """Wait until everything is sent."""


@dataclass(slots=True)
class Pacing:
    """Waits so that event time passes `speed` times as fast as wall time; `speed` None: never."""

    speed: float | None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _first: float | None = None
    _begun: float = 0.0

    def wait_for(self, at: datetime) -> None:
        """Wait until a record of this time is due."""
        if self.speed is None:
            return
        if self._first is None:
            self._first, self._begun = at.timestamp(), self.clock()
        due = self._begun + (at.timestamp() - self._first) / self.speed
        if (left := due - self.clock()) > 0:
            self.sleep(left)


@dataclass(slots=True)
class Tally:
    """What was sent, by topic, and how many records the broker did not take."""

    topics: Counter[str] = field(default_factory=Counter)
    failed: int = 0

    @property
    def total(self) -> int:
        """All records."""
        return self.topics.total()

    def note_failure(self, _: object) -> None:
        """A record was not taken."""
        self.failed += 1


def read_log(path: Path) -> Iterator[Record]:
    """The records of a JSONL log in order of arrival; `time` is when each arrived. Raises UnreadableLog."""
    decoder = msgspec.json.Decoder(LogLine)
    number = 0
    try:
        with _opened(path) as file:
            for raw in file:
                yield _record(decoder.decode(raw))
                number += 1
    except (OSError, EOFError, ValueError, UndecodableMessage) as error:
        raise UnreadableLog(f"{path} cannot be read as a log after line {number} ({type(error).__name__}).") from error


def between(records: Iterable[Record], begin: datetime | None, end: datetime | None) -> Iterator[Record]:
    """The records of a period: from `begin`, before `end`."""
    for record in records:
        if end is not None and record.time >= end:
            return
        if begin is None or record.time >= begin:
            yield record


def send_all(records: Iterable[Record], producer: Producer, pacing: Pacing, tell: Callable[[int], None]) -> Tally:
    """Send every record when it is due. Record timestamps are the time of writing, as Kafka sets them."""
    tally = Tally()
    for record in records:
        pacing.wait_for(record.time)
        headers = recorded_headers(decode(record.value), record.time)
        sent = producer.send(record.topic, key=record.key, value=record.value, headers=headers)
        sent.add_errback(tally.note_failure)
        tally.topics[record.topic] += 1
        if tally.total % TELL_EVERY == 0:
            tell(tally.total)
    producer.flush(FLUSH_SECONDS)
    return tally


@contextmanager
def connected(bootstrap: str) -> Iterator[Producer]:
    """A producer for a Kafka that must answer; raises KafkaUnreachable."""
    try:
        producer = KafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            linger_ms=20,
            compression_type="lz4",
            bootstrap_timeout_ms=BOOTSTRAP_MS,
        )
    except KafkaError as error:
        remedy = "Start Kafka first, or name another --kafka."
        raise KafkaUnreachable(f"No Kafka answers at {bootstrap} ({type(error).__name__}). {remedy}") from error
    try:
        yield producer
    except KafkaError as error:
        remedy = "Start it again, then replay with --from where it ended."
        raise KafkaUnreachable(f"Kafka at {bootstrap} went away ({type(error).__name__}). {remedy}") from error
    finally:
        producer.close(timeout=FLUSH_SECONDS)


def _record(line: LogLine) -> Record:
    value = bytes(line.value)
    if line.arrived is None:
        arrived = datetime.fromisoformat(decode(value).time)
    else:
        arrived = datetime.fromtimestamp(line.arrived / 1000, UTC)
    return Record(line.topic, line.key.encode(), value, arrived)


@contextmanager
def _opened(path: Path) -> Iterator[Iterable[bytes]]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        yield file
