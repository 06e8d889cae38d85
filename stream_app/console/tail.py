"""Reads Kafka topics to their end and follows them, without a consumer group. Blocking: belongs in one thread."""

import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaConnectionError, KafkaError
from kafka.net.compat import KafkaNetClient

POLL_MS = 400
MAX_RECORDS = 2_000
CALL_TIMEOUT_MS = 4_000  # a broker that takes longer to answer is not there
CHECK_SECONDS = 2.0  # how often the ends of the topics are asked for: the sign of life of the broker


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin a topic: everything, or what was written in the last `seconds`, at most `records` a partition.

    `offsets` by partition go before; one that the topic does not have (it was made anew) counts for nothing.
    """

    seconds: float | None = None
    records: int = 50_000
    offsets: Mapping[int, int] = field(default_factory=dict)


class Batch(NamedTuple):
    """What one poll brought; `lag` is records still unread by topic, None when it was not asked for this time."""

    records: list[ConsumerRecord]
    lag: dict[str, int] | None
    missing: tuple[str, ...]


@dataclass(slots=True)
class Tail:
    """A reader of some topics. `open`, then `poll` for ever, then `close`.

    All three raise `kafka.errors.KafkaError` when the broker does not answer in time: make a new Tail then.
    A topic that does not exist is waited for.
    """

    bootstrap: str
    topics: Mapping[str, Start]
    client_id: str = "monitor-console"
    _consumer: KafkaConsumer | None = None
    _checked: float = 0.0
    _found: dict[str, list[TopicPartition]] = field(default_factory=dict)

    def open(self) -> None:
        """Connect; within 4 seconds or not at all."""
        knock(self.bootstrap)
        made: list[KafkaNetClient] = []

        def new_client(**configs: Any) -> KafkaNetClient:
            made.append(KafkaNetClient(**configs))
            return made[-1]

        try:
            self._consumer = self._new_consumer(new_client)
        except KafkaError:
            # A consumer that fails to bootstrap leaves its thread and sockets behind: close what it was given.
            for client in made:
                client.close()
            raise

    def _new_consumer(self, new_client: Callable[..., KafkaNetClient]) -> KafkaConsumer:
        return KafkaConsumer(
            bootstrap_servers=self.bootstrap,
            group_id=None,
            client_id=self.client_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            bootstrap_timeout_ms=CALL_TIMEOUT_MS,
            request_timeout_ms=CALL_TIMEOUT_MS,
            kafka_client=new_client,
        )

    def poll(self) -> Batch:
        """What has arrived, after at most 0.4 s; every two seconds how much is left."""
        due = time.monotonic() - self._checked >= CHECK_SECONDS
        if due:
            self._look_for_topics()
            self._checked = time.monotonic()
        records = self._take()
        return Batch(records, self._lag() if due else None, tuple(self.topics.keys() - self._found.keys()))

    def close(self) -> None:
        """Disconnect. Harmless when it was never opened."""
        if self._consumer is not None:
            self._consumer.close(timeout_ms=CALL_TIMEOUT_MS)
            self._consumer = None

    @property
    def _open(self) -> KafkaConsumer:
        if self._consumer is None:
            raise RuntimeError("poll before open")
        return self._consumer

    def _take(self) -> list[ConsumerRecord]:
        if not self._found:
            time.sleep(POLL_MS / 1000)
            return []
        polled = self._open.poll(timeout_ms=POLL_MS, max_records=MAX_RECORDS)
        return [record for records in polled.values() for record in records]

    def _lag(self) -> dict[str, int]:
        partitions = self._open.assignment()
        ends = self._open.end_offsets(list(partitions), timeout_ms=CALL_TIMEOUT_MS) if partitions else {}
        lag = dict.fromkeys(self._found, 0)
        for partition, end in ends.items():
            lag[partition.topic] += max(0, end - self._open.position(partition, timeout_ms=CALL_TIMEOUT_MS))
        return lag

    def _look_for_topics(self) -> None:
        known = set(self._found)
        for topic in self.topics.keys() - known:
            numbers = self._open.partitions_for_topic(topic)
            if numbers:
                self._found[topic] = [TopicPartition(topic, number) for number in sorted(numbers)]
        if self._found.keys() != known:
            self._assign(self._found.keys() - known)

    def _assign(self, fresh: set[str]) -> None:
        """Read the fresh topics too, from where they should begin; the others go on where they are."""
        before = {partition: self._open.position(partition) for partition in self._open.assignment()}
        self._open.assign([partition for partitions in self._found.values() for partition in partitions])
        starts = {p: at for topic in fresh for p, at in self._first_offsets(topic).items()}
        for partition, offset in {**before, **starts}.items():
            self._open.seek(partition, offset)

    def _first_offsets(self, topic: str) -> dict[TopicPartition, int]:
        partitions, start = self._found[topic], self.topics[topic]
        begins = self._open.beginning_offsets(partitions, timeout_ms=CALL_TIMEOUT_MS)
        if start.seconds is None and not start.offsets:
            return dict(begins)
        ends = self._open.end_offsets(partitions, timeout_ms=CALL_TIMEOUT_MS)
        if start.seconds is None:
            known = {p: start.offsets.get(p.partition, begins[p]) for p in partitions}
            return {p: at if begins[p] <= at <= ends[p] else begins[p] for p, at in known.items()}
        since = int((time.time() - start.seconds) * 1000)
        found = self._open.offsets_for_times(dict.fromkeys(partitions, since), timeout_ms=CALL_TIMEOUT_MS)
        recent = {p: found[p].offset if found.get(p) else ends[p] for p in partitions}
        return {p: max(recent[p], begins[p], ends[p] - start.records) for p in partitions}


def knock(bootstrap: str) -> None:
    """Raise KafkaConnectionError unless one of the addresses takes connections.

    Asked first because kafka-python leaves the socket of a refused connection to the garbage collector: trying again
    once a second through a long outage would run out of file descriptors.
    """
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), CALL_TIMEOUT_MS / 1000).close()
            return
        except OSError as error:
            refused = error
    raise KafkaConnectionError(f"nobody answers at {bootstrap}") from refused
